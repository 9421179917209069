/* SPDX-License-Identifier: MIT */
/*
 * Registered waits
 *
 * Each waiting thread waits for up to 63 objects, and for an event that tells it to look at its list
 * again. What is signaled, or late, is called on the thread pool.
 *
 * States:    armed (its thread waits for it), called (queued or running), armed again when the call
 *            begins, so that calls for one object never pile up; ended for good.
 * Ownership: the list of a waiting thread shares its waits; so does a call.
 * Locking:   waits.mutex for all of it; it is a leaf but for the pool's.
 * Windows:   ending a wait tells whether a call of it is being made.
 */
#include "process/registered_wait.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/deadline.h"
#include "base/teb.h"
#include "process/thread.h"
#include "os/work_pool.h"
#include "sync/event.h"
#include "sync/wait.h"

#define WAITS_PER_THREAD (TSM_WAIT_MAX - 1)
#define IDLE_MS          20000

struct wait_thread;

struct registered_wait {
    struct tsm_object object;
    struct tsm_work_item item;
    struct tsm_object *target;
    WAITORTIMERCALLBACK callback;
    void *context;
    uint32_t timeout_ms;
    uint32_t flags;
    struct tsm_deadline deadline;
    struct wait_thread *thread; /* NULL: in no list */
    struct tsm_object *ended_event;
    uint32_t calls;  /* queued or being made: 0 or 1, 2 for a moment */
    uint32_t caller; /* the thread that makes the last one */
    bool is_armed;
    bool is_late; /* the call is for the time, not for the object */
    bool is_ended;
};

struct wait_thread {
    struct tsm_list node;
    struct tsm_object *news; /* event */
    struct registered_wait *waits[WAITS_PER_THREAD];
    uint32_t count;
    bool is_busy; /* it makes a call itself, or looks through its list */
};

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct tsm_list threads;
} waits = {
    .mutex = PTHREAD_MUTEX_INITIALIZER,
    .changed = PTHREAD_COND_INITIALIZER,
    .threads = TSM_LIST_INIT(waits.threads),
};

static struct registered_wait *wait_from(struct tsm_object *object)
{
    tsm_assert(object->ops == &tsm_registered_wait_ops);
    return tsm_container_of(object, struct registered_wait, object);
}

/* ---- calls ---- */

/* Mutex held. */
static void wait_arm(struct registered_wait *wait)
{
    if (wait->is_ended || (wait->flags & WT_EXECUTEONLYONCE))
        return;
    wait->is_armed = true;
    wait->deadline = tsm_deadline_in_ms(wait->timeout_ms);
    if (wait->thread)
        tsm_event_signal(wait->thread->news);
}

static void wait_call(struct registered_wait *wait)
{
    struct tsm_object *event = NULL;
    bool is_late;

    pthread_mutex_lock(&waits.mutex);
    is_late = wait->is_late;
    wait->caller = tsm_teb_tid();
    wait_arm(wait);
    pthread_mutex_unlock(&waits.mutex);
    wait->callback(wait->context, is_late);
    pthread_mutex_lock(&waits.mutex);
    if (--wait->calls == 0) {
        wait->caller = 0;
        event = wait->ended_event;
        wait->ended_event = NULL;
        pthread_cond_broadcast(&waits.changed);
    }
    pthread_mutex_unlock(&waits.mutex);
    if (event) {
        tsm_event_signal(event);
        tsm_object_unref(event);
    }
    tsm_object_unref(&wait->object);
}

static void wait_run(struct tsm_work_item *item)
{
    wait_call(tsm_container_of(item, struct registered_wait, item));
}

/* Mutex held, given up for a call that the waiting thread makes itself. */
static void wait_fire(struct registered_wait *wait, bool is_late)
{
    if (!wait->is_armed || wait->is_ended)
        return;
    wait->is_armed = false;
    wait->is_late = is_late;
    wait->calls++;
    tsm_object_ref(&wait->object);
    if (!(wait->flags & WT_EXECUTEINWAITTHREAD) &&
        NT_SUCCESS(tsm_work_pool_submit(
            &wait->item, wait->flags & WT_EXECUTELONGFUNCTION ? TSM_WORK_LONG : TSM_WORK_SHORT)))
        return;
    /* There is no other thread, or none is wanted. */
    pthread_mutex_unlock(&waits.mutex);
    wait_call(wait);
    pthread_mutex_lock(&waits.mutex);
}

