/* SPDX-License-Identifier: MIT */
#include "crt/scan.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "crt/utf.h"
#include "crt/wide_file.h"

enum size { SIZE_INT, SIZE_CHAR, SIZE_SHORT, SIZE_LONG, SIZE_64, SIZE_LONG_DOUBLE, SIZE_WIDE };

struct spec {
    bool drop; /* a star: read and do not store */
    size_t width;
    enum size size;
    int conversion;
    size_t set; /* of %[: where the set begins and ends in the format */
    size_t set_end;
    bool set_negated;
};

enum outcome { STORED, DROPPED, MISMATCH, ENDED };

struct scan {
    struct tsm_crt_source *source;
    const void *format;
    enum tsm_crt_scan_mode mode;
    va_list args;
    int stored;
};

static int unit_at(const struct tsm_crt_source *source, const void *units, size_t i)
{
    return source->width == TSM_CRT_WIDE ? ((const uint16_t *)units)[i]
                                         : ((const unsigned char *)units)[i];
}

static int take(struct tsm_crt_source *source)
{
    int c;

    if (source->file) {
        c = source->width == TSM_CRT_WIDE ? tsm_crt_wide_file_get(source->file)
                                          : getc(source->file);
    } else {
        c = unit_at(source, source->units, source->taken);
        c = c ? c : EOF;
    }
    source->taken += c != EOF;
    return c;
}

static void put_back(struct tsm_crt_source *source, int c)
{
    if (c == EOF) {
        return;
    }
    source->taken--;
    if (source->file && source->width == TSM_CRT_WIDE) {
        tsm_crt_wide_file_unget(source->file, c);
    } else if (source->file) {
        ungetc(c, source->file);
    }
}

static bool is_blank(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x3000;
}

/* The first unit that is no white space; it is still in the source. EOF at the end. */
static int skip_blanks(struct tsm_crt_source *source)
{
    int c;

    do {
        c = take(source);
    } while (c != EOF && is_blank(c));
    put_back(source, c);
    return c;
}

static size_t parse_size(const struct scan *scan, size_t i, struct spec *spec)
{
    int c = unit_at(scan->source, scan->format, i);
    int next = c ? unit_at(scan->source, scan->format, i + 1) : 0;
    int third = next ? unit_at(scan->source, scan->format, i + 2) : 0;

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
            return i + 3;
        }
        spec->size = SIZE_64;
        return next == '6' && third == '4' ? i + 3 : i + 1;
    default:
        return i;
    }
}

/* From after the percent sign to after the conversion. */
static size_t parse(const struct scan *scan, size_t i, struct spec *spec)
{
    int c;

    *spec = (struct spec){.width = SIZE_MAX};
    if (unit_at(scan->source, scan->format, i) == '*') {
        spec->drop = true;
        i++;
    }
    c = unit_at(scan->source, scan->format, i);
    if (c >= '0' && c <= '9') {
        spec->width = 0;
        for (; c >= '0' && c <= '9'; c = unit_at(scan->source, scan->format, ++i)) {
            spec->width = spec->width < INT_MAX ? spec->width * 10 + (size_t)(c - '0') : INT_MAX;
        }
        spec->width = spec->width ? spec->width : SIZE_MAX;
    }
    i = parse_size(scan, i, spec);
    spec->conversion = unit_at(scan->source, scan->format, i);
    if (!spec->conversion) {
        return i;
    }
    i++;
    if (spec->conversion == '[') {
        if (unit_at(scan->source, scan->format, i) == '^') {
            spec->set_negated = true;
            i++;
        }
        spec->set = i;
        /* A bracket in the first place belongs to the set. */
        do {
            c = unit_at(scan->source, scan->format, i++);
        } while (c && (unit_at(scan->source, scan->format, i) != ']'));
        spec->set_end = i;
        i += c != 0;
    }
    return i;
}

static bool in_set(const struct scan *scan, const struct spec *spec, int c)
{
    for (size_t i = spec->set; i < spec->set_end; i++) {
        int from = unit_at(scan->source, scan->format, i);
        int to = from;

        if (i + 2 < spec->set_end && unit_at(scan->source, scan->format, i + 1) == '-') {
            to = unit_at(scan->source, scan->format, i + 2);
            i += 2;
        }
        if (c >= (from < to ? from : to) && c <= (from < to ? to : from)) {
            return !spec->set_negated;
        }
    }
    return spec->set_negated;
}

static int digit_of(int c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 99;
}

static void store_integer(struct scan *scan, const struct spec *spec, unsigned long long value)
{
    void *target = va_arg(scan->args, void *);

    if (spec->conversion == 'p') {
        *(void **)target = (void *)(uintptr_t)value;
        return;
    }
    switch (spec->size) {
    case SIZE_64:
        *(unsigned long long *)target = value;
        break;
    case SIZE_CHAR:
        *(unsigned char *)target = (unsigned char)value;
        break;
    case SIZE_SHORT:
        *(unsigned short *)target = (unsigned short)value;
        break;
    default:
        *(unsigned int *)target = (unsigned int)value;
        break;
    }
}

