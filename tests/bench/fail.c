/* SPDX-License-Identifier: MIT */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bench_fail(const char *what)
{
    fprintf(stderr, "bench: %s fails%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

void bench_unsupported(void)
{
    exit(BENCH_UNSUPPORTED);
}
