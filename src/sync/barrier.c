/* SPDX-License-Identifier: MIT */
/* The last thread to come counts the round on, and the others, which sleep on that count, go. Who
 * still is inside is counted, so that the memory can be given up. */
#include "sync/barrier.h"

#include <limits.h>
#include <stdatomic.h>

#include "base/cpu.h"
#include "base/macros.h"
#include "os/futex.h"

struct words {
    uint32_t threads;
    _Atomic uint32_t missing;
    _Atomic uint32_t round;
    _Atomic uint32_t inside;
    uint32_t spins;
};

_Static_assert(sizeof(struct words) <= sizeof(SYNCHRONIZATION_BARRIER), "there is room for it");

static struct words *words_of(SYNCHRONIZATION_BARRIER *barrier)
{
    return (struct words *)(void *)barrier;
}

void tsm_barrier_init(SYNCHRONIZATION_BARRIER *barrier, uint32_t threads, uint32_t spins)
{
    *words_of(barrier) = (struct words){.threads = threads, .missing = threads, .spins = spins};
}

static void leave(struct words *words)
{
    if (atomic_fetch_sub_explicit(&words->inside, 1, memory_order_release) == 1)
        tsm_futex_wake(&words->inside, INT_MAX, TSM_FUTEX_PRIVATE);
}

bool tsm_barrier_enter(SYNCHRONIZATION_BARRIER *barrier, bool spins_only, bool blocks_only)
{
    struct words *words = words_of(barrier);
    uint32_t round, spins = blocks_only ? 0 : spins_only ? UINT32_MAX : words->spins;

    atomic_fetch_add_explicit(&words->inside, 1, memory_order_relaxed);
    round = atomic_load_explicit(&words->round, memory_order_relaxed);
    if (atomic_fetch_sub_explicit(&words->missing, 1, memory_order_acq_rel) == 1) {
        atomic_store_explicit(&words->missing, words->threads, memory_order_relaxed);
        /* pairs with the acquire below */
        atomic_fetch_add_explicit(&words->round, 1, memory_order_release);
        tsm_futex_wake(&words->round, INT_MAX, TSM_FUTEX_PRIVATE);
        leave(words);
        return true;
    }
    for (; spins && atomic_load_explicit(&words->round, memory_order_acquire) == round;
         spins -= spins != UINT32_MAX)
        tsm_cpu_relax();
    while (atomic_load_explicit(&words->round, memory_order_acquire) == round)
        tsm_futex_wait(&words->round, round, TSM_FUTEX_PRIVATE, TSM_DEADLINE_NEVER);
    leave(words);
    return false;
}

void tsm_barrier_drain(SYNCHRONIZATION_BARRIER *barrier)
{
    struct words *words = words_of(barrier);
    uint32_t inside;

    while ((inside = atomic_load_explicit(&words->inside, memory_order_acquire)) != 0)
        tsm_futex_wait(&words->inside, inside, TSM_FUTEX_PRIVATE, TSM_DEADLINE_NEVER);
}
