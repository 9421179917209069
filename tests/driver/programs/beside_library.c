/* SPDX-License-Identifier: MIT */
/* A library that a program loads while it runs; its exceptions and the program's meet. */
#include <windows.h>

#define NOWHERE ((volatile int *)16)

static int blocks;

__attribute__((noinline)) static void write_to(volatile int *place)
{
    *place = 1;
}

__declspec(dllexport) int library_handles(void)
{
    int written = 0;

    __try {
        written = 1;
        write_to(NOWHERE);
        written = 2;
    } __except (GetExceptionCode() == EXCEPTION_ACCESS_VIOLATION ? EXCEPTION_EXECUTE_HANDLER
                                                                 : EXCEPTION_CONTINUE_SEARCH) {
        return written;
    }
    return written;
}

/* Raises, or lets the program do it, through a block of its own. */
__declspec(dllexport) void library_passes(void (*callback)(void), DWORD code)
{
    __try {
        if (callback)
            callback();
        RaiseException(code, 0, 0, NULL);
    } __finally {
        blocks += 1 + 10 * (AbnormalTermination() != 0);
    }
}

__declspec(dllexport) int library_blocks(void)
{
    return blocks;
}
