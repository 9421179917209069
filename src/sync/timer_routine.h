/* SPDX-License-Identifier: MIT */
/* The completion routine of a timer: a call to the thread that has set it. */
#pragma once

#include <synchapi.h>

#include "sync/apc.h"
#include "sync/state_cell.h"

struct tsm_timer_routine;

/* NULL without memory. */
struct tsm_timer_routine *tsm_timer_routine_new(PTIMERAPCROUTINE routine, void *argument);

/* Locks of the timer held: from now on it is the timer's, of the calling thread. Takes the routine,
 * NULL for none; what the timer had before is taken back. */
void tsm_timer_routine_install_locked(struct tsm_state *timer, struct tsm_timer_routine *routine);

/* Dispatcher lock held: queues the routines of this thread whose time has come. Returns when to look
 * again, of the monotonic clock; INT64_MAX: never. */
int64_t tsm_timer_routine_collect_locked(struct tsm_apc_queue *queue);

/* The calling thread, whose queue it is, ends. Windows: its timers with routines are cancelled. */
void tsm_timer_routine_end_all(struct tsm_apc_queue *queue);
