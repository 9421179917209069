/* SPDX-License-Identifier: MIT */
/* The two tables between the worlds: errno -> NTSTATUS, NTSTATUS -> Win32 error. */
#pragma once

#include <stdbool.h>

#include <ntstatus.h>
#include <windows.h>

#include "base/macros.h"

#define NT_SUCCESS(status) ((NTSTATUS)(status) >= 0)

/* The status that stands for an errno value; used by src/os/ and by nobody else. */
NTSTATUS tsm_status_from_errno(int error);

/* The system had too little of something: trying again later may help. */
bool tsm_status_is_shortage(NTSTATUS status);

/* The Win32 error code of a status; ERROR_MR_MID_NOT_FOUND for one that has none. */
DWORD tsm_status_to_win32(NTSTATUS status);

/* "STATUS_PIPE_BROKEN"; "STATUS_?" for one that the table does not know. For traces. */
const char *tsm_status_name(NTSTATUS status);
