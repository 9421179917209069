/* SPDX-License-Identifier: MIT */
/* Waiting for changes in the folders of a name. */
#pragma once

#include "os/name_folder.h"

#define TSM_NAME_WATCH_MAX 16

struct tsm_name_watch {
    int fd; /* of inotify; -1 not yet, -2 cannot be had */
    uint32_t count;
    int watches[TSM_NAME_WATCH_MAX];
};

#define TSM_NAME_WATCH_INIT ((struct tsm_name_watch){.fd = -1})

/* Waits until something in the folders may have changed, at most max_ms and not past the deadline;
 * the first call only begins to watch, so look once more after it. Where the kernel cannot watch
 * (inotify used up) it sleeps for a moment. count at most TSM_NAME_WATCH_MAX, always the same. */
void tsm_name_watch_wait(struct tsm_name_watch *watch, const struct tsm_name_folder *folders,
                         uint32_t count, int max_ms, struct tsm_deadline deadline);

void tsm_name_watch_end(struct tsm_name_watch *watch);
