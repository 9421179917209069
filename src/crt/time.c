/* SPDX-License-Identifier: MIT */
/* Microsoft's additions to time.h, and wcsftime. */
#include <time.h>
#include <wchar.h>

#include <stdlib.h>
#include <string.h>

#include "crt/export.h"
#include "crt/utf.h"

errno_t localtime_s(struct tm *out, const time_t *time)
{
    if (!out || !time) {
        return tsm_crt_error(EINVAL);
    }
    return localtime_r(time, out) ? 0 : tsm_crt_error(EINVAL);
}

errno_t gmtime_s(struct tm *out, const time_t *time)
{
    if (!out || !time) {
        return tsm_crt_error(EINVAL);
    }
    return gmtime_r(time, out) ? 0 : tsm_crt_error(EINVAL);
}

errno_t asctime_s(char *text, rsize_t size, const struct tm *time)
{
    char line[64];

    if (!text || size < 26 || !time || !asctime_r(time, line)) {
        if (text && size) {
            text[0] = '\0';
        }
        return tsm_crt_error(EINVAL);
    }
    memcpy(text, line, strnlen(line, 25) + 1);
    text[25] = '\0';
    return 0;
}

errno_t ctime_s(char *text, rsize_t size, const time_t *time)
{
    struct tm local;

    if (localtime_s(&local, time)) {
        return EINVAL;
    }
    return asctime_s(text, size, &local);
}

long long _time64(long long *out)
{
    long long now = time(NULL);

    if (out) {
        *out = now;
    }
    return now;
}

struct tm *_localtime64(const long long *time)
{
    time_t value = (time_t)*time;

    return localtime(&value);
}

struct tm *_gmtime64(const long long *time)
{
    time_t value = (time_t)*time;

    return gmtime(&value);
}

errno_t _localtime64_s(struct tm *out, const long long *time)
{
    time_t value;

    if (!time) {
        return tsm_crt_error(EINVAL);
    }
    value = (time_t)*time;
    return localtime_s(out, &value);
}

static errno_t print_now(char *text, size_t size, const char *format)
{
    time_t now = time(NULL);
    struct tm local;

    if (!text || size < 9 || localtime_s(&local, &now)) {
        return tsm_crt_error(EINVAL);
    }
    strftime(text, size, format, &local);
    return 0;
}

errno_t _strdate_s(char *text, size_t size)
{
    return print_now(text, size, "%m/%d/%y");
}

errno_t _strtime_s(char *text, size_t size)
{
    return print_now(text, size, "%H:%M:%S");
}

char *_strdate(char *text)
{
    _strdate_s(text, 9);
    return text;
}

char *_strtime(char *text)
{
    _strtime_s(text, 9);
    return text;
}

size_t wcsftime(wchar_t *text, size_t size, const wchar_t *format, const struct tm *time)
{
    char *narrow = tsm_crt_utf_narrow(format, tsm_crt_utf_length16(format), NULL);
    size_t room = 4 * size + 1;
    char *bytes = malloc(room);
    uint16_t *wide = NULL;
    size_t n = 0;

    if (narrow && bytes) {
        n = strftime(bytes, room, narrow, time);
        wide = n ? tsm_crt_utf_widen(bytes, n, &n) : NULL;
    }
    if (wide && n < size) {
        memcpy(text, wide, (n + 1) * sizeof(*text));
    } else {
        n = 0;
    }
    free(wide);
    free(bytes);
    free(narrow);
    return n;
}
