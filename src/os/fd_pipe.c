/* SPDX-License-Identifier: MIT */
#include "os/fd_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/macros.h"
#include "os/fd.h"
#include "os/fd_limit.h"

#ifndef RWF_NOSIGNAL
#define RWF_NOSIGNAL 0x100 /* Linux 6.18 */
#endif

#define PIPE_SIZE_LEAST 65536
#define PIPE_SIZE_MOST  (UINT64_C(64) << 20)

/* A write that does not fit behind the last one begins a page of its own, so up to half of a pipe's
 * pages can stay empty. */
NTSTATUS tsm_fd_pipe(uint32_t size, int *read_end, int *write_end)
{
    uint64_t capacity = tsm_min_u64(2 * (uint64_t)size, PIPE_SIZE_MOST);
    int ends[2];

    int result;

    TSM_FD_TRY(result, pipe2(ends, O_CLOEXEC));
    if (result < 0)
        return tsm_status_from_errno(errno);
    while (capacity > PIPE_SIZE_LEAST && fcntl(ends[1], F_SETPIPE_SZ, (int)capacity) < 0)
        capacity /= 2;
    *read_end = ends[0];
    *write_end = ends[1];
    return STATUS_SUCCESS;
}

/* ---- SIGPIPE ---- */

/* It is raised in the thread that writes: hold it there, and take it away if it came. The way of
 * kernels without RWF_NOSIGNAL. */
struct sigpipe_guard {
    sigset_t before;
    bool was_pending;
};

static void sigpipe_hold(struct sigpipe_guard *guard)
{
    sigset_t set;

    sigpending(&set);
    guard->was_pending = sigismember(&set, SIGPIPE) == 1;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, &guard->before);
}

/* Keeps errno. */
static void sigpipe_release(struct sigpipe_guard *guard, bool may_have_come)
{
    int error = errno;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    if (may_have_come && !guard->was_pending)
        while (sigtimedwait(&set, NULL, &(struct timespec){0}) < 0 && errno == EINTR)
            ;
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
    errno = error;
}

static ssize_t write_guarded(int fd, const void *buffer, size_t length)
{
    struct sigpipe_guard guard;

    sigpipe_hold(&guard);

    ssize_t put = write(fd, buffer, length);

    sigpipe_release(&guard, put < 0 && errno == EPIPE);
    return put;
}

ssize_t tsm_fd_write_quietly(int fd, const void *buffer, size_t length, int flags)
{
    struct iovec piece = {.iov_base = (void *)(uintptr_t)buffer, .iov_len = length};
    ssize_t put = pwritev2(fd, &piece, 1, -1, flags | RWF_NOSIGNAL);

    return put < 0 && tsm_fd_is_unknown_flag() && !(flags & RWF_NOWAIT)
               ? write_guarded(fd, buffer, length)
               : put;
}

/* ---- reading and writing ---- */

NTSTATUS tsm_fd_pipe_read(int fd, void *buffer, uint32_t length, uint32_t *count)
{
    NTSTATUS status = tsm_fd_read(fd, buffer, length, -1, count);

    return NT_SUCCESS(status) && *count == 0 && length ? STATUS_PIPE_BROKEN : status;
}

bool tsm_fd_pipe_has_lost_reader(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};

    return poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & POLLERR);
}

/* The first attempt does not wait: only so can a pipe that had no reader be told from one that
 * loses it. */
static NTSTATUS first_write(int fd, const void *buffer, uint32_t length, uint32_t *done)
{
    ssize_t put = tsm_fd_write_quietly(fd, buffer, length, RWF_NOWAIT);

    *done = put > 0 ? (uint32_t)put : 0;
    if (put >= 0 || errno == EAGAIN || errno == EINTR)
        return STATUS_SUCCESS;
    if (tsm_fd_is_unknown_flag())
        return tsm_fd_pipe_has_lost_reader(fd) ? STATUS_PIPE_CLOSING : STATUS_SUCCESS;
    return errno == EPIPE ? STATUS_PIPE_CLOSING : tsm_status_from_errno(errno);
}

NTSTATUS tsm_fd_pipe_write(int fd, const void *buffer, uint32_t length, uint32_t *count)
{
    uint32_t done = 0;
    NTSTATUS status = first_write(fd, buffer, length, &done);

    while (done < length && NT_SUCCESS(status)) {
        ssize_t put = tsm_fd_write_quietly(fd, (const char *)buffer + done, length - done, 0);

        if (put >= 0)
            done += (uint32_t)put;
        else if (errno == EAGAIN)
            tsm_fd_wait_ready(fd, POLLOUT);
        else if (errno == EPIPE)
            status = STATUS_PIPE_BROKEN;
        else if (errno != EINTR)
            status = tsm_status_from_errno(errno);
    }
    *count = done;
    return status;
}

