/* SPDX-License-Identifier: MIT */
#include "base/utf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/upcase_table.h"

#define REPLACEMENT 0xFFFDu

static bool is_high(char32_t unit)
{
    return unit >= 0xD800 && unit < 0xDC00;
}

static bool is_low(char32_t unit)
{
    return unit >= 0xDC00 && unit < 0xE000;
}

/* Reads one character; a malformed byte is consumed alone and gives REPLACEMENT. */
static char32_t utf8_next(const unsigned char *text, size_t length, size_t *at, bool *bad)
{
    static const char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = text[(*at)++];
    size_t size = first < 0x80         ? 1
                  : (first >> 5) == 6  ? 2
                  : (first >> 4) == 14 ? 3
                  : (first >> 3) == 30 ? 4
                                       : 0;
    char32_t value;

    if (size == 1)
        return first;
    if (size == 0 || *at + size - 1 > length) {
        *bad = true;
        return REPLACEMENT;
    }
    value = first & (0x7Fu >> size);
    for (size_t i = 0; i < size - 1; i++) {
        unsigned char byte = text[*at + i];

        if ((byte & 0xC0) != 0x80) {
            *bad = true;
            return REPLACEMENT;
        }
        value = value << 6 | (byte & 0x3F);
    }
    if (value < smallest[size] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) {
        *bad = true;
        return REPLACEMENT;
    }
    *at += size - 1;
    return value;
}

size_t tsm_utf16_from_utf8(const char *text, size_t length, char16_t *out, size_t capacity,
                           bool *had_error)
{
    size_t used = 0, at = 0;
    bool bad = false;

    while (at < length) {
        char32_t value = utf8_next((const unsigned char *)text, length, &at, &bad);

        if (value >= 0x10000) {
            value -= 0x10000;
            if (used + 1 < capacity) {
                out[used] = (char16_t)(0xD800 + (value >> 10));
                out[used + 1] = (char16_t)(0xDC00 + (value & 0x3FF));
            }
            used += 2;
        } else {
            if (used < capacity)
                out[used] = (char16_t)value;
            used++;
        }
    }
    if (had_error)
        *had_error = bad;
    return used;
}

size_t tsm_utf8_from_utf16(const char16_t *text, size_t length, char *out, size_t capacity,
                           bool *had_error)
{
    size_t used = 0;
    bool bad = false;

    for (size_t i = 0; i < length; i++) {
        char32_t value = text[i];
        char bytes[4];
        size_t size;

        if (is_high(value) && i + 1 < length && is_low(text[i + 1])) {
            value = 0x10000 + ((value - 0xD800) << 10) + (text[++i] - 0xDC00u);
        } else if (is_high(value) || is_low(value)) {
            value = REPLACEMENT;
            bad = true;
        }
        if (value < 0x80) {
            size = 1;
            bytes[0] = (char)value;
        } else {
            size = value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
            for (size_t k = size - 1; k > 0; k--, value >>= 6)
                bytes[k] = (char)(0x80 | (value & 0x3F));
            bytes[0] = (char)((0xF00u >> size & 0xFF) | value);
        }
        if (used + size <= capacity)
            memcpy(out + used, bytes, size);
        used += size;
    }
    if (had_error)
        *had_error = bad;
    return used;
}

size_t tsm_utf16_length(const char16_t *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return length;
}

char *tsm_utf8_new(const char16_t *text)
{
    size_t length = tsm_utf16_length(text);
    size_t size = tsm_utf8_from_utf16(text, length, NULL, 0, NULL);
    char *made = malloc(size + 1);

    if (made) {
        tsm_utf8_from_utf16(text, length, made, size, NULL);
        made[size] = 0;
    }
    return made;
}

char16_t *tsm_utf16_new(const char *text)
{
    size_t length = strlen(text);
    size_t size = tsm_utf16_from_utf8(text, length, NULL, 0, NULL);
    char16_t *made = malloc((size + 1) * sizeof(char16_t));

    if (made) {
        tsm_utf16_from_utf8(text, length, made, size, NULL);
        made[size] = 0;
    }
    return made;
}

char16_t tsm_utf16_upcase(char16_t unit)
{
    size_t low = 0, high = TSM_COUNT_OF(upcase_ranges);

    if (unit < 0x80)
        return unit >= u'a' && unit <= u'z' ? (char16_t)(unit - 32) : unit;
    while (low < high) {
        size_t middle = (low + high) / 2;

        if (unit > upcase_ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < TSM_COUNT_OF(upcase_ranges) && unit >= upcase_ranges[low].first &&
        (unit - upcase_ranges[low].first) % upcase_ranges[low].step == 0)
        return (char16_t)(unit + upcase_ranges[low].delta);
    return unit;
}
