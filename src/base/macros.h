/* SPDX-License-Identifier: MIT */
/* Attributes and small helpers that every room uses. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define tsm_must_check             __attribute__((warn_unused_result))
#define tsm_cleanup(fn)            __attribute__((cleanup(fn)))
#define tsm_likely(x)              __builtin_expect(!!(x), 1)
#define tsm_unlikely(x)            __builtin_expect(!!(x), 0)
#define tsm_printf_like(fmt, args) __attribute__((format(printf, fmt, args)))
#define TSM_API                    __attribute__((visibility("default")))

#define tsm_container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#define TSM_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static inline uint64_t tsm_min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t tsm_max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline uint64_t tsm_align_up(uint64_t value, uint64_t alignment)
{
    return (value + alignment - 1) & ~(alignment - 1);
}
