/* SPDX-License-Identifier: MIT */
/* UTF-8 <-> UTF-16 for the kit. Malformed input becomes U+FFFD. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The code point at the start of a text of n > 0 bytes, and in *used how many bytes it took.
 * Malformed: U+FFFD, and as many bytes as cannot begin a character.
 */
uint32_t tsm_crt_utf_decode8(const char *s, size_t n, size_t *used);

/* Writes one to four bytes; how many. */
size_t tsm_crt_utf_encode8(uint32_t code, char out[4]);

/* The code point at the start of n > 0 units. */
uint32_t tsm_crt_utf_decode16(const uint16_t *s, size_t n, size_t *used);

/* Writes one or two units; how many. */
size_t tsm_crt_utf_encode16(uint32_t code, uint16_t out[2]);

/* Whole texts on the heap, ended by zero; the length goes to *length if that is not NULL. */
uint16_t *tsm_crt_utf_widen(const char *s, size_t n, size_t *length);
char *tsm_crt_utf_narrow(const uint16_t *s, size_t n, size_t *length);

size_t tsm_crt_utf_length16(const uint16_t *s);
size_t tsm_crt_utf_length16_within(const uint16_t *s, size_t limit);
