/* SPDX-License-Identifier: MIT */
/*
 * Waiting on an address
 *
 * A futex has four bytes, an address here may have one, two or eight: so sleepers queue up in
 * buckets by their address and sleep on their thread's park word.
 *
 * Locking: a bucket's lock guards its queue. The bytes are compared under it, so a waker that
 *          changes them and then looks into the queue finds whoever saw the old value.
 */
#include "sync/address_wait.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "base/list.h"
#include "base/teb.h"
#include "os/futex.h"
#include "os/lock.h"

#define BUCKETS 128u

struct sleeper {
    struct tsm_list node; /* unlinked by whoever wakes it */
    const volatile void *address;
    struct tsm_teb *teb;
};

static struct bucket {
    _Alignas(64) struct tsm_lock lock;
    struct tsm_list sleepers; /* all zero until first used */
} buckets[BUCKETS];

enum { ASLEEP, WOKEN };

static struct bucket *bucket_of(const volatile void *address)
{
    uint64_t mixed = (uint64_t)(uintptr_t)address * UINT64_C(0x9E3779B97F4A7C15);

    return &buckets[mixed >> 57];
}

_Static_assert(BUCKETS == 1u << (64 - 57), "the hash gives seven bits");

static void bucket_lock(struct bucket *bucket)
{
    tsm_lock_acquire(&bucket->lock);
    if (!bucket->sleepers.next)
        tsm_list_init(&bucket->sleepers);
}

static bool is_equal(const volatile void *address, const void *compare, size_t size)
{
    switch (size) {
    case 1:
        return __atomic_load_n((const volatile uint8_t *)address, __ATOMIC_RELAXED) ==
               *(const uint8_t *)compare;
    case 2:
        return __atomic_load_n((const volatile uint16_t *)address, __ATOMIC_RELAXED) ==
               *(const uint16_t *)compare;
    case 4:
        return __atomic_load_n((const volatile uint32_t *)address, __ATOMIC_RELAXED) ==
               *(const uint32_t *)compare;
    default:
        return __atomic_load_n((const volatile uint64_t *)address, __ATOMIC_RELAXED) ==
               *(const uint64_t *)compare;
    }
}

NTSTATUS tsm_address_wait(const volatile void *address, const void *compare, size_t size,
                          struct tsm_deadline deadline)
{
    struct bucket *bucket = bucket_of(address);
    struct sleeper self = {.address = address, .teb = tsm_teb_current()};
    NTSTATUS status = STATUS_SUCCESS;

    if (size != 1 && size != 2 && size != 4 && size != 8)
        return STATUS_INVALID_PARAMETER;
    bucket_lock(bucket);
    if (!is_equal(address, compare, size)) {
        tsm_lock_release(&bucket->lock);
        return STATUS_SUCCESS;
    }
    atomic_store_explicit(&self.teb->park, ASLEEP, memory_order_relaxed);
    tsm_list_append(&bucket->sleepers, &self.node);
    tsm_lock_release(&bucket->lock);

    while (atomic_load_explicit(&self.teb->park, memory_order_acquire) == ASLEEP)
        if (!tsm_futex_wait(&self.teb->park, ASLEEP, TSM_FUTEX_PRIVATE, deadline)) {
            bucket_lock(bucket);
            if (!tsm_list_is_empty(&self.node)) {
                tsm_list_unlink(&self.node);
                status = STATUS_TIMEOUT;
            }
            tsm_lock_release(&bucket->lock);
            break;
        }
    return status;
}

void tsm_address_wake(const void *address, bool all)
{
    struct bucket *bucket = bucket_of(address);

    bucket_lock(bucket);
    TSM_LIST_FOR_EACH(node, &bucket->sleepers)
    {
        struct sleeper *sleeper = TSM_LIST_ENTRY(node, struct sleeper, node);
        struct tsm_teb *teb = sleeper->teb;

        if (sleeper->address != address)
            continue;
        tsm_list_unlink(node);
        /* pairs with the acquire in tsm_address_wait(); the sleeper may be gone after this line */
        atomic_store_explicit(&teb->park, WOKEN, memory_order_release);
        tsm_futex_wake(&teb->park, 1, TSM_FUTEX_PRIVATE);
        if (!all)
            break;
    }
    tsm_lock_release(&bucket->lock);
}
