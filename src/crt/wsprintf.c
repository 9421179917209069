/* SPDX-License-Identifier: MIT */
/*
 * wsprintf
 *
 * Windows: the buffer is taken to have 1024 characters; a longer text is cut there, and the result
 *          is then 1024, one more than the text has.
 */
#include <winuser.h>

#include <stdarg.h>
#include <string.h>

#include "crt/format.h"

#define ROOM 1024

static int format_text(enum tsm_crt_width width, void *text, const void *format, va_list args)
{
    size_t unit = width == TSM_CRT_WIDE ? sizeof(WCHAR) : 1;
    struct tsm_crt_text made;
    int result = 0;
    size_t n = 0;

    if (tsm_crt_format(&made, width, format, args)) {
        n = made.length < ROOM ? made.length : ROOM - 1;
        memcpy(text, made.units, n * unit);
        result = made.length < ROOM ? (int)n : ROOM;
    }
    memset((char *)text + n * unit, 0, unit);
    tsm_crt_text_deinit(&made);
    return result;
}

int wvsprintfA(LPSTR text, LPCSTR format, va_list args)
{
    return format_text(TSM_CRT_NARROW, text, format, args);
}

int wvsprintfW(LPWSTR text, LPCWSTR format, va_list args)
{
    return format_text(TSM_CRT_WIDE, text, format, args);
}

int wsprintfA(LPSTR text, LPCSTR format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = wvsprintfA(text, format, args);
    va_end(args);
    return result;
}

int wsprintfW(LPWSTR text, LPCWSTR format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = wvsprintfW(text, format, args);
    va_end(args);
    return result;
}
