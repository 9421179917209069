/* SPDX-License-Identifier: MIT */
/* A descriptor that is readable or not, as its owner says. */
#pragma once

#include <stdbool.h>

#include "base/status.h"

struct tsm_level {
    int fd;
    bool is_high; /* readable */
};

tsm_must_check NTSTATUS tsm_level_init(struct tsm_level *level);
void tsm_level_deinit(struct tsm_level *level);

/* Nothing happens if it is so already. */
void tsm_level_set(struct tsm_level *level, bool is_high);

/* The same under another number, for somebody who closes it. */
tsm_must_check NTSTATUS tsm_level_duplicate(const struct tsm_level *level, int *out);
