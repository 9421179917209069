/* SPDX-License-Identifier: MIT */
#include "system.h"

#include <fcntl.h>
#include <io.h>
#include <math.h>

#include "bench.h"

/* The report is binary. */
void bench_system_begin(void)
{
    _setmode(1, _O_BINARY);
}

/* Much of an operation happens in Wine's server, whose time nobody could tell apart. */
double bench_system_cpu_us(void)
{
    return NAN;
}

/* Windows has no such class; jobs that ask for it are for Linux. */
void bench_system_give_way(void)
{
    bench_unsupported();
}
