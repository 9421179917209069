/* SPDX-License-Identifier: MIT */
/* Listing a folder that is known by its descriptor. */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include "os/fd_limit.h"

/* A listing of its own, which closedir() closes; fd stays as it is. NULL on failure. */
static inline DIR *tsm_dir_list(int fd)
{
    DIR *listing;
    int own;

    TSM_FD_TRY(own, openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    listing = own >= 0 ? fdopendir(own) : NULL;

    if (own >= 0 && !listing)
        close(own);
    return listing;
}

/* The same without a descriptor or memory of its own: for one user of the descriptor at a time. */
struct tsm_dir_scan {
    int fd;
    uint32_t reads;     /* of the folder so far */
    ssize_t length, at; /* of what is in the buffer; length < 0: it failed, errno says why */
    _Alignas(struct dirent64) char buffer[8192];
};

static inline void tsm_dir_scan_begin(struct tsm_dir_scan *scan, int fd)
{
    scan->fd = fd;
    scan->at = 0;
    scan->reads = 0;
    scan->length = lseek(fd, 0, SEEK_SET) < 0 ? -1 : 0;
}

/* The next entry's name; NULL: there is none, or it failed. */
static inline const char *tsm_dir_scan_next(struct tsm_dir_scan *scan)
{
    const struct dirent64 *entry;

    if (scan->length < 0)
        return NULL;
    if (scan->at >= scan->length) {
        scan->at = 0;
        scan->reads++;
        scan->length = getdents64(scan->fd, scan->buffer, sizeof(scan->buffer));
        if (scan->length <= 0)
            return NULL;
    }
    entry = (const struct dirent64 *)(const void *)(scan->buffer + scan->at);
    scan->at += entry->d_reclen;
    return entry->d_name;
}
