/* SPDX-License-Identifier: MIT */
/* Exceptions as a program for Windows has them; built with Transom and, for Wine, by clang. */
#include <windows.h>

#include "exceptions.h"

#define NOINLINE __attribute__((noinline))
#define CODE     0xE0000001
#define FRAMES   10

static volatile int sum;
static int *volatile nowhere = (int *)0x10;

/* clang for Windows looks for exceptions in calls only. */
static NOINLINE void nothing(void)
{
    __asm__ volatile("" ::: "memory");
}

static void enter(unsigned int count)
{
    while (count--) {
        __try {
            nothing();
        } __except (EXCEPTION_EXECUTE_HANDLER) {
            sum++;
        }
    }
}

static void enter_finally(unsigned int count)
{
    while (count--) {
        __try {
            nothing();
        } __finally {
            sum++;
        }
    }
}

static int filter(DWORD code)
{
    return code == CODE ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH;
}

static void raise_here(unsigned int count)
{
    volatile unsigned int left = count;

    while (left > 0) {
        left = left - 1;
        __try {
            RaiseException(CODE, 0, 0, NULL);
        } __except (filter(GetExceptionCode())) {
            sum++;
        }
    }
}

static NOINLINE void raise_below(int depth)
{
    if (depth == 0)
        RaiseException(CODE, 0, 0, NULL);
    else
        raise_below(depth - 1);
    nothing();
}

static void raise_frames(unsigned int count)
{
    volatile unsigned int left = count;

    while (left > 0) {
        left = left - 1;
        __try {
            raise_below(FRAMES - 1);
        } __except (filter(GetExceptionCode())) {
            sum++;
        }
    }
}

static NOINLINE void raise_through(volatile int depth)
{
    __try {
        if (depth == 0)
            RaiseException(CODE, 0, 0, NULL);
        else
            raise_through(depth - 1);
    } __finally {
        sum++;
    }
}

static void raise_finally(unsigned int count)
{
    volatile unsigned int left = count;

    while (left > 0) {
        left = left - 1;
        __try {
            raise_through(FRAMES - 1);
        } __except (filter(GetExceptionCode())) {
            sum++;
        }
    }
}

static NOINLINE void fault_below(void)
{
    *(volatile int *)nowhere = 1;
}

static void fault(unsigned int count)
{
    volatile unsigned int left = count;

    while (left > 0) {
        left = left - 1;
        __try {
            fault_below();
        } __except (GetExceptionCode() == EXCEPTION_ACCESS_VIOLATION ? EXCEPTION_EXECUTE_HANDLER
                                                                     : EXCEPTION_CONTINUE_SEARCH) {
            sum++;
        }
    }
}

static LONG CALLBACK step_over(EXCEPTION_POINTERS *pointers)
{
#ifdef __x86_64__
    pointers->ContextRecord->Rip += 2;
#else
    pointers->ContextRecord->Pc += 4;
#endif
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void vectored(unsigned int count)
{
    PVOID handler = AddVectoredExceptionHandler(1, step_over);

    while (count--) {
#ifdef __x86_64__
        __asm__ volatile("movl (%0), %%eax" : : "c"(nowhere) : "rax", "memory");
#else
        __asm__ volatile("ldr w0, [%0]" : : "r"(nowhere) : "x0", "memory");
#endif
    }
    RemoveVectoredExceptionHandler(handler);
}

const struct bench_subject bench_subjects_seh[] = {
    {"enter", enter},
    {"enter_finally", enter_finally},
    {"raise", raise_here},
    {"raise_10", raise_frames},
    {"raise_finally_10", raise_finally},
    {"fault", fault},
    {"vectored", vectored},
    {NULL, NULL},
};
