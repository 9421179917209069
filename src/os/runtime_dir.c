/* SPDX-License-Identifier: MIT */
/*
 * Runtime directory
 *
 * A user's folder is called u<uid>. Where others can write to the directory (it is sticky then),
 * somebody may have taken that name first: a folder counts as a user's only if the user owns it,
 * and a squatted name is passed by with a made-up one.
 */
#include "os/runtime_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/trace.h"
#include "os/dir.h"
#include "os/fd_limit.h"

/* The path; false if it is too long. A set-user-ID program does not ask its caller. */
static bool choose_path(char *path, size_t size)
{
    const char *given = secure_getenv("TRANSOM_DIR");
    const char *session = secure_getenv("XDG_RUNTIME_DIR");
    struct stat info;
    int length;

    if (given && *given)
        length = snprintf(path, size, "%s", given);
    else if (stat("/run/transom", &info) == 0)
        length = snprintf(path, size, "/run/transom");
    else if (session && *session)
        length = snprintf(path, size, "%s/transom", session);
    else
        length = snprintf(path, size, "/tmp/transom-%u", (unsigned)geteuid());
    return length > 0 && (size_t)length < size;
}

/* Why a directory of this owner and mode cannot be trusted; NULL: it can. */
static const char *distrust(const struct stat *info)
{
    if (info->st_uid != geteuid() && info->st_uid != 0)
        return "it is another user's";
    if ((info->st_mode & 022) && !(info->st_mode & S_ISVTX))
        return "others can write to it and it is not sticky";
    return NULL;
}

NTSTATUS tsm_runtime_dir_open(int *fd, bool *shared, bool create)
{
    char path[PATH_MAX];
    struct stat info;

    if (!choose_path(path, sizeof(path))) {
        tsm_trace(TSM_TRACE_NAME, "the runtime directory's name is too long");
        return STATUS_NAME_TOO_LONG;
    }
    if (create && mkdir(path, 0700) < 0 && errno != EEXIST) {
        NTSTATUS status =
            errno == ENOENT ? STATUS_OBJECT_PATH_NOT_FOUND : tsm_status_from_errno(errno);

        tsm_trace(TSM_TRACE_NAME, "%s: cannot be made: %s", path, strerror(errno));
        return status;
    }

    int opened;

    TSM_FD_TRY(opened, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (opened < 0 || fstat(opened, &info) < 0) {
        NTSTATUS status = tsm_status_from_errno(errno);

        tsm_trace(TSM_TRACE_NAME, "%s: cannot be opened: %s", path, strerror(errno));
        if (opened >= 0)
            close(opened);
        return status;
    }

    const char *reason = distrust(&info);

    if (reason) {
        tsm_trace(TSM_TRACE_NAME, "%s: %s", path, reason);
        close(opened);
        return STATUS_ACCESS_DENIED;
    }
    *fd = opened;
    *shared = (info.st_mode & 022) != 0;
    return STATUS_SUCCESS;
}

/* A folder of that name that is really the caller's. STATUS_OBJECT_NAME_NOT_FOUND: nothing is
 * there; STATUS_OBJECT_NAME_COLLISION: somebody's something is. */
static NTSTATUS open_if_own(int dir, const char *name, int *out)
{
    struct stat info;
    int fd;

    TSM_FD_TRY(fd, openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (fd < 0)
        return errno == ENOTDIR || errno == ELOOP || errno == EACCES ? STATUS_OBJECT_NAME_COLLISION
                                                                     : tsm_status_from_errno(errno);
    if (fstat(fd, &info) < 0) {
        NTSTATUS status = tsm_status_from_errno(errno);

        close(fd);
        return status;
    }
    if (info.st_uid == geteuid()) {
        *out = fd;
        return STATUS_SUCCESS;
    }
    close(fd);
    return STATUS_OBJECT_NAME_COLLISION;
}

/* The caller's folder under a made-up name, the smallest first. */
static NTSTATUS find_own(int dir, int *out)
{
    char best[256] = "";
    char prefix[16];
    DIR *listing = tsm_dir_list(dir);
    struct dirent *entry;

    if (!listing)
        return tsm_status_from_errno(errno);
    snprintf(prefix, sizeof(prefix), "u%u-", (unsigned)geteuid());
    while ((entry = readdir(listing))) {
        struct stat info;

        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 &&
            fstatat(dir, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode) &&
            info.st_uid == geteuid() && (!*best || strcmp(entry->d_name, best) < 0))
            snprintf(best, sizeof(best), "%s", entry->d_name);
    }
    closedir(listing);
    return *best ? open_if_own(dir, best, out) : STATUS_OBJECT_NAME_NOT_FOUND;
}

/* Makes a folder, unless it is there. */
static NTSTATUS make_folder(int dir, const char *name, bool shared)
{
    if (mkdirat(dir, name, shared ? 0755 : 0700) < 0 && errno != EEXIST) {
        NTSTATUS status = tsm_status_from_errno(errno);

        tsm_trace(TSM_TRACE_NAME, "%s cannot be made in the runtime directory: %s", name,
                  strerror(errno));
        return status;
    }
    return STATUS_SUCCESS;
}

NTSTATUS tsm_runtime_dir_open_own(int *fd, bool *shared, bool create)
{
    char name[32], other_name[48];
    int dir;
    NTSTATUS status = tsm_runtime_dir_open(&dir, shared, create);

    if (!NT_SUCCESS(status))
        return status;
    snprintf(name, sizeof(name), "u%u", (unsigned)geteuid());
    snprintf(other_name, sizeof(other_name), "%s-%d", name, (int)getpid());
    status = open_if_own(dir, name, fd);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND && create) {
        status = make_folder(dir, name, *shared);
        if (NT_SUCCESS(status))
            status = open_if_own(dir, name, fd);
    }
    if (status == STATUS_OBJECT_NAME_COLLISION && *shared) {
        tsm_trace(TSM_TRACE_NAME, "%s in the runtime directory is not ours: passed by", name);
        status = find_own(dir, fd);
        if (status == STATUS_OBJECT_NAME_NOT_FOUND && create) {
            status = make_folder(dir, other_name, *shared);
            if (NT_SUCCESS(status))
                status = find_own(dir, fd);
        }
    }
    if (NT_SUCCESS(status) && create && *shared)
        fchmod(*fd, 0755); /* the umask may have narrowed it */
    close(dir);
    return status == STATUS_OBJECT_NAME_COLLISION ? STATUS_ACCESS_DENIED : status;
}

bool tsm_runtime_dir_identify(struct tsm_runtime_dir_id *out)
{
    char path[PATH_MAX];
    struct stat info;

    if (!choose_path(path, sizeof(path)) || lstat(path, &info) < 0)
        return false;
    *out = (struct tsm_runtime_dir_id){
        .device = info.st_dev,
        .inode = info.st_ino,
        .owner = info.st_uid,
        .mode = info.st_mode,
        .user = geteuid(),
    };
    return true;
}
