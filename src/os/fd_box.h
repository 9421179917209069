/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that wait in a pair of sockets for whoever looks at them: each look yields fresh
 * copies, and what lies there stays open as long as the box does. A box has two places; in each lies
 * one record, or a row of records of one length.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define TSM_FD_BOX_FDS 9u

struct tsm_fd_box {
    int ends[2]; /* -1: not open; place n is filled at ends[n] and looked at through the other */
};

#define TSM_FD_BOX_INIT ((struct tsm_fd_box){{-1, -1}})

tsm_must_check NTSTATUS tsm_fd_box_new(struct tsm_fd_box *out);
void tsm_fd_box_close(struct tsm_fd_box *box);

/* Lays one record with its descriptors, which are borrowed, into an empty place, or behind the last
 * one of a row. STATUS_INSUFFICIENT_RESOURCES: no room. */
tsm_must_check NTSTATUS tsm_fd_box_post(const struct tsm_fd_box *box, unsigned int place,
                                        const void *record, size_t length, const int *fds,
                                        uint32_t count);

/* The record, of exactly that length, and copies of its descriptors, owned by the caller.
 * STATUS_NOT_FOUND: the place is empty; STATUS_INVALID_PARAMETER: something else lies there. */
tsm_must_check NTSTATUS tsm_fd_box_look(const struct tsm_fd_box *box, unsigned int place,
                                        void *record, size_t length, int fds[TSM_FD_BOX_FDS],
                                        uint32_t *count);

/* The same in a row, for the record at index; for one at a time among all who have the box. Such a
 * place is never looked at in the other way. */
tsm_must_check NTSTATUS tsm_fd_box_look_at(const struct tsm_fd_box *box, unsigned int place,
                                           uint32_t index, void *record, size_t length,
                                           int fds[TSM_FD_BOX_FDS], uint32_t *count);

/* False: the place is empty. */
bool tsm_fd_box_drop_first(const struct tsm_fd_box *box, unsigned int place);

void tsm_fd_box_empty(const struct tsm_fd_box *box, unsigned int place);
