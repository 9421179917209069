/* SPDX-License-Identifier: MIT */
/*
 * Arena file
 *
 * flock tells whether anybody uses it: members hold it shared, who sets it up holds it alone. A
 * byte lock of the open file description ties a member's number to its life. The kernel drops both
 * with the last copy of the descriptor, also after kill -9, in whatever PID namespace. The file is
 * 0600 in a 0700 or own folder: nobody but the user himself can hold these locks.
 */
#include "os/arena_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/trace.h"
#include "os/runtime_dir.h"

#define NAME    "objects" /* no name of a pipe's folder has small letters */
#define WAIT_MS 5000

static bool is_ours(const struct stat *info)
{
    return S_ISREG(info->st_mode) && info->st_uid == geteuid() && (info->st_mode & 077) == 0;
}

/* Takes the file alone or as one of many; STATUS_RETRY when it was removed meanwhile. */
static NTSTATUS enter(int fd, uint64_t size, bool *is_alone)
{
    struct stat info;

    *is_alone = flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (!*is_alone && flock(fd, LOCK_SH | LOCK_NB) < 0)
        return errno == EWOULDBLOCK || errno == EINTR ? STATUS_RETRY : tsm_status_from_errno(errno);
    if (fstat(fd, &info) < 0)
        return tsm_status_from_errno(errno);
    if (!is_ours(&info))
        return STATUS_ACCESS_DENIED;
    if (info.st_nlink == 0)
        return STATUS_RETRY;
    if (*is_alone && (ftruncate(fd, 0) < 0 || ftruncate(fd, (off_t)size) < 0))
        return tsm_status_from_errno(errno);
    /* One who set it up was killed before the end, and somebody slipped in. */
    if (!*is_alone && (uint64_t)info.st_size != size)
        return info.st_size == 0 ? STATUS_RETRY : STATUS_REVISION_MISMATCH;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_arena_file_open(uint64_t size, int *out, bool *is_alone)
{
    struct tsm_deadline deadline = tsm_deadline_in_ms(WAIT_MS);
    bool is_shared;
    int folder;
    NTSTATUS status = tsm_runtime_dir_open_own(&folder, &is_shared, true);

    if (!NT_SUCCESS(status))
        return status;
    for (;;) {
        int fd = openat(folder, NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

        status = fd >= 0 ? enter(fd, size, is_alone) : tsm_status_from_errno(errno);
        if (NT_SUCCESS(status)) {
            *out = fd;
            break;
        }
        if (fd >= 0)
            close(fd);
        if (status != STATUS_RETRY)
            break;
        if (tsm_deadline_has_passed(deadline)) {
            tsm_trace(TSM_TRACE_NAME, "somebody who does not move sets up the shared objects");
            status = STATUS_IO_TIMEOUT;
            break;
        }
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
    close(folder);
    return status;
}

NTSTATUS tsm_arena_file_share(int fd)
{
    struct tsm_deadline deadline = tsm_deadline_in_ms(WAIT_MS);

    /* The lock is given up for a moment; who takes it then sets the file up once more. */
    while (flock(fd, LOCK_SH | LOCK_NB) < 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || tsm_deadline_has_passed(deadline))
            return tsm_status_from_errno(errno);
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
    return STATUS_SUCCESS;
}

NTSTATUS tsm_arena_file_again(int fd, int *out)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);

    int copy = open(path, O_RDWR | O_CLOEXEC);

    if (copy < 0)
        return tsm_status_from_errno(errno);
    if (flock(copy, LOCK_SH | LOCK_NB) < 0) {
        NTSTATUS status = tsm_status_from_errno(errno);

        close(copy);
        return status;
    }
    *out = copy;
    return STATUS_SUCCESS;
}

bool tsm_arena_file_is_good(int fd, uint64_t size)
{
    struct stat info;

    return fstat(fd, &info) == 0 && is_ours(&info) && (uint64_t)info.st_size == size &&
           (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR;
}

bool tsm_arena_file_is_current(int fd)
{
    struct stat info, current;
    bool is_shared, is_same = false;
    int folder;

    if (fstat(fd, &info) < 0 || !NT_SUCCESS(tsm_runtime_dir_open_own(&folder, &is_shared, false)))
        return false;
    if (fstatat(folder, NAME, &current, AT_SYMLINK_NOFOLLOW) == 0)
        is_same = info.st_ino == current.st_ino && info.st_dev == current.st_dev;
    close(folder);
    return is_same;
}

void tsm_arena_file_leave(int fd)
{
    bool is_shared;
    int folder;

    if (flock(fd, LOCK_EX | LOCK_NB) < 0 || !tsm_arena_file_is_current(fd))
        return;
    if (!NT_SUCCESS(tsm_runtime_dir_open_own(&folder, &is_shared, false)))
        return;
    unlinkat(folder, NAME, 0);
    close(folder);
}

uint64_t tsm_arena_file_pid_space(void)
{
    struct stat info;

    return stat("/proc/self/ns/pid", &info) == 0 ? info.st_ino : 0;
}

NTSTATUS tsm_arena_file_check_pid_space(uint64_t theirs)
{
    uint64_t own = tsm_arena_file_pid_space();

    return own == 0        ? STATUS_INSUFFICIENT_RESOURCES
           : own == theirs ? STATUS_SUCCESS
                           : STATUS_NOT_SUPPORTED;
}
