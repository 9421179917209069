/* SPDX-License-Identifier: MIT */
/*
 * 16-bit characters in files of UTF-8
 *
 * Nothing is remembered of a FILE between calls. After the first half of a pair is read, the last
 * byte that it needed is put back: a character that begins with a continuation byte is therefore
 * the second half of a pair.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#define TSM_CRT_WEOF (-1)

/* The next unit, or TSM_CRT_WEOF. */
int tsm_crt_wide_file_get(FILE *file);

/* Puts a unit back that was just read; the unit, or TSM_CRT_WEOF. */
int tsm_crt_wide_file_unget(FILE *file, int unit);

/*
 * Writes a unit; the unit, or TSM_CRT_WEOF. The first half of a pair waits (in this thread) for the
 * second.
 */
int tsm_crt_wide_file_put(FILE *file, uint16_t unit);
