/* SPDX-License-Identifier: MIT */
/* The one door: NTSTATUS -> BOOL + last error, and the intake of strings. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <uchar.h>

#include <windows.h>

#include "base/macros.h"
#include "base/status.h"

/* TRUE for a success that carries no news. Everything else sets the last error: errors and warnings
 * and STATUS_PENDING give FALSE, information statuses (STATUS_OBJECT_NAME_EXISTS) give TRUE. */
BOOL tsm_return(NTSTATUS status);

/* For functions with their own way to fail; leaves the last error as tsm_return() does. */
void tsm_set_last_error(DWORD error);

/* A string of an A function as UTF-16; short ones need no heap. */
struct tsm_wide {
    char16_t *text; /* NULL if the argument was NULL */
    char16_t room[280];
};

/* STATUS_NO_MEMORY or success; malformed UTF-8 becomes U+FFFD. */
tsm_must_check NTSTATUS tsm_wide_from_utf8(struct tsm_wide *wide, const char *text);
void tsm_wide_deinit(struct tsm_wide *wide);

/* A descriptor that can be expressed: none, or an empty list, which admits everyone. Others are
 * STATUS_NOT_SUPPORTED. */
tsm_must_check NTSTATUS tsm_descriptor_check(const SECURITY_ATTRIBUTES *attributes,
                                             bool *is_open_to_all);
