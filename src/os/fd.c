/* SPDX-License-Identifier: MIT */
#include "os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/fd_limit.h"

#define OPEN_TRIES 8

NTSTATUS tsm_fd_open(const char *path, const struct tsm_fd_open *how, int *out, bool *existed)
{
    int flags = O_CLOEXEC | O_NOCTTY, fd = -1;
    mode_t mode = how->is_read_only ? 0444 : 0666;
    struct stat info;

    flags |= how->reads && how->writes ? O_RDWR : how->writes ? O_WRONLY : O_RDONLY;
    flags |= (how->appends ? O_APPEND : 0) | (how->writes_through ? O_DSYNC : 0);

    /* Open, else create: somebody else may create or remove the file in between. */
    for (int tries = 0; fd < 0 && tries < OPEN_TRIES; tries++) {
        *existed = false;
        if (!how->must_be_new) {
            TSM_FD_TRY(fd, open(path, flags | (how->truncates ? O_TRUNC : 0)));
            *existed = fd >= 0;
        }
        if (fd < 0 && (how->must_be_new || (errno == ENOENT && !how->must_exist)))
            TSM_FD_TRY(fd, open(path, flags | O_CREAT | O_EXCL, mode));
        if (fd < 0 && (errno != EEXIST || how->must_be_new))
            break;
    }
    if (fd < 0)
        return tsm_status_from_errno(errno);
    if (!how->may_be_folder && fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
        close(fd);
        return STATUS_FILE_IS_A_DIRECTORY;
    }
    *out = fd;
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

bool tsm_fd_is_terminal(int fd)
{
    return isatty(fd);
}

void tsm_fd_wait_ready(int fd, short events)
{
    poll(&(struct pollfd){.fd = fd, .events = events}, 1, -1);
}

NTSTATUS tsm_fd_reopen(int fd, int *out)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);

    int copy = open(path, O_RDWR | O_CLOEXEC);

    if (copy < 0)
        return tsm_status_from_errno(errno);
    *out = copy;
    return STATUS_SUCCESS;
}

bool tsm_fd_claim(int fd, uint32_t number)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = number, .l_len = 1};

    return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

bool tsm_fd_is_claimed(int fd, uint32_t number)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = number, .l_len = 1};

    /* Where the kernel cannot tell: do no harm. */
    return fcntl(fd, F_OFD_GETLK, &lock) < 0 || lock.l_type != F_UNLCK;
}

/* ---- files and devices ---- */

NTSTATUS tsm_fd_read(int fd, void *buffer, uint32_t length, int64_t offset, uint32_t *count)
{
    for (;;) {
        ssize_t got = offset < 0 ? read(fd, buffer, length) : pread(fd, buffer, length, offset);

        if (got >= 0) {
            *count = (uint32_t)got;
            return STATUS_SUCCESS;
        }
        if (errno == EAGAIN)
            tsm_fd_wait_ready(fd, POLLIN);
        else if (errno != EINTR)
            return tsm_status_from_errno(errno);
    }
}

NTSTATUS tsm_fd_write(int fd, const void *buffer, uint32_t length, int64_t offset, uint32_t *count)
{
    NTSTATUS status = STATUS_SUCCESS;
    uint32_t done = 0;

    while (done < length && NT_SUCCESS(status)) {
        const char *from = (const char *)buffer + done;
        ssize_t put = offset < 0 ? write(fd, from, length - done)
                                 : pwrite(fd, from, length - done, offset + done);

        if (put >= 0)
            done += (uint32_t)put;
        else if (errno == EAGAIN)
            tsm_fd_wait_ready(fd, POLLOUT);
        else if (errno != EINTR)
            status = tsm_status_from_errno(errno);
    }
    *count = done;
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

/* ---- paths ---- */

NTSTATUS tsm_fd_unlink(const char *path)
{
    struct stat info;

    if (lstat(path, &info) < 0)
        return tsm_status_from_errno(errno);
    if (!S_ISLNK(info.st_mode) && (!S_ISREG(info.st_mode) || !(info.st_mode & 0222)) &&
        !S_ISFIFO(info.st_mode) && !S_ISSOCK(info.st_mode))
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

NTSTATUS tsm_fd_full_path(const char *path, char **out)
{
    char *full = realpath(path, NULL);

    if (!full)
        return tsm_status_from_errno(errno);
    *out = full;
    return STATUS_SUCCESS;
}
