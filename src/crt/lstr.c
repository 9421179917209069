/* SPDX-License-Identifier: MIT */
/*
 * lstr functions
 *
 * Windows: lstrcmp compares as a dictionary does: signs before digits before letters, case only
 *          where nothing else differs, and then the small letter first. A NULL string is the
 *          smallest. The copying functions give NULL for NULL.
 */
#include <winbase.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "crt/utf.h"
#include <wctype.h>

enum compare_case { WITH_CASE, WITHOUT_CASE };

int lstrlenA(LPCSTR s)
{
    return s ? (int)strlen(s) : 0;
}

int lstrlenW(LPCWSTR s)
{
    return s ? (int)tsm_crt_utf_length16(s) : 0;
}

LPSTR lstrcpyA(LPSTR to, LPCSTR from)
{
    if (!to || !from) {
        return NULL;
    }
    return memmove(to, from, strlen(from) + 1);
}

LPWSTR lstrcpyW(LPWSTR to, LPCWSTR from)
{
    if (!to || !from) {
        return NULL;
    }
    return memmove(to, from, (tsm_crt_utf_length16(from) + 1) * sizeof(*to));
}

LPSTR lstrcpynA(LPSTR to, LPCSTR from, int size)
{
    size_t n;

    if (!to || !from || size <= 0) {
        return NULL;
    }
    n = strnlen(from, (size_t)size - 1);
    memmove(to, from, n);
    to[n] = '\0';
    return to;
}

LPWSTR lstrcpynW(LPWSTR to, LPCWSTR from, int size)
{
    size_t n;

    if (!to || !from || size <= 0) {
        return NULL;
    }
    n = tsm_crt_utf_length16_within(from, (size_t)size - 1);
    memmove(to, from, n * sizeof(*to));
    to[n] = 0;
    return to;
}

LPSTR lstrcatA(LPSTR to, LPCSTR from)
{
    if (!to || !from) {
        return NULL;
    }
    lstrcpyA(to + strlen(to), from);
    return to;
}

LPWSTR lstrcatW(LPWSTR to, LPCWSTR from)
{
    if (!to || !from) {
        return NULL;
    }
    lstrcpyW(to + tsm_crt_utf_length16(to), from);
    return to;
}

/* Signs 0, digits 1, letters 2. */
static int group(WCHAR c)
{
    return iswdigit(c) ? 1 : iswalpha(c) || c >= 0x80 ? 2 : 0;
}

static int compare(LPCWSTR a, LPCWSTR b, enum compare_case which)
{
    int by_case = 0;

    for (size_t i = 0;; i++) {
        wint_t x = towlower(a[i]);
        wint_t y = towlower(b[i]);

        if (x != y) {
            if (!x || !y) {
                return x ? 1 : -1;
            }
            if (group(a[i]) != group(b[i])) {
                return group(a[i]) < group(b[i]) ? -1 : 1;
            }
            return x < y ? -1 : 1;
        }
        if (!x) {
            break;
        }
        if (!by_case && a[i] != b[i]) {
            by_case = a[i] == x ? -1 : 1;
        }
    }
    return which == WITH_CASE ? by_case : 0;
}

static int compare_null(const void *a, const void *b)
{
    return a ? 1 : b ? -1 : 0;
}

static int compare_narrow(LPCSTR a, LPCSTR b, enum compare_case which)
{
    WCHAR *x = tsm_crt_utf_widen(a, strlen(a), NULL);
    WCHAR *y = tsm_crt_utf_widen(b, strlen(b), NULL);
    int result = x && y ? compare(x, y, which) : strcmp(a, b);

    free(x);
    free(y);
    return result;
}

int lstrcmpW(LPCWSTR a, LPCWSTR b)
{
    return a && b ? compare(a, b, WITH_CASE) : compare_null(a, b);
}

int lstrcmpiW(LPCWSTR a, LPCWSTR b)
{
    return a && b ? compare(a, b, WITHOUT_CASE) : compare_null(a, b);
}

int lstrcmpA(LPCSTR a, LPCSTR b)
{
    return a && b ? compare_narrow(a, b, WITH_CASE) : compare_null(a, b);
}

int lstrcmpiA(LPCSTR a, LPCSTR b)
{
    return a && b ? compare_narrow(a, b, WITHOUT_CASE) : compare_null(a, b);
}
