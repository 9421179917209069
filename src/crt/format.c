/* SPDX-License-Identifier: MIT */
#include "crt/format.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crt/utf.h"

enum size { SIZE_INT, SIZE_CHAR, SIZE_SHORT, SIZE_LONG, SIZE_64, SIZE_LONG_DOUBLE, SIZE_WIDE };

struct spec {
    bool left, plus, blank, alternate, zero;
    int width;
    int precision; /* -1: none */
    enum size size;
    uint16_t conversion;
};

/*
 * Windows: text for a console appears at once, whether a line is complete or not. Programs print a
 * prompt and then wait for a pipe.
 */
__attribute__((constructor)) static void show_at_once(void)
{
    if (isatty(STDOUT_FILENO)) {
        setvbuf(stdout, NULL, _IONBF, 0);
    }
}

static size_t unit_size(const struct tsm_crt_text *text)
{
    return text->width == TSM_CRT_WIDE ? sizeof(uint16_t) : 1;
}

/* Room for n more units and an end. */
static bool reserve(struct tsm_crt_text *text, size_t n)
{
    size_t room = text->room;
    void *units;

    if (text->failed || n > INT_MAX - text->length) {
        if (!text->failed) {
            errno = EOVERFLOW;
        }
        text->failed = true;
        return false;
    }
    if (text->length + n < room) {
        return true;
    }
    while (room <= text->length + n) {
        room *= 2;
    }
    units = text->units == text->small ? NULL : text->units;
    units = realloc(units, room * unit_size(text));
    if (!units) {
        text->failed = true;
        return false;
    }
    if (text->units == text->small) {
        memcpy(units, text->small, text->length * unit_size(text));
    }
    text->units = units;
    text->room = room;
    return true;
}

static void put_fill(struct tsm_crt_text *text, char c, size_t n)
{
    if (!reserve(text, n)) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (text->width == TSM_CRT_WIDE) {
            text->wide[text->length++] = (unsigned char)c;
        } else {
            text->narrow[text->length++] = c;
        }
    }
}

/* Units of the text's own kind. */
static void put_units(struct tsm_crt_text *text, const void *units, size_t n)
{
    if (reserve(text, n)) {
        memcpy((char *)text->units + text->length * unit_size(text), units, n * unit_size(text));
        text->length += n;
    }
}

static void put_ascii(struct tsm_crt_text *text, const char *s, size_t n)
{
    if (text->width == TSM_CRT_NARROW) {
        put_units(text, s, n);
    } else if (reserve(text, n)) {
        for (size_t i = 0; i < n; i++) {
            text->wide[text->length++] = (unsigned char)s[i];
        }
    }
}

static void put_padded(struct tsm_crt_text *text, const struct spec *spec, const void *units,
                       size_t n)
{
    size_t pad = spec->width > 0 && (size_t)spec->width > n ? (size_t)spec->width - n : 0;

    if (!spec->left) {
        put_fill(text, spec->zero ? '0' : ' ', pad);
    }
    put_units(text, units, n);
    if (spec->left) {
        put_fill(text, ' ', pad);
    }
}

/* As much of a converted text as the precision lets through, without half a character. */
static size_t cut(const struct tsm_crt_text *text, const struct spec *spec, const void *units,
                  size_t n)
{
    if (spec->precision < 0 || n <= (size_t)spec->precision) {
        return n;
    }
    n = (size_t)spec->precision;
    if (text->width == TSM_CRT_NARROW) {
        while (n && (((const char *)units)[n] & 0xC0) == 0x80) {
            n--;
        }
    } else if (n && (((const uint16_t *)units)[n] & 0xFC00) == 0xDC00) {
        n--;
    }
    return n;
}

/* How many bytes give so many 16-bit units, or all bytes of a shorter text. */
static size_t bytes_for_units(const char *s, size_t limit)
{
    size_t units = 0;
    size_t i = 0;
    size_t used;

    for (; units < limit && s[i]; i += used) {
        units += tsm_crt_utf_decode8(s + i, SIZE_MAX, &used) < 0x10000 ? 1 : 2;
    }
    return i;
}

