/* SPDX-License-Identifier: MIT */
#include "os/spin.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/deadline.h"
#include "base/macros.h"

#define DEFAULT_US       50
#define LEAST_US         2
#define LIMIT_US         1000
#define ROUNDS_PER_CLOCK 8

uint32_t tsm_spin_limit_us(void)
{
    static _Atomic uint32_t known; /* limit + 1 */
    uint32_t limit = atomic_load_explicit(&known, memory_order_relaxed);

    if (limit == 0) {
        const char *given = getenv("TRANSOM_SPIN_US");
        unsigned long value = given ? strtoul(given, NULL, 10) : DEFAULT_US;

        if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
            value = 0;
        limit = (uint32_t)(value > LIMIT_US ? LIMIT_US : value) + 1;
        atomic_store_explicit(&known, limit, memory_order_relaxed);
    }
    return limit - 1;
}

void tsm_spin_begin(struct tsm_spin *spin, _Atomic uint32_t *budget_us, uint32_t peer_cpu)
{
    uint32_t budget = atomic_load_explicit(budget_us, memory_order_relaxed);

    spin->budget_us = budget_us;
    spin->rounds = 0;
    spin->until_ns = 0;
    if (budget && peer_cpu != (uint32_t)sched_getcpu())
        spin->until_ns = tsm_monotonic_ns() + (int64_t)budget * 1000;
}

bool tsm_spin_again(struct tsm_spin *spin)
{
    if (spin->until_ns == 0)
        return false;
    if (++spin->rounds % ROUNDS_PER_CLOCK == 0 && tsm_monotonic_ns() >= spin->until_ns)
        return false;
    tsm_cpu_relax();
    return true;
}

void tsm_spin_end(struct tsm_spin *spin, bool was_fruitful)
{
    uint32_t limit = tsm_spin_limit_us();

    if (spin->until_ns == 0 || limit == 0)
        return;

    uint32_t budget = atomic_load_explicit(spin->budget_us, memory_order_relaxed);

    if (was_fruitful)
        atomic_store_explicit(spin->budget_us, limit, memory_order_relaxed);
    else if (budget > LEAST_US)
        atomic_store_explicit(spin->budget_us, budget / 2, memory_order_relaxed);
}

void tsm_spin_regret(_Atomic uint32_t *budget_us)
{
    atomic_store_explicit(budget_us, tsm_spin_limit_us(), memory_order_relaxed);
}
