/* SPDX-License-Identifier: MIT */
/* Waiting for objects: the one engine under every wait function. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/deadline.h"
#include "object/object.h"

struct tsm_teb;

#define TSM_WAIT_MAX 64 /* MAXIMUM_WAIT_OBJECTS */

/* The dispatcher lock: signal state and wait blocks of all objects of the process. */
void tsm_dispatcher_lock(void);
void tsm_dispatcher_unlock(void);

/* Dispatcher lock held: the object may have become signaled. Satisfies the waits that this
 * satisfies, first come first, until it is no longer signaled. */
void tsm_wait_notify_locked(struct tsm_object *object);

/* Dispatcher lock held: who waits for the object here finds out anew what to sleep on, and how long:
 * it is shared from now on, or a timer was set. */
void tsm_wait_look_again_locked(struct tsm_object *object);

/* Dispatcher lock held: that thread, which sleeps, looks at everything again. */
void tsm_wait_alert_locked(struct tsm_teb *teb);

/*
 * Waits for one (all = false) or for all of count objects, 1..TSM_WAIT_MAX, taken together at one
 * instant. Returns STATUS_WAIT_0 + index, STATUS_ABANDONED_WAIT_0 + index, STATUS_TIMEOUT,
 * STATUS_INVALID_HANDLE for an object that nobody can wait for.
 *
 * STATUS_USER_APC, alertable only: what the thread waited for is not there, and calls are queued to
 * it. It lets go what it holds and makes them with tsm_apc_deliver().
 */
tsm_must_check NTSTATUS tsm_wait_objects(struct tsm_object *const *objects, uint32_t count,
                                         bool all, bool alertable, struct tsm_deadline deadline);

/* Sleeps; STATUS_SUCCESS, or STATUS_USER_APC as above. */
tsm_must_check NTSTATUS tsm_wait_delay(bool alertable, struct tsm_deadline deadline);
