/* SPDX-License-Identifier: MIT */
/*
 * Calls that fail on demand
 *
 * The linker leads the calls of the library and of the test to interpose.c (--wrap). While armed, the
 * calls of all threads but those of the test's peers are counted, and one of them fails as the
 * system lets it fail. What the library has allocated and mapped is counted always.
 */
#pragma once

#include <stdbool.h>

struct interposed_call {
    const char *function; /* NULL: so many calls were not made */
    int error;
    bool is_last_error; /* the call has no other way to fail */
};

/* The nth call (from 1) fails in the way with that number (from 0), if it can fail so. */
void interpose_arm(unsigned int nth, unsigned int way);
struct interposed_call interpose_disarm(void);

/* The calling thread belongs to the test: its calls are not counted. */
void interpose_exempt(void);

struct interposed_counts {
    long allocations;
    long mappings;
};

struct interposed_counts interpose_counts(void);
