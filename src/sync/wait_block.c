/* SPDX-License-Identifier: MIT */
/*
 * Wait blocks
 *
 * A waiter links one wait block into each object it waits for and sleeps on its thread's park word.
 * Whoever signals an object walks that object's blocks, first come first, and satisfies the waits
 * that can be: it consumes for the waiter, takes all its blocks away and stores the result. So a
 * waiter that wakes has nothing left to do, and "all" is decided at one instant.
 *
 * Locking:   the dispatcher lock guards the blocks and the signal state of all objects of the
 *            process, the arena's lock, inside it, shared ones.
 * Ownership: blocks live on the waiter's stack; the waiter's caller holds the objects.
 */
#include "sync/wait_block.h"

#include "os/futex.h"
#include "sync/poll.h"
#include "sync/state_cell.h"

static bool object_is_signaled(struct tsm_wait *wait, uint32_t index)
{
    struct tsm_object *object = wait->objects[index];

    return object->ops->is_signaled(object, wait->tid) ||
           (wait->is_linked && tsm_state_was_pulsed(object, wait->blocks[index].pulses));
}

static bool object_consume(struct tsm_wait *wait, uint32_t index)
{
    struct tsm_object *object = wait->objects[index];

    bool was_abandoned = object->ops->consume && object->ops->consume(object, wait->tid);

    tsm_poll_update_locked(object);
    return was_abandoned;
}

NTSTATUS tsm_wait_try_locked(struct tsm_wait *wait)
{
    if (!wait->all) {
        for (uint32_t i = 0; i < wait->count; i++)
            if (object_is_signaled(wait, i))
                return (object_consume(wait, i) ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0) +
                       (NTSTATUS)i;
        return STATUS_PENDING;
    }

    bool was_abandoned = false;

    for (uint32_t i = 0; i < wait->count; i++)
        if (!object_is_signaled(wait, i))
            return STATUS_PENDING;
    for (uint32_t i = 0; i < wait->count; i++)
        was_abandoned |= object_consume(wait, i);
    return was_abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0;
}

void tsm_wait_link_locked(struct tsm_wait *wait)
{
    for (uint32_t i = 0; i < wait->count; i++) {
        struct tsm_object *object = wait->objects[i];

        wait->blocks[i].wait = wait;
        wait->blocks[i].pulses = tsm_state_pulses(object);
        if (object->ops->wakes_last_first)
            tsm_list_prepend(&object->waiters, &wait->blocks[i].node);
        else
            tsm_list_append(&object->waiters, &wait->blocks[i].node);
    }
    wait->is_linked = true;
}

void tsm_wait_unlink_locked(struct tsm_wait *wait)
{
    for (uint32_t i = 0; i < wait->count; i++)
        tsm_list_unlink(&wait->blocks[i].node);
}

/* Another thread looks for the waiter. */
static NTSTATUS wait_try_for(struct tsm_wait *wait)
{
    NTSTATUS result;

    if (wait->has_shared)
        tsm_arena_lock();
    result = tsm_wait_try_locked(wait);
    if (wait->has_shared)
        tsm_arena_unlock();
    return result;
}

/* Wakes a thread, if it sleeps. */
static void park_leave(struct tsm_teb *teb, enum tsm_park word)
{
    /* pairs with the acquire in waiter_park() and waiter_look_out() */
    if (atomic_exchange_explicit(&teb->park, word, memory_order_release) == TSM_PARK_ASLEEP)
        tsm_futex_wake(&teb->park, 1, TSM_FUTEX_PRIVATE);
}

void tsm_wait_notify_locked(struct tsm_object *object)
{
    struct tsm_list *node = object->waiters.next;

    while (node != &object->waiters) {
        struct tsm_wait *wait = TSM_LIST_ENTRY(node, struct tsm_wait_block, node)->wait;

        /* An object waited for twice by one wait has two blocks here: step over both. */
        do
            node = node->next;
        while (node != &object->waiters &&
               TSM_LIST_ENTRY(node, struct tsm_wait_block, node)->wait == wait);

        NTSTATUS result = wait_try_for(wait);

        if (result != STATUS_PENDING) {
            struct tsm_teb *teb = wait->teb;

            tsm_wait_unlink_locked(wait);
            wait->result = result;
            park_leave(teb, TSM_PARK_WOKEN); /* the wait may be gone after this line */
        }
    }
    tsm_poll_update_locked(object);
}

void tsm_wait_alert_locked(struct tsm_teb *teb)
{
    park_leave(teb, TSM_PARK_LOOK_AGAIN); /* the waiter reads the rest under the lock */
}

void tsm_wait_look_again_locked(struct tsm_object *object)
{
    TSM_LIST_FOR_EACH(node, &object->waiters)
    {
        tsm_wait_alert_locked(TSM_LIST_ENTRY(node, struct tsm_wait_block, node)->wait->teb);
    }
}
