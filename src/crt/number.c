/* SPDX-License-Identifier: MIT */
/*
 * Numbers as text
 *
 * Windows: a minus sign is printed with radix 10 only; with others a negative number is printed as
 *          its two's complement. A long has 32 bits there, so _ltoa and _ultoa print 32 bits.
 */
#include <stdlib.h>

#include <stdbool.h>
#include <string.h>

#include "crt/export.h"

static errno_t to_text(unsigned long long value, bool negative, char *text, size_t size, int radix)
{
    char digits[72];
    size_t at = sizeof(digits);

    if (!text || !size) {
        return tsm_crt_error(EINVAL);
    }
    text[0] = '\0';
    if (radix < 2 || radix > 36) {
        return tsm_crt_error(EINVAL);
    }
    do {
        digits[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[value % (unsigned)radix];
        value /= (unsigned)radix;
    } while (value);
    if (negative) {
        digits[--at] = '-';
    }
    if (sizeof(digits) - at >= size) {
        return tsm_crt_error(ERANGE);
    }
    memcpy(text, digits + at, sizeof(digits) - at);
    text[sizeof(digits) - at] = '\0';
    return 0;
}

errno_t _itoa_s(int value, char *text, size_t size, int radix)
{
    bool negative = value < 0 && radix == 10;
    unsigned bits = (unsigned)value;

    return to_text(negative ? 0 - bits : bits, negative, text, size, radix);
}

errno_t _ltoa_s(long value, char *text, size_t size, int radix)
{
    return _itoa_s((int)value, text, size, radix);
}

errno_t _ultoa_s(unsigned long value, char *text, size_t size, int radix)
{
    return to_text((unsigned)value, false, text, size, radix);
}

errno_t _i64toa_s(long long value, char *text, size_t size, int radix)
{
    bool negative = value < 0 && radix == 10;
    unsigned long long bits = (unsigned long long)value;

    return to_text(negative ? 0 - bits : bits, negative, text, size, radix);
}

errno_t _ui64toa_s(unsigned long long value, char *text, size_t size, int radix)
{
    return to_text(value, false, text, size, radix);
}

/* The longest text of the forms without a size: 64 binary digits, a sign and an end. */
#define LONGEST 66

char *_itoa(int value, char *text, int radix)
{
    _itoa_s(value, text, LONGEST, radix);
    return text;
}

char *_ltoa(long value, char *text, int radix)
{
    _ltoa_s(value, text, LONGEST, radix);
    return text;
}

char *_ultoa(unsigned long value, char *text, int radix)
{
    _ultoa_s(value, text, LONGEST, radix);
    return text;
}

char *_i64toa(long long value, char *text, int radix)
{
    _i64toa_s(value, text, LONGEST, radix);
    return text;
}

char *_ui64toa(unsigned long long value, char *text, int radix)
{
    _ui64toa_s(value, text, LONGEST, radix);
    return text;
}

long long _atoi64(const char *s)
{
    return strtoll(s, NULL, 10);
}

long long _strtoi64(const char *s, char **end, int base)
{
    return strtoll(s, end, base);
}

unsigned long long _strtoui64(const char *s, char **end, int base)
{
    return strtoull(s, end, base);
}
