/* SPDX-License-Identifier: MIT */
/*
 * Robust lock
 *
 * When a thread ends, however it ends, the kernel looks through the list of locks that libc has
 * registered for it, and at one more: the lock that the thread was just about to take or to leave.
 * That one place is enough for a lock that is never held together with another: it names the lock
 * from before the first try until after the release. No list in shared memory, nothing that another
 * process could bend.
 *
 * The kernel marks the word of a dead holder and wakes one sleeper. Sleepers look again after a
 * while all the same: one that was woken and killed must not take the wake with it. Where the kernel
 * does not look (emulators pass it no list), a sleeper asks whether the holder lives, and marks the
 * word in its place.
 */
#include "os/robust_lock.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/deadline.h"
#include "base/macros.h"
#include "base/teb.h"
#include "base/trace.h"
#include "os/futex.h"
#include "os/task_state.h"

#define SPINS         100
#define LOOK_AGAIN_MS 50

static _Thread_local struct robust_list_head *own_head, nobody_looks;

static struct robust_list_head *head(void)
{
    size_t size;

    if (tsm_likely(own_head != NULL))
        return own_head;
    if (syscall(SYS_get_robust_list, 0, &own_head, &size) < 0 || !own_head) {
        tsm_trace(TSM_TRACE_WAIT, "no robust locks here: who waits for one asks after its holder");
        own_head = &nobody_looks;
    }
    return own_head;
}

static bool is_dead(uint32_t tid)
{
    char state = kill((pid_t)tid, 0) < 0 && errno == ESRCH ? 'X' : tsm_task_state(tid, NULL);

    return state == 'Z' || state == 'X';
}

/* What the kernel does at a thread's end, done by one that waits. */
static void mark_death(struct tsm_robust_lock *lock)
{
    uint32_t word = atomic_load_explicit(&lock->word, memory_order_relaxed);
    uint32_t holder = word & FUTEX_TID_MASK;

    if (holder && is_dead(holder))
        (void)atomic_compare_exchange_strong_explicit(&lock->word, &word,
                                                      (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED,
                                                      memory_order_relaxed, memory_order_relaxed);
}

bool tsm_robust_lock_acquire(struct tsm_robust_lock *lock)
{
    struct robust_list_head *robust = head();
    uint32_t tid = tsm_teb_tid(), others = 0;
    int spins = SPINS;

    robust->list_op_pending =
        (struct robust_list *)(void *)((char *)&lock->word - robust->futex_offset);
    atomic_signal_fence(memory_order_seq_cst);
    for (;;) {
        uint32_t word = atomic_load_explicit(&lock->word, memory_order_relaxed);

        if ((word & FUTEX_TID_MASK) == 0) {
            if (atomic_compare_exchange_weak_explicit(&lock->word, &word,
                                                      tid | (word & FUTEX_WAITERS) | others,
                                                      memory_order_acquire, memory_order_relaxed))
                return word & FUTEX_OWNER_DIED;
        } else if (spins-- > 0) {
            tsm_cpu_relax();
        } else if ((word & FUTEX_WAITERS) || atomic_compare_exchange_weak_explicit(
                                                 &lock->word, &word, word | FUTEX_WAITERS,
                                                 memory_order_relaxed, memory_order_relaxed)) {
            tsm_futex_wait(&lock->word, word | FUTEX_WAITERS, TSM_FUTEX_SHARED,
                           tsm_deadline_in_ms(LOOK_AGAIN_MS));
            if (tsm_unlikely(robust == &nobody_looks))
                mark_death(lock);
            others = FUTEX_WAITERS; /* there may be more who sleep */
        }
    }
}

void tsm_robust_lock_release(struct tsm_robust_lock *lock)
{
    if (atomic_exchange_explicit(&lock->word, 0, memory_order_release) & FUTEX_WAITERS)
        tsm_futex_wake(&lock->word, 1, TSM_FUTEX_SHARED);
    atomic_signal_fence(memory_order_seq_cst);
    head()->list_op_pending = NULL;
}
