/* SPDX-License-Identifier: MIT */
/* Where a user's processes can be found: a socket for each in a folder of the runtime directory. */
#pragma once

#include <stdint.h>

#include "base/status.h"

/* Listens for the calling process, and removes what dead ones left. */
tsm_must_check NTSTATUS tsm_process_folder_listen(int *socket);

/* Removes the calling process' socket. */
void tsm_process_folder_leave(void);

/* STATUS_OBJECT_NAME_NOT_FOUND: it does not listen. STATUS_ACCESS_DENIED: somebody else does. */
tsm_must_check NTSTATUS tsm_process_folder_connect(uint32_t pid, int *socket);
