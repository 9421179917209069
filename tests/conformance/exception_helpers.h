/* SPDX-License-Identifier: MIT */
/* What tests of exceptions share: a trail of what has run, and code that faults. */
#ifndef EXCEPTION_HELPERS_H
#define EXCEPTION_HELPERS_H

#include "conformance.h"

/* clang for Windows sees exceptions of calls only: what raises is a function of its own. */
#define NOINLINE __attribute__((noinline))
/* And what faults does it on purpose. */
#define FAULTS __attribute__((noinline, no_sanitize("undefined")))

/* A sanitizer has the signals of a process that does not take them itself. */
#ifdef __SANITIZE_ADDRESS__
#define NEEDS_SIGNALS_OF_ITS_OWN() SKIP("the sanitizer reports the fault in its own way")
#else
#define NEEDS_SIGNALS_OF_ITS_OWN() ((void)0)
#endif

static char trail[64];
static volatile int trail_length;

static CONFORMANCE_UNUSED void mark(char c)
{
    if (trail_length < (int)sizeof(trail) - 1)
        trail[trail_length++] = c;
}

/* A mark in a filter, and its answer. */
static CONFORMANCE_UNUSED int answer(char c, int value)
{
    mark(c);
    return value;
}

#define CHECK_TRAIL(expected)                                             \
    do {                                                                  \
        if (strcmp(trail, expected) != 0) {                               \
            printf("# the trail is %s, should be %s\n", trail, expected); \
            conformance_fail(__FILE__, __LINE__, "what has run");         \
        }                                                                 \
    } while (0)

#define USER_CODE 0xE0000001

static CONFORMANCE_UNUSED NOINLINE void raise_code(DWORD code)
{
    RaiseException(code, 0, 0, NULL);
}

static CONFORMANCE_UNUSED FAULTS int read_from(volatile int *address)
{
    return *address;
}

static CONFORMANCE_UNUSED FAULTS void write_to(volatile int *address)
{
    *address = 1;
}

/* A quotient that nobody wants is not computed. */
static volatile int quotient;

static CONFORMANCE_UNUSED FAULTS void divide(volatile int a, volatile int b)
{
    quotient = a / b;
}

/* An address where nothing is; the compiler must not know. */
static volatile int *volatile nowhere = (volatile int *)0x10;
#define NOWHERE nowhere

#endif
