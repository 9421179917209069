/* SPDX-License-Identifier: MIT */
#include "system.h"

#include <fcntl.h>
#include <io.h>
#include <math.h>

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
