/* SPDX-License-Identifier: MIT */
/* Numbers in 16-bit text: the text is copied into ASCII, which the system's functions read. */
#include <wchar.h>
#include <stdlib.h>

#include <stdlib.h>
#include <string.h>

#include "crt/export.h"

/* The longest text that is looked at; a number ends long before. */
#define LONGEST 1100

/* Copies the ASCII part after white space; what a position in the copy is in the text. */
static const wchar_t *to_ascii(const wchar_t *s, char out[LONGEST])
{
    size_t n = 0;

    while (*s == ' ' || (*s >= '\t' && *s <= '\r')) {
        s++;
    }
    while (n < LONGEST - 1 && s[n] && s[n] < 0x80) {
        out[n] = (char)s[n];
        n++;
    }
    out[n] = '\0';
    return s;
}

#define STRTO(type, name, narrow)                                         \
    type name(const wchar_t *s, wchar_t **end, int base)                  \
    {                                                                     \
        char text[LONGEST];                                               \
        char *stop;                                                       \
        const wchar_t *start = to_ascii(s, text);                         \
        type value = narrow(text, &stop, base);                           \
                                                                          \
        if (end) {                                                        \
            *end = (wchar_t *)(stop == text ? s : start + (stop - text)); \
        }                                                                 \
        return value;                                                     \
    }

STRTO(long, wcstol, strtol)
STRTO(unsigned long, wcstoul, strtoul)
STRTO(long long, wcstoll, strtoll)
STRTO(unsigned long long, wcstoull, strtoull)
STRTO(long long, _wcstoi64, strtoll)
STRTO(unsigned long long, _wcstoui64, strtoull)

#define STRTOF(type, name, narrow)                                        \
    type name(const wchar_t *s, wchar_t **end)                            \
    {                                                                     \
        char text[LONGEST];                                               \
        char *stop;                                                       \
        const wchar_t *start = to_ascii(s, text);                         \
        type value = narrow(text, &stop);                                 \
                                                                          \
        if (end) {                                                        \
            *end = (wchar_t *)(stop == text ? s : start + (stop - text)); \
        }                                                                 \
        return value;                                                     \
    }

STRTOF(double, wcstod, strtod)
STRTOF(float, wcstof, strtof)
STRTOF(long double, wcstold, strtold)

int _wtoi(const wchar_t *s)
{
    return (int)wcstol(s, NULL, 10);
}

long _wtol(const wchar_t *s)
{
    return wcstol(s, NULL, 10);
}

long long _wtoi64(const wchar_t *s)
{
    return wcstoll(s, NULL, 10);
}

double _wtof(const wchar_t *s)
{
    return wcstod(s, NULL);
}

#define TO_TEXT(type, wide, narrow)                                     \
    errno_t wide##_s(type value, wchar_t *text, size_t size, int radix) \
    {                                                                   \
        char digits[72];                                                \
        errno_t error;                                                  \
        size_t n;                                                       \
                                                                        \
        if (!text || !size) {                                           \
            return tsm_crt_error(EINVAL);                               \
        }                                                               \
        text[0] = 0;                                                    \
        error = narrow##_s(value, digits, sizeof(digits), radix);       \
        n = error ? 0 : strlen(digits);                                 \
        if (n >= size) {                                                \
            return tsm_crt_error(ERANGE);                               \
        }                                                               \
        for (size_t i = 0; i < n; i++) {                                \
            text[i] = (unsigned char)digits[i];                         \
        }                                                               \
        text[n] = 0;                                                    \
        return error;                                                   \
    }                                                                   \
                                                                        \
    wchar_t *wide(type value, wchar_t *text, int radix)                 \
    {                                                                   \
        wide##_s(value, text, 72, radix);                               \
        return text;                                                    \
    }

TO_TEXT(int, _itow, _itoa)
TO_TEXT(long, _ltow, _ltoa)
TO_TEXT(unsigned long, _ultow, _ultoa)
TO_TEXT(long long, _i64tow, _i64toa)
TO_TEXT(unsigned long long, _ui64tow, _ui64toa)
