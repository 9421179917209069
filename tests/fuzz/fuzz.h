/* SPDX-License-Identifier: MIT */
/* What every fuzz target includes. A broken promise aborts, so that libFuzzer keeps the input. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

#define MUST(condition)                                                                     \
    do {                                                                                    \
        if (!(condition)) {                                                                 \
            fprintf(stderr, "%s:%d: promise broken: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                        \
        }                                                                                   \
    } while (0)

/* An exact heap copy, so that a read past the end is seen. Freed by the caller. */
static inline uint8_t *fuzz_copy(const uint8_t *input, size_t size)
{
    uint8_t *copy = calloc(1, size ? size : 1);

    MUST(copy);
    if (size)
        memcpy(copy, input, size);
    return copy;
}
