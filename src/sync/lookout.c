/* SPDX-License-Identifier: MIT */
/*
 * Lookout
 *
 * A server that has something to do all the time should not be called for each message: the thread
 * that waits for a port or an event looks itself at the memory in which messages arrive. Its peers
 * need no system call while it does, and no other thread comes between.
 *
 *   dark -> set -> lit -> attended to -> dark        set: its word is looked at
 *
 * Attended:  what peers read on the gong. ASLEEP while any thread sleeps for the object: a stroke
 *            wakes one, which looks at all beacons. AWAKE while somebody looks, or took what it waited
 *            for without sleeping long and may be back: nobody has to be told. NOBODY otherwise: the
 *            owner of a beacon is told as if there were no lookout.
 * Guard:     who has left may stay away. Every few milliseconds the service thread sees to lookouts
 *            that are AWAKE: one that nobody has visited meanwhile becomes NOBODY's, and is looked at
 *            once more. Nothing is lost then, only late.
 * Ownership: an object shares its lookout with the beacons in it, which may outlive the object.
 * Locking:   the lock of a beacon's owner, then the lookout's, then the guard's. Beacons are attended
 *            to without locks.
 */
#include "sync/lookout.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/list.h"
#include "os/lock.h"
#include "os/reactor.h"

#define TICK_MS      2
#define LIT_AT_ONCE  32  /* attended to at a time */
#define SEEN_AT_ONCE 256 /* looked at under the lock */
#define FIRST_PLACES 4
#define TAKEN_MOST   64 /* before somebody looks */
#define FETCH_AHEAD  8  /* words that peers have written come slowly, but side by side */

struct place {
    const _Atomic uint32_t *word;
    struct tsm_beacon *beacon;
};

struct tsm_lookout {
    _Atomic uint32_t refs;
    struct tsm_lock lock;
    struct place *places;
    uint32_t count, capacity;
    uint32_t next; /* where the next look begins: nobody comes first for ever */
    uint32_t sleepers;
    _Atomic uint32_t state; /* enum tsm_gong_state: as on the gong, which others could change */
    struct tsm_gong gong;
    _Atomic uint32_t visits;
    uint32_t visits_seen;   /* by the guard */
    _Atomic uint32_t taken; /* since somebody looked because of that */
    _Atomic uint32_t spin_us;
    _Atomic uint32_t cpu; /* of the peer whose beacon was set last */
    bool is_guarded;
    struct tsm_list guarded_node; /* guard's lock */
    uint32_t guarded_round;
};

static const _Atomic uint32_t dark;

static struct tsm_lookout *lookout_ref(struct tsm_lookout *lookout)
{
    atomic_fetch_add_explicit(&lookout->refs, 1, memory_order_relaxed);
    return lookout;
}

static void lookout_unref(struct tsm_lookout *lookout);

static struct tsm_lookout *lookout_get(struct tsm_object *object)
{
    /* pairs with the release in lookout_make() */
    return atomic_load_explicit(&object->lookout, memory_order_acquire);
}

