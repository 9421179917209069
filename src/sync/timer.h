/* SPDX-License-Identifier: MIT */
#pragma once

#include "sync/state.h"

extern const struct tsm_object_ops tsm_timer_ops;

struct tsm_cell tsm_timer_cell(bool is_manual_reset);

/* NULL without memory. One reference. */
struct tsm_object *tsm_timer_new(bool is_manual_reset);

struct tsm_timer_routine;

/* due: in 100 ns, negative: from now, else since 1601. period_ms 0: once. Takes the routine, which
 * the calling thread runs; NULL for none. */
void tsm_timer_set(struct tsm_object *timer, int64_t due, uint32_t period_ms,
                   struct tsm_timer_routine *routine);

/* Leaves it signaled if it is; a call of its routine that is queued is taken back. */
void tsm_timer_cancel(struct tsm_object *timer);

/* Locks held: when it is worth to look at it again, of the monotonic clock; INT64_MAX: never. */
int64_t tsm_timer_due_ns(struct tsm_state *timer);
