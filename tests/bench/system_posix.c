/* SPDX-License-Identifier: MIT */
#include "system.h"

#include <sched.h>
#include <sys/resource.h>

#include "bench.h"

void bench_system_begin(void)
{
}

double bench_system_cpu_us(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

void bench_system_give_way(void)
{
    if (sched_setscheduler(0, SCHED_IDLE, &(struct sched_param){0}))
        bench_fail("SCHED_IDLE");
}
