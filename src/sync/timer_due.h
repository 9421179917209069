/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sync/arena.h"

/* When a timer comes: a point of the monotonic clock or of the one on the wall, in ns. */
struct tsm_timer_due {
    int64_t at;
    int64_t period; /* 0: once */
    bool is_absolute;
};

/* ticks: in 100 ns, negative: from now, else since 1601. period_ms 0: once. */
struct tsm_timer_due tsm_timer_due_from(int64_t ticks, uint32_t period_ms);

/* Of an armed timer. */
struct tsm_timer_due tsm_timer_due_of(const struct tsm_cell *cell);
bool tsm_timer_due_has_come(const struct tsm_timer_due *due);
/* After it has come: on to the next period to come; false if there is none. */
bool tsm_timer_due_advance(struct tsm_timer_due *due);
/* When it is worth to look, of the monotonic clock. */
int64_t tsm_timer_due_look_ns(const struct tsm_timer_due *due);
/* The time of day in 100 ns since 1601. */
int64_t tsm_timer_due_filetime(const struct tsm_timer_due *due);
