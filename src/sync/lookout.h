/* SPDX-License-Identifier: MIT */
/*
 * Lookout: what a thread that waits for an object looks at while it is awake, so that nobody has to
 * call it. Beacon: a word in memory that says, when it is not 0, that a request may be finished which
 * would signal that object.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "object/object.h"
#include "os/futex.h"
#include "os/gong.h"
#include "os/spin.h"

struct tsm_lookout;

/* Part of what has the request. One lock of its owner's guards each. */
struct tsm_beacon {
    /* No lock held: the owner is going to be attended to. False: it is about to go. */
    bool (*hold)(struct tsm_beacon *beacon);
    /* No lock held, after hold(): does what can be done, and sets the beacon anew or darkens it. */
    void (*attend)(struct tsm_beacon *beacon);
    struct tsm_lookout *lookout; /* shared; NULL: in none */
    uint32_t place;              /* there; its lock */
};

static inline void tsm_beacon_init(struct tsm_beacon *beacon,
                                   bool (*hold)(struct tsm_beacon *beacon),
                                   void (*attend)(struct tsm_beacon *beacon))
{
    *beacon = (struct tsm_beacon){.hold = hold, .attend = attend};
}

/* What is to be looked at. */
struct tsm_beacon_view {
    const _Atomic uint32_t *word; /* stays mapped until the beacon is cleared */
    uint32_t cpu;                 /* where the one runs who will light it */
};

/* Owner's lock held: who waits for the object looks at the word from now on. *gong: with what the one
 * who lights it may tell of that, if there is something. True: the word will be looked at in any case,
 * also if it is lit already. */
tsm_must_check bool tsm_beacon_set(struct tsm_beacon *beacon, struct tsm_object *object,
                                   const struct tsm_beacon_view *view,
                                   struct tsm_gong_address *gong);

/* Owner's lock held: there is nothing to look at now. Its place is kept. */
void tsm_beacon_darken(struct tsm_beacon *beacon);

/* Owner's lock held: nobody looks at any word of it after return. Fine if it is in no lookout. */
void tsm_beacon_clear(struct tsm_beacon *beacon);

static inline bool tsm_lookout_is_there(struct tsm_object *object)
{
    return tsm_unlikely(atomic_load_explicit(&object->lookout, memory_order_relaxed) != NULL);
}

/* No lock held. Looks once and attends to what is lit. Objects without a lookout are fine. */
void tsm_lookout_look(struct tsm_object *object);

/* No lock held: so much was taken that the object had, without having to look. What is lit must not wait
 * until nothing else is there: looks now and then. */
void tsm_lookout_take(struct tsm_object *object, uint32_t count);

/* Of an object with a lookout: begins to look as long as that is worth it. */
void tsm_lookout_spin_begin(struct tsm_object *object, struct tsm_spin *spin);

/* No lock held: the calling thread is going to sleep once or several times, and tells when it has got
 * up. False: the object has no lookout. */
tsm_must_check bool tsm_lookout_lie_down(struct tsm_object *object);
/* The thread lies and goes to sleep: looks once more. True: it has to sleep on *word too. */
tsm_must_check bool tsm_lookout_fall_asleep(struct tsm_object *object, struct tsm_futex_word *word);
enum tsm_sleep { TSM_SLEPT_LONG, TSM_SLEPT_SHORT };
void tsm_lookout_get_up(struct tsm_object *object, enum tsm_sleep sleep);

/* The object goes, or is part of one that goes. */
void tsm_lookout_drop(struct tsm_object *object);

void tsm_lookout_after_fork(void);
