/* SPDX-License-Identifier: MIT */
/* Which program CreateProcess means. */
#pragma once

#include "base/status.h"

/* The program's path and its arguments, each one heap block that the caller frees. UTF-8; of the two
 * texts one may be NULL. STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_PATH_NOT_FOUND, STATUS_ACCESS_DENIED:
 * it is there and may not run. */
tsm_must_check NTSTATUS tsm_program_find(const char *application, const char *command_line,
                                         char **path, char ***argv);
