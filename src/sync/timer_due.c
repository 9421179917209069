/* SPDX-License-Identifier: MIT */
/*
 * When a timer comes
 *
 * Windows: a time of day moves when the clock is set, until it has come; periods do not. A waiter
 *          for such a time looks at the clock at least once a second.
 */
#include "sync/timer_due.h"

#include <time.h>

#include "base/deadline.h"

#define NS_PER_TICK   INT64_C(100)
#define NS_PER_MS     INT64_C(1000000)
#define NS_PER_SECOND INT64_C(1000000000)
/* From 1601, where Windows begins to count, to 1970, in its ticks. */
#define TICKS_1970 INT64_C(116444736000000000)

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

struct tsm_timer_due tsm_timer_due_from(int64_t ticks, uint32_t period_ms)
{
    struct tsm_timer_due due = {.period = (int64_t)period_ms * NS_PER_MS,
                                .is_absolute = ticks >= 0};

    if (!due.is_absolute)
        due.at =
            plus(tsm_monotonic_ns(), times(ticks == INT64_MIN ? INT64_MAX : -ticks, NS_PER_TICK));
    else if (ticks > TICKS_1970)
        due.at = times(ticks - TICKS_1970, NS_PER_TICK);
    return due;
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
