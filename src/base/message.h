/* SPDX-License-Identifier: MIT */
/* The engine of FormatMessage: texts of error codes, and inserts. UTF-16 all through. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <uchar.h>

#include "base/status.h"

/* A short text for a Win32 error code, or NULL. */
const char *tsm_message_text(uint32_t error);

/* Where inserts come from: an array of pointer-sized values, or a va_list, or nowhere. */
struct tsm_message_args {
    const uintptr_t *array;
    va_list *list;
    bool is_narrow;   /* %1 is a char string */
    bool is_verbatim; /* %1 and its like are copied as they are */
};

#define TSM_MESSAGE_WIDTH_AS_SOURCE 0u
#define TSM_MESSAGE_WIDTH_ENDLESS   0xFFu

/*
 * Expands %1..%99, %n!format!, %%, %n, %r, %t, %b, %., %!, %0. width: a line ends before it has that
 * many units, and line breaks of the source are blanks; or one of the two words above. *out: heap.
 * STATUS_INVALID_PARAMETER for a malformed escape, or an insert without arguments.
 */
tsm_must_check NTSTATUS tsm_message_expand(const char16_t *source, unsigned int width,
                                           const struct tsm_message_args *args, char16_t **out);