static void put_string(struct tsm_crt_text *text, const struct spec *spec, enum tsm_crt_width kind,
                       const void *s)
{
    size_t limit = spec->precision >= 0 ? (size_t)spec->precision : SIZE_MAX;
    size_t n;
    void *converted;

    if (!s) {
        static const uint16_t null_wide[] = {'(', 'n', 'u', 'l', 'l', ')', 0};

        s = kind == TSM_CRT_WIDE ? (const void *)null_wide : "(null)";
    }
    if (kind == text->width) {
        n = kind == TSM_CRT_WIDE ? tsm_crt_utf_length16_within(s, limit) : strnlen(s, limit);
        put_padded(text, spec, s, n);
        return;
    }
    /* A text with a precision need not be ended: no more is read than the precision lets out. */
    converted = kind == TSM_CRT_WIDE
                    ? (void *)tsm_crt_utf_narrow(s, tsm_crt_utf_length16_within(s, limit), &n)
                    : (void *)tsm_crt_utf_widen(s, bytes_for_units(s, limit), &n);
    if (!converted) {
        text->failed = true;
        return;
    }
    put_padded(text, spec, converted, cut(text, spec, converted, n));
    free(converted);
}

static void put_char(struct tsm_crt_text *text, const struct spec *spec, enum tsm_crt_width kind,
                     int c)
{
    char narrow[4] = {(char)c};
    uint16_t wide[2] = {kind == TSM_CRT_WIDE ? (uint16_t)c : (unsigned char)c};
    size_t n = 1;

    if (text->width == TSM_CRT_NARROW && kind == TSM_CRT_WIDE) {
        n = tsm_crt_utf_encode8((uint16_t)c, narrow);
    }
    put_padded(text, spec, text->width == TSM_CRT_WIDE ? (void *)wide : narrow, n);
}

/* The numbers themselves are printed by the system's printf, which has the same flags. */
static void rebuild(const struct spec *spec, const char *size, char out[16])
{
    *out++ = '%';
    if (spec->left) {
        *out++ = '-';
    }
    if (spec->plus) {
        *out++ = '+';
    }
    if (spec->blank) {
        *out++ = ' ';
    }
    if (spec->alternate) {
        *out++ = '#';
    }
    if (spec->zero) {
        *out++ = '0';
    }
    *out++ = '*';
    *out++ = '.';
    *out++ = '*';
    while (*size) {
        *out++ = *size++;
    }
    *out++ = (char)spec->conversion;
    *out = '\0';
}

/* Prints one number, given as the last argument, with a rebuilt specification. */
#define PUT_NUMBER(text, spec, size, value)                                                      \
    do {                                                                                         \
        char format_[16], small_[128], *big_ = NULL;                                             \
        int n_;                                                                                  \
        rebuild(spec, size, format_);                                                            \
        n_ = snprintf(small_, sizeof(small_), format_, (spec)->width, (spec)->precision, value); \
        if (n_ >= (int)sizeof(small_)) {                                                         \
            n_ = asprintf(&big_, format_, (spec)->width, (spec)->precision, value);              \
        }                                                                                        \
        if (n_ < 0) {                                                                            \
            (text)->failed = true;                                                               \
        } else {                                                                                 \
            put_ascii(text, big_ ? big_ : small_, (size_t)n_);                                   \
        }                                                                                        \
        free(big_);                                                                              \
    } while (0)

static void put_signed(struct tsm_crt_text *text, const struct spec *spec, va_list *args)
{
    intmax_t value;

    switch (spec->size) {
    case SIZE_64:
        value = va_arg(*args, long long);
        break;
    case SIZE_CHAR:
        value = (signed char)va_arg(*args, int);
        break;
    case SIZE_SHORT:
        value = (short)va_arg(*args, int);
        break;
    default:
        value = va_arg(*args, int);
        break;
    }
    PUT_NUMBER(text, spec, "j", value);
}

