/* SPDX-License-Identifier: MIT */
/*
 * Waiting
 *
 * A waiter looks, and if what it waits for is not there it links its wait blocks and sleeps until
 * somebody has satisfied the wait: see wait_block.c.
 *
 * Objects that other processes share too have a word in the arena. The waiter sleeps on these words as
 * well, looks again when one has changed, and takes what it asked for under the one lock of all
 * shared objects: nobody else does it for the waiter, so nobody's death can lose it.
 *
 * Before it sleeps a waiter looks out for a while: see lookout.c. It is linked already, so that
 * whoever signals an object finds it as if it slept.
 *
 * A timer fires when somebody looks at it: a waiter sleeps no longer than its timers are due.
 *
 * Locking:   the dispatcher lock, and the arena's inside it. The data path of a pipe takes neither.
 */
#include "sync/wait.h"

#include "base/assert.h"
#include "base/teb.h"
#include "base/trace.h"
#include "os/futex.h"
#include "os/spin.h"
#include "sync/apc.h"
#include "sync/arena_watch.h"
#include "sync/dispatcher.h"
#include "sync/lookout.h"
#include "sync/state_cell.h"
#include "sync/timer.h"
#include "sync/timer_routine.h"
#include "sync/workers.h"

struct waiter {
    struct tsm_wait wait;
    struct tsm_apc_queue *apcs; /* of an alertable wait, else NULL */
    bool looks_by_itself; /* it has shared objects or timers, or timers have routines for it */
    bool has_lookout;     /* some object has one */
    uint64_t asleep;      /* to which objects' lookouts it has said that it sleeps */
    int64_t asleep_ns;    /* since when */
};

/* What a waiter needs to know to sleep; gathered when it has looked in vain. */
struct nap {
    struct tsm_futex_word words[TSM_FUTEX_WORDS_MAX];
    uint32_t owners[TSM_WAIT_MAX]; /* of shared mutexes, as the arena calls them */
    uint32_t word_count, owner_count;
    int64_t due_ns; /* the first timer */
};

/* Under the locks under which the wait looked in vain, so that no change is missed. */
static void nap_prepare(struct nap *nap, const struct waiter *waiter)
{
    nap->word_count = nap->owner_count = 0;
    nap->due_ns = INT64_MAX;
    for (uint32_t i = 0; i < waiter->wait.count; i++) {
        struct tsm_state *state = tsm_state_of(waiter->wait.objects[i]);

        if (!state)
            continue;
        if (state->kind == TSM_CELL_TIMER)
            nap->due_ns =
                (int64_t)tsm_min_u64((uint64_t)nap->due_ns, (uint64_t)tsm_timer_due_ns(state));
        if (!state->is_shared)
            continue;

        struct tsm_futex_word *word = &nap->words[nap->word_count++];

        word->word = tsm_arena_word(state->slot, &word->expected);
        if (state->kind == TSM_CELL_MUTEX && tsm_state_cell(state)->owner)
            nap->owners[nap->owner_count++] = tsm_state_cell(state)->owner - 1;
    }
}

/* Dispatcher lock held; by the waiter itself, who has looked in vain. */
static bool waiter_has_apcs(struct waiter *waiter, struct nap *nap)
{
    int64_t due_ns = tsm_timer_routine_collect_locked(waiter->apcs);

    nap->due_ns = (int64_t)tsm_min_u64((uint64_t)nap->due_ns, (uint64_t)due_ns);
    return !tsm_list_is_empty(&waiter->apcs->apcs);
}

/* Dispatcher lock held. nap: NULL if it does not sleep after that. */
static NTSTATUS waiter_try(struct waiter *waiter, struct nap *nap)
{
    NTSTATUS result;

    if (waiter->wait.has_shared)
        tsm_arena_lock();
    result = tsm_wait_try_locked(&waiter->wait);
    if (nap && result == STATUS_PENDING && waiter->looks_by_itself)
        nap_prepare(nap, waiter);
    if (waiter->wait.has_shared)
        tsm_arena_unlock();
    /* Windows: an object that is there comes before the calls. */
    if (nap && result == STATUS_PENDING && waiter->apcs && waiter_has_apcs(waiter, nap))
        result = STATUS_USER_APC;
    return result;
}

