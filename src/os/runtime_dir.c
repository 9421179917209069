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

    int opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

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

/* A folder of that name that is really the caller's. */
static bool open_if_own(int dir, const char *name, int *out)
{
    struct stat info;
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return false;
    if (fstat(fd, &info) == 0 && info.st_uid == geteuid()) {
        *out = fd;
        return true;
    }
    close(fd);
    return false;
}

/* The caller's folder under whatever name, the smallest first. */
static bool find_own(int dir, int *out)
{
    char best[256] = "";
    char prefix[16];
    DIR *listing = tsm_dir_list(dir);
    struct dirent *entry;

    if (!listing)
        return false;
    snprintf(prefix, sizeof(prefix), "u%u-", (unsigned)geteuid());
    while ((entry = readdir(listing))) {
        struct stat info;

        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 &&
            fstatat(dir, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode) &&
            info.st_uid == geteuid() && (!*best || strcmp(entry->d_name, best) < 0))
            snprintf(best, sizeof(best), "%s", entry->d_name);
    }
    closedir(listing);
    return *best && open_if_own(dir, best, out);
}

NTSTATUS tsm_runtime_dir_open_own(int *fd, bool *shared, bool create)
{
    char name[32];
    int dir;
    NTSTATUS status = tsm_runtime_dir_open(&dir, shared, create);

    if (!NT_SUCCESS(status))
        return status;
    snprintf(name, sizeof(name), "u%u", (unsigned)geteuid());

    bool is_found = open_if_own(dir, name, fd) || (*shared && find_own(dir, fd));

    if (!is_found && create) {
        mode_t mode = *shared ? 0755 : 0700;

        status = STATUS_SUCCESS;
        if (mkdirat(dir, name, mode) < 0) {
            if (errno == EEXIST) { /* squatted, or a sibling process was faster */
                snprintf(name + strlen(name), sizeof(name) - strlen(name), "-%d", (int)getpid());
                if (mkdirat(dir, name, mode) < 0 && errno != EEXIST)
                    status = tsm_status_from_errno(errno);
            } else {
                status = tsm_status_from_errno(errno);
            }
        }
        if (NT_SUCCESS(status)) {
            snprintf(name, sizeof(name), "u%u", (unsigned)geteuid());
            is_found = open_if_own(dir, name, fd) || find_own(dir, fd);
            if (is_found && *shared)
                fchmod(*fd, 0755); /* the umask may have narrowed it */
        }
    }
    close(dir);
    if (is_found)
        return STATUS_SUCCESS;
    if (!NT_SUCCESS(status))
        tsm_trace(TSM_TRACE_NAME, "%s cannot be made in the runtime directory: %s", name,
                  tsm_status_name(status));
    return create && !NT_SUCCESS(status) ? status : STATUS_OBJECT_NAME_NOT_FOUND;
}
