/* SPDX-License-Identifier: MIT */
/* Win32 timeouts as one point of the monotonic clock. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define TSM_TIMEOUT_INFINITE 0xFFFFFFFFu

struct tsm_deadline {
    int64_t at_ns; /* CLOCK_MONOTONIC; INT64_MAX = never */
};

#define TSM_DEADLINE_NEVER ((struct tsm_deadline){INT64_MAX})

int64_t tsm_monotonic_ns(void);

/* timeout_ms from now; TSM_TIMEOUT_INFINITE = never. */
struct tsm_deadline tsm_deadline_in_ms(uint32_t timeout_ms);

bool tsm_deadline_is_never(struct tsm_deadline deadline);
bool tsm_deadline_has_passed(struct tsm_deadline deadline);

/* What is left in ms, rounded up, for poll(2): -1 = for ever. */
int tsm_deadline_poll_ms(struct tsm_deadline deadline);

/* The deadline as an absolute CLOCK_MONOTONIC time; returns NULL for never, else *out. */
const struct timespec *tsm_deadline_timespec(struct tsm_deadline deadline, struct timespec *out);