static void put_unsigned(struct tsm_crt_text *text, const struct spec *spec, va_list *args)
{
    uintmax_t value;

    switch (spec->size) {
    case SIZE_64:
        value = va_arg(*args, unsigned long long);
        break;
    case SIZE_CHAR:
        value = (unsigned char)va_arg(*args, int);
        break;
    case SIZE_SHORT:
        value = (unsigned short)va_arg(*args, int);
        break;
    default:
        value = va_arg(*args, unsigned int);
        break;
    }
    PUT_NUMBER(text, spec, "j", value);
}

static void put_pointer(struct tsm_crt_text *text, const struct spec *spec, va_list *args)
{
    struct spec hex = *spec;
    uintmax_t value = (uintptr_t)va_arg(*args, void *);

    hex.precision = 2 * (int)sizeof(void *);
    hex.conversion = 'X';
    hex.zero = hex.plus = hex.blank = false;
    PUT_NUMBER(text, &hex, "j", value);
}

/* Windows: a and A print all thirteen digits of a double unless a precision is given. */
static void put_float(struct tsm_crt_text *text, const struct spec *spec, va_list *args)
{
    struct spec full = *spec;

    if (spec->size == SIZE_LONG_DOUBLE) {
        long double value = va_arg(*args, long double);

        PUT_NUMBER(text, spec, "L", value);
    } else {
        double value = va_arg(*args, double);

        if (full.precision < 0 && (full.conversion == 'a' || full.conversion == 'A')) {
            full.precision = 13;
        }
        PUT_NUMBER(text, &full, "", value);
    }
}

/* The kind of a string or character: the format's own, the other one's for capitals, or as said. */
static enum tsm_crt_width kind_of(const struct tsm_crt_text *text, const struct spec *spec)
{
    bool capital = spec->conversion == 'S' || spec->conversion == 'C';

    if (spec->size == SIZE_SHORT) {
        return TSM_CRT_NARROW;
    }
    if (spec->size == SIZE_LONG || spec->size == SIZE_WIDE) {
        return TSM_CRT_WIDE;
    }
    return (text->width == TSM_CRT_WIDE) != capital ? TSM_CRT_WIDE : TSM_CRT_NARROW;
}

/* False when the conversion is not one. */
static bool put_conversion(struct tsm_crt_text *text, const struct spec *spec, va_list *args)
{
    switch (spec->conversion) {
    case 'd':
    case 'i':
        put_signed(text, spec, args);
        return true;
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        put_unsigned(text, spec, args);
        return true;
    case 'p':
        put_pointer(text, spec, args);
        return true;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
        put_float(text, spec, args);
        return true;
    case 'c':
    case 'C':
        put_char(text, spec, kind_of(text, spec), va_arg(*args, int));
        return true;
    case 's':
    case 'S':
        put_string(text, spec, kind_of(text, spec), va_arg(*args, const void *));
        return true;
    default:
        return false;
    }
}

static uint16_t unit_at(const struct tsm_crt_text *text, const void *format, size_t i)
{
    return text->width == TSM_CRT_WIDE ? ((const uint16_t *)format)[i]
                                       : ((const unsigned char *)format)[i];
}

static size_t parse_flags(const struct tsm_crt_text *text, const void *format, size_t i,
                          struct spec *spec)
{
    for (;; i++) {
        switch (unit_at(text, format, i)) {
        case '-':
            spec->left = true;
            break;
        case '+':
            spec->plus = true;
            break;
        case ' ':
            spec->blank = true;
            break;
        case '#':
            spec->alternate = true;
            break;
        case '0':
            spec->zero = true;
            break;
        default:
            return i;
        }
    }
}

/* A number or a star; *value is -1 after a number that is too large. */
static size_t parse_number(const struct tsm_crt_text *text, const void *format, size_t i,
                           va_list *args, int *value)
{
    uint16_t c = unit_at(text, format, i);
    long long number = 0;

    if (c == '*') {
        *value = va_arg(*args, int);
        return i + 1;
    }
    for (; c >= '0' && c <= '9'; c = unit_at(text, format, ++i)) {
        number = number * 10 + (c - '0');
        if (number > INT_MAX) {
            number = INT_MAX;
        }
    }
    *value = (int)number;
    return i;
}

