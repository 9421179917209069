/* SPDX-License-Identifier: MIT */
#include "os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/macros.h"

#define PIPE_SIZE_LEAST 65536

NTSTATUS tsm_fd_open(const char *path, const struct tsm_fd_open *how, int *out, bool *existed)
{
    int flags = O_CLOEXEC | O_NOCTTY;

    flags |= how->reads && how->writes ? O_RDWR : how->writes ? O_WRONLY : O_RDONLY;
    if (how->appends)
        flags |= O_APPEND;

    int fd = how->must_be_new ? -1 : open(path, flags | (how->truncates ? O_TRUNC : 0));

    *existed = fd >= 0;
    if (fd < 0 && (how->must_be_new || (errno == ENOENT && !how->must_exist)))
        fd = open(path, flags | O_CREAT | O_EXCL, 0666);
    if (fd < 0)
        return tsm_status_from_errno(errno);

    struct stat info;

    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
        close(fd);
        return STATUS_FILE_IS_A_DIRECTORY;
    }
    *out = fd;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_fd_pipe(uint32_t size, int *read_end, int *write_end)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return tsm_status_from_errno(errno);
    /* Small writes take a page each, so what was asked for is not enough room for them. */
    if (size > PIPE_SIZE_LEAST && fcntl(ends[1], F_SETPIPE_SZ, size) < 0)
        (void)!fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
    *read_end = ends[0];
    *write_end = ends[1];
    return STATUS_SUCCESS;
}

void tsm_fd_close(int fd)
{
    close(fd);
}

enum tsm_fd_kind tsm_fd_kind_of(int fd)
{
    struct stat info;

    if (fstat(fd, &info) < 0 || S_ISCHR(info.st_mode))
        return TSM_FD_CHAR;
    return S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode) ? TSM_FD_PIPE : TSM_FD_DISK;
}

bool tsm_fd_is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

NTSTATUS tsm_fd_read(int fd, void *buffer, uint32_t length, int64_t offset, uint32_t *count)
{
    ssize_t got;

    do
        got = offset < 0 ? read(fd, buffer, length) : pread(fd, buffer, length, offset);
    while (got < 0 &&
           (errno == EINTR ||
            (errno == EAGAIN && poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, -1) >= 0)));
    if (got < 0)
        return tsm_status_from_errno(errno);
    *count = (uint32_t)got;
    return STATUS_SUCCESS;
}

/* SIGPIPE is raised in the thread that writes: hold it there, and take it away if it came. */
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

static void sigpipe_release(struct sigpipe_guard *guard, bool may_have_come)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    if (may_have_come && !guard->was_pending)
        while (sigtimedwait(&set, NULL, &(struct timespec){0}) < 0 && errno == EINTR)
            ;
    pthread_sigmask(SIG_SETMASK, &guard->before, NULL);
}

NTSTATUS tsm_fd_write(int fd, const void *buffer, uint32_t length, int64_t offset, uint32_t *count)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    struct sigpipe_guard guard;
    NTSTATUS status = STATUS_SUCCESS;
    uint32_t done = 0;

    if (poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & POLLERR) &&
        tsm_fd_kind_of(fd) == TSM_FD_PIPE)
        return STATUS_PIPE_CLOSING;
    sigpipe_hold(&guard);
    while (done < length && NT_SUCCESS(status)) {
        const char *from = (const char *)buffer + done;
        ssize_t put = offset < 0 ? write(fd, from, length - done)
                                 : pwrite(fd, from, length - done, offset + done);

        if (put >= 0)
            done += (uint32_t)put;
        else if (errno == EAGAIN)
            poll(&poll_fd, 1, -1);
        else if (errno == EPIPE)
            status = STATUS_PIPE_BROKEN;
        else if (errno != EINTR)
            status = tsm_status_from_errno(errno);
    }
    sigpipe_release(&guard, status == STATUS_PIPE_BROKEN);
    *count = done;
    return status;
}

