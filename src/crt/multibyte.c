/* SPDX-License-Identifier: MIT */
/*
 * Multibyte text is UTF-8, wide text UTF-16
 *
 * Malformed text gives EILSEQ here, unlike in files and formats; so does a character that needs a
 * pair, where there is room for one unit only. wcrtomb keeps the first half of a pair in the
 * mbstate_t. mbrtowc takes no part of a character: the caller gives the bytes again with more.
 */
#include <stdlib.h>
#include <wchar.h>

#include <stdbool.h>
#include <string.h>

#include "crt/export.h"
#include "crt/utf.h"

/* The first half of a pair that waits; it lies in the caller's mbstate_t. */
struct state {
    uint16_t unit;
};
_Static_assert(sizeof(struct state) <= sizeof(mbstate_t), "the state fits");

static struct state load(const mbstate_t *from)
{
    struct state state;

    memcpy(&state, from, sizeof(state));
    return state;
}

static void save(mbstate_t *to, struct state state)
{
    memcpy(to, &state, sizeof(state));
}

/* -1 with EILSEQ for malformed text. U+FFFD itself is well-formed. */
static long decode(const char *s, size_t n, size_t *used)
{
    uint32_t code = tsm_crt_utf_decode8(s, n, used);

    if (code == 0xFFFD && (*used != 3 || memcmp(s, "\xEF\xBF\xBD", 3))) {
        errno = EILSEQ;
        return -1;
    }
    return (long)code;
}

/* Whether n bytes are the beginning of a longer character. */
static bool is_partial(const char *s, size_t n)
{
    unsigned char c = (unsigned char)s[0];
    size_t wanted = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 1;

    if (n >= wanted || c >= 0xF5) {
        return false;
    }
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            return false;
        }
    }
    return true;
}

size_t mbrtowc(wchar_t *c, const char *s, size_t n, mbstate_t *state)
{
    uint16_t units[2];
    size_t used;
    long code;

    (void)state;
    if (!s) {
        return 0;
    }
    if (!n || is_partial(s, n)) {
        return (size_t)-2;
    }
    code = decode(s, n, &used);
    if (code < 0 || tsm_crt_utf_encode16((uint32_t)code, units) != 1) {
        errno = EILSEQ;
        return (size_t)-1;
    }
    if (c) {
        *c = units[0];
    }
    return code ? used : 0;
}

size_t wcrtomb(char *s, wchar_t c, mbstate_t *state)
{
    static _Thread_local mbstate_t own;
    struct state now;
    uint16_t units[2] = {c};
    size_t used;

    state = state ? state : &own;
    now = load(state);
    save(state, (struct state){0});
    if (!s) {
        return 1;
    }
    if (c >= 0xD800 && c < 0xDC00 && !now.unit) {
        save(state, (struct state){c});
        return 0;
    }
    if (now.unit || (c >= 0xDC00 && c < 0xE000)) {
        if (!now.unit || c < 0xDC00 || c >= 0xE000) {
            errno = EILSEQ;
            return (size_t)-1;
        }
        units[0] = now.unit;
        units[1] = c;
    }
    return tsm_crt_utf_encode8(tsm_crt_utf_decode16(units, now.unit ? 2 : 1, &used), s);
}

size_t mbstowcs(wchar_t *to, const char *from, size_t n)
{
    size_t length = strlen(from);
    size_t done = 0;
    size_t used;

    for (size_t i = 0; i < length; i += used) {
        uint16_t units[2];
        long code = decode(from + i, length - i, &used);
        size_t count;

        if (code < 0) {
            return (size_t)-1;
        }
        count = tsm_crt_utf_encode16((uint32_t)code, units);
        if (to && done + count > n) {
            return done;
        }
        if (to) {
            memcpy(to + done, units, count * sizeof(*to));
        }
        done += count;
    }
    if (to && done < n) {
        to[done] = 0;
    }
    return done;
}

size_t wcstombs(char *to, const wchar_t *from, size_t n)
{
    size_t length = tsm_crt_utf_length16(from);
    size_t done = 0;
    size_t used;

    for (size_t i = 0; i < length; i += used) {
        char bytes[4];
        uint32_t code = tsm_crt_utf_decode16(from + i, length - i, &used);
        size_t count = tsm_crt_utf_encode8(code, bytes);

        if (code == 0xFFFD && from[i] != 0xFFFD) {
            errno = EILSEQ;
            return (size_t)-1;
        }
        if (to && done + count > n) {
            return done;
        }
        if (to) {
            memcpy(to + done, bytes, count);
        }
        done += count;
    }
    if (to && done < n) {
        to[done] = '\0';
    }
    return done;
}

