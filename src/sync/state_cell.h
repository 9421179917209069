/* SPDX-License-Identifier: MIT */
/*
 * Where a state stands: in its object as long as it is the process' own, in the arena when other
 * processes see it too.
 */
#pragma once

#include "object/object.h"
#include "sync/arena.h"

struct tsm_state {
    struct tsm_object object; /* its table says is_state */
    enum tsm_cell_kind kind;
    bool is_shared; /* dispatcher lock; once true it stays so */
    uint32_t slot;
    uint32_t generation;
    struct tsm_cell own;               /* while it is not shared */
    struct tsm_list owned_node;        /* mutex: in the list of those that threads here own */
    struct tsm_timer_routine *routine; /* timer: what it calls; dispatcher lock */
};

static inline struct tsm_state *tsm_state_from(struct tsm_object *object)
{
    return tsm_container_of(object, struct tsm_state, object);
}

/* NULL if the object is none of the four kinds. */
static inline struct tsm_state *tsm_state_of(struct tsm_object *object)
{
    return object->ops->is_state ? tsm_state_from(object) : NULL;
}

/* Locks held. The cell; what it holds may have been written by another process. One that somebody
 * broke reads as never signaled. */
struct tsm_cell *tsm_state_cell(struct tsm_state *state);

/* Locks held: the cell is about to change in favour of those who wait, or by a wait itself. */
void tsm_state_will_signal(struct tsm_state *state);
void tsm_state_will_consume(struct tsm_state *state);

/* Of any object: how often a shared event was pulsed; dispatcher lock. */
int64_t tsm_state_pulses(struct tsm_object *object);

/* Whether a pulse since then is for this waiter; locks held. */
bool tsm_state_was_pulsed(struct tsm_object *object, int64_t pulses);
