/* SPDX-License-Identifier: MIT */
#include "os/fd_call.h"

#include <errno.h>
#include <poll.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "os/fd_pipe.h"

#define DRAIN_PAUSE_NS  50000
#define DRAIN_PAUSE_MAX 5000000

static bool is_ready(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    return poll(&poll_fd, 1, 0) != 0;
}

NTSTATUS tsm_fd_call_read(int fd, void *buffer, uint32_t length, uint32_t *count)
{
    struct iovec piece = {.iov_base = buffer, .iov_len = length};
    ssize_t got;

    *count = 0;
    do
        got = preadv2(fd, &piece, 1, -1, RWF_NOWAIT);
    while (got < 0 && errno == EINTR);
    if (got < 0 && tsm_fd_is_unknown_flag())
        return is_ready(fd) ? tsm_fd_pipe_read(fd, buffer, length, count) : STATUS_PIPE_EMPTY;
    if (got < 0)
        return errno == EAGAIN ? STATUS_PIPE_EMPTY : tsm_status_from_errno(errno);
    *count = (uint32_t)got;
    return got == 0 && length ? STATUS_PIPE_BROKEN : STATUS_SUCCESS;
}

NTSTATUS tsm_fd_call_write(int fd, const void *buffer, uint32_t length, uint32_t *count)
{
    ssize_t put;

    *count = 0;
    do
        put = tsm_fd_write_quietly(fd, buffer, length, RWF_NOWAIT);
    while (put < 0 && errno == EINTR);
    if (put >= 0 || errno == EAGAIN) {
        *count = put > 0 ? (uint32_t)put : 0;
        return STATUS_SUCCESS;
    }
    return tsm_fd_is_unknown_flag() ? STATUS_NOT_SUPPORTED
           : errno == EPIPE         ? STATUS_PIPE_CLOSING
                                    : tsm_status_from_errno(errno);
}

static NTSTATUS wait_for(int fd, short events, int bell, const struct timespec *time)
{
    struct pollfd fds[2] = {{.fd = fd, .events = events}, {.fd = bell, .events = POLLIN}};
    int count;

    do
        count = ppoll(fds, 2, time, NULL);
    while (count < 0 && errno == EINTR && !time);
    if (count < 0 && errno != EINTR)
        return tsm_status_from_errno(errno);
    return count > 0 && fds[1].revents ? STATUS_ALERTED : STATUS_SUCCESS;
}

NTSTATUS tsm_fd_call_wait(int fd, bool is_write, int bell)
{
    return wait_for(fd, is_write ? POLLOUT : POLLIN, bell, NULL);
}

/* STATUS_SUCCESS when the time is over. */
static NTSTATUS pause_for(int64_t ns, int bell)
{
    return wait_for(-1, 0, bell, &(struct timespec){ns / 1000000000, ns % 1000000000});
}

/* Nothing tells a writer that its pipe became empty: look again, less and less often. */
NTSTATUS tsm_fd_call_drain(int fd, int bell)
{
    int64_t pause = DRAIN_PAUSE_NS;
    uint32_t waiting = 0;

    /* Windows: what was unread is gone with its reader. */
    if (tsm_fd_pipe_has_lost_reader(fd))
        return STATUS_SUCCESS;
    for (;;) {
        NTSTATUS status = tsm_fd_pipe_waiting(fd, &waiting);

        if (!NT_SUCCESS(status) || waiting == 0)
            return status;
        if (tsm_fd_pipe_has_lost_reader(fd))
            return STATUS_PIPE_BROKEN;
        status = pause_for(pause, bell);
        if (status != STATUS_SUCCESS)
            return status;
        pause = 2 * pause < DRAIN_PAUSE_MAX ? 2 * pause : DRAIN_PAUSE_MAX;
    }
}
