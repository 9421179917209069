/* SPDX-License-Identifier: MIT */
/*
 * The printf family, wide
 *
 * Windows: swprintf and vswprintf give -1 when the text does not fit. Text for a FILE is written as
 *          UTF-8.
 */
#include <wchar.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "crt/export.h"
#include "crt/format.h"
#include "crt/utf.h"

/* Copies what was made. */
static int take_text(struct tsm_crt_text *made, wchar_t *text, size_t size)
{
    size_t n = made->length;

    if (size) {
        n = n < size ? n : size - 1;
        memcpy(text, made->wide, n * sizeof(*text));
        text[n] = 0;
    }
    return (int)made->length;
}

int vswprintf(wchar_t *text, size_t size, const wchar_t *format, va_list args)
{
    struct tsm_crt_text made;
    int result = -1;

    if (tsm_crt_format(&made, TSM_CRT_WIDE, format, args)) {
        result = take_text(&made, text, size);
        result = (size_t)result < size ? result : -1;
    } else if (size) {
        text[0] = 0;
    }
    tsm_crt_text_deinit(&made);
    return result;
}

int(swprintf)(wchar_t *text, size_t size, const wchar_t *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vswprintf(text, size, format, args);
    va_end(args);
    return result;
}

int _vswprintf(wchar_t *text, const wchar_t *format, va_list args)
{
    return vswprintf(text, INT_MAX, format, args);
}

int _swprintf(wchar_t *text, const wchar_t *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = _vswprintf(text, format, args);
    va_end(args);
    return result;
}

int vfwprintf(FILE *file, const wchar_t *format, va_list args)
{
    struct tsm_crt_text made;
    int result = -1;

    if (tsm_crt_format(&made, TSM_CRT_WIDE, format, args)) {
        size_t n;
        char *bytes = tsm_crt_utf_narrow(made.wide, made.length, &n);

        if (bytes && fwrite(bytes, 1, n, file) == n) {
            result = (int)made.length;
        }
        free(bytes);
    }
    tsm_crt_text_deinit(&made);
    return result;
}

int fwprintf(FILE *file, const wchar_t *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vfwprintf(file, format, args);
    va_end(args);
    return result;
}

int vwprintf(const wchar_t *format, va_list args)
{
    return vfwprintf(stdout, format, args);
}

int wprintf(const wchar_t *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vfwprintf(stdout, format, args);
    va_end(args);
    return result;
}

int _vscwprintf(const wchar_t *format, va_list args)
{
    struct tsm_crt_text made;
    int result = -1;

    if (tsm_crt_format(&made, TSM_CRT_WIDE, format, args)) {
        result = (int)made.length;
    }
    tsm_crt_text_deinit(&made);
    return result;
}

int _scwprintf(const wchar_t *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = _vscwprintf(format, args);
    va_end(args);
    return result;
}

int _vsnwprintf(wchar_t *text, size_t size, const wchar_t *format, va_list args)
{
    struct tsm_crt_text made;
    int result = -1;

    if (!text && size) {
        errno = EINVAL;
        return -1;
    }
    if (tsm_crt_format(&made, TSM_CRT_WIDE, format, args)) {
        size_t n = made.length + 1 < size ? made.length + 1 : size;

        if (n) {
            memcpy(text, made.wide, n * sizeof(*text));
        }
        if (made.length <= size || !text) {
            result = (int)made.length;
        }
    } else if (size) {
        text[0] = 0;
    }
    tsm_crt_text_deinit(&made);
    return result;
}

int _snwprintf(wchar_t *text, size_t size, const wchar_t *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = _vsnwprintf(text, size, format, args);
    va_end(args);
    return result;
}

int _vsnwprintf_s(wchar_t *text, size_t size, size_t count, const wchar_t *format, va_list args)
{
    struct tsm_crt_text made;
    int result = -1;

    if (!text || !size || !format) {
        errno = EINVAL;
        return -1;
    }
    if (tsm_crt_format(&made, TSM_CRT_WIDE, format, args)) {
        size_t whole = made.length;

        made.length = whole < count ? whole : count;
        if (made.length < size || count == _TRUNCATE) {
            take_text(&made, text, size);
            result = whole == made.length && whole < size ? (int)whole : -1;
        } else {
            text[0] = 0;
            errno = ERANGE;
        }
    } else {
        text[0] = 0;
    }
    tsm_crt_text_deinit(&made);
    return result;
}

int _snwprintf_s(wchar_t *text, size_t size, size_t count, const wchar_t *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = _vsnwprintf_s(text, size, count, format, args);
    va_end(args);
    return result;
}

int vswprintf_s(wchar_t *text, size_t size, const wchar_t *format, va_list args)
{
    return _vsnwprintf_s(text, size, SIZE_MAX - 1, format, args);
}

int swprintf_s(wchar_t *text, size_t size, const wchar_t *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vswprintf_s(text, size, format, args);
    va_end(args);
    return result;
}

int vfwprintf_s(FILE *file, const wchar_t *format, va_list args)
{
    return vfwprintf(file, format, args);
}

int fwprintf_s(FILE *file, const wchar_t *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vfwprintf(file, format, args);
    va_end(args);
    return result;
}

int vwprintf_s(const wchar_t *format, va_list args)
{
    return vfwprintf(stdout, format, args);
}

int wprintf_s(const wchar_t *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vfwprintf(stdout, format, args);
    va_end(args);
    return result;
}