/* A description of our own for the same pipe. */
static int reopen_without_waiting(int fd, int access)
{
    char path[40];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return open(path, access | O_NONBLOCK | O_CLOEXEC);
}

NTSTATUS tsm_fd_pipe_read_now(int fd, void *buffer, uint32_t length, uint32_t *count)
{
    ssize_t got = recv(fd, buffer, length, MSG_DONTWAIT);
    NTSTATUS status = STATUS_SUCCESS;

    if (got < 0 && errno == ENOTSOCK) {
        int own = reopen_without_waiting(fd, O_RDONLY);

        if (own < 0)
            return tsm_status_from_errno(errno);
        got = read(own, buffer, length);
        if (got < 0)
            status = errno == EAGAIN ? STATUS_PIPE_EMPTY : tsm_status_from_errno(errno);
        close(own);
    } else if (got < 0) {
        status = errno == EAGAIN ? STATUS_PIPE_EMPTY : tsm_status_from_errno(errno);
    }
    *count = got > 0 ? (uint32_t)got : 0;
    return got == 0 && length ? STATUS_PIPE_BROKEN : status;
}

NTSTATUS tsm_fd_pipe_write_now(int fd, const void *buffer, uint32_t length, uint32_t *count)
{
    *count = 0;
    if (length == 0)
        return tsm_fd_pipe_has_lost_reader(fd) ? STATUS_PIPE_CLOSING : STATUS_SUCCESS;

    ssize_t put = send(fd, buffer, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    int own = -1;

    if (put < 0 && errno == ENOTSOCK) {
        own = reopen_without_waiting(fd, O_WRONLY);
        if (own < 0)
            return errno == ENXIO ? STATUS_PIPE_CLOSING : tsm_status_from_errno(errno);
        put = tsm_fd_write_quietly(own, buffer, length, 0);
    }

    NTSTATUS status = put >= 0 || errno == EAGAIN ? STATUS_SUCCESS
                      : errno == EPIPE            ? STATUS_PIPE_CLOSING
                                                  : tsm_status_from_errno(errno);

    if (own >= 0)
        close(own);
    *count = put > 0 ? (uint32_t)put : 0;
    return status;
}

NTSTATUS tsm_fd_pipe_wait(int fd, bool may_block)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    int count;

    do
        count = poll(&poll_fd, 1, may_block ? -1 : 0);
    while (count < 0 && errno == EINTR);
    if (count <= 0)
        return count ? tsm_status_from_errno(errno) : STATUS_PIPE_EMPTY;
    return poll_fd.revents & POLLIN ? STATUS_SUCCESS : STATUS_PIPE_BROKEN;
}

NTSTATUS tsm_fd_pipe_waiting(int fd, uint32_t *bytes)
{
    int waiting;

    if (ioctl(fd, FIONREAD, &waiting) < 0)
        return tsm_status_from_errno(errno);
    *bytes = (uint32_t)waiting;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_fd_pipe_capacity(int fd, uint32_t *bytes)
{
    int capacity = fcntl(fd, F_GETPIPE_SZ);

    if (capacity < 0)
        return tsm_status_from_errno(errno);
    *bytes = (uint32_t)capacity;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_fd_pipe_peek(int fd, void *buffer, uint32_t length, uint32_t *count)
{
    int copy[2], capacity = fcntl(fd, F_GETPIPE_SZ);
    NTSTATUS status = STATUS_SUCCESS;
    ssize_t got;

    *count = 0;
    if (length == 0)
        return status;
    if (capacity < 0) {
        got = recv(fd, buffer, length, MSG_PEEK | MSG_DONTWAIT);
        *count = got > 0 ? (uint32_t)got : 0;
        return got >= 0 || errno == EAGAIN ? status : tsm_status_from_errno(errno);
    }
    if (pipe2(copy, O_CLOEXEC | O_NONBLOCK) < 0)
        return tsm_status_from_errno(errno);
    /* tee(2) copies page by page: the copy needs as many as there can be. */
    if (capacity > PIPE_SIZE_LEAST)
        (void)!fcntl(copy[1], F_SETPIPE_SZ, capacity);
    got = tee(fd, copy[1], length, SPLICE_F_NONBLOCK);
    if (got > 0)
        got = read(copy[0], buffer, length);
    if (got > 0)
        *count = (uint32_t)got;
    else if (got < 0 && errno != EAGAIN)
        status = tsm_status_from_errno(errno);
    close(copy[0]);
    close(copy[1]);
    return status;
}

void tsm_fd_pipe_wait_unread(int write_end)
{
    struct pollfd poll_fd = {.fd = write_end};

    while (poll(&poll_fd, 1, -1) < 0 && errno == EINTR)
        ;
}
