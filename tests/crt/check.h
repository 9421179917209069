/* SPDX-License-Identifier: MIT */
/* What every test file of the kit needs. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <windows.h>

#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* Compares 16-bit texts, and shows them when they differ. */
static inline void assert_wide(const wchar_t *actual, const wchar_t *expected)
{
    if (wcscmp(actual, expected)) {
        fwprintf(stderr, L"# is \"%s\", should be \"%s\"\n", actual, expected);
    }
    assert_int_equal(wcscmp(actual, expected), 0);
}

/* Formats and compares. */
#define assert_printed(expected, ...)                                    \
    do {                                                                 \
        char printed_[512];                                              \
        int length_ = snprintf(printed_, sizeof(printed_), __VA_ARGS__); \
        assert_string_equal(printed_, expected);                         \
        assert_int_equal(length_, strlen(expected));                     \
    } while (0)

#define assert_printed_wide(expected, ...)                  \
    do {                                                    \
        wchar_t printed_[512];                              \
        int length_ = swprintf(printed_, 512, __VA_ARGS__); \
        assert_wide(printed_, expected);                    \
        assert_int_equal(length_, wcslen(expected));        \
    } while (0)
