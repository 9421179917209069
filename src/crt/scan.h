/* SPDX-License-Identifier: MIT */
/*
 * Input formats of Microsoft's C library: sizes and kinds as in format.h. A number read with l
 * fills 32 bits and no more.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "crt/format.h"

enum tsm_crt_scan_mode { TSM_CRT_SCAN_PLAIN, TSM_CRT_SCAN_SIZED };

struct tsm_crt_source {
    enum tsm_crt_width width;
    FILE *file;        /* or NULL */
    const void *units; /* or NULL; ended by zero */
    size_t taken;      /* units read so far */
};

/*
 * Reads as the format (of the source's width) says. The number of items stored, or EOF when the
 * input ended before the first. In sized mode an unsigned size follows each text buffer.
 */
int tsm_crt_scan(struct tsm_crt_source *source, enum tsm_crt_scan_mode mode, const void *format,
                 va_list args);
