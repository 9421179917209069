/* SPDX-License-Identifier: MIT */
/* Where names live on disk: $TRANSOM_DIR, /run/transom, $XDG_RUNTIME_DIR/transom, /tmp/transom-UID. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/*
 * The runtime directory, checked: ours or root's, and not writable by others unless sticky, else
 * STATUS_ACCESS_DENIED. *shared: other users serve here too. *fd is owned by the caller. create:
 * make it if it is missing, else STATUS_OBJECT_NAME_NOT_FOUND.
 */
tsm_must_check NTSTATUS tsm_runtime_dir_open(int *fd, bool *shared, bool create);

/* The calling user's own folder in it. create: make it if it is missing, else
 * STATUS_OBJECT_NAME_NOT_FOUND. */
tsm_must_check NTSTATUS tsm_runtime_dir_open_own(int *fd, bool *shared, bool create);

/* What makes a runtime directory the same one as before, for the same user. No padding. */
struct tsm_runtime_dir_id {
    uint64_t device, inode, owner, mode, user;
};

/* Of the runtime directory that would be opened now, unchecked. False: there is none. */
bool tsm_runtime_dir_identify(struct tsm_runtime_dir_id *out);
