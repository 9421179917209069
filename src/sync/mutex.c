/* SPDX-License-Identifier: MIT */
#include "sync/mutex.h"

#include <stdlib.h>

#include "sync/wait.h"

struct tsm_mutex {
    struct tsm_object object;
    struct tsm_list owned_node; /* in owned_mutexes while somebody owns it */
    uint32_t owner_tid;         /* 0 = free */
    uint32_t depth;
    bool is_abandoned;
};

/* Dispatcher lock. An owned mutex without handles stays here until its thread ends. */
static struct tsm_list owned_mutexes = TSM_LIST_INIT(owned_mutexes);

static struct tsm_mutex *mutex_from(struct tsm_object *object)
{
    return tsm_container_of(object, struct tsm_mutex, object);
}

static void mutex_own(struct tsm_mutex *mutex, uint32_t tid)
{
    if (mutex->depth++ == 0) {
        mutex->owner_tid = tid;
        tsm_list_append(&owned_mutexes, &mutex->owned_node);
    }
}

static void mutex_free(struct tsm_mutex *mutex)
{
    mutex->depth = 0;
    mutex->owner_tid = 0;
    tsm_list_unlink(&mutex->owned_node);
    tsm_wait_notify_locked(&mutex->object);
}

struct tsm_object *tsm_mutex_new(uint32_t owner_tid)
{
    struct tsm_mutex *mutex = calloc(1, sizeof(*mutex));

    if (!mutex)
        return NULL;
    tsm_object_init(&mutex->object, &tsm_mutex_ops);
    tsm_list_init(&mutex->owned_node);
    if (owner_tid) {
        tsm_dispatcher_lock();
        mutex_own(mutex, owner_tid);
        tsm_dispatcher_unlock();
    }
    return &mutex->object;
}

NTSTATUS tsm_mutex_release(struct tsm_object *object, uint32_t tid)
{
    struct tsm_mutex *mutex = mutex_from(object);
    NTSTATUS status = STATUS_SUCCESS;

    tsm_dispatcher_lock();
    if (mutex->owner_tid != tid || tid == 0)
        status = STATUS_MUTANT_NOT_OWNED;
    else if (mutex->depth > 1)
        mutex->depth--;
    else
        mutex_free(mutex);
    tsm_dispatcher_unlock();
    return status;
}

void tsm_mutex_abandon_all(uint32_t tid)
{
    tsm_dispatcher_lock();
    for (struct tsm_list *node = owned_mutexes.next; node != &owned_mutexes;) {
        struct tsm_mutex *mutex = TSM_LIST_ENTRY(node, struct tsm_mutex, owned_node);

        node = node->next;
        if (mutex->owner_tid == tid) {
            mutex->is_abandoned = true;
            mutex_free(mutex);
            node = owned_mutexes.next; /* waiters may have taken others meanwhile */
        }
    }
    tsm_dispatcher_unlock();
}

static bool mutex_is_signaled(struct tsm_object *object, uint32_t tid)
{
    return mutex_from(object)->owner_tid == 0 || mutex_from(object)->owner_tid == tid;
}

static bool mutex_consume(struct tsm_object *object, uint32_t tid)
{
    struct tsm_mutex *mutex = mutex_from(object);
    bool was_abandoned = mutex->is_abandoned;

    mutex->is_abandoned = false;
    mutex_own(mutex, tid);
    return was_abandoned;
}

static void mutex_destroy(struct tsm_object *object)
{
    tsm_dispatcher_lock();
    tsm_list_unlink(&mutex_from(object)->owned_node);
    tsm_dispatcher_unlock();
    free(mutex_from(object));
}

const struct tsm_object_ops tsm_mutex_ops = {
    .type_name = "Mutant",
    .valid_access = MUTANT_ALL_ACCESS,
    .is_signaled = mutex_is_signaled,
    .consume = mutex_consume,
    .destroy = mutex_destroy,
};