/* Dispatcher lock held: which of the objects are shared, at first and while it waits. */
static void waiter_look_at_objects(struct waiter *waiter)
{
    waiter->wait.has_shared = waiter->has_lookout = false;
    waiter->looks_by_itself = waiter->apcs && !tsm_list_is_empty(&waiter->apcs->timers);
    for (uint32_t i = 0; i < waiter->wait.count; i++) {
        struct tsm_state *state = tsm_state_of(waiter->wait.objects[i]);

        waiter->wait.has_shared |= state && state->is_shared;
        waiter->has_lookout |= tsm_lookout_is_there(waiter->wait.objects[i]);
        waiter->looks_by_itself |= state && (state->is_shared || state->kind == TSM_CELL_TIMER);
    }
}

/* No lock held. True: a process that owned a mutex is dead, it is worth to look again. */
static bool nap_watch_owners(const struct nap *nap)
{
    bool has_died = false;

    for (uint32_t i = 0; i < nap->owner_count; i++)
        has_died |= tsm_arena_watch(nap->owners[i]);
    return has_died;
}

/* ---- looking out ---- */

/* No lock held: looks once at what the objects' lookouts see. */
static void waiter_glance(const struct waiter *waiter)
{
    for (uint32_t i = 0; i < waiter->wait.count; i++)
        tsm_lookout_look(waiter->wait.objects[i]);
}

/* No lock held, linked: looks for a while whether there is something to do that satisfies the wait.
 * In vain: the thread is about to sleep. */
static void waiter_look_out(struct waiter *waiter, struct nap *nap)
{
    _Atomic uint32_t *park = &waiter->wait.teb->park;
    uint32_t looking = TSM_PARK_LOOKING_OUT, first = 0;
    bool is_over;
    struct tsm_spin spin;

    while (!tsm_lookout_is_there(waiter->wait.objects[first]))
        first++;
    tsm_lookout_spin_begin(waiter->wait.objects[first], &spin);
    do {
        waiter_glance(waiter);
        is_over = atomic_load_explicit(park, memory_order_acquire) != TSM_PARK_LOOKING_OUT;
    } while (!is_over && tsm_spin_again(&spin));
    tsm_spin_end(&spin, is_over);
    if (is_over)
        return;
    if (!waiter->looks_by_itself)
        nap->word_count = 0;
    for (uint32_t i = 0; i < waiter->wait.count && nap->word_count < TSM_FUTEX_WORDS_MAX; i++) {
        if (!(waiter->asleep & UINT64_C(1) << i) && !tsm_lookout_lie_down(waiter->wait.objects[i]))
            continue;
        waiter->asleep |= UINT64_C(1) << i;
        nap->word_count +=
            tsm_lookout_fall_asleep(waiter->wait.objects[i], &nap->words[nap->word_count]);
    }
    waiter->asleep_ns = tsm_monotonic_ns();
    atomic_compare_exchange_strong_explicit(park, &looking, TSM_PARK_ASLEEP, memory_order_acquire,
                                            memory_order_acquire);
}

/* No lock held, the wait is over. */
static void waiter_get_up(const struct waiter *waiter)
{
    enum tsm_sleep sleep = TSM_SLEPT_LONG;

    if (waiter->asleep && tsm_monotonic_ns() - waiter->asleep_ns < TSM_SPIN_SOON_NS)
        sleep = TSM_SLEPT_SHORT;
    for (uint32_t i = 0; i < waiter->wait.count; i++)
        if (waiter->asleep & UINT64_C(1) << i)
            tsm_lookout_get_up(waiter->wait.objects[i], sleep);
}

/* Sleeps until satisfied or something may have changed; false when the deadline has passed. */
static bool waiter_park(struct waiter *waiter, const struct nap *nap, struct tsm_deadline deadline)
{
    _Atomic uint32_t *park = &waiter->wait.teb->park;

    if (!waiter->looks_by_itself && nap->word_count == 0) {
        while (atomic_load_explicit(park, memory_order_acquire) == TSM_PARK_ASLEEP)
            if (!tsm_futex_wait(park, TSM_PARK_ASLEEP, TSM_FUTEX_PRIVATE, deadline))
                return false;
        return true;
    }
    if (nap_watch_owners(nap))
        return true;

    struct tsm_deadline until = {
        (int64_t)tsm_min_u64((uint64_t)deadline.at_ns, (uint64_t)nap->due_ns)};

    if (nap->word_count)
        tsm_futex_wait_many(nap->words, nap->word_count, park, TSM_PARK_ASLEEP, until);
    else
        tsm_futex_wait(park, TSM_PARK_ASLEEP, TSM_FUTEX_PRIVATE, until);
    return !tsm_deadline_has_passed(deadline);
}

