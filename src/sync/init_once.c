/* SPDX-License-Identifier: MIT */
/*
 * One-time initialisation
 *
 * States, in the low bits: fresh (0), running in one thread (1, with 4 when somebody sleeps),
 * running in several threads of which the first to finish counts (3), done (2, with the context
 * above).
 */
#include "sync/init_once.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>

#include "os/futex.h"

enum { FRESH = 0, RUNNING = 1, DONE = 2, RUNNING_ASYNC = 3, STATE_MASK = 3, SLEEPERS = 4 };

static _Atomic uintptr_t *word_of(INIT_ONCE *once)
{
    return (_Atomic uintptr_t *)(void *)&once->Ptr;
}

/* Its half with the low bits. */
static _Atomic uint32_t *futex_of(INIT_ONCE *once)
{
    return (_Atomic uint32_t *)(void *)&once->Ptr;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low half lies first");

NTSTATUS tsm_init_once_begin(INIT_ONCE *once, DWORD flags, bool *is_pending, void **context)
{
    _Atomic uintptr_t *word = word_of(once);
    bool is_async = flags & INIT_ONCE_ASYNC;

    if ((flags & ~(DWORD)(INIT_ONCE_CHECK_ONLY | INIT_ONCE_ASYNC)) ||
        flags == (INIT_ONCE_CHECK_ONLY | INIT_ONCE_ASYNC))
        return STATUS_INVALID_PARAMETER;

    for (;;) {
        /* pairs with the release in tsm_init_once_complete() */
        uintptr_t value = atomic_load_explicit(word, memory_order_acquire);

        if ((value & STATE_MASK) == DONE) {
            *is_pending = false;
            *context = (void *)(value & ~(uintptr_t)STATE_MASK);
            return STATUS_SUCCESS;
        }
        if (flags & INIT_ONCE_CHECK_ONLY)
            return STATUS_UNSUCCESSFUL;
        switch (value & STATE_MASK) {
        case FRESH:
            if (atomic_compare_exchange_weak_explicit(word, &value,
                                                      is_async ? RUNNING_ASYNC : RUNNING,
                                                      memory_order_acquire, memory_order_relaxed)) {
                *is_pending = true;
                return STATUS_SUCCESS;
            }
            break;
        case RUNNING_ASYNC:
            if (!is_async)
                return STATUS_INVALID_PARAMETER;
            *is_pending = true;
            return STATUS_SUCCESS;
        case RUNNING:
            if (is_async)
                return STATUS_INVALID_PARAMETER;
            if ((value & SLEEPERS) ||
                atomic_compare_exchange_weak_explicit(word, &value, value | SLEEPERS,
                                                      memory_order_relaxed, memory_order_relaxed))
                tsm_futex_wait(futex_of(once), RUNNING | SLEEPERS, TSM_FUTEX_PRIVATE,
                               TSM_DEADLINE_NEVER);
            break;
        }
    }
}

NTSTATUS tsm_init_once_complete(INIT_ONCE *once, DWORD flags, void *context)
{
    _Atomic uintptr_t *word = word_of(once);
    bool is_async = flags & INIT_ONCE_ASYNC, has_failed = flags & INIT_ONCE_INIT_FAILED;
    uintptr_t value = atomic_load_explicit(word, memory_order_relaxed), next;

    if ((flags & ~(DWORD)(INIT_ONCE_ASYNC | INIT_ONCE_INIT_FAILED)) || (is_async && has_failed) ||
        ((uintptr_t)context & STATE_MASK) || (has_failed && context))
        return STATUS_INVALID_PARAMETER;
    next = has_failed ? FRESH : (uintptr_t)context | DONE;
    do {
        if ((value & STATE_MASK) == RUNNING_ASYNC && !is_async)
            return STATUS_INVALID_PARAMETER;
        if ((value & STATE_MASK) != RUNNING_ASYNC && (value & STATE_MASK) != RUNNING)
            return STATUS_UNSUCCESSFUL;
        /* pairs with the acquire in tsm_init_once_begin() */
    } while (!atomic_compare_exchange_weak_explicit(word, &value, next, memory_order_acq_rel,
                                                    memory_order_relaxed));
    if (value & SLEEPERS)
        tsm_futex_wake(futex_of(once), INT_MAX, TSM_FUTEX_PRIVATE);
    return STATUS_SUCCESS;
}
