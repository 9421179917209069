/* SPDX-License-Identifier: MIT */
/*
 * Waitable timers
 *
 * Nobody fires a timer: whoever looks at it sees whether its time has come, and waiters sleep no
 * longer than that. So it needs no thread, and a shared one works whoever is dead.
 *
 * Windows: a time of day moves when the clock is set, until it has come; periods do not. A waiter
 *          for such a time looks at the clock at least once a second.
 */
#include "sync/timer.h"

#include <time.h>

#include "base/deadline.h"
#include "sync/timer_routine.h"
#include "sync/wait.h"

#define NS_PER_TICK   INT64_C(100)
#define NS_PER_MS     INT64_C(1000000)
#define NS_PER_SECOND INT64_C(1000000000)
/* From 1601, where Windows begins to count, to 1970, in its ticks. */
#define TICKS_1970 INT64_C(116444736000000000)

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

static int64_t wall_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

static int64_t times(int64_t value, int64_t factor)
{
    int64_t product;

    return __builtin_mul_overflow(value, factor, &product) ? INT64_MAX : product;
}

static int64_t plus(int64_t value, int64_t more)
{
    int64_t sum;

    return __builtin_add_overflow(value, more, &sum) ? INT64_MAX : sum;
}

struct tsm_timer_due tsm_timer_due_of(const struct tsm_cell *cell)
{
    return (struct tsm_timer_due){cell->due, cell->period, cell->flags & TSM_CELL_ABSOLUTE};
}

bool tsm_timer_due_has_come(const struct tsm_timer_due *due)
{
    return (due->is_absolute ? wall_ns() : tsm_monotonic_ns()) >= due->at;
}

bool tsm_timer_due_advance(struct tsm_timer_due *due)
{
    int64_t now = tsm_monotonic_ns(), from = due->is_absolute ? now : due->at;

    if (due->period <= 0)
        return false;
    due->at = plus(from, ((now - from) / due->period + 1) * due->period);
    due->is_absolute = false;
    return true;
}

int64_t tsm_timer_due_look_ns(const struct tsm_timer_due *due)
{
    if (!due->is_absolute)
        return due->at;

    int64_t left = due->at - wall_ns();

    return tsm_monotonic_ns() + (left < 0 ? 0 : left > NS_PER_SECOND ? NS_PER_SECOND : left);
}

int64_t tsm_timer_due_filetime(const struct tsm_timer_due *due)
{
    int64_t wall = due->is_absolute ? due->at : wall_ns() - (tsm_monotonic_ns() - due->at);

    return wall / NS_PER_TICK + TICKS_1970;
}

void tsm_timer_set(struct tsm_object *object, int64_t due, uint32_t period_ms,
                   struct tsm_timer_routine *routine)
{
    struct tsm_state *timer = tsm_state_from(object);
    bool is_absolute = due >= 0;
    int64_t at = 0;

    if (!is_absolute)
        at = plus(tsm_monotonic_ns(), times(due == INT64_MIN ? INT64_MAX : -due, NS_PER_TICK));
    else if (due > TICKS_1970)
        at = times(due - TICKS_1970, NS_PER_TICK);

    tsm_state_begin(timer);
    tsm_state_will_signal(timer); /* who sleeps for its old time must look */

    struct tsm_cell *cell = tsm_state_cell(timer);

    cell->flags =
        (cell->flags & TSM_CELL_MANUAL) | TSM_CELL_ARMED | (is_absolute ? TSM_CELL_ABSOLUTE : 0);
    cell->count = 0;
    cell->limit = (int32_t)((uint32_t)cell->limit + 1);
    cell->due = at;
    cell->period = (int64_t)period_ms * NS_PER_MS;
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

const struct tsm_object_ops tsm_timer_ops = {
    .type_name = "Timer",
    .valid_access = TIMER_ALL_ACCESS,
    .is_signaled = timer_is_signaled,
    .consume = timer_consume,
    .destroy = tsm_state_destroy,
    .export = tsm_state_export,
};
