/* SPDX-License-Identifier: MIT */
#include "os/level.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

NTSTATUS tsm_level_init(struct tsm_level *level)
{
    level->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    level->is_high = false;
    return level->fd >= 0 ? STATUS_SUCCESS : tsm_status_from_errno(errno);
}

void tsm_level_deinit(struct tsm_level *level)
{
    close(level->fd);
}

void tsm_level_set(struct tsm_level *level, bool is_high)
{
    eventfd_t value;

    if (level->is_high == is_high)
        return;
    level->is_high = is_high;
    if (is_high)
        (void)!eventfd_write(level->fd, 1);
    else
        (void)!eventfd_read(level->fd, &value);
}

NTSTATUS tsm_level_duplicate(const struct tsm_level *level, int *out)
{
    *out = fcntl(level->fd, F_DUPFD_CLOEXEC, 0);
    return *out >= 0 ? STATUS_SUCCESS : tsm_status_from_errno(errno);
}
