/* SPDX-License-Identifier: MIT */
/*
 * Descriptor limit
 *
 * The soft limit is low (1024) because select(2) cannot take more. A program that uses so many pipes
 * that they do not fit gets more, as far as the administrator allows, and step by step; all others
 * keep what they had.
 */
#include "os/fd_limit.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/resource.h>

#include "base/assert.h"
#include "base/trace.h"

#define STEP_LEAST 1024
#define FEW        256 /* nobody has a limit below */
#define SOON       16
#define GIVERS_MAX 8 /* one for each kind of thing that is kept open for later */

typedef bool giver(void);

static giver *_Atomic givers[GIVERS_MAX];

void tsm_fd_limit_add_giver(bool (*give)(void))
{
    for (int i = 0; i < GIVERS_MAX; i++) {
        giver *known = atomic_load_explicit(&givers[i], memory_order_relaxed);

        if (known == give ||
            (!known && (atomic_compare_exchange_strong(&givers[i], &known, give) || known == give)))
            return;
    }
    tsm_assert(false);
}

bool tsm_fd_limit_give_back(void)
{
    bool was_any = false;

    for (int i = 0; i < GIVERS_MAX; i++) {
        giver *give = atomic_load(&givers[i]);

        was_any |= give && give();
    }
    return was_any;
}

bool tsm_fd_limit_raise(void)
{
    struct rlimit limit;
    int error = errno;
    bool is_raised = false; /* or something is free again */

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        rlim_t before = limit.rlim_cur;
        rlim_t step = before > STEP_LEAST ? before : STEP_LEAST;

        limit.rlim_cur = limit.rlim_max - before < step ? limit.rlim_max : before + step;
        is_raised = setrlimit(RLIMIT_NOFILE, &limit) == 0;
        tsm_trace(TSM_TRACE_HANDLE, "%llu descriptors are not enough: %s %llu",
                  (unsigned long long)before, is_raised ? "the limit is now" : "it cannot be",
                  (unsigned long long)limit.rlim_cur);
    }
    if (!is_raised)
        is_raised = tsm_fd_limit_give_back();
    errno = error;
    return is_raised;
}

void tsm_fd_limit_reach(int fd)
{
    struct rlimit limit;

    if (fd >= FEW && getrlimit(RLIMIT_NOFILE, &limit) == 0 && (rlim_t)fd + SOON >= limit.rlim_cur)
        tsm_fd_limit_raise();
}
