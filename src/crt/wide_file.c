/* SPDX-License-Identifier: MIT */
#include "crt/wide_file.h"

#include <errno.h>

#include "crt/utf.h"

/* The half of a pair that waits for the other one. */
static _Thread_local struct {
    FILE *file;
    uint16_t unit;
} half;

static int continuation(FILE *file)
{
    int c = getc_unlocked(file);

    if (c != EOF && (c & 0xC0) != 0x80) {
        ungetc(c, file);
        c = EOF;
    }
    return c;
}

static int get_long(FILE *file, int first)
{
    int second, third;

    second = continuation(file);
    if (second == EOF) {
        return 0xFFFD;
    }
    if (first < 0xE0) {
        return (first & 0x1F) << 6 | (second & 0x3F);
    }
    third = continuation(file);
    if (third == EOF) {
        return 0xFFFD;
    }
    if (first < 0xF0) {
        return (first & 0x0F) << 12 | (second & 0x3F) << 6 | (third & 0x3F);
    }
    ungetc(third, file);
    return 0xD800 + (((first & 7) << 8 | (second & 0x3F) << 2 | (third & 0x30) >> 4) - 0x40);
}

int tsm_crt_wide_file_get(FILE *file)
{
    int c, result;

    flockfile(file);
    c = getc_unlocked(file);
    if (c == EOF) {
        result = TSM_CRT_WEOF;
    } else if (c < 0x80) {
        result = c;
    } else if (c < 0xC0) {
        int last = continuation(file);

        result = last == EOF ? 0xFFFD : 0xDC00 | (c & 0x0F) << 6 | (last & 0x3F);
    } else if (c < 0xF5) {
        result = get_long(file, c);
    } else {
        result = 0xFFFD;
    }
    funlockfile(file);
    return result;
}

int tsm_crt_wide_file_unget(FILE *file, int unit)
{
    char bytes[4];
    size_t n;

    if (unit == TSM_CRT_WEOF) {
        return TSM_CRT_WEOF;
    }
    if (unit >= 0xD800 && unit < 0xDC00) {
        return TSM_CRT_WEOF; /* its bytes are partly those of the second half */
    }
    if (unit >= 0xDC00 && unit < 0xE000) {
        bytes[0] = (char)(0x80 | (unit >> 6 & 0x0F));
        bytes[1] = (char)(0x80 | (unit & 0x3F));
        n = 2;
    } else {
        n = tsm_crt_utf_encode8((uint32_t)unit, bytes);
    }
    while (n) {
        if (ungetc((unsigned char)bytes[--n], file) == EOF) {
            return TSM_CRT_WEOF;
        }
    }
    return unit;
}

int tsm_crt_wide_file_put(FILE *file, uint16_t unit)
{
    uint16_t units[2] = {unit};
    size_t count = 1;
    size_t used, n;
    char bytes[4];
    uint32_t code;

    if (half.file == file && half.file) {
        units[0] = half.unit;
        units[1] = unit;
        count = 2;
        half.file = NULL;
    } else if (unit >= 0xD800 && unit < 0xDC00) {
        half.file = file;
        half.unit = unit;
        return unit;
    }
    for (size_t i = 0; i < count; i += used) {
        code = tsm_crt_utf_decode16(units + i, count - i, &used);
        n = tsm_crt_utf_encode8(code, bytes);
        if (fwrite(bytes, 1, n, file) != n) {
            return TSM_CRT_WEOF;
        }
    }
    return unit;
}
