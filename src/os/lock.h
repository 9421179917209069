/* SPDX-License-Identifier: MIT */
/*
 * A small lock for short sections inside this process: a word and two instructions when nobody
 * else wants it. Not recursive, not fair, nothing to destroy.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/macros.h"

struct tsm_lock {
    _Atomic uint32_t word; /* 0 free, 1 held, 2 held and somebody sleeps */
};

#define TSM_LOCK_INIT \
    {                 \
        0             \
    }

void tsm_lock_acquire_slow(struct tsm_lock *lock);
void tsm_lock_wake(struct tsm_lock *lock);

static inline void tsm_lock_acquire(struct tsm_lock *lock)
{
    uint32_t expected = 0;

    if (tsm_unlikely(!atomic_compare_exchange_strong_explicit(
            &lock->word, &expected, 1, memory_order_acquire, memory_order_relaxed)))
        tsm_lock_acquire_slow(lock);
}

static inline void tsm_lock_release(struct tsm_lock *lock)
{
    if (tsm_unlikely(atomic_exchange_explicit(&lock->word, 0, memory_order_release) == 2))
        tsm_lock_wake(lock);
}
