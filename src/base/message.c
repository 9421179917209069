/* SPDX-License-Identifier: MIT */
#include "base/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "base/message_table.h"
#include "base/utf.h"

const char *tsm_message_text(uint32_t error)
{
    size_t low = 0, high = TSM_COUNT_OF(message_rows);

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (message_rows[middle].error < error)
            low = middle + 1;
        else
            high = middle;
    }
    return low < TSM_COUNT_OF(message_rows) && message_rows[low].error == error
               ? message_rows[low].text
               : NULL;
}

/* ---- the text as it grows ---- */

struct text {
    char16_t *units; /* NULL after a failure */
    size_t length, capacity;
    size_t line;        /* where the current line begins */
    unsigned int width; /* 0: lines do not end by themselves */
};

static void append_raw(struct text *text, char16_t unit)
{
    if (text->units && text->length == text->capacity) {
        char16_t *larger = realloc(text->units, 2 * text->capacity * sizeof(char16_t));

        if (!larger)
            free(text->units);
        text->units = larger;
        text->capacity *= 2;
    }
    if (text->units)
        text->units[text->length++] = unit;
}

static void append_break(struct text *text)
{
    append_raw(text, u'\r');
    append_raw(text, u'\n');
    text->line = text->length;
}

/* Ends a full line at its last blanks, or where it is if it has none. */
static void wrap(struct text *text)
{
    size_t last = text->length, first, rest;
    char16_t *units = text->units;

    while (last > text->line && units[last - 1] != u' ')
        last--;
    first = last;
    while (first > text->line && units[first - 1] == u' ')
        first--;
    if (first == text->line) {
        append_break(text);
        return;
    }
    rest = text->length - last;
    append_raw(text, 0); /* one blank becomes two units */
    units = text->units;
    if (!units)
        return;
    memmove(units + first + 2, units + last, rest * sizeof(char16_t));
    units[first] = u'\r';
    units[first + 1] = u'\n';
    text->line = first + 2;
    text->length = text->line + rest;
}

static void append(struct text *text, char16_t unit)
{
    append_raw(text, unit);
    if (text->width && text->units && text->length - text->line >= text->width)
        wrap(text);
}

/* ---- inserts ---- */

static uintptr_t argument(const struct tsm_message_args *args, unsigned int number)
{
    va_list copy;
    uintptr_t value = 0;

    if (args->array)
        return args->array[number - 1];
    va_copy(copy, *args->list);
    for (unsigned int i = 0; i < number; i++)
        value = va_arg(copy, uintptr_t);
    va_end(copy);
    return value;
}

/* The printf directive between exclamation marks, taken apart. */
struct directive {
    char flags[8];
    int width, precision; /* -1: not said */
    bool is_64, is_short, is_long;
    char kind;
};

/* A number, or an argument where a star stands. */
static int directive_number(const char **at, const struct tsm_message_args *args,
                            unsigned int *number)
{
    int value = 0;

    if (**at == '*') {
        (*at)++;
        return (int)argument(args, (*number)++);
    }
    for (; **at >= '0' && **at <= '9'; (*at)++)
        value = value < 100000 ? value * 10 + (**at - '0') : value;
    return value;
}

static struct directive directive_parse(const char *at, const struct tsm_message_args *args,
                                        unsigned int *number)
{
    struct directive made = {.width = -1, .precision = -1};
    size_t used = 0;

    for (; *at && strchr("-+ #0", *at); at++)
        if (used + 1 < sizeof(made.flags))
            made.flags[used++] = *at;
    if (*at == '*' || (*at >= '0' && *at <= '9'))
        made.width = directive_number(&at, args, number);
    if (made.width < -1) { /* as printf has it */
        made.width = -made.width;
        made.flags[0] = '-';
    }
    if (*at == '.') {
        at++;
        made.precision = directive_number(&at, args, number);
    }
    for (; *at; at++) {
        if (strncmp(at, "I64", 3) == 0) {
            made.is_64 = true;
            at += 2;
        } else if (*at == 'l' || *at == 'w') {
            made.is_64 |= made.is_long && *at == 'l';
            made.is_long = true;
        } else if (*at == 'h') {
            made.is_short = true;
        } else if (*at == 'I') {
            made.is_64 = true;
        } else {
            made.kind = *at;
        }
    }
    return made;
}

static void append_string(struct text *text, const struct directive *directive, uintptr_t value,
                          bool is_wide)
{
    char16_t *converted =
        value && is_wide ? NULL : tsm_utf16_new(value ? (const char *)value : "(null)");
    const char16_t *units = value && is_wide ? (const char16_t *)value : converted;
    size_t length = 0, width = directive->width > 0 ? (size_t)directive->width : 0;
    bool is_left = strchr(directive->flags, '-');

    if (!units) {
        free(text->units);
        text->units = NULL;
        return;
    }
    while (units[length] && (directive->precision < 0 || length < (size_t)directive->precision))
        length++;
    for (size_t i = length; !is_left && i < width; i++)
        append(text, u' ');
    for (size_t i = 0; i < length; i++)
        append(text, units[i]);
    for (size_t i = length; is_left && i < width; i++)
        append(text, u' ');
    free(converted);
}

