/* SPDX-License-Identifier: MIT */
/*
 * Workers
 *
 * Windows: a port lets as many threads run as it was told, whichever they are. A thread that took a
 *          packet counts until it asks for the next one; while it sleeps in one of our calls another
 *          may run in its place, and when it wakes there is one too many for a while.
 */
#include "sync/workers.h"

#include "sync/dispatcher.h"
#include "sync/wait_block.h"

bool tsm_workers_leave_locked(struct tsm_teb *teb)
{
    if (!teb->is_working)
        return false;
    teb->is_working = false;
    teb->workers->active--;
    tsm_wait_notify_locked(teb->workers->queue);
    return true;
}

void tsm_workers_return_locked(struct tsm_teb *teb)
{
    teb->is_working = true;
    teb->workers->active++;
}

bool tsm_workers_block(void)
{
    struct tsm_teb *teb = tsm_teb_current();

    if (tsm_likely(!teb->is_working))
        return false;
    tsm_dispatcher_lock();
    tsm_workers_leave_locked(teb);
    tsm_dispatcher_unlock();
    return true;
}

void tsm_workers_unblock(bool was_working)
{
    if (tsm_likely(!was_working))
        return;
    tsm_dispatcher_lock();
    tsm_workers_return_locked(tsm_teb_current());
    tsm_dispatcher_unlock();
}

void tsm_workers_join(struct tsm_workers *workers)
{
    struct tsm_teb *teb = tsm_teb_current();
    struct tsm_workers *before = teb->workers;

    if (tsm_likely(before == workers))
        return;
    tsm_workers_block();
    if (workers)
        tsm_object_ref(workers->owner);
    teb->workers = workers;
    if (before)
        tsm_object_unref(before->owner);
}
