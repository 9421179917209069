/* SPDX-License-Identifier: MIT */
/*
 * Spinning before sleep. Waking an idle processor costs tens of microseconds, so a waiter whose peer
 * runs on another one looks for its answer that long; never on the peer's own processor, where
 * spinning only keeps it away, and less and less if it was in vain.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct tsm_spin {
    int64_t until_ns; /* 0: do not spin */
    _Atomic uint32_t *budget_us;
    uint32_t rounds;
};

/* Microseconds; TRANSOM_SPIN_US sets it, 0 turns spinning off, and so does a single processor. */
uint32_t tsm_spin_limit_us(void);

/* The budget is shared by the threads of one end: whose change is lost does not matter. */
void tsm_spin_begin(struct tsm_spin *spin, _Atomic uint32_t *budget_us, uint32_t peer_cpu);
bool tsm_spin_again(struct tsm_spin *spin);
/* Now and then: time to look at what is dearer to look at. */
static inline bool tsm_spin_is_round(const struct tsm_spin *spin)
{
    return spin->rounds % 16 == 0;
}
void tsm_spin_end(struct tsm_spin *spin, bool was_fruitful);

/* Who slept after looking in vain for what came so soon should have looked longer. */
#define TSM_SPIN_SOON_NS 100000
void tsm_spin_regret(_Atomic uint32_t *budget_us);
