/* SPDX-License-Identifier: MIT */
/*
 * Formats of Microsoft's C library
 *
 * One engine for narrow and wide formats; a text is made in memory as a whole, and then copied or
 * written by the caller.
 *
 * Windows:   no size or h, hh, l, ll, L, I32, I64, I, w, j, z, t. l is 32 bits (a DWORD and a LONG
 *            are), ll and I64 are 64, I is the size of a pointer. s and c are of the format's own
 *            kind, S and C of the other; h makes them narrow, l and w wide. p prints sixteen
 *            digits. n is refused, as it is by default there.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tsm_crt_width { TSM_CRT_NARROW, TSM_CRT_WIDE };

/* A text being made: char or uint16_t units. */
struct tsm_crt_text {
    enum tsm_crt_width width;
    union {
        char *narrow;
        uint16_t *wide;
        void *units;
    };
    size_t length; /* units, without the end */
    size_t room;
    bool failed;
    _Alignas(uint16_t) char small[512]; /* most texts need no memory of their own */
};

/* Makes the text of a format. False (with errno set) for a refused format or without memory. */
bool tsm_crt_format(struct tsm_crt_text *text, enum tsm_crt_width width, const void *format,
                    va_list args);

void tsm_crt_text_deinit(struct tsm_crt_text *text);