/* ---- the waiting thread ---- */

/* Mutex held: drops what has ended. */
static void thread_sweep(struct wait_thread *thread)
{
    for (uint32_t i = 0; i < thread->count;) {
        struct registered_wait *wait = thread->waits[i];

        if (!wait->is_ended) {
            i++;
            continue;
        }
        thread->waits[i] = thread->waits[--thread->count];
        wait->thread = NULL;
        pthread_cond_broadcast(&waits.changed);
        tsm_object_unref(&wait->object);
    }
}

/* Mutex held. The objects that are waited for, after the event for news. */
static uint32_t thread_gather(struct wait_thread *thread, struct tsm_object **objects,
                              struct registered_wait **owners, struct tsm_deadline *deadline)
{
    uint32_t count = 0;

    objects[count++] = thread->news;
    *deadline = thread->count ? TSM_DEADLINE_NEVER : tsm_deadline_in_ms(IDLE_MS);
    for (uint32_t i = 0; i < thread->count; i++) {
        struct registered_wait *wait = thread->waits[i];

        if (!wait->is_armed)
            continue;
        owners[count] = wait;
        objects[count++] = wait->target;
        if (wait->deadline.at_ns < deadline->at_ns)
            *deadline = wait->deadline;
    }
    return count;
}

/* Mutex held. Each one once: a call may add to the list and take from it. */
static void thread_fire_late(struct wait_thread *thread)
{
    for (uint32_t i = 0; i < thread->count; i++)
        if (thread->waits[i]->is_armed && tsm_deadline_has_passed(thread->waits[i]->deadline))
            wait_fire(thread->waits[i], true);
}

static DWORD WINAPI thread_main(LPVOID argument)
{
    struct wait_thread *thread = argument;
    struct registered_wait *owners[TSM_WAIT_MAX];
    struct tsm_object *objects[TSM_WAIT_MAX];
    struct tsm_deadline deadline;

    pthread_setname_np(pthread_self(), "transom-wait");
    pthread_mutex_lock(&waits.mutex);
    for (;;) {
        uint32_t count, index;

        thread_sweep(thread);
        count = thread_gather(thread, objects, owners, &deadline);
        thread->is_busy = false;
        pthread_mutex_unlock(&waits.mutex);

        NTSTATUS status = tsm_wait_objects(objects, count, false, false, deadline);

        pthread_mutex_lock(&waits.mutex);
        thread->is_busy = true;
        pthread_cond_broadcast(&waits.changed);
        index = (uint32_t)status & 0x3F;
        if (status == STATUS_TIMEOUT && thread->count == 0)
            break;
        if (status == STATUS_TIMEOUT)
            thread_fire_late(thread);
        else if (NT_SUCCESS(status) && index > 0)
            wait_fire(owners[index], false);
    }
    tsm_list_unlink(&thread->node);
    pthread_mutex_unlock(&waits.mutex);
    tsm_object_unref(thread->news);
    free(thread);
    return 0;
}

/* Mutex held. */
static NTSTATUS thread_with_room(struct wait_thread **out)
{
    struct tsm_object *object;

    TSM_LIST_FOR_EACH(node, &waits.threads)
    {
        *out = TSM_LIST_ENTRY(node, struct wait_thread, node);
        if ((*out)->count < WAITS_PER_THREAD)
            return STATUS_SUCCESS;
    }

    struct wait_thread *made = calloc(1, sizeof(*made));
    NTSTATUS status = STATUS_NO_MEMORY;

    if (made)
        made->news = tsm_event_new(false, false);
    if (made && made->news) {
        made->is_busy = true;
        status = tsm_thread_new(thread_main, made, 0, false, &object);
    }
    if (!NT_SUCCESS(status)) {
        if (made)
            tsm_object_unref(made->news);
        free(made);
        return status;
    }
    tsm_object_unref(object);
    tsm_list_append(&waits.threads, &made->node);
    *out = made;
    return STATUS_SUCCESS;
}