size_t mbsrtowcs(wchar_t *to, const char **from, size_t n, mbstate_t *state)
{
    size_t length = strlen(*from);
    size_t done = 0;
    size_t used;

    (void)state;
    for (size_t i = 0; i < length; i += used) {
        uint16_t units[2];
        long code = decode(*from + i, length - i, &used);
        size_t count;

        if (code < 0) {
            return (size_t)-1;
        }
        count = tsm_crt_utf_encode16((uint32_t)code, units);
        if (to && done + count > n) {
            *from += i;
            return done;
        }
        if (to) {
            memcpy(to + done, units, count * sizeof(*to));
        }
        done += count;
    }
    if (to && done < n) {
        to[done] = 0;
        *from = NULL;
    } else if (to) {
        *from += length;
    }
    return done;
}

size_t wcsrtombs(char *to, const wchar_t **from, size_t n, mbstate_t *state)
{
    size_t length = tsm_crt_utf_length16(*from);
    size_t done = 0;
    size_t used;

    (void)state;
    for (size_t i = 0; i < length; i += used) {
        char bytes[4];
        uint32_t code = tsm_crt_utf_decode16(*from + i, length - i, &used);
        size_t count = tsm_crt_utf_encode8(code, bytes);

        if (code == 0xFFFD && (*from)[i] != 0xFFFD) {
            errno = EILSEQ;
            return (size_t)-1;
        }
        if (to && done + count > n) {
            *from += i;
            return done;
        }
        if (to) {
            memcpy(to + done, bytes, count);
        }
        done += count;
    }
    if (to && done < n) {
        to[done] = '\0';
        *from = NULL;
    } else if (to) {
        *from += length;
    }
    return done;
}

int mbtowc(wchar_t *c, const char *s, size_t n)
{
    uint16_t units[2];
    size_t used;
    long code;

    if (!s) {
        return 0;
    }
    code = n ? decode(s, n, &used) : -1;
    if (code < 0 || tsm_crt_utf_encode16((uint32_t)code, units) != 1) {
        errno = EILSEQ;
        return -1;
    }
    if (c) {
        *c = units[0];
    }
    return code ? (int)used : 0;
}

int wctomb(char *s, wchar_t c)
{
    if (!s) {
        return 0;
    }
    if (c >= 0xD800 && c < 0xE000) {
        errno = EILSEQ;
        return -1;
    }
    return (int)tsm_crt_utf_encode8(c, s);
}

errno_t mbstowcs_s(size_t *done, wchar_t *to, size_t size, const char *from, size_t n)
{
    size_t length;
    wchar_t *whole;

    if (!from || (!to && size) || (to && !size)) {
        return tsm_crt_error(EINVAL);
    }
    if (to) {
        to[0] = 0;
    }
    length = mbstowcs(NULL, from, 0);
    if (length == (size_t)-1) {
        return EILSEQ;
    }
    if (!to) {
        if (done) {
            *done = length + 1;
        }
        return 0;
    }
    whole = tsm_crt_utf_widen(from, strlen(from), NULL);
    if (!whole) {
        return tsm_crt_error(ENOMEM);
    }
    length = length < n ? length : n;
    if (length >= size) {
        if (n != _TRUNCATE) {
            free(whole);
            return tsm_crt_error(ERANGE);
        }
        length = size - 1;
    }
    memcpy(to, whole, length * sizeof(*to));
    to[length] = 0;
    if (done) {
        *done = length + 1;
    }
    free(whole);
    return 0;
}

errno_t wcstombs_s(size_t *done, char *to, size_t size, const wchar_t *from, size_t n)
{
    size_t length;
    char *whole;

    if (!from || (!to && size) || (to && !size)) {
        return tsm_crt_error(EINVAL);
    }
    if (to) {
        to[0] = '\0';
    }
    length = wcstombs(NULL, from, 0);
    if (length == (size_t)-1) {
        return EILSEQ;
    }
    if (!to) {
        if (done) {
            *done = length + 1;
        }
        return 0;
    }
    whole = tsm_crt_utf_narrow(from, tsm_crt_utf_length16(from), NULL);
    if (!whole) {
        return tsm_crt_error(ENOMEM);
    }
    length = length < n ? length : n;
    if (length >= size && n != _TRUNCATE) {
        free(whole);
        return tsm_crt_error(ERANGE);
    }
    length = length < size ? length : size - 1;
    while (length && (whole[length] & 0xC0) == 0x80) {
        length--; /* no half characters */
    }
    memcpy(to, whole, length);
    to[length] = '\0';
    if (done) {
        *done = length + 1;
    }
    free(whole);
    return 0;
}
