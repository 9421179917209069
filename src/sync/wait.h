/* SPDX-License-Identifier: MIT */
/* Waiting for objects: the one engine under every wait function. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/deadline.h"
#include "object/object.h"
#include "sync/wait_block.h"

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
