/* SPDX-License-Identifier: MIT */
/* Two words in one pointer: how often it was woken, on which sleepers sleep, and how many they are,
 * so that waking nobody costs no system call. */
#include "sync/condition.h"

#include <stdatomic.h>

#include "os/futex.h"

struct words {
    _Atomic uint32_t wakes;
    _Atomic uint32_t sleepers;
};

_Static_assert(sizeof(struct words) == sizeof(CONDITION_VARIABLE), "there is room for two words");

static struct words *words_of(CONDITION_VARIABLE *condition)
{
    return (struct words *)(void *)condition;
}

uint32_t tsm_condition_prepare(CONDITION_VARIABLE *condition)
{
    struct words *words = words_of(condition);

    atomic_fetch_add_explicit(&words->sleepers, 1, memory_order_relaxed);
    /* Ordered by the caller's lock: who changes what it waits for holds the same one. */
    return atomic_load_explicit(&words->wakes, memory_order_relaxed);
}

bool tsm_condition_sleep(CONDITION_VARIABLE *condition, uint32_t ticket,
                         struct tsm_deadline deadline)
{
    struct words *words = words_of(condition);
    bool was_woken = tsm_futex_wait(&words->wakes, ticket, TSM_FUTEX_PRIVATE, deadline);

    atomic_fetch_sub_explicit(&words->sleepers, 1, memory_order_relaxed);
    return was_woken || atomic_load_explicit(&words->wakes, memory_order_relaxed) != ticket;
}

void tsm_condition_wake(CONDITION_VARIABLE *condition, int count)
{
    struct words *words = words_of(condition);

    /* The waker may have left its lock: its change must be seen by a sleeper that is counted after
     * this look. Pairs with the read-modify-write in tsm_condition_prepare(). */
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&words->sleepers, memory_order_relaxed) == 0)
        return;
    atomic_fetch_add_explicit(&words->wakes, 1, memory_order_relaxed);
    tsm_futex_wake(&words->wakes, count, TSM_FUTEX_PRIVATE);
}
