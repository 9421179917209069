/* SPDX-License-Identifier: MIT */
/* Handles that go from a parent to its child, under the same values. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "object/handle_table.h"

#define TSM_INHERIT_VARIABLE "TRANSOM_HANDLES"
#define TSM_INHERIT_DETACHED "d" /* behind the number: the child has no console */

/* What a child gets: descriptors to keep open, and the blob's among them. */
struct tsm_inherit {
    int *fds;     /* kept open in the child; owned, but not the descriptors */
    int *own_fds; /* those of them that are */
    uint32_t fd_count, own_count;
    int blob_fd; /* owned */
    int heir_fd; /* owned; -1: no shared objects go along */
};

/* Collects the inheritable handles (none if with_handles is false). An object that cannot cross is
 * left out, with a trace line. exit_fd is kept open for the child's exit code, and stays the caller's. */
tsm_must_check NTSTATUS tsm_inherit_collect(bool with_handles, const HANDLE std_handles[3],
                                            int exit_fd, struct tsm_inherit *out);

/* One object alone, under the handle's value. STATUS_NOT_SUPPORTED: it cannot cross. */
tsm_must_check NTSTATUS tsm_inherit_one(const struct tsm_handle_info *info,
                                        struct tsm_inherit *out);
void tsm_inherit_deinit(struct tsm_inherit *inherit);

/* In the child, at its start: makes the handles. A blob that is malformed or not there is ignored.
 * True: one of us has started this process. */
bool tsm_inherit_import(void);

/* Standard handles: -10, -11, -12 are 0, 1, 2. */
HANDLE tsm_std_handle_get(unsigned int index);

/* True if the parent named the standard handles. */
bool tsm_std_handles_were_given(void);
void tsm_std_handle_set(unsigned int index, HANDLE handle);
