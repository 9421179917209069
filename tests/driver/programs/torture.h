/* SPDX-License-Identifier: MIT */
/*
 * Cases of exceptions for compilers: locals without volatile, read where an optimiser does not
 * expect it. LOCAL is empty with transom-cc's help, and `volatile` without. A case leaves a trail.
 */
#ifndef TORTURE_H
#define TORTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#ifndef LOCAL
#define LOCAL
#endif

#define NOINLINE __attribute__((noinline))

/* clang for Windows sees exceptions of calls only, and has no words for some ways out of a __finally
 * block. */
#ifdef _WIN32
#define FAULT_HERE fault_in_callee()
#else
#define FAULT_HERE          (*(LOCAL int *)nowhere = 1)
#define HAS_WAYS_OUT_OF_ALL 1
#endif

extern int *nowhere; /* the compiler must not know where */
extern char trail[512];

void add(const char *format, ...);
int fault_in_callee(void);
int raise_in_callee(DWORD code);
int said(int answer); /* leaves a mark in a filter */

struct torture_case {
    const char *name;
    void (*run)(void);
    const char *expected;
};

extern struct torture_case torture_cases[];
extern int torture_count;
extern jmp_buf torture_jump;

void torture_register(const char *name, void (*run)(void), const char *expected);

#define CASE(name, expected)                                       \
    static void name(void);                                        \
    __attribute__((constructor)) static void register_##name(void) \
    {                                                              \
        torture_register(#name, name, expected);                   \
    }                                                              \
    static NOINLINE void name(void)

#endif
