/* SPDX-License-Identifier: MIT */
/*
 * Waiting
 *
 * A waiter links one wait block into each object it waits for and sleeps on its thread's park word.
 * Whoever signals an object walks that object's blocks, first come first, and satisfies the waits
 * that can be: it consumes for the waiter, takes all its blocks away and stores the result. So a
 * waiter that wakes has nothing left to do, and "all" is decided at one instant.
 *
 * Objects that other processes share too have a word there. The waiter sleeps on these words as
 * well, looks again when one has changed, and takes what it asked for under the one lock of all
 * shared objects: nobody else does it for the waiter, so nobody's death can lose it.
 *
 * Before it sleeps a waiter looks out for a while: see lookout.c. It is linked already, so that
 * whoever signals an object finds it as if it slept.
 *
 * A timer fires when somebody looks at it: a waiter sleeps no longer than its timers are due.
 *
 * Locking:   the dispatcher lock guards the blocks and the signal state of all objects of the
 *            process, the arena's lock, inside it, shared ones. The data path of a pipe takes
 *            neither.
 * Ownership: blocks live on the waiter's stack; the waiter's caller holds the objects.
 */
#include "sync/wait.h"

#include "base/assert.h"
#include "base/teb.h"
#include "base/trace.h"
#include "os/futex.h"
#include "os/lock.h"
#include "os/spin.h"
#include "sync/event.h"
#include "sync/lookout.h"
#include "sync/poll.h"
#include "sync/state.h"
#include "sync/timer.h"
#include "sync/timer_routine.h"
#include "sync/workers.h"

struct wait;

struct wait_block {
    struct tsm_list node; /* in object->waiters; unlinked when the wait is over */
    struct wait *wait;
    int64_t pulses; /* shared event: how often it had been pulsed when the wait began */
};

struct wait {
    struct tsm_object *const *objects;
    uint32_t count;
    bool all;
    uint32_t tid;
    struct tsm_teb *teb;
    struct tsm_apc_queue *apcs; /* of an alertable wait, else NULL */
    NTSTATUS result;            /* STATUS_PENDING until satisfied */
    bool is_linked;             /* its blocks count */
    bool has_shared;            /* some object is of several processes */
    bool looks_by_itself; /* it has shared objects or timers, or timers have routines for it */
    bool has_lookout;     /* some object has one */
    uint64_t asleep;      /* to which objects' lookouts it has said that it sleeps */
    int64_t asleep_ns;    /* since when */
    struct wait_block blocks[TSM_WAIT_MAX];
};

/* What a waiter needs to know to sleep; gathered when it has looked in vain. */
struct nap {
    struct tsm_futex_word words[TSM_FUTEX_WORDS_MAX];
    uint32_t owners[TSM_WAIT_MAX]; /* of shared mutexes, as the arena calls them */
    uint32_t word_count, owner_count;
    int64_t due_ns; /* the first timer */
};

/* Who looks out is awake and costs nobody a system call. */
enum { PARK_ASLEEP, PARK_WOKEN, PARK_LOOK_AGAIN, PARK_LOOKING_OUT };

static struct tsm_lock dispatcher = TSM_LOCK_INIT;

void tsm_dispatcher_lock(void)
{
    tsm_lock_acquire(&dispatcher);
}

void tsm_dispatcher_unlock(void)
{
    tsm_lock_release(&dispatcher);
}

static bool object_is_signaled(struct wait *wait, uint32_t index)
{
    struct tsm_object *object = wait->objects[index];

    return object->ops->is_signaled(object, wait->tid) ||
           (wait->is_linked && tsm_event_was_pulsed(object, wait->blocks[index].pulses));
}

static bool object_consume(struct wait *wait, uint32_t index)
{
    struct tsm_object *object = wait->objects[index];

    bool was_abandoned = object->ops->consume && object->ops->consume(object, wait->tid);

    tsm_poll_update_locked(object);
    return was_abandoned;
}