/* ---- the wait ---- */

NTSTATUS tsm_registered_wait_new(const struct tsm_registered_wait_request *request,
                                 struct tsm_object **out)
{
    struct registered_wait *wait;
    struct wait_thread *thread;
    NTSTATUS status;

    if (!request->object->ops->is_signaled)
        return STATUS_INVALID_HANDLE;
    wait = calloc(1, sizeof(*wait));
    if (!wait)
        return STATUS_NO_MEMORY;
    tsm_object_init(&wait->object, &tsm_registered_wait_ops);
    tsm_list_init(&wait->item.node);
    wait->item.run = wait_run;
    wait->target = tsm_object_ref(request->object);
    wait->callback = request->callback;
    wait->context = request->context;
    wait->timeout_ms = request->timeout_ms;
    wait->flags = request->flags;
    wait->deadline = tsm_deadline_in_ms(wait->timeout_ms);
    wait->is_armed = true;

    pthread_mutex_lock(&waits.mutex);
    status = thread_with_room(&thread);
    if (NT_SUCCESS(status)) {
        wait->thread = thread;
        thread->waits[thread->count++] = wait;
        tsm_object_ref(&wait->object);
        tsm_event_signal(thread->news);
    }
    pthread_mutex_unlock(&waits.mutex);
    if (!NT_SUCCESS(status)) {
        tsm_object_unref(&wait->object);
        return status;
    }
    *out = &wait->object;
    return STATUS_SUCCESS;
}

/* Mutex held. */
static void wait_end(struct registered_wait *wait)
{
    wait->is_ended = true;
    wait->is_armed = false;
    if (tsm_work_pool_withdraw(&wait->item)) {
        wait->calls--;
        tsm_object_unref(&wait->object);
    }
    if (wait->thread)
        tsm_event_signal(wait->thread->news);
    /* So that it does not take what comes for somebody else. */
    while (wait->thread && !wait->thread->is_busy)
        pthread_cond_wait(&waits.changed, &waits.mutex);
}

NTSTATUS tsm_registered_wait_end(struct tsm_object *object, struct tsm_object *event)
{
    struct registered_wait *wait = wait_from(object);
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&waits.mutex);
    wait_end(wait);
    if (wait->calls) {
        status = STATUS_PENDING;
        if (event && !wait->ended_event)
            wait->ended_event = tsm_object_ref(event);
    } else if (event) {
        tsm_event_signal(event);
    }
    pthread_mutex_unlock(&waits.mutex);
    return status;
}

NTSTATUS tsm_registered_wait_end_and_join(struct tsm_object *object)
{
    struct registered_wait *wait = wait_from(object);
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&waits.mutex);
    wait_end(wait);
    if (wait->calls && wait->caller == tsm_teb_tid())
        status = STATUS_PENDING;
    else
        while (wait->calls)
            pthread_cond_wait(&waits.changed, &waits.mutex);
    pthread_mutex_unlock(&waits.mutex);
    return status;
}

void tsm_registered_wait_after_fork(void)
{
    pthread_mutex_init(&waits.mutex, NULL);
    tsm_list_init(&waits.threads);
}

static void registered_last_handle_closed(struct tsm_object *object)
{
    (void)!NT_SUCCESS(tsm_registered_wait_end(object, NULL));
}

static void registered_destroy(struct tsm_object *object)
{
    struct registered_wait *wait = wait_from(object);

    tsm_object_unref(wait->target);
    tsm_object_unref(wait->ended_event);
    free(wait);
}

const struct tsm_object_ops tsm_registered_wait_ops = {
    .type_name = "RegisteredWait",
    .last_handle_closed = registered_last_handle_closed,
    .destroy = registered_destroy,
};
