/* SPDX-License-Identifier: MIT */
/* The threads that work for a completion port: how many run, and how many may. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/teb.h"
#include "object/object.h"

/* Dispatcher lock. */
struct tsm_workers {
    struct tsm_object *owner; /* each thread that works for it shares the owner */
    struct tsm_object *queue; /* what those wait for that want to work */
    uint32_t limit;
    uint32_t active;
};

/* Dispatcher lock held. */
static inline bool tsm_workers_have_place(const struct tsm_workers *workers)
{
    return workers->active < workers->limit;
}

/* Dispatcher lock held: the calling thread sleeps, or has done its work; another one may run. True
 * if it was one of those that run. */
bool tsm_workers_leave_locked(struct tsm_teb *teb);

/* Dispatcher lock held: it runs again, also when there is no place. */
void tsm_workers_return_locked(struct tsm_teb *teb);

/* Around what blocks elsewhere; block tells what unblock wants to know. No lock held. */
bool tsm_workers_block(void);
void tsm_workers_unblock(bool was_working);

/* The calling thread works for these from now on, NULL for nobody. No lock held. */
void tsm_workers_join(struct tsm_workers *workers);