static enum outcome scan_integer(struct scan *scan, const struct spec *spec)
{
    struct tsm_crt_source *source = scan->source;
    int base = spec->conversion == 'i' ? 0 : spec->conversion == 'o' ? 8 : 10;
    unsigned long long value = 0;
    size_t left = spec->width;
    bool negative = false;
    bool any = false;
    int c;

    if (strchr("xXp", spec->conversion)) {
        base = 16;
    }
    c = take(source);
    if ((c == '-' || c == '+') && left > 1) {
        negative = c == '-';
        left--;
        c = take(source);
    }
    if (c == '0' && (base == 0 || base == 16)) {
        any = true;
        left--;
        c = left ? take(source) : EOF;
        if (left && (c == 'x' || c == 'X')) {
            base = 16;
            left--;
            c = left ? take(source) : EOF;
        } else if (base == 0) {
            base = 8;
        }
    }
    base = base ? base : 10;
    while (left && c != EOF && digit_of(c) < base) {
        value = value * (unsigned)base + (unsigned)digit_of(c);
        any = true;
        left--;
        c = left ? take(source) : EOF;
    }
    put_back(source, c);
    if (!any) {
        return MISMATCH;
    }
    if (spec->drop) {
        return DROPPED;
    }
    store_integer(scan, spec, negative ? 0 - value : value);
    return STORED;
}

struct number_text {
    char text[400];
    size_t length;
    size_t left;
    int c; /* the next unit, taken already */
};

static void keep(struct scan *scan, struct number_text *number)
{
    if (number->length < sizeof(number->text) - 1) {
        number->text[number->length++] = (char)number->c;
    }
    number->left--;
    number->c = number->left ? take(scan->source) : EOF;
}

static size_t keep_digits(struct scan *scan, struct number_text *number, bool hex)
{
    size_t n = 0;

    while (number->c != EOF && digit_of(number->c) < (hex ? 16 : 10)) {
        keep(scan, number);
        n++;
    }
    return n;
}

/* Units that can be a number; whether they are one is for strtold to say. */
static void collect_float(struct scan *scan, struct number_text *number)
{
    int point = (unsigned char)localeconv()->decimal_point[0];
    bool hex = false;
    size_t digits = 0;

    if (number->c == '+' || number->c == '-') {
        keep(scan, number);
    }
    if (number->c == 'i' || number->c == 'I' || number->c == 'n' || number->c == 'N') {
        while (number->c < 128 && number->c > 0 && isalpha(number->c) && number->length < 9) {
            keep(scan, number);
        }
        return;
    }
    if (number->c == '0') {
        keep(scan, number);
        digits++;
        if (number->c == 'x' || number->c == 'X') {
            hex = true;
            keep(scan, number);
        }
    }
    digits += keep_digits(scan, number, hex);
    if (number->c == point) {
        keep(scan, number);
        digits += keep_digits(scan, number, hex);
    }
    if (digits && number->c != EOF && (hex ? strchr("pP", number->c) : strchr("eE", number->c))) {
        keep(scan, number);
        if (number->c == '+' || number->c == '-') {
            keep(scan, number);
        }
        keep_digits(scan, number, false);
    }
}

static enum outcome scan_float(struct scan *scan, const struct spec *spec)
{
    struct number_text number = {.left = spec->width};
    char *end;
    void *target;

    number.c = take(scan->source);
    collect_float(scan, &number);
    put_back(scan->source, number.c);
    number.text[number.length] = '\0';
    (void)strtold(number.text, &end);
    if (end == number.text) {
        return MISMATCH;
    }
    if (spec->drop) {
        return DROPPED;
    }
    target = va_arg(scan->args, void *);
    if (spec->size == SIZE_LONG_DOUBLE) {
        *(long double *)target = strtold(number.text, NULL);
    } else if (spec->size == SIZE_LONG) {
        *(double *)target = strtod(number.text, NULL);
    } else {
        *(float *)target = strtof(number.text, NULL);
    }
    return STORED;
}

/* The units of a word, a set or so many characters; the caller frees *units. */
static bool collect_units(struct scan *scan, const struct spec *spec, void **units, size_t *count)
{
    bool wide = scan->source->width == TSM_CRT_WIDE;
    bool chars = spec->conversion == 'c' || spec->conversion == 'C';
    size_t limit = chars && spec->width == SIZE_MAX ? 1 : spec->width;
    size_t room = 64;
    size_t n = 0;
    void *memory = malloc(room * 2);

    while (memory && n < limit) {
        int c = take(scan->source);
        bool ok = c != EOF;

        if (ok && spec->conversion == '[') {
            ok = in_set(scan, spec, c);
        } else if (ok && !chars) {
            ok = !is_blank(c);
        }
        if (!ok) {
            put_back(scan->source, c);
            break;
        }
        if (n + 1 >= room) {
            void *larger = realloc(memory, (room *= 2) * 2);

            if (!larger) {
                free(memory);
                return false;
            }
            memory = larger;
        }
        if (wide) {
            ((uint16_t *)memory)[n++] = (uint16_t)c;
        } else {
            ((char *)memory)[n++] = (char)c;
        }
    }
    *units = memory;
    *count = n;
    return memory != NULL;
}

