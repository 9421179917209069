/* SPDX-License-Identifier: MIT */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

_Noreturn void tsm_assert_failed(const char *condition, const char *file, int line)
{
    char text[512];
    int length = snprintf(text, sizeof(text), "transom: internal error: %s (%s:%d)\n", condition,
                          file, line);

    if (length > 0) {
        size_t size = (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1;

        (void)!write(STDERR_FILENO, text, size);
    }
    abort();
}
