/* SPDX-License-Identifier: MIT */
/* Who waits for an object, and how they get it. The dispatcher lock is held for everything here. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/teb.h"
#include "object/object.h"

#define TSM_WAIT_MAX 64 /* MAXIMUM_WAIT_OBJECTS */

struct tsm_wait_block {
    struct tsm_list node; /* in object->waiters; unlinked when the wait is over */
    struct tsm_wait *wait;
    int64_t pulses; /* shared event: how often it had been pulsed when the wait began */
};

struct tsm_wait {
    struct tsm_object *const *objects;
    uint32_t count;
    bool all;
    uint32_t tid;
    struct tsm_teb *teb;
    NTSTATUS result; /* STATUS_PENDING until satisfied */
    bool is_linked;  /* its blocks count */
    bool has_shared; /* some object is of several processes */
    struct tsm_wait_block blocks[TSM_WAIT_MAX];
};

/* The park word of a thread that waits. Who looks out is awake and costs nobody a system call. */
enum tsm_park { TSM_PARK_ASLEEP, TSM_PARK_WOKEN, TSM_PARK_LOOK_AGAIN, TSM_PARK_LOOKING_OUT };

/* Takes what the wait asks for, if it is there: the result, or STATUS_PENDING. The arena's lock is held
 * too, if some object is shared. */
NTSTATUS tsm_wait_try_locked(struct tsm_wait *wait);

void tsm_wait_link_locked(struct tsm_wait *wait);
void tsm_wait_unlink_locked(struct tsm_wait *wait);

/* The object may have become signaled. Satisfies the waits that this satisfies, first come first, until
 * it is no longer signaled. */
void tsm_wait_notify_locked(struct tsm_object *object);

/* Who waits for the object here finds out anew what to sleep on, and how long: it is shared from now
 * on, or a timer was set. */
void tsm_wait_look_again_locked(struct tsm_object *object);

/* That thread, which sleeps, looks at everything again. */
void tsm_wait_alert_locked(struct tsm_teb *teb);
