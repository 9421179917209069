/* SPDX-License-Identifier: MIT */
#include "base/deadline.h"

#include <limits.h>

#define NS_PER_SECOND 1000000000
#define NS_PER_MS     1000000

int64_t tsm_monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

struct tsm_deadline tsm_deadline_in_ms(uint32_t timeout_ms)
{
    if (timeout_ms == TSM_TIMEOUT_INFINITE)
        return TSM_DEADLINE_NEVER;
    return (struct tsm_deadline){tsm_monotonic_ns() + (int64_t)timeout_ms * NS_PER_MS};
}

bool tsm_deadline_is_never(struct tsm_deadline deadline)
{
    return deadline.at_ns == INT64_MAX;
}

bool tsm_deadline_has_passed(struct tsm_deadline deadline)
{
    return !tsm_deadline_is_never(deadline) && tsm_monotonic_ns() >= deadline.at_ns;
}

int tsm_deadline_poll_ms(struct tsm_deadline deadline)
{
    if (tsm_deadline_is_never(deadline))
        return -1;

    int64_t left = deadline.at_ns - tsm_monotonic_ns();

    if (left <= 0)
        return 0;
    left = (left + NS_PER_MS - 1) / NS_PER_MS;
    return left > INT_MAX ? INT_MAX : (int)left;
}

const struct timespec *tsm_deadline_timespec(struct tsm_deadline deadline, struct timespec *out)
{
    if (tsm_deadline_is_never(deadline))
        return NULL;
    out->tv_sec = deadline.at_ns / NS_PER_SECOND;
    out->tv_nsec = deadline.at_ns % NS_PER_SECOND;
    return out;
}
