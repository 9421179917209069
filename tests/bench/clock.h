/* SPDX-License-Identifier: MIT */
/*
 * Two clocks: ticks of the processor's counter, which cost some nanoseconds, for each single
 * operation; CLOCK_MONOTONIC around all of them, which says how long a tick is.
 */
#pragma once

#include <stdint.h>
#include <time.h>

static inline uint64_t bench_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static inline uint64_t bench_ticks(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;

    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return bench_ns();
#endif
}

/* Both clocks at one moment. */
struct bench_moment {
    uint64_t ns, ticks;
};

static inline struct bench_moment bench_now(void)
{
    return (struct bench_moment){bench_ns(), bench_ticks()};
}

static inline double bench_us_a_tick(struct bench_moment begin, struct bench_moment end)
{
    if (end.ticks <= begin.ticks)
        return 0;
    return (double)(end.ns - begin.ns) / 1e3 / (double)(end.ticks - begin.ticks);
}
