/* SPDX-License-Identifier: MIT */
/*
 * Waitable timers
 *
 * Nobody fires a timer: whoever looks at it sees whether its time has come, and waiters sleep no
 * longer than that. So it needs no thread, and a shared one works whoever is dead.
 */
#include "sync/timer.h"

#include "sync/dispatcher.h"
#include "sync/timer_due.h"
#include "sync/timer_routine.h"
#include "sync/wait_block.h"

struct tsm_cell tsm_timer_cell(bool is_manual_reset)
{
    return (struct tsm_cell){.flags = is_manual_reset ? TSM_CELL_MANUAL : 0};
}

struct tsm_object *tsm_timer_new(bool is_manual_reset)
{
    struct tsm_cell cell = tsm_timer_cell(is_manual_reset);
    struct tsm_state *timer = tsm_state_new(&tsm_timer_ops, TSM_CELL_TIMER, &cell);

    return timer ? &timer->object : NULL;
}

void tsm_timer_set(struct tsm_object *object, int64_t due, uint32_t period_ms,
                   struct tsm_timer_routine *routine)
{
    struct tsm_state *timer = tsm_state_from(object);
    struct tsm_timer_due first = tsm_timer_due_from(due, period_ms);

    tsm_state_begin(timer);
    tsm_state_will_signal(timer); /* who sleeps for its old time must look */

    struct tsm_cell *cell = tsm_state_cell(timer);

    cell->flags = (cell->flags & TSM_CELL_MANUAL) | TSM_CELL_ARMED |
                  (first.is_absolute ? TSM_CELL_ABSOLUTE : 0);
    cell->count = 0;
    cell->limit = (int32_t)((uint32_t)cell->limit + 1);
    cell->due = first.at;
    cell->period = first.period;
    tsm_timer_routine_install_locked(timer, routine);
    if (!timer->is_shared)
        tsm_wait_look_again_locked(object);
    tsm_state_end(timer);
}

void tsm_timer_cancel(struct tsm_object *object)
{
    struct tsm_state *timer = tsm_state_from(object);

    tsm_state_begin(timer);
    tsm_state_will_consume(timer);

    struct tsm_cell *cell = tsm_state_cell(timer);

    cell->flags &= ~TSM_CELL_ARMED;
    cell->limit = (int32_t)((uint32_t)cell->limit + 1);
    tsm_timer_routine_install_locked(timer, NULL);
    tsm_state_end(timer);
}

int64_t tsm_timer_due_ns(struct tsm_state *timer)
{
    const struct tsm_cell *cell = tsm_state_cell(timer);
    struct tsm_timer_due due = tsm_timer_due_of(cell);

    if (!(cell->flags & TSM_CELL_ARMED) || cell->due < 0)
        return INT64_MAX;
    return tsm_timer_due_look_ns(&due);
}

static bool timer_is_signaled(struct tsm_object *object, uint32_t tid)
{
    struct tsm_state *timer = tsm_state_from(object);
    struct tsm_cell *cell = tsm_state_cell(timer);
    struct tsm_timer_due due = tsm_timer_due_of(cell);

    if ((cell->flags & TSM_CELL_ARMED) && tsm_timer_due_has_come(&due)) {
        tsm_state_will_consume(timer);
        cell->count = 1;
        cell->flags &= ~TSM_CELL_ABSOLUTE;
        if (tsm_timer_due_advance(&due))
            cell->due = due.at;
        else
            cell->flags &= ~TSM_CELL_ARMED;
    }
    return cell->count != 0;
}

static bool timer_consume(struct tsm_object *object, uint32_t tid)
{
    struct tsm_state *timer = tsm_state_from(object);
    struct tsm_cell *cell = tsm_state_cell(timer);

    if (!(cell->flags & TSM_CELL_MANUAL)) {
        tsm_state_will_consume(timer);
        cell->count = 0;
    }
    return false;
}

static void timer_destroy(struct tsm_object *object)
{
    tsm_dispatcher_lock();
    tsm_timer_routine_install_locked(tsm_state_from(object), NULL);
    tsm_dispatcher_unlock();
    tsm_state_destroy(object);
}

const struct tsm_object_ops tsm_timer_ops = {
    .type_name = "Timer",
    .valid_access = TIMER_ALL_ACCESS,
    .is_state = true,
    .is_signaled = timer_is_signaled,
    .consume = timer_consume,
    .destroy = timer_destroy,
    .export = tsm_state_export,
};
