/* SPDX-License-Identifier: MIT */
/*
 * Floating-point control
 *
 * Microsoft's control word in terms of fenv.h.
 *
 * Windows: exceptions are all masked at first; _controlfp() leaves the one for denormals alone. On a
 *          64-bit system the precision cannot be changed.
 */
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <stddef.h>

/* Which of C's exceptions is which of Microsoft's: the bits of _MCW_EM are those of _statusfp(). */
static const struct {
    unsigned int bit;
    int exception;
} exceptions[] = {{_EM_INVALID, FE_INVALID},
                  {_EM_ZERODIVIDE, FE_DIVBYZERO},
                  {_EM_OVERFLOW, FE_OVERFLOW},
                  {_EM_UNDERFLOW, FE_UNDERFLOW},
                  {_EM_INEXACT, FE_INEXACT}};

static unsigned int bits_of(int set)
{
    unsigned int bits = 0;

    for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++)
        if (set & exceptions[i].exception)
            bits |= exceptions[i].bit;
    return bits;
}

static int set_of(unsigned int bits)
{
    int set = 0;

    for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++)
        if (bits & exceptions[i].bit)
            set |= exceptions[i].exception;
    return set;
}

static const struct {
    unsigned int control;
    int rounding;
} roundings[] = {{_RC_NEAR, FE_TONEAREST},
                 {_RC_DOWN, FE_DOWNWARD},
                 {_RC_UP, FE_UPWARD},
                 {_RC_CHOP, FE_TOWARDZERO}};

static unsigned int control_word(void)
{
    unsigned int word = _MCW_EM & ~bits_of(fegetexcept());

    for (size_t i = 0; i < sizeof(roundings) / sizeof(roundings[0]); i++)
        if (fegetround() == roundings[i].rounding)
            word |= roundings[i].control;
    return word;
}

unsigned int _controlfp(unsigned int value, unsigned int mask)
{
    if (mask & _MCW_EM) {
        int masked = set_of(value & mask), unmasked = set_of(~value & mask);

        fedisableexcept(masked);
        feenableexcept(unmasked);
    }
    for (size_t i = 0; i < sizeof(roundings) / sizeof(roundings[0]); i++)
        if ((mask & _MCW_RC) == _MCW_RC && roundings[i].control == (value & _MCW_RC))
            fesetround(roundings[i].rounding);
    return control_word();
}

unsigned int _control87(unsigned int value, unsigned int mask)
{
    return _controlfp(value, mask);
}

int _controlfp_s(unsigned int *current, unsigned int value, unsigned int mask)
{
    unsigned int word;

    if (mask & ~(unsigned int)(_MCW_EM | _MCW_RC | _MCW_PC | _MCW_IC | _MCW_DN)) {
        if (current)
            *current = control_word();
        return EINVAL;
    }
    word = _controlfp(value, mask);
    if (current)
        *current = word;
    return 0;
}

unsigned int _statusfp(void)
{
    return bits_of(fetestexcept(FE_ALL_EXCEPT));
}

unsigned int _clearfp(void)
{
    unsigned int status = _statusfp();

    feclearexcept(FE_ALL_EXCEPT);
    return status;
}

void _fpreset(void)
{
    fesetenv(FE_DFL_ENV);
}
