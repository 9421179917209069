/* SPDX-License-Identifier: MIT */
/*
 * The printf family, narrow
 *
 * Windows: _snprintf leaves a text that fills the buffer without an end, snprintf does not, and both
 *          count without a buffer; the _s forms empty the buffer when the text does not fit. The
 *          buffer may be an argument of the format, as old sources have it: it is written last.
 */
#include <stdio.h>

#include <limits.h>
#include <string.h>

#include "crt/export.h"
#include "crt/format.h"

/* Copies what was made; the result of a C99 snprintf. */
static int take_text(struct tsm_crt_text *made, char *text, size_t size)
{
    size_t n = made->length;

    if (size) {
        n = n < size ? n : size - 1;
        memcpy(text, made->narrow, n);
        text[n] = '\0';
    }
    return (int)made->length;
}

int vsnprintf(char *text, size_t size, const char *format, va_list args)
{
    struct tsm_crt_text made;
    int result = -1;

    if (tsm_crt_format(&made, TSM_CRT_NARROW, format, args)) {
        result = take_text(&made, text, size);
    } else if (size) {
        text[0] = '\0';
    }
    tsm_crt_text_deinit(&made);
    return result;
}

int snprintf(char *text, size_t size, const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vsnprintf(text, size, format, args);
    va_end(args);
    return result;
}

int vsprintf(char *text, const char *format, va_list args)
{
    return vsnprintf(text, INT_MAX, format, args);
}

int sprintf(char *text, const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vsprintf(text, format, args);
    va_end(args);
    return result;
}

int vfprintf(FILE *file, const char *format, va_list args)
{
    struct tsm_crt_text made;
    int result = -1;

    if (tsm_crt_format(&made, TSM_CRT_NARROW, format, args) &&
        fwrite(made.narrow, 1, made.length, file) == made.length) {
        result = (int)made.length;
    }
    tsm_crt_text_deinit(&made);
    return result;
}

int fprintf(FILE *file, const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vfprintf(file, format, args);
    va_end(args);
    return result;
}

int vprintf(const char *format, va_list args)
{
    return vfprintf(stdout, format, args);
}

int printf(const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vfprintf(stdout, format, args);
    va_end(args);
    return result;
}

int _vscprintf(const char *format, va_list args)
{
    return vsnprintf(NULL, 0, format, args);
}

int _scprintf(const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = _vscprintf(format, args);
    va_end(args);
    return result;
}

int _vsnprintf(char *text, size_t size, const char *format, va_list args)
{
    struct tsm_crt_text made;
    int result = -1;

    if (!text && size) {
        errno = EINVAL;
        return -1;
    }
    if (tsm_crt_format(&made, TSM_CRT_NARROW, format, args)) {
        size_t n = made.length + 1 < size ? made.length + 1 : size;

        if (n) {
            memcpy(text, made.narrow, n);
        }
        if (made.length <= size || !text) {
            result = (int)made.length;
        }
    } else if (size) {
        text[0] = '\0';
    }
    tsm_crt_text_deinit(&made);
    return result;
}

int _snprintf(char *text, size_t size, const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = _vsnprintf(text, size, format, args);
    va_end(args);
    return result;
}

int _vsnprintf_s(char *text, size_t size, size_t count, const char *format, va_list args)
{
    struct tsm_crt_text made;
    int result = -1;

    if (!text || !size || !format) {
        errno = EINVAL;
        return -1;
    }
    if (tsm_crt_format(&made, TSM_CRT_NARROW, format, args)) {
        size_t whole = made.length;

        made.length = whole < count ? whole : count;
        if (made.length < size || count == _TRUNCATE) {
            take_text(&made, text, size);
            result = whole == made.length && whole < size ? (int)whole : -1;
        } else {
            text[0] = '\0';
            errno = ERANGE;
        }
    } else {
        text[0] = '\0';
    }
    tsm_crt_text_deinit(&made);
    return result;
}

int _snprintf_s(char *text, size_t size, size_t count, const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = _vsnprintf_s(text, size, count, format, args);
    va_end(args);
    return result;
}

int vsprintf_s(char *text, size_t size, const char *format, va_list args)
{
    return _vsnprintf_s(text, size, SIZE_MAX - 1, format, args);
}

int sprintf_s(char *text, size_t size, const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vsprintf_s(text, size, format, args);
    va_end(args);
    return result;
}

int vfprintf_s(FILE *file, const char *format, va_list args)
{
    return vfprintf(file, format, args);
}

int fprintf_s(FILE *file, const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vfprintf(file, format, args);
    va_end(args);
    return result;
}

int vprintf_s(const char *format, va_list args)
{
    return vfprintf(stdout, format, args);
}

int printf_s(const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vfprintf(stdout, format, args);
    va_end(args);
    return result;
}
