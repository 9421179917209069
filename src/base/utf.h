/* SPDX-License-Identifier: MIT */
/* UTF-8 <-> UTF-16, and Windows' simple upcase rule for names. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <uchar.h>

#include "base/macros.h"

/*
 * Both converters take a length in units (not counting a terminator), write at most capacity units
 * without a terminator and return how many units the whole result has; out may be NULL with
 * capacity 0 to measure. Malformed input becomes U+FFFD; *had_error (may be NULL) says that.
 */
size_t tsm_utf16_from_utf8(const char *text, size_t length, char16_t *out, size_t capacity,
                           bool *had_error);
size_t tsm_utf8_from_utf16(const char16_t *text, size_t length, char *out, size_t capacity,
                           bool *had_error);

/* Heap copies with a terminator; NULL without memory. Returned owned: free(). */
char *tsm_utf8_new(const char16_t *text);
char16_t *tsm_utf16_new(const char *text);

size_t tsm_utf16_length(const char16_t *text);

/* One code unit, folded as Windows compares names: simple upcase, locale-free. */
char16_t tsm_utf16_upcase(char16_t unit);