NTSTATUS tsm_fd_wait_readable(int fd, bool may_block)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    int count;

    do
        count = poll(&poll_fd, 1, may_block ? -1 : 0);
    while (count < 0 && errno == EINTR);
    if (count == 0)
        return STATUS_PIPE_EMPTY;
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

/* Nothing tells a writer that its pipe became empty: look again, less and less often. */
NTSTATUS tsm_fd_pipe_drain(int fd)
{
    struct pollfd poll_fd = {.fd = fd};
    struct timespec pause = {.tv_nsec = 50000};
    uint32_t waiting = 0;

    for (;;) {
        NTSTATUS status = tsm_fd_pipe_waiting(fd, &waiting);

        if (!NT_SUCCESS(status) || waiting == 0)
            return status;
        if (poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & POLLERR))
            return STATUS_PIPE_BROKEN;
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < 5000000)
            pause.tv_nsec *= 2;
    }
}

NTSTATUS tsm_fd_pipe_free(int fd, uint32_t *bytes)
{
    int capacity = fcntl(fd, F_GETPIPE_SZ);
    uint32_t waiting = 0;
    NTSTATUS status = tsm_fd_pipe_waiting(fd, &waiting);

    if (!NT_SUCCESS(status))
        return status;
    *bytes = capacity > 0 && (uint32_t)capacity > waiting ? (uint32_t)capacity - waiting : 0;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_fd_pipe_peek(int fd, void *buffer, uint32_t length, uint32_t *count)
{
    int copy[2];
    NTSTATUS status = STATUS_SUCCESS;

    *count = 0;
    if (length == 0)
        return status;
    if (pipe2(copy, O_CLOEXEC | O_NONBLOCK) < 0)
        return tsm_status_from_errno(errno);
    if (length > PIPE_SIZE_LEAST)
        (void)!fcntl(copy[1], F_SETPIPE_SZ, tsm_min_u64(length, 1 << 20));

    ssize_t got = tee(fd, copy[1], length, SPLICE_F_NONBLOCK);

    if (got < 0 && errno != EAGAIN)
        status = tsm_status_from_errno(errno);
    if (got > 0) {
        got = read(copy[0], buffer, length);
        *count = got > 0 ? (uint32_t)got : 0;
    }
    close(copy[0]);
    close(copy[1]);
    return status;
}

NTSTATUS tsm_fd_seek(int fd, int64_t distance, int whence, int64_t *position)
{
    off_t reached = lseek(fd, distance, whence);

    if (reached < 0)
        return tsm_status_from_errno(errno);
    *position = reached;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_fd_size(int fd, int64_t *size)
{
    struct stat info;

    if (fstat(fd, &info) < 0)
        return tsm_status_from_errno(errno);
    *size = info.st_size;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_fd_truncate_here(int fd)
{
    off_t here = lseek(fd, 0, SEEK_CUR);

    return here >= 0 && ftruncate(fd, here) == 0 ? STATUS_SUCCESS : tsm_status_from_errno(errno);
}

NTSTATUS tsm_fd_sync(int fd)
{
    return fsync(fd) == 0 || errno == EINVAL || errno == EROFS ? STATUS_SUCCESS
                                                               : tsm_status_from_errno(errno);
}

NTSTATUS tsm_fd_unlink(const char *path)
{
    struct stat info;

    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return STATUS_ACCESS_DENIED;
    return unlink(path) == 0 ? STATUS_SUCCESS : tsm_status_from_errno(errno);
}

NTSTATUS tsm_fd_path_mode(const char *path, mode_t *mode, bool *is_writable)
{
    struct stat info;

    if (stat(path, &info) < 0)
        return tsm_status_from_errno(errno);
    *mode = info.st_mode;
    *is_writable = (info.st_mode & 0222) != 0;
    return STATUS_SUCCESS;
}