static enum tsm_crt_width kind_of(const struct scan *scan, const struct spec *spec)
{
    bool capital = spec->conversion == 'S' || spec->conversion == 'C';

    if (spec->size == SIZE_SHORT) {
        return TSM_CRT_NARROW;
    }
    if (spec->size == SIZE_LONG || spec->size == SIZE_WIDE) {
        return TSM_CRT_WIDE;
    }
    return (scan->source->width == TSM_CRT_WIDE) != capital ? TSM_CRT_WIDE : TSM_CRT_NARROW;
}

/* Copies the units into the program's buffer, in its kind, ended unless they are characters. */
static enum outcome store_units(struct scan *scan, const struct spec *spec, void *units, size_t n)
{
    enum tsm_crt_width kind = kind_of(scan, spec);
    bool ended = spec->conversion != 'c' && spec->conversion != 'C';
    size_t unit = kind == TSM_CRT_WIDE ? sizeof(uint16_t) : 1;
    void *target = va_arg(scan->args, void *);
    size_t size = scan->mode == TSM_CRT_SCAN_SIZED ? va_arg(scan->args, unsigned) : SIZE_MAX;
    void *converted = units;
    bool stored;

    if (kind != scan->source->width) {
        converted = kind == TSM_CRT_WIDE ? (void *)tsm_crt_utf_widen(units, n, &n)
                                         : (void *)tsm_crt_utf_narrow(units, n, &n);
    }
    stored = converted && n + ended <= size;
    if (!stored) {
        if (size) {
            memset(target, 0, unit);
        }
        errno = ENOMEM;
    } else {
        memcpy(target, converted, n * unit);
        if (ended) {
            memset((char *)target + n * unit, 0, unit);
        }
    }
    if (converted != units) {
        free(converted);
    }
    return stored ? STORED : MISMATCH;
}

static enum outcome scan_units(struct scan *scan, const struct spec *spec)
{
    bool chars = spec->conversion == 'c' || spec->conversion == 'C';
    enum outcome outcome;
    void *units;
    size_t n;
    int c = take(scan->source);

    put_back(scan->source, c);
    if (c == EOF) {
        return ENDED;
    }
    if (!collect_units(scan, spec, &units, &n)) {
        return MISMATCH;
    }
    if (!n || (chars && spec->width != SIZE_MAX && n < spec->width)) {
        outcome = MISMATCH;
    } else {
        outcome = spec->drop ? DROPPED : store_units(scan, spec, units, n);
    }
    free(units);
    return outcome;
}

static enum outcome scan_conversion(struct scan *scan, const struct spec *spec)
{
    int c;

    switch (spec->conversion) {
    case 'c':
    case 'C':
    case '[':
        return scan_units(scan, spec);
    case 's':
    case 'S':
        skip_blanks(scan->source);
        return scan_units(scan, spec);
    case 'n':
        if (!spec->drop) {
            store_integer(scan, spec, scan->source->taken);
        }
        return DROPPED;
    case '%':
        skip_blanks(scan->source);
        c = take(scan->source);
        if (c != '%') {
            put_back(scan->source, c);
            return c == EOF ? ENDED : MISMATCH;
        }
        return DROPPED;
    default:
        break;
    }
    if (!strchr("diouxXpeEfFgGaA", spec->conversion)) {
        return MISMATCH;
    }
    if (skip_blanks(scan->source) == EOF) {
        return ENDED;
    }
    return strchr("diouxXp", spec->conversion) ? scan_integer(scan, spec) : scan_float(scan, spec);
}

/* The units outside conversions: white space stands for any amount of it, others for themselves. */
static enum outcome match_literal(struct scan *scan, int wanted)
{
    int c;

    if (is_blank(wanted)) {
        skip_blanks(scan->source);
        return DROPPED;
    }
    c = take(scan->source);
    if (c == wanted) {
        return DROPPED;
    }
    put_back(scan->source, c);
    return c == EOF ? ENDED : MISMATCH;
}

int tsm_crt_scan(struct tsm_crt_source *source, enum tsm_crt_scan_mode mode, const void *format,
                 va_list args)
{
    struct scan scan = {.source = source, .format = format, .mode = mode};
    enum outcome outcome = DROPPED;
    size_t i = 0;
    int c;

    if (!format || (!source->file && !source->units)) {
        errno = EINVAL;
        return EOF;
    }
    va_copy(scan.args, args);
    while ((c = unit_at(source, format, i)) != 0 && outcome != MISMATCH && outcome != ENDED) {
        struct spec spec;

        if (c != '%') {
            outcome = match_literal(&scan, c);
            i++;
            continue;
        }
        i = parse(&scan, i + 1, &spec);
        outcome = spec.conversion ? scan_conversion(&scan, &spec) : MISMATCH;
        scan.stored += outcome == STORED;
    }
    va_end(scan.args);
    return outcome == ENDED && !scan.stored ? EOF : scan.stored;
}