static void append_number(struct text *text, const struct directive *directive, uintptr_t value)
{
    char format[32], result[256];
    char kind = directive->kind == 'p' ? 'X' : directive->kind;
    bool is_signed = kind == 'd' || kind == 'i';
    uint64_t number = value;

    if (directive->kind != 'p' && !directive->is_64)
        number = is_signed ? (uint64_t)(int64_t)(int32_t)value : (uint32_t)value;
    if (directive->is_short)
        number = is_signed ? (uint64_t)(int64_t)(int16_t)value : (uint16_t)value;
    if (directive->kind == 'p') {
        snprintf(result, sizeof(result), "%016llX", (unsigned long long)number);
    } else if (directive->precision >= 0) {
        snprintf(format, sizeof(format), "%%%s*.*ll%c", directive->flags, kind);
        snprintf(result, sizeof(result), format, directive->width > 0 ? directive->width : 0,
                 directive->precision, (unsigned long long)number);
    } else {
        snprintf(format, sizeof(format), "%%%s*ll%c", directive->flags, kind);
        snprintf(result, sizeof(result), format, directive->width > 0 ? directive->width : 0,
                 (unsigned long long)number);
    }
    for (const char *at = result; *at; at++)
        append(text, (char16_t)*at);
}

/* Strings follow the width of the call; h, l and w say otherwise. Windows: there are no floating
 * numbers here. */
static void append_insert(struct text *text, const struct tsm_message_args *args,
                          unsigned int number, const char *format)
{
    struct directive directive = directive_parse(format, args, &number);
    bool is_wide = !args->is_narrow;

    if (directive.kind == 's' || directive.kind == 'S') {
        is_wide ^= directive.kind == 'S';
        is_wide = directive.is_short ? false : directive.is_long ? true : is_wide;
        append_string(text, &directive, argument(args, number), is_wide);
    } else if (directive.kind && strchr("diuxXop", directive.kind)) {
        append_number(text, &directive, argument(args, number));
    } else if (directive.kind == 'c' || directive.kind == 'C') {
        append(text, (char16_t)argument(args, number));
    } else if (directive.kind) {
        append(text, (char16_t)directive.kind);
    }
}

/* The insert at *source, behind its percent sign; *source moves behind it. False: malformed. */
static bool expand_insert(struct text *text, const char16_t **source,
                          const struct tsm_message_args *args)
{
    const char16_t *at = *source;
    unsigned int number = (unsigned int)(*at++ - u'0');
    char format[32] = "s";
    size_t used = 0;

    if (*at >= u'0' && *at <= u'9')
        number = number * 10 + (unsigned int)(*at++ - u'0');
    if (*at == u'!') {
        for (at++; *at && *at != u'!'; at++)
            if (used < sizeof(format) - 1)
                format[used++] = (char)*at;
        if (*at++ != u'!')
            return false;
        format[used] = 0;
    }
    append_insert(text, args, number, format);
    *source = at;
    return true;
}

static void append_escaped(struct text *text, char16_t unit)
{
    switch (unit) {
    case u'n':
        append_break(text);
        break;
    case u'r':
        append(text, u'\r');
        break;
    case u't':
        append(text, u'\t');
        break;
    case u'b':
        append(text, u' ');
        break;
    default:
        append(text, unit);
    }
}

/* \r, \n and \r\n are one line break of the source. */
static void append_source_break(struct text *text, bool is_kept)
{
    if (is_kept)
        append_break(text);
    else
        append(text, u' ');
}

static bool expand(struct text *text, const char16_t *source, bool keeps_breaks,
                   const struct tsm_message_args *args)
{
    while (*source) {
        char16_t unit = *source++;

        if (unit == u'\r' || unit == u'\n') {
            if (unit == u'\r' && *source == u'\n')
                source++;
            append_source_break(text, keeps_breaks);
        } else if (unit != u'%') {
            append(text, unit);
        } else if (*source == 0) {
            return false;
        } else if (*source == u'0') {
            return true;
        } else if (*source > u'0' && *source <= u'9') {
            if (args->is_verbatim)
                append(text, u'%');
            else if ((!args->array && !args->list) || !expand_insert(text, &source, args))
                return false;
        } else {
            append_escaped(text, *source++);
        }
    }
    return true;
}

NTSTATUS tsm_message_expand(const char16_t *source, unsigned int width,
                            const struct tsm_message_args *args, char16_t **out)
{
    struct text text = {.units = malloc(128 * sizeof(char16_t)), .capacity = 128};

    if (width != TSM_MESSAGE_WIDTH_AS_SOURCE && width != TSM_MESSAGE_WIDTH_ENDLESS)
        text.width = width;
    if (!expand(&text, source, width == TSM_MESSAGE_WIDTH_AS_SOURCE, args)) {
        free(text.units);
        return STATUS_INVALID_PARAMETER;
    }
    append_raw(&text, 0);
    *out = text.units;
    return text.units ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}
