/* SPDX-License-Identifier: MIT */
/* The engine of FormatMessage: texts of error codes, and inserts. UTF-16 all through. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <uchar.h>

/* A short text for a Win32 error code, or NULL. */
const char *tsm_message_text(uint32_t error);

/* Where inserts come from: an array of pointer-sized values, or a va_list. */
struct tsm_message_args {
    const uintptr_t *array;
    va_list *list;
    bool is_narrow; /* %1 is a char string */
};

/*
 * Expands %1..%99, %n!format!, %%, %n, %r, %t, %b, %., %!, %0. ignore_inserts copies %1 and its
 * like as they are. Heap; NULL without memory or for an insert without arguments.
 */
char16_t *tsm_message_expand(const char16_t *source, bool ignore_inserts,
                             struct tsm_message_args *args);
