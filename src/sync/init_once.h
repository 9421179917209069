/* SPDX-License-Identifier: MIT */
/* INIT_ONCE: one pointer in the program, zero at rest; the context when it is done. */
#pragma once

#include <stdbool.h>

#include <windows.h>

#include "base/status.h"

/* flags: INIT_ONCE_CHECK_ONLY, INIT_ONCE_ASYNC. *is_pending: the caller shall initialise. *context
 * is set when nothing is pending. STATUS_UNSUCCESSFUL: only to be checked, and not done. */
tsm_must_check NTSTATUS tsm_init_once_begin(INIT_ONCE *once, DWORD flags, bool *is_pending,
                                            void **context);

/* flags: INIT_ONCE_ASYNC, INIT_ONCE_INIT_FAILED. STATUS_UNSUCCESSFUL: nobody began, or another
 * thread was first. */
tsm_must_check NTSTATUS tsm_init_once_complete(INIT_ONCE *once, DWORD flags, void *context);
