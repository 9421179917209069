/* SPDX-License-Identifier: MIT */
/* Strings of 16-bit characters. Order is that of the units; case is that of single units. */
#include <wchar.h>
#include <wctype.h>

#include <stdlib.h>
#include <string.h>

#include "crt/utf.h"

size_t wcslen(const wchar_t *s)
{
    return tsm_crt_utf_length16(s);
}

size_t wcsnlen(const wchar_t *s, size_t limit)
{
    return tsm_crt_utf_length16_within(s, limit);
}

size_t wcsnlen_s(const wchar_t *s, size_t limit)
{
    return s ? tsm_crt_utf_length16_within(s, limit) : 0;
}

wchar_t *wmemcpy(wchar_t *to, const wchar_t *from, size_t n)
{
    return memcpy(to, from, n * sizeof(*to));
}

wchar_t *wmemmove(wchar_t *to, const wchar_t *from, size_t n)
{
    return memmove(to, from, n * sizeof(*to));
}

wchar_t *wmemset(wchar_t *to, wchar_t c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        to[i] = c;
    }
    return to;
}

int wmemcmp(const wchar_t *a, const wchar_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}

wchar_t *wmemchr(const wchar_t *s, wchar_t c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == c) {
            return (wchar_t *)s + i;
        }
    }
    return NULL;
}

wchar_t *wcscpy(wchar_t *to, const wchar_t *from)
{
    return wmemcpy(to, from, wcslen(from) + 1);
}

wchar_t *wcsncpy(wchar_t *to, const wchar_t *from, size_t n)
{
    size_t length = wcsnlen(from, n);

    wmemcpy(to, from, length);
    wmemset(to + length, 0, n - length);
    return to;
}

wchar_t *wcscat(wchar_t *to, const wchar_t *from)
{
    wcscpy(to + wcslen(to), from);
    return to;
}

wchar_t *wcsncat(wchar_t *to, const wchar_t *from, size_t n)
{
    wchar_t *end = to + wcslen(to);
    size_t length = wcsnlen(from, n);

    wmemcpy(end, from, length);
    end[length] = 0;
    return to;
}

int wcsncmp(const wchar_t *a, const wchar_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
        if (!a[i]) {
            break;
        }
    }
    return 0;
}

int wcscmp(const wchar_t *a, const wchar_t *b)
{
    return wcsncmp(a, b, SIZE_MAX);
}

int wcscoll(const wchar_t *a, const wchar_t *b)
{
    return wcscmp(a, b);
}

size_t wcsxfrm(wchar_t *to, const wchar_t *from, size_t n)
{
    size_t length = wcslen(from);

    if (n) {
        size_t part = length < n ? length : n - 1;

        wmemcpy(to, from, part);
        to[part] = 0;
    }
    return length;
}

int _wcsnicmp(const wchar_t *a, const wchar_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        wint_t x = towlower(a[i]);
        wint_t y = towlower(b[i]);

        if (x != y) {
            return x < y ? -1 : 1;
        }
        if (!x) {
            break;
        }
    }
    return 0;
}

int _wcsicmp(const wchar_t *a, const wchar_t *b)
{
    return _wcsnicmp(a, b, SIZE_MAX);
}

int _wcsicoll(const wchar_t *a, const wchar_t *b)
{
    return _wcsicmp(a, b);
}

wchar_t *wcschr(const wchar_t *s, wchar_t c)
{
    return wmemchr(s, c, wcslen(s) + 1);
}

wchar_t *wcsrchr(const wchar_t *s, wchar_t c)
{
    for (size_t i = wcslen(s) + 1; i-- > 0;) {
        if (s[i] == c) {
            return (wchar_t *)s + i;
        }
    }
    return NULL;
}

wchar_t *wcsstr(const wchar_t *s, const wchar_t *part)
{
    size_t length = wcslen(part);

    for (; length && *s && wcsncmp(s, part, length); s++) {}
    return *s || !length ? (wchar_t *)s : NULL;
}

size_t wcsspn(const wchar_t *s, const wchar_t *set)
{
    size_t n = 0;

    while (s[n] && wcschr(set, s[n])) {
        n++;
    }
    return n;
}

size_t wcscspn(const wchar_t *s, const wchar_t *set)
{
    size_t n = 0;

    while (s[n] && !wcschr(set, s[n])) {
        n++;
    }
    return n;
}

wchar_t *wcspbrk(const wchar_t *s, const wchar_t *set)
{
    s += wcscspn(s, set);
    return *s ? (wchar_t *)s : NULL;
}

wchar_t *(wcstok)(wchar_t *s, const wchar_t *set, wchar_t **state)
{
    wchar_t *end;

    s = s ? s : *state;
    if (!s) {
        return NULL;
    }
    s += wcsspn(s, set);
    if (!*s) {
        *state = NULL;
        return NULL;
    }
    end = s + wcscspn(s, set);
    *state = *end ? end + 1 : NULL;
    *end = 0;
    return s;
}

wchar_t *wcstok_s(wchar_t *s, const wchar_t *set, wchar_t **state)
{
    return (wcstok)(s, set, state);
}

wchar_t *_wcstok(wchar_t *s, const wchar_t *set)
{
    static _Thread_local wchar_t *state;

    return (wcstok)(s, set, &state);
}

wchar_t *_wcsdup(const wchar_t *s)
{
    size_t size = wcslen(s) + 1;
    wchar_t *copy = malloc(size * sizeof(*copy));

    return copy ? wmemcpy(copy, s, size) : NULL;
}

wchar_t *_wcslwr(wchar_t *s)
{
    for (wchar_t *at = s; *at; at++) {
        *at = (wchar_t)towlower(*at);
    }
    return s;
}

wchar_t *_wcsupr(wchar_t *s)
{
    for (wchar_t *at = s; *at; at++) {
        *at = (wchar_t)towupper(*at);
    }
    return s;
}

wchar_t *_wcsrev(wchar_t *s)
{
    for (size_t i = 0, j = wcslen(s); i + 1 < j; i++) {
        wchar_t c = s[i];

        s[i] = s[--j];
        s[j] = c;
    }
    return s;
}

wchar_t *_wcsset(wchar_t *s, wchar_t c)
{
    return wmemset(s, c, wcslen(s));
}
