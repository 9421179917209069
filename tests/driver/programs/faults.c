/* SPDX-License-Identifier: MIT */
/* What only the kit has: floating-point exceptions, a stack that overflows twice. */
#include <float.h>
#include <malloc.h>
#include <stdio.h>
#include <windows.h>

static volatile double zero = 0.0, three = 3.0, huge = 1e308, result;

static __attribute__((noinline)) void divide_by_zero(void)
{
    result = 1.0 / zero;
}

static __attribute__((noinline)) void overflow(void)
{
    result = huge * huge;
}

static __attribute__((noinline)) void be_invalid(void)
{
    result = zero / zero;
}

static __attribute__((noinline)) void lose_digits(void)
{
    result = 1.0 / three;
}

static DWORD code_of(unsigned int unmasked, void (*calculate)(void))
{
    DWORD code = 0;

    _clearfp();
    _controlfp(_MCW_EM & ~unmasked, _MCW_EM);
    __try {
        calculate();
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        code = GetExceptionCode();
    }
    _clearfp();
    _controlfp(_MCW_EM, _MCW_EM);
    return code;
}

static __attribute__((noinline)) int recurse(int depth)
{
    volatile char room[1000];

    room[depth % 1000] = 1;
    return depth < 0 ? 0 : recurse(depth + 1) + room[depth % 1000];
}

static DWORD overflow_stack(void)
{
    DWORD code = 0;

    __try {
        recurse(0);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        code = GetExceptionCode();
    }
    return code;
}

static DWORD WINAPI in_thread(LPVOID unused)
{
    printf("%x %x\n", code_of(_EM_ZERODIVIDE, divide_by_zero), code_of(0, divide_by_zero));
    printf("%x", overflow_stack());
    printf(" %x", overflow_stack());
    printf(" %d", _resetstkoflw() != 0);
    printf(" %x\n", overflow_stack());
    return 0;
}

int main(void)
{
    unsigned int word = ~0u;
    int error;

    printf("%x %x\n", _controlfp(0, 0) & _MCW_EM, _controlfp(_RC_UP, _MCW_RC) & _MCW_RC);
    error = _controlfp_s(&word, _RC_NEAR, _MCW_RC);
    printf("%d %x\n", error, word & _MCW_RC);
    printf("%x %x %x %x\n", code_of(_EM_ZERODIVIDE, divide_by_zero), code_of(_EM_OVERFLOW, overflow),
           code_of(_EM_INVALID, be_invalid), code_of(_EM_INEXACT, lose_digits));
    printf("%x\n", code_of(0, divide_by_zero));
    in_thread(NULL);
    WaitForSingleObject(CreateThread(NULL, 0, in_thread, NULL, 0, NULL), INFINITE);
    return 0;
}
