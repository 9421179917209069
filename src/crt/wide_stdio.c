/* SPDX-License-Identifier: MIT */
/* Wide characters and lines of files. */
#include <stdio.h>
#include <wchar.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crt/utf.h"
#include "crt/wide_file.h"

static wint_t to_wint(int unit)
{
    return unit == TSM_CRT_WEOF ? WEOF : (wint_t)unit;
}

wint_t fgetwc(FILE *file)
{
    return to_wint(tsm_crt_wide_file_get(file));
}

wint_t getwchar(void)
{
    return fgetwc(stdin);
}

wint_t _fgetwchar(void)
{
    return fgetwc(stdin);
}

wint_t fputwc(wchar_t c, FILE *file)
{
    return to_wint(tsm_crt_wide_file_put(file, c));
}

wint_t putwchar(wchar_t c)
{
    return fputwc(c, stdout);
}

wint_t _fputwchar(wchar_t c)
{
    return fputwc(c, stdout);
}

wint_t ungetwc(wint_t c, FILE *file)
{
    return c == WEOF ? WEOF : to_wint(tsm_crt_wide_file_unget(file, (int)c));
}

int fwide(FILE *file, int mode)
{
    (void)file;
    return mode; /* a stream takes both kinds, so that any wish is granted */
}

wchar_t *fgetws(wchar_t *text, int size, FILE *file)
{
    int n = 0;

    if (size <= 0) {
        return NULL;
    }
    flockfile(file);
    while (n < size - 1) {
        int unit = tsm_crt_wide_file_get(file);

        if (unit == TSM_CRT_WEOF) {
            break;
        }
        text[n++] = (wchar_t)unit;
        if (unit == '\n') {
            break;
        }
    }
    funlockfile(file);
    text[n] = 0;
    return n || size == 1 ? text : NULL;
}

int fputws(const wchar_t *text, FILE *file)
{
    size_t n;
    char *bytes = tsm_crt_utf_narrow(text, tsm_crt_utf_length16(text), &n);
    int result = bytes && fwrite(bytes, 1, n, file) == n ? 0 : EOF;

    free(bytes);
    return result;
}

int _putws(const wchar_t *text)
{
    int result;

    flockfile(stdout);
    result = fputws(text, stdout) == EOF || putc('\n', stdout) == EOF ? EOF : 0;
    funlockfile(stdout);
    return result;
}

/* A line without its end; a line that is too long empties the buffer and is read to its end. */
wchar_t *_getws_s(wchar_t *text, size_t size)
{
    bool fits = true;
    size_t n = 0;
    int unit;

    if (!text || !size) {
        return NULL;
    }
    flockfile(stdin);
    while ((unit = tsm_crt_wide_file_get(stdin)) != TSM_CRT_WEOF && unit != '\n') {
        if (n < size - 1) {
            text[n++] = (wchar_t)unit;
        } else {
            fits = false;
        }
    }
    funlockfile(stdin);
    text[fits ? n : 0] = 0;
    return (n || unit == '\n') && fits ? text : NULL;
}

wchar_t *_getws(wchar_t *text)
{
    return _getws_s(text, INT32_MAX);
}
