/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that wait in a pair of sockets for whoever looks at them: each look yields fresh
 * copies, and what lies there stays open as long as the box does. A box has two places.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define TSM_FD_BOX_FDS 6u

struct tsm_fd_box {
    int ends[2]; /* -1: not open; place n is filled at ends[n] and looked at through the other */
};

#define TSM_FD_BOX_INIT ((struct tsm_fd_box){{-1, -1}})

tsm_must_check NTSTATUS tsm_fd_box_new(struct tsm_fd_box *out);
void tsm_fd_box_close(struct tsm_fd_box *box);

/* Lays one record with its descriptors, which are borrowed, into an empty place. */
tsm_must_check NTSTATUS tsm_fd_box_post(const struct tsm_fd_box *box, unsigned int place,
                                        const void *record, size_t length, const int *fds,
                                        uint32_t count);

/* The record, of exactly that length, and copies of its descriptors, owned by the caller.
 * STATUS_NOT_FOUND: the place is empty; STATUS_INVALID_PARAMETER: something else lies there. */
tsm_must_check NTSTATUS tsm_fd_box_look(const struct tsm_fd_box *box, unsigned int place,
                                        void *record, size_t length, int fds[TSM_FD_BOX_FDS],
                                        uint32_t *count);

void tsm_fd_box_empty(const struct tsm_fd_box *box, unsigned int place);