static void lookout_visit(struct tsm_lookout *lookout)
{
    /* One that is lost among several does not matter. */
    atomic_store_explicit(&lookout->visits,
                          atomic_load_explicit(&lookout->visits, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

/* The one the object has, or a new one; NULL without memory. */
static struct tsm_lookout *lookout_make(struct tsm_object *object)
{
    struct tsm_lookout *made, *there = lookout_get(object);

    if (tsm_likely(there != NULL))
        return there;
    made = calloc(1, sizeof(*made));
    if (!made)
        return NULL;
    atomic_init(&made->refs, 1);
    atomic_init(&made->spin_us, tsm_spin_limit_us());
    tsm_list_init(&made->guarded_node);
    tsm_gong_init(&made->gong);
    if (atomic_compare_exchange_strong_explicit(&object->lookout, &there, made,
                                                memory_order_acq_rel, memory_order_acquire)) {
        object->lookout_drop = tsm_lookout_drop;
        return made;
    }
    lookout_unref(made);
    return there;
}

/* ---- looking ---- */

/* Lock held: beacons that are lit; *left: how many are still to be looked at. */
static uint32_t take_lit(struct tsm_lookout *lookout, uint32_t *left,
                         struct tsm_beacon *taken[LIT_AT_ONCE])
{
    uint32_t count = 0, held = 0;

    *left = (uint32_t)tsm_min_u64(*left, lookout->count);
    for (uint32_t seen = 0; *left > 0 && seen < SEEN_AT_ONCE && count < LIT_AT_ONCE; seen++) {
        struct place *place;

        --*left;
        if (lookout->next >= lookout->count)
            lookout->next = 0;
        place = &lookout->places[lookout->next++];
        if (lookout->next + FETCH_AHEAD <= lookout->count)
            __builtin_prefetch((const void *)place[FETCH_AHEAD].word);
        if (atomic_load_explicit(place->word, memory_order_relaxed) == 0)
            continue;
        place->word = &dark;
        taken[count++] = place->beacon;
    }
    for (uint32_t i = 0; i < count; i++)
        if (taken[i]->hold(taken[i]))
            taken[held++] = taken[i];
    return held;
}

/* True: there was something. */
static bool look(struct tsm_lookout *lookout)
{
    struct tsm_beacon *taken[LIT_AT_ONCE];
    uint32_t left = UINT32_MAX, count;
    bool was_lit = false;

    do {
        tsm_lock_acquire(&lookout->lock);
        count = take_lit(lookout, &left, taken);
        tsm_lock_release(&lookout->lock);
        for (uint32_t i = 0; i < count; i++)
            taken[i]->attend(taken[i]);
        was_lit |= count > 0;
    } while (left > 0);
    return was_lit;
}

static enum tsm_gong_state state_of(const struct tsm_lookout *lookout)
{
    return atomic_load_explicit(&lookout->state, memory_order_relaxed);
}

/* Lock held. When nobody is told of news any more: a look has to follow. */
static void say(struct tsm_lookout *lookout, enum tsm_gong_state state)
{
    if (state_of(lookout) == state)
        return;
    atomic_store_explicit(&lookout->state, state, memory_order_relaxed);
    if (lookout->gong.words) {
        atomic_store_explicit(&lookout->gong.words->state, state, memory_order_relaxed);
        /* pairs with the fence before tsm_gong_strike() */
        atomic_thread_fence(memory_order_seq_cst);
    }
}

/* ---- the guard ---- */

static void guard_on_tick(struct tsm_reactor_watch *watch, uint32_t events);

static struct {
    struct tsm_lock lock;
    struct tsm_list guarded; /* lookouts, borrowed: who lets go of the last share takes them out */
    uint32_t round;
    struct tsm_reactor_watch watch;
    bool is_there;
    bool ticks;
} guard = {
    .guarded = TSM_LIST_INIT(guard.guarded),
    .watch = {.fd = TSM_REACTOR_NO_FD, .on_event = guard_on_tick},
};

/* Lookout's lock held. False: there is nobody to guard it. */
static bool guard_take(struct tsm_lookout *lookout)
{
    if (tsm_likely(lookout->is_guarded))
        return true;
    tsm_lock_acquire(&guard.lock);
    if (!guard.is_there)
        guard.is_there = NT_SUCCESS(tsm_reactor_add(&guard.watch, 0));
    if (guard.is_there) {
        tsm_list_append(&guard.guarded, &lookout->guarded_node);
        lookout->guarded_round = guard.round;
        if (!guard.ticks)
            tsm_reactor_set_deadline(&guard.watch, tsm_deadline_in_ms(TICK_MS));
        guard.ticks = true;
        lookout->is_guarded = true;
    }
    tsm_lock_release(&guard.lock);
    return lookout->is_guarded;
}

/* Lookout's lock held. */
static void guard_leave(struct tsm_lookout *lookout)
{
    tsm_lock_acquire(&guard.lock);
    tsm_list_unlink(&lookout->guarded_node);
    tsm_lock_release(&guard.lock);
    lookout->is_guarded = false;
}

static void guard_visit(struct tsm_lookout *lookout)
{
    uint32_t visits = atomic_load_explicit(&lookout->visits, memory_order_relaxed);
    bool is_left = false;

    tsm_lock_acquire(&lookout->lock);
    if (state_of(lookout) == TSM_GONG_AWAKE && visits == lookout->visits_seen) {
        say(lookout, TSM_GONG_NOBODY);
        is_left = true;
    }
    lookout->visits_seen = visits;
    if (state_of(lookout) != TSM_GONG_AWAKE)
        guard_leave(lookout);
    tsm_lock_release(&lookout->lock);
    if (is_left)
        look(lookout);
}

/* Guard's lock held: one that was not visited in this round, which goes to the end; shared. */
static struct tsm_lookout *guard_next(void)
{
    struct tsm_list *node;

    while ((node = tsm_list_first(&guard.guarded))) {
        struct tsm_lookout *lookout = TSM_LIST_ENTRY(node, struct tsm_lookout, guarded_node);
        uint32_t refs = atomic_load_explicit(&lookout->refs, memory_order_relaxed);

        if (lookout->guarded_round == guard.round)
            return NULL;
        lookout->guarded_round = guard.round;
        tsm_list_unlink(node);
        tsm_list_append(&guard.guarded, node);
        while (refs)
            if (atomic_compare_exchange_weak_explicit(&lookout->refs, &refs, refs + 1,
                                                      memory_order_acquire, memory_order_relaxed))
                return lookout;
    }
    return NULL;
}

static void guard_on_tick(struct tsm_reactor_watch *watch, uint32_t events)
{
    struct tsm_lookout *lookout;

    tsm_lock_acquire(&guard.lock);
    guard.round++;
    while ((lookout = guard_next())) {
        tsm_lock_release(&guard.lock);
        guard_visit(lookout);
        lookout_unref(lookout);
        tsm_lock_acquire(&guard.lock);
    }
    guard.ticks = !tsm_list_is_empty(&guard.guarded);
    if (guard.ticks)
        tsm_reactor_set_deadline(&guard.watch, tsm_deadline_in_ms(TICK_MS));
    tsm_lock_release(&guard.lock);
}

static void lookout_unref(struct tsm_lookout *lookout)
{
    if (atomic_fetch_sub_explicit(&lookout->refs, 1, memory_order_acq_rel) != 1)
        return;
    tsm_assert(lookout->count == 0);
    tsm_lock_acquire(&guard.lock);
    tsm_list_unlink(&lookout->guarded_node);
    tsm_lock_release(&guard.lock);
    tsm_gong_deinit(&lookout->gong);
    free(lookout->places);
    free(lookout);
}

void tsm_lookout_after_fork(void)
{
    guard.lock = (struct tsm_lock)TSM_LOCK_INIT;
    tsm_list_init(&guard.guarded);
    guard.is_there = guard.ticks = false;
}

/* ---- beacons ---- */

/* Lock held. False: no memory. */
static bool enter(struct tsm_lookout *lookout, struct tsm_beacon *beacon)
{
    if (lookout->count == lookout->capacity) {
        uint32_t capacity = lookout->capacity ? 2 * lookout->capacity : FIRST_PLACES;
        struct place *grown = realloc(lookout->places, capacity * sizeof(*grown));

        if (!grown)
            return false;
        lookout->places = grown;
        lookout->capacity = capacity;
    }
    lookout->places[lookout->count] = (struct place){.word = &dark, .beacon = beacon};
    beacon->place = lookout->count++;
    beacon->lookout = lookout_ref(lookout);
    return true;
}

bool tsm_beacon_set(struct tsm_beacon *beacon, struct tsm_object *object,
                    const struct tsm_beacon_view *view, struct tsm_gong_address *gong)
{
    struct tsm_lookout *lookout = lookout_make(object);
    bool is_attended = false;

    *gong = (struct tsm_gong_address){0};
    if (beacon->lookout != lookout)
        tsm_beacon_clear(beacon);
    if (!lookout)
        return false;
    tsm_lock_acquire(&lookout->lock);
    if (tsm_likely(beacon->lookout != NULL) || enter(lookout, beacon)) {
        lookout->places[beacon->place].word = view->word;
        *gong = lookout->gong.address;
        is_attended = state_of(lookout) == TSM_GONG_AWAKE;
    }
    tsm_lock_release(&lookout->lock);
    atomic_store_explicit(&lookout->cpu, view->cpu, memory_order_relaxed);
    return is_attended;
}

void tsm_beacon_darken(struct tsm_beacon *beacon)
{
    struct tsm_lookout *lookout = beacon->lookout;

    if (!lookout)
        return;
    tsm_lock_acquire(&lookout->lock);
    lookout->places[beacon->place].word = &dark;
    tsm_lock_release(&lookout->lock);
}

void tsm_beacon_clear(struct tsm_beacon *beacon)
{
    struct tsm_lookout *lookout = beacon->lookout;
    struct place *place;

    if (!lookout)
        return;
    tsm_lock_acquire(&lookout->lock);
    place = &lookout->places[beacon->place];
    *place = lookout->places[--lookout->count];
    place->beacon->place = beacon->place;
    tsm_lock_release(&lookout->lock);
    beacon->lookout = NULL;
    lookout_unref(lookout);
}

/* ---- who waits ---- */

/* Lock held: somebody may be back soon. */
static void begin_to_attend(struct tsm_lookout *lookout)
{
    if (state_of(lookout) == TSM_GONG_NOBODY && lookout->gong.words && guard_take(lookout))
        say(lookout, TSM_GONG_AWAKE);
}

void tsm_lookout_look(struct tsm_object *object)
{
    struct tsm_lookout *lookout = lookout_get(object);

    if (!lookout)
        return;
    lookout_visit(lookout);
    if (!look(lookout) || state_of(lookout) != TSM_GONG_NOBODY)
        return;
    tsm_lock_acquire(&lookout->lock);
    begin_to_attend(lookout);
    tsm_lock_release(&lookout->lock);
}

void tsm_lookout_take(struct tsm_object *object, uint32_t count)
{
    struct tsm_lookout *lookout = lookout_get(object);
    uint32_t taken;

    if (!lookout)
        return;
    /* What is lost of it among several threads does not matter. */
    taken = atomic_load_explicit(&lookout->taken, memory_order_relaxed) + count;
    atomic_store_explicit(&lookout->taken, taken < TAKEN_MOST ? taken : 0, memory_order_relaxed);
    if (taken >= TAKEN_MOST)
        tsm_lookout_look(object);
}

void tsm_lookout_spin_begin(struct tsm_object *object, struct tsm_spin *spin)
{
    struct tsm_lookout *lookout = lookout_get(object);

    tsm_spin_begin(spin, &lookout->spin_us,
                   atomic_load_explicit(&lookout->cpu, memory_order_relaxed));
}

bool tsm_lookout_lie_down(struct tsm_object *object)
{
    struct tsm_lookout *lookout = lookout_get(object);

    if (!lookout)
        return false;
    tsm_lock_acquire(&lookout->lock);
    lookout->sleepers++;
    tsm_lock_release(&lookout->lock);
    return true;
}

bool tsm_lookout_fall_asleep(struct tsm_object *object, struct tsm_futex_word *word)
{
    struct tsm_lookout *lookout = lookout_get(object);

    if (lookout->gong.words) {
        word->word = &lookout->gong.words->strokes;
        /* Before the look, also where another thread sleeps already: pairs with tsm_gong_strike(). */
        word->expected = atomic_load_explicit(word->word, memory_order_acquire);
        tsm_lock_acquire(&lookout->lock);
        say(lookout, TSM_GONG_ASLEEP);
        tsm_lock_release(&lookout->lock);
    }
    look(lookout);
    return lookout->gong.words != NULL;
}

void tsm_lookout_get_up(struct tsm_object *object, enum tsm_sleep sleep)
{
    struct tsm_lookout *lookout = lookout_get(object);
    bool is_last;

    if (sleep == TSM_SLEPT_SHORT)
        tsm_spin_regret(&lookout->spin_us);
    tsm_lock_acquire(&lookout->lock);
    is_last = --lookout->sleepers == 0;
    if (is_last && state_of(lookout) == TSM_GONG_ASLEEP) {
        say(lookout, TSM_GONG_NOBODY);
        if (sleep == TSM_SLEPT_SHORT)
            begin_to_attend(lookout);
    }
    tsm_lock_release(&lookout->lock);
    /* A stroke woke this thread, and it goes with something else: others sleep on. */
    if (!is_last || state_of(lookout) == TSM_GONG_NOBODY)
        look(lookout);
}

void tsm_lookout_drop(struct tsm_object *object)
{
    struct tsm_lookout *lookout = lookout_get(object);

    if (lookout)
        lookout_unref(lookout);
    atomic_store_explicit(&object->lookout, NULL, memory_order_relaxed);
}