static size_t parse_size(const struct tsm_crt_text *text, const void *format, size_t i,
                         struct spec *spec)
{
    uint16_t c = unit_at(text, format, i);
    uint16_t next = c ? unit_at(text, format, i + 1) : 0;
    uint16_t third = next ? unit_at(text, format, i + 2) : 0;

    switch (c) {
    case 'h':
        spec->size = next == 'h' ? SIZE_CHAR : SIZE_SHORT;
        return i + 1 + (next == 'h');
    case 'l':
        spec->size = next == 'l' ? SIZE_64 : SIZE_LONG;
        return i + 1 + (next == 'l');
    case 'L':
        spec->size = SIZE_LONG_DOUBLE;
        return i + 1;
    case 'w':
        spec->size = SIZE_WIDE;
        return i + 1;
    case 'j':
    case 'z':
    case 't':
        spec->size = SIZE_64;
        return i + 1;
    case 'I':
        if (next == '3' && third == '2') {
            spec->size = SIZE_INT;
            return i + 3;
        }
        spec->size = SIZE_64;
        return next == '6' && third == '4' ? i + 3 : i + 1;
    default:
        return i;
    }
}

static size_t parse(const struct tsm_crt_text *text, const void *format, size_t i, va_list *args,
                    struct spec *spec)
{
    *spec = (struct spec){.precision = -1};
    i = parse_flags(text, format, i, spec);
    i = parse_number(text, format, i, args, &spec->width);
    if (spec->width < 0) {
        spec->left = true;
        spec->width = spec->width == INT_MIN ? INT_MAX : -spec->width;
    }
    if (unit_at(text, format, i) == '.') {
        i = parse_number(text, format, i + 1, args, &spec->precision);
        if (spec->precision < 0) {
            spec->precision = -1;
        }
    }
    i = parse_size(text, format, i, spec);
    spec->conversion = unit_at(text, format, i);
    return i;
}

static bool refuse(struct tsm_crt_text *text)
{
    text->failed = true;
    errno = EINVAL;
    return false;
}

static bool run(struct tsm_crt_text *text, const void *format, va_list *args)
{
    size_t from = 0;
    size_t i = 0;
    uint16_t c;

    while ((c = unit_at(text, format, i)) != 0) {
        struct spec spec;

        if (c != '%') {
            i++;
            continue;
        }
        put_units(text, (const char *)format + from * unit_size(text), i - from);
        if (unit_at(text, format, i + 1) == '%') {
            from = i + 1;
            i += 2;
            continue;
        }
        i = parse(text, format, i + 1, args, &spec);
        if (spec.conversion == 'n' || !spec.conversion) {
            return refuse(text);
        }
        /* What is no conversion prints itself. */
        from = i + put_conversion(text, &spec, args);
        i++;
    }
    put_units(text, (const char *)format + from * unit_size(text), i - from);
    return !text->failed;
}

bool tsm_crt_format(struct tsm_crt_text *text, enum tsm_crt_width width, const void *format,
                    va_list args)
{
    va_list copy;
    bool ok;

    text->width = width;
    text->units = text->small;
    text->length = 0;
    text->room = sizeof(text->small) / (width == TSM_CRT_WIDE ? sizeof(uint16_t) : 1);
    text->failed = false;
    if (!format) {
        return refuse(text);
    }
    va_copy(copy, args);
    ok = run(text, format, &copy);
    va_end(copy);
    if (ok && reserve(text, 0)) {
        memset((char *)text->units + text->length * unit_size(text), 0, unit_size(text));
    }
    return !text->failed;
}

void tsm_crt_text_deinit(struct tsm_crt_text *text)
{
    if (text->units != text->small) {
        free(text->units);
    }
    text->units = text->small;
}
