/* SPDX-License-Identifier: MIT */
/* Hints to the processor. */
#pragma once

/* Asks for the line, to be written. */
static inline void tsm_prefetch_write(const void *address)
{
#if defined(__x86_64__)
    __asm__ volatile("prefetchw %0" : : "m"(*(const char *)address));
#else
    __builtin_prefetch(address, 1);
#endif
}

/* This thread waits for another one's store. */
static inline void tsm_cpu_relax(void)
{
#if __has_builtin(__builtin_ia32_pause)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield" ::: "memory");
#else
    __asm__ volatile("" ::: "memory");
#endif
}
