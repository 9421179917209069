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

#include "base/trace.h"
#include "os/name_cache.h"
#include "os/name_watch.h"
#include "os/unix_socket.h"

#define STEP_LEAST 1024
#define FEW        256 /* nobody has a limit below */
#define SOON       16

static bool (*_Atomic further_giver)(void);

void tsm_fd_limit_add_giver(bool (*give)(void))
{
    atomic_store(&further_giver, give);
}

static bool give_back(void)
{
    bool (*further)(void) = atomic_load(&further_giver);
    bool was_any = tsm_unix_prober_drop();

    was_any |= tsm_name_watch_drop();
    was_any |= tsm_name_cache_drop();
    was_any |= further && further();
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
        is_raised = give_back();
    errno = error;
    return is_raised;
}

void tsm_fd_limit_reach(int fd)
{
    struct rlimit limit;

    if (fd >= FEW && getrlimit(RLIMIT_NOFILE, &limit) == 0 && (rlim_t)fd + SOON >= limit.rlim_cur)
        tsm_fd_limit_raise();
}
