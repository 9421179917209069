/* SPDX-License-Identifier: MIT */
/*
 * Name watch
 *
 * The kernel takes milliseconds to close a descriptor of inotify that watches something, but only
 * microseconds to end a single watch: one descriptor stays with the process for the next wait.
 */
#include "os/name_watch.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/trace.h"
#include "os/fd_limit.h"

#define WITHOUT_WATCH_MS 10

/* The process it belongs to (a fork must not share it), and the descriptor + 1; 0: none. */
static _Atomic uint64_t spare;

static int take_spare(void)
{
    uint64_t taken = atomic_exchange(&spare, 0);

    if (taken == 0)
        return -1;
    if ((uint32_t)(taken >> 32) == (uint32_t)getpid())
        return (int)(uint32_t)taken - 1;
    close((int)(uint32_t)taken - 1);
    return -1;
}

static bool spare_drop(void)
{
    uint64_t taken = atomic_exchange(&spare, 0);

    if (taken != 0)
        close((int)(uint32_t)taken - 1);
    return taken != 0;
}

static void drain(int fd)
{
    char events[4096];

    while (read(fd, events, sizeof(events)) > 0)
        ;
}

void tsm_name_watch_end(struct tsm_name_watch *watch)
{
    uint64_t none = 0;

    if (watch->fd < 0)
        return;
    for (uint32_t i = 0; i < watch->count; i++)
        inotify_rm_watch(watch->fd, watch->watches[i]);
    drain(watch->fd);
    tsm_fd_limit_add_giver(spare_drop);
    if (!atomic_compare_exchange_strong(
            &spare, &none, (uint64_t)(uint32_t)getpid() << 32 | ((uint32_t)watch->fd + 1)))
        close(watch->fd);
    watch->fd = -1;
}

static bool begin(struct tsm_name_watch *watch, const struct tsm_name_folder *folders,
                  uint32_t count)
{
    watch->count = 0;
    watch->fd = take_spare();
    if (watch->fd < 0)
        TSM_FD_TRY(watch->fd, inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    for (uint32_t i = 0; watch->fd >= 0 && i < count; i++) {
        char path[32];

        snprintf(path, sizeof(path), "/proc/self/fd/%d", folders[i].fd);
        watch->watches[i] =
            inotify_add_watch(watch->fd, path, IN_CREATE | IN_DELETE | IN_DELETE_SELF);
        if (watch->watches[i] < 0)
            tsm_name_watch_end(watch);
        else
            watch->count++;
    }
    if (watch->fd >= 0)
        return true;
    tsm_trace(TSM_TRACE_NAME, "inotify is used up: looking from time to time");
    watch->fd = -2;
    return false;
}

void tsm_name_watch_wait(struct tsm_name_watch *watch, const struct tsm_name_folder *folders,
                         uint32_t count, int max_ms, struct tsm_deadline deadline)
{
    if (watch->fd == -1 && begin(watch, folders, count))
        return; /* something may have changed before the watch stood */

    int left = tsm_deadline_poll_ms(deadline);
    int wait_ms = left >= 0 && left < max_ms ? left : max_ms;
    struct pollfd poll_fd = {.fd = watch->fd, .events = POLLIN};

    if (watch->fd < 0 && wait_ms > WITHOUT_WATCH_MS)
        wait_ms = WITHOUT_WATCH_MS;
    if (poll(&poll_fd, watch->fd >= 0, wait_ms) > 0)
        drain(watch->fd);
}
