/* SPDX-License-Identifier: MIT */
/* Microsoft's additions to string.h: case is that of ASCII, as in the C locale. */
#include <string.h>

#include <stdint.h>
#include <stdlib.h>

#include "crt/export.h"

static int lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

int _memicmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a;
    const unsigned char *y = b;

    for (size_t i = 0; i < n; i++) {
        int difference = lower(x[i]) - lower(y[i]);

        if (difference) {
            return difference;
        }
    }
    return 0;
}

int _strnicmp(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int difference = lower((unsigned char)a[i]) - lower((unsigned char)b[i]);

        if (difference || !a[i]) {
            return difference;
        }
    }
    return 0;
}

int _stricmp(const char *a, const char *b)
{
    return _strnicmp(a, b, SIZE_MAX);
}

int _stricoll(const char *a, const char *b)
{
    return _stricmp(a, b);
}

int _strcmpi(const char *a, const char *b)
{
    return _stricmp(a, b);
}

char *_strdup(const char *s)
{
    return strdup(s);
}

char *_strlwr(char *s)
{
    for (char *at = s; *at; at++) {
        *at = (char)lower(*at);
    }
    return s;
}

char *_strupr(char *s)
{
    for (char *at = s; *at; at++) {
        *at = (char)(*at >= 'a' && *at <= 'z' ? *at - 32 : *at);
    }
    return s;
}

char *_strrev(char *s)
{
    for (size_t i = 0, j = strlen(s); i + 1 < j; i++) {
        char c = s[i];

        s[i] = s[--j];
        s[j] = c;
    }
    return s;
}

char *_strset(char *s, int c)
{
    return memset(s, c, strlen(s));
}

char *strtok_s(char *s, const char *set, char **state)
{
    return strtok_r(s, set, state);
}

size_t strnlen_s(const char *s, size_t limit)
{
    return s ? strnlen(s, limit) : 0;
}

errno_t strerror_s(char *text, size_t size, int error)
{
    if (!text || !size) {
        return tsm_crt_error(EINVAL);
    }
    return strncpy_s(text, size, strerror(error), _TRUNCATE) == EINVAL ? EINVAL : 0;
}
