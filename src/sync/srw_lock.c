/* SPDX-License-Identifier: MIT */
/*
 * SRW lock
 *
 * Two words in one pointer. `state` counts the readers, or says that a writer is in, and carries a
 * mark for sleeping readers and one for sleeping writers; readers sleep on it. Writers sleep on
 * `turn`, so that one of them can be woken alone.
 *
 * Who leaves the lock free takes both marks off, wakes one writer and all readers, and they
 * contend. A writer that slept puts its mark back when it gets in, since others may sleep on. New
 * readers queue up behind a mark, so writers are not starved.
 */
#include "sync/srw_lock.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/cpu.h"
#include "base/macros.h"
#include "os/futex.h"

#define COUNT_MASK      0x3FFFFFFFu
#define WRITER          COUNT_MASK
#define READERS_MAX     (COUNT_MASK - 1)
#define READERS_WAITING 0x40000000u
#define WRITERS_WAITING 0x80000000u
#define SPINS           100

struct words {
    _Atomic uint32_t state;
    _Atomic uint32_t turn;
};

_Static_assert(sizeof(struct words) == sizeof(SRWLOCK), "an SRWLOCK has room for two words");

static struct words *words_of(SRWLOCK *lock)
{
    return (struct words *)(void *)lock;
}

static bool may_read(uint32_t state)
{
    return state < READERS_MAX; /* no mark, no writer */
}

bool tsm_srw_try_shared(SRWLOCK *lock)
{
    struct words *words = words_of(lock);
    uint32_t state = atomic_load_explicit(&words->state, memory_order_relaxed);

    while (may_read(state))
        if (atomic_compare_exchange_weak_explicit(&words->state, &state, state + 1,
                                                  memory_order_acquire, memory_order_relaxed))
            return true;
    return false;
}

/* mark: what to put on the state when it is taken. */
static bool try_write(struct words *words, uint32_t mark)
{
    uint32_t state = atomic_load_explicit(&words->state, memory_order_relaxed);

    while ((state & COUNT_MASK) == 0)
        if (atomic_compare_exchange_weak_explicit(&words->state, &state, state | WRITER | mark,
                                                  memory_order_acquire, memory_order_relaxed))
            return true;
    return false;
}

bool tsm_srw_try_exclusive(SRWLOCK *lock)
{
    return try_write(words_of(lock), 0);
}

/* Puts a mark on a state that cannot be taken. False: it has changed, look again. */
static bool mark_state(struct words *words, uint32_t *state, uint32_t mark)
{
    return (*state & mark) ||
           atomic_compare_exchange_strong_explicit(&words->state, state, *state | mark,
                                                   memory_order_relaxed, memory_order_relaxed);
}

void tsm_srw_lock_shared(SRWLOCK *lock)
{
    struct words *words = words_of(lock);

    for (int i = 0; i < SPINS; i++) {
        if (tsm_srw_try_shared(lock))
            return;
        if (atomic_load_explicit(&words->state, memory_order_relaxed) & ~COUNT_MASK)
            break;
        tsm_cpu_relax();
    }
    while (!tsm_srw_try_shared(lock)) {
        uint32_t state = atomic_load_explicit(&words->state, memory_order_relaxed);

        if (!may_read(state) && mark_state(words, &state, READERS_WAITING))
            tsm_futex_wait(&words->state, state | READERS_WAITING, TSM_FUTEX_PRIVATE,
                           TSM_DEADLINE_NEVER);
    }
}

void tsm_srw_lock_exclusive(SRWLOCK *lock)
{
    struct words *words = words_of(lock);
    uint32_t others = 0;

    for (int i = 0; i < SPINS; i++) {
        if (try_write(words, 0))
            return;
        if (atomic_load_explicit(&words->state, memory_order_relaxed) & ~COUNT_MASK)
            break;
        tsm_cpu_relax();
    }
    while (!try_write(words, others)) {
        uint32_t state = atomic_load_explicit(&words->state, memory_order_relaxed);

        if ((state & COUNT_MASK) == 0 || !mark_state(words, &state, WRITERS_WAITING))
            continue;

        /* The turn is read before the mark is seen again: whoever takes the mark off moves it on. */
        uint32_t turn = atomic_load_explicit(&words->turn, memory_order_acquire);

        state = atomic_load_explicit(&words->state, memory_order_relaxed);
        if ((state & COUNT_MASK) == 0 || !(state & WRITERS_WAITING))
            continue;
        tsm_futex_wait(&words->turn, turn, TSM_FUTEX_PRIVATE, TSM_DEADLINE_NEVER);
        others = WRITERS_WAITING;
    }
}

/* The lock is free and somebody sleeps. */
static void wake_next(struct words *words, uint32_t state)
{
    while ((state & COUNT_MASK) == 0 && (state & ~COUNT_MASK)) {
        if (!atomic_compare_exchange_weak_explicit(&words->state, &state, 0, memory_order_relaxed,
                                                   memory_order_relaxed))
            continue;
        if (state & WRITERS_WAITING) {
            /* pairs with the acquire in tsm_srw_lock_exclusive() */
            atomic_fetch_add_explicit(&words->turn, 1, memory_order_release);
            tsm_futex_wake(&words->turn, 1, TSM_FUTEX_PRIVATE);
        }
        if (state & READERS_WAITING)
            tsm_futex_wake(&words->state, INT_MAX, TSM_FUTEX_PRIVATE);
        return;
    }
}

void tsm_srw_unlock_shared(SRWLOCK *lock)
{
    struct words *words = words_of(lock);
    uint32_t state = atomic_fetch_sub_explicit(&words->state, 1, memory_order_release) - 1;

    if (tsm_unlikely((state & COUNT_MASK) == 0 && state))
        wake_next(words, state);
}

void tsm_srw_unlock_exclusive(SRWLOCK *lock)
{
    struct words *words = words_of(lock);
    uint32_t state =
        atomic_fetch_sub_explicit(&words->state, WRITER, memory_order_release) - WRITER;

    if (tsm_unlikely(state))
        wake_next(words, state);
}
