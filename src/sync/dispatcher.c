/* SPDX-License-Identifier: MIT */
#include "sync/dispatcher.h"

#include "os/lock.h"

static struct tsm_lock dispatcher = TSM_LOCK_INIT;

void tsm_dispatcher_lock(void)
{
    tsm_lock_acquire(&dispatcher);
}

void tsm_dispatcher_unlock(void)
{
    tsm_lock_release(&dispatcher);
}
