/* SPDX-License-Identifier: MIT */
#include "os/futex.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cpu.h"
#include "os/lock.h"

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

bool tsm_futex_wait(_Atomic uint32_t *word, uint32_t expected, enum tsm_futex_scope scope,
                    struct tsm_deadline deadline)
{
    struct timespec at;
    int op = FUTEX_WAIT_BITSET | (scope == TSM_FUTEX_PRIVATE ? FUTEX_PRIVATE_FLAG : 0);
    long result = syscall(SYS_futex, word, op, expected, tsm_deadline_timespec(deadline, &at), NULL,
                          FUTEX_BITSET_MATCH_ANY);

    return !(result < 0 && errno == ETIMEDOUT);
}

bool tsm_futex_wait_two(_Atomic uint32_t *shared, uint32_t expected_shared, _Atomic uint32_t *own,
                        uint32_t expected_own, struct tsm_deadline deadline)
{
    struct timespec at;
    struct futex_waitv waiters[2] = {
        {.val = expected_shared, .uaddr = (uintptr_t)shared, .flags = FUTEX_32},
        {.val = expected_own, .uaddr = (uintptr_t)own, .flags = FUTEX_32 | FUTEX_PRIVATE_FLAG},
    };
    long result = syscall(SYS_futex_waitv, waiters, 2, 0, tsm_deadline_timespec(deadline, &at),
                          CLOCK_MONOTONIC);

    return !(result < 0 && errno == ETIMEDOUT);
}

bool tsm_futex_wait_many(const struct tsm_futex_word *shared, uint32_t count, _Atomic uint32_t *own,
                         uint32_t expected_own, struct tsm_deadline deadline)
{
    struct futex_waitv waiters[TSM_FUTEX_WORDS_MAX + 1];
    struct timespec at;

    waiters[0] = (struct futex_waitv){
        .val = expected_own, .uaddr = (uintptr_t)own, .flags = FUTEX_32 | FUTEX_PRIVATE_FLAG};
    for (uint32_t i = 0; i < count; i++)
        waiters[1 + i] = (struct futex_waitv){
            .val = shared[i].expected, .uaddr = (uintptr_t)shared[i].word, .flags = FUTEX_32};

    long result = syscall(SYS_futex_waitv, waiters, count + 1, 0,
                          tsm_deadline_timespec(deadline, &at), CLOCK_MONOTONIC);

    return !(result < 0 && errno == ETIMEDOUT);
}

void tsm_futex_wake(_Atomic uint32_t *word, int count, enum tsm_futex_scope scope)
{
    int op = FUTEX_WAKE | (scope == TSM_FUTEX_PRIVATE ? FUTEX_PRIVATE_FLAG : 0);

    syscall(SYS_futex, word, op, count, NULL, NULL, 0);
}

void tsm_lock_acquire_slow(struct tsm_lock *lock)
{
    for (int i = 0; i < 40; i++) {
        uint32_t expected = 0;

        if (atomic_load_explicit(&lock->word, memory_order_relaxed) == 0 &&
            atomic_compare_exchange_weak_explicit(&lock->word, &expected, 1, memory_order_acquire,
                                                  memory_order_relaxed))
            return;
        tsm_cpu_relax();
    }
    while (atomic_exchange_explicit(&lock->word, 2, memory_order_acquire) != 0)
        tsm_futex_wait(&lock->word, 2, TSM_FUTEX_PRIVATE, TSM_DEADLINE_NEVER);
}

void tsm_lock_wake(struct tsm_lock *lock)
{
    tsm_futex_wake(&lock->word, 1, TSM_FUTEX_PRIVATE);
}
