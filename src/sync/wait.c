/* SPDX-License-Identifier: MIT */
/*
 * Waiting
 *
 * A waiter links one wait block into each object it waits for and sleeps on its thread's park word.
 * Whoever signals an object walks that object's blocks, first come first, and satisfies the waits
 * that can be: it consumes for the waiter, takes all its blocks away and stores the result. So a
 * waiter that wakes has nothing left to do, and "all" is decided at one instant.
 *
 * Locking:   the dispatcher lock guards the blocks and the signal state of all objects of the
 *            process. One lock makes wait-for-all right; the data path of a pipe never takes it.
 * Ownership: blocks live on the waiter's stack; the waiter's caller holds the objects.
 */
#include "sync/wait.h"

#include "base/assert.h"
#include "base/teb.h"
#include "base/trace.h"
#include "os/futex.h"
#include "os/lock.h"

struct wait;

struct wait_block {
    struct tsm_list node; /* in object->waiters; unlinked when the wait is over */
    struct wait *wait;
};

struct wait {
    struct tsm_object *const *objects;
    uint32_t count;
    bool all;
    uint32_t tid;
    struct tsm_teb *teb;
    NTSTATUS result; /* STATUS_PENDING until satisfied */
    struct wait_block blocks[TSM_WAIT_MAX];
};

enum { PARK_ASLEEP, PARK_WOKEN };

static struct tsm_lock dispatcher = TSM_LOCK_INIT;

void tsm_dispatcher_lock(void)
{
    tsm_lock_acquire(&dispatcher);
}

void tsm_dispatcher_unlock(void)
{
    tsm_lock_release(&dispatcher);
}

static bool object_is_signaled(struct tsm_object *object, uint32_t tid)
{
    return object->ops->is_signaled(object, tid);
}

static bool object_consume(struct tsm_object *object, uint32_t tid)
{
    return object->ops->consume && object->ops->consume(object, tid);
}

/* Takes what the wait asks for, if it is there: the result, or STATUS_PENDING. */
static NTSTATUS wait_try(struct wait *wait)
{
    if (!wait->all) {
        for (uint32_t i = 0; i < wait->count; i++)
            if (object_is_signaled(wait->objects[i], wait->tid))
                return (object_consume(wait->objects[i], wait->tid) ? STATUS_ABANDONED_WAIT_0
                                                                    : STATUS_WAIT_0) +
                       (NTSTATUS)i;
        return STATUS_PENDING;
    }

    bool was_abandoned = false;

    for (uint32_t i = 0; i < wait->count; i++)
        if (!object_is_signaled(wait->objects[i], wait->tid))
            return STATUS_PENDING;
    for (uint32_t i = 0; i < wait->count; i++)
        was_abandoned |= object_consume(wait->objects[i], wait->tid);
    return was_abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0;
}

static void wait_unlink(struct wait *wait)
{
    for (uint32_t i = 0; i < wait->count; i++)
        tsm_list_unlink(&wait->blocks[i].node);
}

void tsm_wait_notify_locked(struct tsm_object *object)
{
    struct tsm_list *node = object->waiters.next;

    while (node != &object->waiters) {
        struct wait *wait = TSM_LIST_ENTRY(node, struct wait_block, node)->wait;

        /* An object waited for twice by one wait has two blocks here: step over both. */
        do
            node = node->next;
        while (node != &object->waiters &&
               TSM_LIST_ENTRY(node, struct wait_block, node)->wait == wait);

        NTSTATUS result = wait_try(wait);

        if (result != STATUS_PENDING) {
            struct tsm_teb *teb = wait->teb;

            wait_unlink(wait);
            wait->result = result;
            /* pairs with the acquire in wait_park(); the wait may be gone after this line */
            atomic_store_explicit(&teb->park, PARK_WOKEN, memory_order_release);
            tsm_futex_wake(&teb->park, 1, TSM_FUTEX_PRIVATE);
        }
    }
}

/* Sleeps until satisfied; false when the deadline passed first. */
static bool wait_park(struct tsm_teb *teb, struct tsm_deadline deadline)
{
    while (atomic_load_explicit(&teb->park, memory_order_acquire) == PARK_ASLEEP)
        if (!tsm_futex_wait(&teb->park, PARK_ASLEEP, TSM_FUTEX_PRIVATE, deadline))
            return false;
    return true;
}

NTSTATUS tsm_wait_objects(struct tsm_object *const *objects, uint32_t count, bool all,
                          bool alertable, struct tsm_deadline deadline)
{
    struct wait wait;

    tsm_assert(count > 0 && count <= TSM_WAIT_MAX);
    for (uint32_t i = 0; i < count; i++)
        if (!objects[i]->ops->is_signaled)
            return STATUS_INVALID_HANDLE;

    wait.objects = objects;
    wait.count = count;
    wait.all = all;
    wait.tid = tsm_teb_tid();
    wait.teb = tsm_teb_current();

    tsm_dispatcher_lock();
    wait.result = wait_try(&wait);
    if (wait.result != STATUS_PENDING || tsm_deadline_has_passed(deadline)) {
        tsm_dispatcher_unlock();
        return wait.result != STATUS_PENDING ? wait.result : STATUS_TIMEOUT;
    }
    atomic_store_explicit(&wait.teb->park, PARK_ASLEEP, memory_order_relaxed);
    for (uint32_t i = 0; i < count; i++) {
        wait.blocks[i].wait = &wait;
        tsm_list_append(&objects[i]->waiters, &wait.blocks[i].node);
    }
    tsm_dispatcher_unlock();

    if (!wait_park(wait.teb, deadline)) {
        tsm_dispatcher_lock();
        if (wait.result == STATUS_PENDING) {
            wait_unlink(&wait);
            wait.result = STATUS_TIMEOUT;
        }
        tsm_dispatcher_unlock();
    }
    tsm_trace(TSM_TRACE_WAIT, "%u objects: %s", count, tsm_status_name(wait.result));
    return wait.result;
}

NTSTATUS tsm_wait_delay(bool alertable, struct tsm_deadline deadline)
{
    _Atomic uint32_t word = 0;

    while (tsm_futex_wait(&word, 0, TSM_FUTEX_PRIVATE, deadline))
        ;
    return STATUS_SUCCESS;
}
