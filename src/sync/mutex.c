/* SPDX-License-Identifier: MIT */
/*
 * Mutexes
 *
 * Ownership: a mutex that a thread owns is referenced by that: closing its handles does not free it.
 * Windows:   a mutex is owned by a thread, of whatever process; when that ends it is abandoned.
 */
#include "sync/mutex.h"

#include "sync/dispatcher.h"
#include "sync/wait_block.h"

/* Dispatcher lock: those that threads of this process own. */
static struct tsm_list owned_mutexes = TSM_LIST_INIT(owned_mutexes);

struct tsm_cell tsm_mutex_cell(void)
{
    return (struct tsm_cell){.count = 0};
}

/* Locks held. */
static bool is_owned_by(struct tsm_state *mutex, uint32_t tid)
{
    const struct tsm_cell *cell = tsm_state_cell(mutex);

    return cell->count > 0 && cell->limit == (int32_t)tid &&
           (!mutex->is_shared || cell->owner == tsm_arena_self() + 1);
}

static void owner_hold(struct tsm_state *mutex)
{
    tsm_object_ref(&mutex->object);
    tsm_list_append(&owned_mutexes, &mutex->owned_node);
}

static void mutex_own(struct tsm_state *mutex, uint32_t tid)
{
    struct tsm_cell *cell = tsm_state_cell(mutex);

    tsm_state_will_consume(mutex);
    if (cell->count++ > 0)
        return;
    cell->owner = mutex->is_shared ? tsm_arena_self() + 1 : 0;
    cell->limit = (int32_t)tid;
    owner_hold(mutex);
}

/* The owner's reference is the caller's now, to be dropped after the locks. */
static void mutex_free(struct tsm_state *mutex, uint32_t flags)
{
    struct tsm_cell *cell = tsm_state_cell(mutex);

    tsm_list_unlink(&mutex->owned_node);
    tsm_state_will_signal(mutex);
    cell->flags |= flags;
    cell->count = 0;
    cell->owner = 0;
    cell->limit = 0;
}

struct tsm_object *tsm_mutex_new(uint32_t owner_tid)
{
    struct tsm_cell cell = tsm_mutex_cell();
    struct tsm_state *mutex = tsm_state_new(&tsm_mutex_ops, TSM_CELL_MUTEX, &cell);

    if (!mutex)
        return NULL;
    if (owner_tid)
        tsm_mutex_give(&mutex->object, owner_tid);
    return &mutex->object;
}

void tsm_mutex_give(struct tsm_object *object, uint32_t tid)
{
    struct tsm_state *mutex = tsm_state_from(object);

    tsm_state_begin(mutex);
    if (is_owned_by(mutex, tid) && tsm_list_is_empty(&mutex->owned_node))
        owner_hold(mutex);
    else
        mutex_own(mutex, tid);
    tsm_state_end(mutex);
}

NTSTATUS tsm_mutex_release(struct tsm_object *object, uint32_t tid)
{
    struct tsm_state *mutex = tsm_state_from(object);
    bool is_free = false;
    NTSTATUS status = STATUS_SUCCESS;

    tsm_state_begin(mutex);
    /* What a shared one says of its owner, others may have written. */
    if (!is_owned_by(mutex, tid) || tsm_list_is_empty(&mutex->owned_node)) {
        status = STATUS_MUTANT_NOT_OWNED;
    } else if (tsm_state_cell(mutex)->count > 1) {
        tsm_state_will_consume(mutex);
        tsm_state_cell(mutex)->count--;
    } else {
        mutex_free(mutex, 0);
        is_free = true;
    }
    tsm_state_end(mutex);
    if (is_free)
        tsm_object_unref(object);
    return status;
}

/* Dispatcher lock held: the first mutex that the thread owns. */
static struct tsm_state *first_owned_by(uint32_t tid)
{
    TSM_LIST_FOR_EACH(node, &owned_mutexes)
    {
        struct tsm_state *mutex = TSM_LIST_ENTRY(node, struct tsm_state, owned_node);
        bool is_its;

        if (mutex->is_shared)
            tsm_arena_lock();
        is_its = is_owned_by(mutex, tid);
        if (mutex->is_shared)
            tsm_arena_unlock();
        if (is_its)
            return mutex;
    }
    return NULL;
}

void tsm_mutex_abandon_all(uint32_t tid)
{
    struct tsm_state *mutex;

    for (;;) {
        tsm_dispatcher_lock();
        mutex = first_owned_by(tid);
        if (mutex) {
            if (mutex->is_shared)
                tsm_arena_lock();
            mutex_free(mutex, TSM_CELL_ABANDONED);
            if (mutex->is_shared)
                tsm_arena_unlock();
            else
                tsm_wait_notify_locked(&mutex->object);
        }
        tsm_dispatcher_unlock();
        if (!mutex)
            return;
        tsm_object_unref(&mutex->object);
    }
}

static bool mutex_is_signaled(struct tsm_object *object, uint32_t tid)
{
    struct tsm_state *mutex = tsm_state_from(object);

    return tsm_state_cell(mutex)->count == 0 || is_owned_by(mutex, tid);
}

static bool mutex_consume(struct tsm_object *object, uint32_t tid)
{
    struct tsm_state *mutex = tsm_state_from(object);
    bool was_abandoned = tsm_state_cell(mutex)->flags & TSM_CELL_ABANDONED;

    mutex_own(mutex, tid);
    tsm_state_cell(mutex)->flags &= ~TSM_CELL_ABANDONED;
    return was_abandoned;
}

const struct tsm_object_ops tsm_mutex_ops = {
    .type_name = "Mutant",
    .valid_access = MUTANT_ALL_ACCESS,
    .is_state = true,
    .is_signaled = mutex_is_signaled,
    .consume = mutex_consume,
    .destroy = tsm_state_destroy,
    .export = tsm_state_export,
};
