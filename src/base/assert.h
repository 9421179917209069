/* SPDX-License-Identifier: MIT */
/* What the house guarantees to itself. Always on: a broken invariant must not touch shared memory. */
#pragma once

#define tsm_assert(condition)                     \
    (__builtin_expect(!!(condition), 1) ? (void)0 \
                                        : tsm_assert_failed(#condition, __FILE__, __LINE__))
#define tsm_unreachable() tsm_assert_failed("unreachable", __FILE__, __LINE__)

_Noreturn void tsm_assert_failed(const char *condition, const char *file, int line);
