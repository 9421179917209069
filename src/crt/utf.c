/* SPDX-License-Identifier: MIT */
#include "crt/utf.h"

#include <stdlib.h>
#include <string.h>

#define REPLACEMENT 0xFFFD

uint32_t tsm_crt_utf_decode8(const char *s, size_t n, size_t *used)
{
    static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)s;
    uint32_t code = bytes[0];
    size_t more;

    *used = 1;
    if (code < 0x80) {
        return code;
    }
    if (code >= 0xC2 && code < 0xE0) {
        more = 1;
        code &= 0x1F;
    } else if (code >= 0xE0 && code < 0xF0) {
        more = 2;
        code &= 0x0F;
    } else if (code >= 0xF0 && code < 0xF5) {
        more = 3;
        code &= 0x07;
    } else {
        return REPLACEMENT;
    }
    for (size_t i = 1; i <= more; i++) {
        if (i >= n || (bytes[i] & 0xC0) != 0x80) {
            *used = i;
            return REPLACEMENT;
        }
        code = code << 6 | (bytes[i] & 0x3F);
    }
    *used = more + 1;
    if (code < smallest[more] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
        return REPLACEMENT;
    }
    return code;
}

size_t tsm_crt_utf_encode8(uint32_t code, char out[4])
{
    if (code >= 0xD800 && code < 0xE000) {
        code = REPLACEMENT;
    }
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

uint32_t tsm_crt_utf_decode16(const uint16_t *s, size_t n, size_t *used)
{
    uint32_t unit = s[0];

    *used = 1;
    if (unit < 0xD800 || unit >= 0xE000) {
        return unit;
    }
    if (unit < 0xDC00 && n > 1 && s[1] >= 0xDC00 && s[1] < 0xE000) {
        *used = 2;
        return 0x10000 + ((unit - 0xD800) << 10) + (s[1] - 0xDC00u);
    }
    return REPLACEMENT;
}

size_t tsm_crt_utf_encode16(uint32_t code, uint16_t out[2])
{
    if (code < 0x10000) {
        out[0] = (uint16_t)code;
        return 1;
    }
    code -= 0x10000;
    out[0] = (uint16_t)(0xD800 + (code >> 10));
    out[1] = (uint16_t)(0xDC00 + (code & 0x3FF));
    return 2;
}

uint16_t *tsm_crt_utf_widen(const char *s, size_t n, size_t *length)
{
    uint16_t *text = malloc((n + 1) * sizeof(*text));
    size_t done = 0;
    size_t used;

    if (!text) {
        return NULL;
    }
    for (size_t i = 0; i < n; i += used) {
        done += tsm_crt_utf_encode16(tsm_crt_utf_decode8(s + i, n - i, &used), text + done);
    }
    text[done] = 0;
    if (length) {
        *length = done;
    }
    return text;
}

char *tsm_crt_utf_narrow(const uint16_t *s, size_t n, size_t *length)
{
    char *text = malloc(3 * n + 2);
    size_t done = 0;
    size_t used;

    if (!text) {
        return NULL;
    }
    for (size_t i = 0; i < n; i += used) {
        done += tsm_crt_utf_encode8(tsm_crt_utf_decode16(s + i, n - i, &used), text + done);
    }
    text[done] = '\0';
    if (length) {
        *length = done;
    }
    return text;
}

size_t tsm_crt_utf_length16(const uint16_t *s)
{
    size_t n = 0;

    while (s[n]) {
        n++;
    }
    return n;
}

size_t tsm_crt_utf_length16_within(const uint16_t *s, size_t limit)
{
    size_t n = 0;

    while (n < limit && s[n]) {
        n++;
    }
    return n;
}
