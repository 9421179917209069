/* SPDX-License-Identifier: MIT */
/* LockCount: -1 free, -2 held, -3 held and somebody sleeps. Programs look at it for "-1" only. */
#include "sync/critical_section.h"

#include <stdatomic.h>

#include "base/cpu.h"
#include "base/macros.h"
#include "base/teb.h"
#include "os/futex.h"

enum { FREE = -1, HELD = -2, CONTENDED = -3 };

static _Atomic uint32_t *lock_word(CRITICAL_SECTION *section)
{
    return (_Atomic uint32_t *)(void *)&section->LockCount;
}

static void own(CRITICAL_SECTION *section)
{
    /* pairs with the load in is_mine(), which other threads do without the lock */
    __atomic_store_n(&section->OwningThread, (HANDLE)(uintptr_t)tsm_teb_tid(), __ATOMIC_RELAXED);
    section->RecursionCount = 1;
}

static bool is_mine(CRITICAL_SECTION *section)
{
    return __atomic_load_n(&section->OwningThread, __ATOMIC_RELAXED) ==
           (HANDLE)(uintptr_t)tsm_teb_tid();
}

void tsm_critical_section_init(CRITICAL_SECTION *section, uint32_t spin_count)
{
    *section = (CRITICAL_SECTION){.LockCount = FREE, .SpinCount = spin_count & 0xFFFFFF};
}

bool tsm_critical_section_try(CRITICAL_SECTION *section)
{
    uint32_t expected = (uint32_t)FREE;

    if (is_mine(section)) {
        section->RecursionCount++;
        return true;
    }
    if (!atomic_compare_exchange_strong_explicit(lock_word(section), &expected, (uint32_t)HELD,
                                                 memory_order_acquire, memory_order_relaxed))
        return false;
    own(section);
    return true;
}

void tsm_critical_section_enter(CRITICAL_SECTION *section)
{
    if (tsm_critical_section_try(section))
        return;
    for (ULONG_PTR i = 0; i < section->SpinCount; i++) {
        if (atomic_load_explicit(lock_word(section), memory_order_relaxed) == (uint32_t)FREE &&
            tsm_critical_section_try(section))
            return;
        tsm_cpu_relax();
    }
    while (atomic_exchange_explicit(lock_word(section), (uint32_t)CONTENDED,
                                    memory_order_acquire) != (uint32_t)FREE)
        tsm_futex_wait(lock_word(section), (uint32_t)CONTENDED, TSM_FUTEX_PRIVATE,
                       TSM_DEADLINE_NEVER);
    own(section);
}

void tsm_critical_section_leave(CRITICAL_SECTION *section)
{
    if (--section->RecursionCount > 0)
        return;
    __atomic_store_n(&section->OwningThread, NULL, __ATOMIC_RELAXED);
    if (atomic_exchange_explicit(lock_word(section), (uint32_t)FREE, memory_order_release) ==
        (uint32_t)CONTENDED)
        tsm_futex_wake(lock_word(section), 1, TSM_FUTEX_PRIVATE);
}
