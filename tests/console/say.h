/* SPDX-License-Identifier: MIT */
/* What a program on a terminal tells the case that has started it: a line, at once. */
#pragma once

#include <stdarg.h>
#include <stdio.h>

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
}
