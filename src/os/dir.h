/* SPDX-License-Identifier: MIT */
/* Listing a folder that is known by its descriptor. */
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

/* A listing of its own, which closedir() closes; fd stays as it is. NULL on failure. */
static inline DIR *tsm_dir_list(int fd)
{
    int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = own >= 0 ? fdopendir(own) : NULL;

    if (own >= 0 && !listing)
        close(own);
    return listing;
}
