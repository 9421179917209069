/* SPDX-License-Identifier: MIT */
/*
 * Threads
 *
 * Ownership: a running thread shares its own object through its TEB and drops it when it ends; the
 *            destructor of a pthread key notices every end, however it came.
 * Windows:   the process ends with its last thread; the service thread does not count.
 */
#include "process/thread.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/teb.h"
#include "io/async.h"
#include "os/futex.h"
#include "sync/dispatcher.h"
#include "sync/mutex.h"
#include "sync/timer_routine.h"
#include "sync/wait_block.h"
#include "sync/workers.h"

struct tsm_thread {
    struct tsm_object object;
    struct tsm_apc_queue apcs;
    LPTHREAD_START_ROUTINE start; /* NULL: cancelled */
    void *argument;
    _Atomic uint32_t tid;      /* 0 until it runs */
    _Atomic uint32_t suspends; /* it sleeps on this one; changed with the dispatcher lock */
    uint32_t exit_code;
    bool has_exited; /* dispatcher lock */
};

static pthread_key_t end_key;
static _Atomic uint32_t live_threads;

static struct tsm_thread *thread_from(struct tsm_object *object)
{
    return tsm_container_of(object, struct tsm_thread, object);
}

static struct tsm_thread *thread_alloc(void)
{
    struct tsm_thread *thread = calloc(1, sizeof(*thread));

    if (thread) {
        tsm_object_init(&thread->object, &tsm_thread_ops);
        tsm_apc_queue_init(&thread->apcs, &thread->object);
        thread->exit_code = STILL_ACTIVE;
    }
    return thread;
}

static void thread_become_current(struct tsm_thread *thread)
{
    tsm_teb_current()->thread = &thread->object;
    tsm_apc_queue_open(&thread->apcs);
    pthread_setspecific(end_key, thread);
    atomic_fetch_add(&live_threads, 1);
}

/* The calling thread ends. */
static void thread_on_end(void *value)
{
    struct tsm_thread *thread = value;
    uint32_t exit_code;

    tsm_async_thread_ends();
    tsm_timer_routine_end_all(&thread->apcs);
    tsm_apc_queue_close(&thread->apcs);
    tsm_workers_join(NULL);
    tsm_mutex_abandon_all(tsm_teb_tid());
    tsm_dispatcher_lock();
    if (thread->exit_code == STILL_ACTIVE)
        thread->exit_code = 0;
    exit_code = thread->exit_code;
    thread->has_exited = true;
    tsm_wait_notify_locked(&thread->object);
    tsm_dispatcher_unlock();
    tsm_teb_current()->thread = NULL;
    tsm_object_unref(&thread->object);
    if (atomic_fetch_sub(&live_threads, 1) == 1)
        exit((int)exit_code);
}

/* The calling thread. */
static void sleep_while_suspended(struct tsm_thread *thread)
{
    uint32_t count;

    while ((count = atomic_load_explicit(&thread->suspends, memory_order_acquire)) != 0)
        tsm_futex_wait(&thread->suspends, count, TSM_FUTEX_PRIVATE, TSM_DEADLINE_NEVER);
}

static void *thread_main(void *argument)
{
    struct tsm_thread *thread = argument;

    thread_become_current(thread);
    /* pairs with the acquire in tsm_thread_new() */
    atomic_store_explicit(&thread->tid, tsm_teb_tid(), memory_order_release);
    tsm_futex_wake(&thread->tid, 1, TSM_FUTEX_PRIVATE);
    sleep_while_suspended(thread);
    if (!thread->start)
        return NULL;
    /* Windows: what was queued before comes before its start. */
    tsm_apc_deliver();
    thread->exit_code = thread->start(thread->argument);
    return NULL;
}