/* Dispatcher lock held, and at the end again; the wait is linked and pending. */
static void waiter_sleep(struct waiter *waiter, struct nap *nap, struct tsm_deadline deadline)
{
    bool in_time = true;

    if (waiter->apcs)
        waiter->apcs->is_alertable = true;
    while (waiter->wait.result == STATUS_PENDING && in_time) {
        atomic_store_explicit(&waiter->wait.teb->park,
                              waiter->has_lookout ? TSM_PARK_LOOKING_OUT : TSM_PARK_ASLEEP,
                              memory_order_relaxed);
        tsm_dispatcher_unlock();
        if (tsm_unlikely(waiter->has_lookout))
            waiter_look_out(waiter, nap);
        in_time = waiter_park(waiter, nap, deadline);
        tsm_dispatcher_lock();
        if (waiter->wait.result != STATUS_PENDING)
            break; /* and unlinked */
        waiter_look_at_objects(waiter);
        waiter->wait.result = waiter_try(waiter, nap);
        if (waiter->wait.result != STATUS_PENDING)
            tsm_wait_unlink_locked(&waiter->wait);
    }
    if (waiter->wait.result == STATUS_PENDING) {
        tsm_wait_unlink_locked(&waiter->wait);
        waiter->wait.result = STATUS_TIMEOUT;
    }
    if (waiter->apcs)
        waiter->apcs->is_alertable = false;
}

static NTSTATUS waiter_run(struct waiter *waiter, struct tsm_deadline deadline)
{
    struct nap nap;
    bool was_working;

    nap.word_count = nap.owner_count = 0;
    nap.due_ns = INT64_MAX;
    waiter->wait.tid = tsm_teb_tid();
    waiter->wait.teb = tsm_teb_current();
    waiter->wait.is_linked = false;
    waiter->asleep = 0;

    tsm_dispatcher_lock();
    waiter_look_at_objects(waiter);
    waiter->wait.result = waiter_try(waiter, &nap);
    if (waiter->wait.result == STATUS_PENDING && tsm_deadline_has_passed(deadline)) {
        tsm_dispatcher_unlock();
        bool has_news = waiter->looks_by_itself && nap_watch_owners(&nap);

        if (waiter->has_lookout) {
            waiter_glance(waiter);
            has_news = true;
        }
        if (!has_news)
            return STATUS_TIMEOUT;
        tsm_dispatcher_lock();
        waiter->wait.result = waiter_try(waiter, NULL);
        tsm_dispatcher_unlock();
        return waiter->wait.result != STATUS_PENDING ? waiter->wait.result : STATUS_TIMEOUT;
    }
    if (waiter->wait.result == STATUS_PENDING) {
        tsm_wait_link_locked(&waiter->wait);
        was_working = tsm_workers_leave_locked(waiter->wait.teb);
        waiter_sleep(waiter, &nap, deadline);
        if (was_working)
            tsm_workers_return_locked(waiter->wait.teb);
    }
    tsm_dispatcher_unlock();
    waiter_get_up(waiter);
    return waiter->wait.result;
}

static struct tsm_apc_queue *apcs_if(bool alertable)
{
    return alertable ? tsm_apc_queue_current() : NULL;
}

NTSTATUS tsm_wait_objects(struct tsm_object *const *objects, uint32_t count, bool all,
                          bool alertable, struct tsm_deadline deadline)
{
    struct waiter waiter;

    tsm_assert(count > 0 && count <= TSM_WAIT_MAX);
    for (uint32_t i = 0; i < count; i++)
        if (!objects[i]->ops->is_signaled)
            return STATUS_INVALID_HANDLE;

    waiter.wait.objects = objects;
    waiter.wait.count = count;
    waiter.wait.all = all;
    waiter.apcs = apcs_if(alertable);

    NTSTATUS status = waiter_run(&waiter, deadline);

    tsm_trace(TSM_TRACE_WAIT, "%u objects: %s", count, tsm_status_name(status));
    return status;
}

NTSTATUS tsm_wait_delay(bool alertable, struct tsm_deadline deadline)
{
    struct waiter waiter;

    waiter.wait.objects = NULL;
    waiter.wait.count = 0;
    waiter.wait.all = false;
    waiter.apcs = apcs_if(alertable);

    NTSTATUS status = waiter_run(&waiter, deadline);

    return status == STATUS_TIMEOUT ? STATUS_SUCCESS : status;
}
