/* SPDX-License-Identifier: MIT */
/*
 * One descriptor that carries others to another process, which need not be one of ours: whoever has
 * it has what lies in it, and may look as often as he likes.
 */
#pragma once

#include "os/fd_box.h"

/* What sender and receiver have to agree on. */
struct tsm_parcel_kind {
    uint32_t magic, version;
};

/* Out: the parcel, the caller's. The descriptors are borrowed. */
tsm_must_check NTSTATUS tsm_parcel_new(const struct tsm_parcel_kind *kind, const int *fds,
                                       uint32_t count, int *out);

/* Copies of what lies in it, the caller's; behind them -1. STATUS_REVISION_MISMATCH: it is of another
 * kind. Any descriptor may be given. */
tsm_must_check NTSTATUS tsm_parcel_look(const struct tsm_parcel_kind *kind, int parcel,
                                        int fds[TSM_FD_BOX_FDS], uint32_t *count);

/* Closes those of them that are not -1. */
void tsm_parcel_close_fds(const int fds[TSM_FD_BOX_FDS]);

/* Nothing lies in it any more, whoever has a descriptor of it. */
void tsm_parcel_empty(int parcel);