NTSTATUS tsm_thread_new(LPTHREAD_START_ROUTINE start, void *argument, size_t stack_size,
                        bool is_suspended, struct tsm_object **out)
{
    struct tsm_thread *thread = thread_alloc();
    pthread_attr_t attributes;
    pthread_t id;

    if (!thread)
        return STATUS_NO_MEMORY;
    thread->start = start;
    thread->argument = argument;
    atomic_init(&thread->suspends, is_suspended);
    tsm_object_ref(&thread->object); /* the running thread's own */
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (stack_size)
        pthread_attr_setstacksize(&attributes, tsm_align_up(tsm_max_u64(stack_size, 65536), 4096));

    int error = pthread_create(&id, &attributes, thread_main, thread);

    pthread_attr_destroy(&attributes);
    if (error) {
        tsm_object_unref(&thread->object);
        tsm_object_unref(&thread->object);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    while (atomic_load_explicit(&thread->tid, memory_order_acquire) == 0)
        tsm_futex_wait(&thread->tid, 0, TSM_FUTEX_PRIVATE, TSM_DEADLINE_NEVER);
    *out = &thread->object;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_thread_suspend(struct tsm_object *object, uint32_t *previous)
{
    struct tsm_thread *thread = thread_from(object);
    bool is_self = tsm_teb_current()->thread == object;
    NTSTATUS status = STATUS_SUCCESS;

    tsm_dispatcher_lock();
    *previous = thread->suspends;
    if (thread->has_exited)
        status = STATUS_ACCESS_DENIED;
    else if (*previous >= MAXIMUM_SUSPEND_COUNT)
        status = STATUS_SUSPEND_COUNT_EXCEEDED;
    else if (!is_self && *previous == 0)
        status = STATUS_NOT_SUPPORTED;
    else
        thread->suspends++;
    tsm_dispatcher_unlock();
    if (NT_SUCCESS(status) && is_self)
        sleep_while_suspended(thread);
    return status;
}

void tsm_thread_resume(struct tsm_object *object, uint32_t *previous)
{
    struct tsm_thread *thread = thread_from(object);

    tsm_dispatcher_lock();
    *previous = thread->suspends;
    if (*previous > 0 && --thread->suspends == 0)
        tsm_futex_wake(&thread->suspends, 1, TSM_FUTEX_PRIVATE);
    tsm_dispatcher_unlock();
}

void tsm_thread_cancel(struct tsm_object *object)
{
    uint32_t previous;

    /* The thread reads it after it has seen the count go to 0. */
    thread_from(object)->start = NULL;
    tsm_thread_resume(object, &previous);
}

void tsm_thread_attach(void)
{
    struct tsm_thread *thread;

    if (tsm_likely(tsm_teb_current()->thread != NULL))
        return;
    thread = thread_alloc();
    if (thread) {
        atomic_init(&thread->tid, tsm_teb_tid());
        thread_become_current(thread);
    }
}

struct tsm_object *tsm_thread_current(void)
{
    tsm_thread_attach();
    return tsm_teb_current()->thread ? tsm_object_ref(tsm_teb_current()->thread) : NULL;
}

void tsm_thread_exit(uint32_t exit_code)
{
    tsm_thread_attach();
    if (tsm_teb_current()->thread)
        thread_from(tsm_teb_current()->thread)->exit_code = exit_code;
    pthread_exit(NULL);
}

uint32_t tsm_thread_exit_code(struct tsm_object *object)
{
    tsm_dispatcher_lock();

    uint32_t code = thread_from(object)->has_exited ? thread_from(object)->exit_code : STILL_ACTIVE;

    tsm_dispatcher_unlock();
    return code;
}

struct tsm_apc_queue *tsm_thread_apcs(struct tsm_object *object)
{
    return &thread_from(object)->apcs;
}

uint32_t tsm_thread_id(struct tsm_object *object)
{
    return atomic_load_explicit(&thread_from(object)->tid, memory_order_relaxed);
}

void tsm_thread_init(void)
{
    pthread_key_create(&end_key, thread_on_end);
    tsm_thread_attach();
}

static bool thread_is_signaled(struct tsm_object *object, uint32_t tid)
{
    return thread_from(object)->has_exited;
}

static void thread_destroy(struct tsm_object *object)
{
    free(thread_from(object));
}

const struct tsm_object_ops tsm_thread_ops = {
    .type_name = "Thread",
    .valid_access = THREAD_ALL_ACCESS,
    .is_signaled = thread_is_signaled,
    .destroy = thread_destroy,
};

/* ---- thread local slots ---- */

/* A slot's generation tells a value of this life from one left by the slot's former owner. */
struct slot_value {
    void *value;
    uint32_t generation;
};

static pthread_mutex_t slot_mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic uint32_t slot_generations[TSM_TLS_SLOTS]; /* odd: allocated */
static _Thread_local struct slot_value *slot_values;
static pthread_key_t slot_key;
static pthread_once_t slot_once = PTHREAD_ONCE_INIT;

static void slot_key_create(void)
{
    pthread_key_create(&slot_key, free);
}

static bool slot_is_allocated(uint32_t slot)
{
    return slot < TSM_TLS_SLOTS && (atomic_load(&slot_generations[slot]) & 1);
}

NTSTATUS tsm_tls_alloc(uint32_t *slot)
{
    NTSTATUS status = STATUS_NO_MEMORY;

    pthread_mutex_lock(&slot_mutex);
    for (uint32_t i = 0; i < TSM_TLS_SLOTS && status != STATUS_SUCCESS; i++)
        if (!slot_is_allocated(i)) {
            atomic_fetch_add(&slot_generations[i], 1);
            *slot = i;
            status = STATUS_SUCCESS;
        }
    pthread_mutex_unlock(&slot_mutex);
    return status;
}

NTSTATUS tsm_tls_free(uint32_t slot)
{
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    pthread_mutex_lock(&slot_mutex);
    if (slot_is_allocated(slot)) {
        atomic_fetch_add(&slot_generations[slot], 1);
        status = STATUS_SUCCESS;
    }
    pthread_mutex_unlock(&slot_mutex);
    return status;
}

NTSTATUS tsm_tls_get(uint32_t slot, void **value)
{
    if (!slot_is_allocated(slot))
        return STATUS_INVALID_PARAMETER;
    *value = slot_values && slot_values[slot].generation == atomic_load(&slot_generations[slot])
                 ? slot_values[slot].value
                 : NULL;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_tls_set(uint32_t slot, void *value)
{
    if (!slot_is_allocated(slot))
        return STATUS_INVALID_PARAMETER;
    if (!slot_values) {
        slot_values = calloc(TSM_TLS_SLOTS, sizeof(*slot_values));
        if (!slot_values)
            return STATUS_NO_MEMORY;
        pthread_once(&slot_once, slot_key_create);
        pthread_setspecific(slot_key, slot_values);
    }
    slot_values[slot] =
        (struct slot_value){.value = value, .generation = atomic_load(&slot_generations[slot])};
    return STATUS_SUCCESS;
}
