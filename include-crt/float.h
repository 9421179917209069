/* SPDX-License-Identifier: MIT */
/* float.h with Microsoft's control of the floating-point unit. */
#include_next <float.h>
#ifndef TRANSOM_CRT_FLOAT_H
#define TRANSOM_CRT_FLOAT_H

#include <transom_crt.h>

/* Which exceptions are kept from being raised: all of them, at first. */
#define _MCW_EM        0x0008001F
#define _EM_INEXACT    0x00000001
#define _EM_UNDERFLOW  0x00000002
#define _EM_OVERFLOW   0x00000004
#define _EM_ZERODIVIDE 0x00000008
#define _EM_INVALID    0x00000010
#define _EM_DENORMAL   0x00080000

/* How results are rounded. */
#define _MCW_RC  0x00000300
#define _RC_NEAR 0x00000000
#define _RC_DOWN 0x00000100
#define _RC_UP   0x00000200
#define _RC_CHOP 0x00000300

#define _MCW_PC  0x00030000
#define _MCW_IC  0x00040000
#define _MCW_DN  0x03000000
#define _DN_SAVE 0x00000000

#define _CW_DEFAULT (_RC_NEAR | _MCW_EM)

/* What has happened since _clearfp(). */
#define _SW_INEXACT    0x00000001
#define _SW_UNDERFLOW  0x00000002
#define _SW_OVERFLOW   0x00000004
#define _SW_ZERODIVIDE 0x00000008
#define _SW_INVALID    0x00000010

__TRANSOM_CRT_BEGIN

/*
 * Changes the bits of mask and returns the control word as it is then; mask 0 asks. A bit of _MCW_EM
 * that is cleared makes the calculation an exception (EXCEPTION_FLT_...). _EM_DENORMAL, the
 * precision and denormals stay as they are.
 */
unsigned int _controlfp(unsigned int value, unsigned int mask);
unsigned int _control87(unsigned int value, unsigned int mask);

/* The same; 0, or EINVAL for bits that cannot be changed. current may be NULL. */
int _controlfp_s(unsigned int *current, unsigned int value, unsigned int mask);

/* What has happened; _clearfp() forgets it as well. Before exceptions are let through, it has to. */
unsigned int _statusfp(void);
unsigned int _clearfp(void);

/* As a thread begins. */
void _fpreset(void);

__TRANSOM_CRT_END

#endif