/* Takes what the wait asks for, if it is there: the result, or STATUS_PENDING. */
static NTSTATUS wait_try_locked(struct wait *wait)
{
    if (!wait->all) {
        for (uint32_t i = 0; i < wait->count; i++)
            if (object_is_signaled(wait, i))
                return (object_consume(wait, i) ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0) +
                       (NTSTATUS)i;
        return STATUS_PENDING;
    }

    bool was_abandoned = false;

    for (uint32_t i = 0; i < wait->count; i++)
        if (!object_is_signaled(wait, i))
            return STATUS_PENDING;
    for (uint32_t i = 0; i < wait->count; i++)
        was_abandoned |= object_consume(wait, i);
    return was_abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0;
}

/* Under the locks under which the wait looked in vain, so that no change is missed. */
static void nap_prepare(struct nap *nap, const struct wait *wait)
{
    nap->word_count = nap->owner_count = 0;
    nap->due_ns = INT64_MAX;
    for (uint32_t i = 0; i < wait->count; i++) {
        struct tsm_state *state = tsm_state_of(wait->objects[i]);

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
static bool wait_has_apcs(struct wait *wait, struct nap *nap)
{
    int64_t due_ns = tsm_timer_routine_collect_locked(wait->apcs);

    nap->due_ns = (int64_t)tsm_min_u64((uint64_t)nap->due_ns, (uint64_t)due_ns);
    return !tsm_list_is_empty(&wait->apcs->apcs);
}

/* Dispatcher lock held. nap: of the waiter itself; NULL if another thread looks for it. */
static NTSTATUS wait_try(struct wait *wait, struct nap *nap)
{
    NTSTATUS result;

    if (wait->has_shared)
        tsm_arena_lock();
    result = wait_try_locked(wait);
    if (nap && result == STATUS_PENDING && wait->looks_by_itself)
        nap_prepare(nap, wait);
    if (wait->has_shared)
        tsm_arena_unlock();
    /* Windows: an object that is there comes before the calls. */
    if (nap && result == STATUS_PENDING && wait->apcs && wait_has_apcs(wait, nap))
        result = STATUS_USER_APC;
    return result;
}

/* Dispatcher lock held: which of the objects are shared, at first and while it waits. */
static void wait_look_at_objects(struct wait *wait)
{
    wait->has_shared = wait->has_lookout = false;
    wait->looks_by_itself = wait->apcs && !tsm_list_is_empty(&wait->apcs->timers);
    for (uint32_t i = 0; i < wait->count; i++) {
        struct tsm_state *state = tsm_state_of(wait->objects[i]);

        wait->has_shared |= state && state->is_shared;
        wait->has_lookout |= tsm_lookout_is_there(wait->objects[i]);
        wait->looks_by_itself |= state && (state->is_shared || state->kind == TSM_CELL_TIMER);
    }
}

static void wait_unlink(struct wait *wait)
{
    for (uint32_t i = 0; i < wait->count; i++)
        tsm_list_unlink(&wait->blocks[i].node);
}

/* Wakes a thread, if it sleeps. */
static void park_leave(struct tsm_teb *teb, uint32_t word)
{
    /* pairs with the acquire in wait_park() and wait_look_out() */
    if (atomic_exchange_explicit(&teb->park, word, memory_order_release) == PARK_ASLEEP)
        tsm_futex_wake(&teb->park, 1, TSM_FUTEX_PRIVATE);
}

void tsm_wait_notify_locked(struct tsm_object *object)
{
    struct tsm_list *node = object->waiters.next;

    while (node != &object->waiters) {
        struct wait *wait = TSM_LIST_ENTRY(node, struct wait_block, node)->wait;

        /* An object waited for twice by one wait has two blocks here: step over both. */
        do
            node = node->next;
        while (node != &object->waiters &&
               TSM_LIST_ENTRY(node, struct wait_block, node)->wait == wait);

        NTSTATUS result = wait_try(wait, NULL);

        if (result != STATUS_PENDING) {
            struct tsm_teb *teb = wait->teb;

            wait_unlink(wait);
            wait->result = result;
            park_leave(teb, PARK_WOKEN); /* the wait may be gone after this line */
        }
    }
    tsm_poll_update_locked(object);
}

void tsm_wait_alert_locked(struct tsm_teb *teb)
{
    park_leave(teb, PARK_LOOK_AGAIN); /* the waiter reads the rest under the lock */
}

void tsm_wait_look_again_locked(struct tsm_object *object)
{
    TSM_LIST_FOR_EACH(node, &object->waiters)
    {
        tsm_wait_alert_locked(TSM_LIST_ENTRY(node, struct wait_block, node)->wait->teb);
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
static void wait_glance(const struct wait *wait)
{
    for (uint32_t i = 0; i < wait->count; i++)
        tsm_lookout_look(wait->objects[i]);
}

/* No lock held, linked: looks for a while whether there is something to do that satisfies the wait.
 * In vain: the thread is about to sleep. */
static void wait_look_out(struct wait *wait, struct nap *nap)
{
    _Atomic uint32_t *park = &wait->teb->park;
    uint32_t looking = PARK_LOOKING_OUT, first = 0;
    bool is_over;
    struct tsm_spin spin;

    while (!tsm_lookout_is_there(wait->objects[first]))
        first++;
    tsm_lookout_spin_begin(wait->objects[first], &spin);
    do {
        wait_glance(wait);
        is_over = atomic_load_explicit(park, memory_order_acquire) != PARK_LOOKING_OUT;
    } while (!is_over && tsm_spin_again(&spin));
    tsm_spin_end(&spin, is_over);
    if (is_over)
        return;
    if (!wait->looks_by_itself)
        nap->word_count = 0;
    for (uint32_t i = 0; i < wait->count && nap->word_count < TSM_FUTEX_WORDS_MAX; i++) {
        if (!(wait->asleep & UINT64_C(1) << i) && !tsm_lookout_lie_down(wait->objects[i]))
            continue;
        wait->asleep |= UINT64_C(1) << i;
        nap->word_count += tsm_lookout_fall_asleep(wait->objects[i], &nap->words[nap->word_count]);
    }
    wait->asleep_ns = tsm_monotonic_ns();
    atomic_compare_exchange_strong_explicit(park, &looking, PARK_ASLEEP, memory_order_acquire,
                                            memory_order_acquire);
}

/* No lock held, the wait is over. */
static void wait_get_up(const struct wait *wait)
{
    enum tsm_sleep sleep = TSM_SLEPT_LONG;

    if (wait->asleep && tsm_monotonic_ns() - wait->asleep_ns < TSM_SPIN_SOON_NS)
        sleep = TSM_SLEPT_SHORT;
    for (uint32_t i = 0; i < wait->count; i++)
        if (wait->asleep & UINT64_C(1) << i)
            tsm_lookout_get_up(wait->objects[i], sleep);
}

/* Sleeps until satisfied or something may have changed; false when the deadline has passed. */
static bool wait_park(struct wait *wait, const struct nap *nap, struct tsm_deadline deadline)
{
    _Atomic uint32_t *park = &wait->teb->park;

    if (!wait->looks_by_itself && nap->word_count == 0) {
        while (atomic_load_explicit(park, memory_order_acquire) == PARK_ASLEEP)
            if (!tsm_futex_wait(park, PARK_ASLEEP, TSM_FUTEX_PRIVATE, deadline))
                return false;
        return true;
    }
    if (nap_watch_owners(nap))
        return true;

    struct tsm_deadline until = {
        (int64_t)tsm_min_u64((uint64_t)deadline.at_ns, (uint64_t)nap->due_ns)};

    if (nap->word_count)
        tsm_futex_wait_many(nap->words, nap->word_count, park, PARK_ASLEEP, until);
    else
        tsm_futex_wait(park, PARK_ASLEEP, TSM_FUTEX_PRIVATE, until);
    return !tsm_deadline_has_passed(deadline);
}

/* Dispatcher lock held, and at the end again; the wait is linked and pending. */
static void wait_sleep(struct wait *wait, struct nap *nap, struct tsm_deadline deadline)
{
    bool in_time = true;

    if (wait->apcs)
        wait->apcs->is_alertable = true;
    while (wait->result == STATUS_PENDING && in_time) {
        atomic_store_explicit(&wait->teb->park, wait->has_lookout ? PARK_LOOKING_OUT : PARK_ASLEEP,
                              memory_order_relaxed);
        tsm_dispatcher_unlock();
        if (tsm_unlikely(wait->has_lookout))
            wait_look_out(wait, nap);
        in_time = wait_park(wait, nap, deadline);
        tsm_dispatcher_lock();
        if (wait->result != STATUS_PENDING)
            break; /* and unlinked */
        wait_look_at_objects(wait);
        wait->result = wait_try(wait, nap);
        if (wait->result != STATUS_PENDING)
            wait_unlink(wait);
    }
    if (wait->result == STATUS_PENDING) {
        wait_unlink(wait);
        wait->result = STATUS_TIMEOUT;
    }
    if (wait->apcs)
        wait->apcs->is_alertable = false;
}

static void wait_link(struct wait *wait)
{
    for (uint32_t i = 0; i < wait->count; i++) {
        struct tsm_object *object = wait->objects[i];

        wait->blocks[i].wait = wait;
        wait->blocks[i].pulses = tsm_event_pulses(object);
        if (object->ops->wakes_last_first)
            tsm_list_prepend(&object->waiters, &wait->blocks[i].node);
        else
            tsm_list_append(&object->waiters, &wait->blocks[i].node);
    }
    wait->is_linked = true;
}

static NTSTATUS wait_run(struct wait *wait, struct tsm_deadline deadline)
{
    struct nap nap = {.due_ns = INT64_MAX};
    bool was_working;

    wait->tid = tsm_teb_tid();
    wait->teb = tsm_teb_current();
    wait->is_linked = false;
    wait->asleep = 0;

    tsm_dispatcher_lock();
    wait_look_at_objects(wait);
    wait->result = wait_try(wait, &nap);
    if (wait->result == STATUS_PENDING && tsm_deadline_has_passed(deadline)) {
        tsm_dispatcher_unlock();
        bool has_news = wait->looks_by_itself && nap_watch_owners(&nap);

        if (wait->has_lookout) {
            wait_glance(wait);
            has_news = true;
        }
        if (!has_news)
            return STATUS_TIMEOUT;
        tsm_dispatcher_lock();
        wait->result = wait_try(wait, NULL);
        tsm_dispatcher_unlock();
        return wait->result != STATUS_PENDING ? wait->result : STATUS_TIMEOUT;
    }
    if (wait->result == STATUS_PENDING) {
        wait_link(wait);
        was_working = tsm_workers_leave_locked(wait->teb);
        wait_sleep(wait, &nap, deadline);
        if (was_working)
            tsm_workers_return_locked(wait->teb);
    }
    tsm_dispatcher_unlock();
    wait_get_up(wait);
    return wait->result;
}

static struct tsm_apc_queue *apcs_if(bool alertable)
{
    return alertable ? tsm_apc_queue_current() : NULL;
}

NTSTATUS tsm_wait_objects(struct tsm_object *const *objects, uint32_t count, bool all,
                          bool alertable, struct tsm_deadline deadline)
{
    struct wait wait;

    tsm_assert(count > 0 && count <= TSM_WAIT_MAX);
    for (uint32_t i = 0; i < count; i++)
        if (!objects[i]->ops->is_signaled)
            return STATUS_INVALID_HANDLE;

    wait.objects = objects;
    wait.count = count;
    wait.all = all;
    wait.apcs = apcs_if(alertable);

    NTSTATUS status = wait_run(&wait, deadline);

    tsm_trace(TSM_TRACE_WAIT, "%u objects: %s", count, tsm_status_name(status));
    return status;
}

NTSTATUS tsm_wait_delay(bool alertable, struct tsm_deadline deadline)
{
    struct wait wait;

    wait.objects = NULL;
    wait.count = 0;
    wait.all = false;
    wait.apcs = apcs_if(alertable);

    NTSTATUS status = wait_run(&wait, deadline);

    return status == STATUS_TIMEOUT ? STATUS_SUCCESS : status;
}
