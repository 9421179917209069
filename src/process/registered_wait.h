/* SPDX-License-Identifier: MIT */
/* A wait that the thread pool does: when an object is signaled, or the time is over, it calls. */
#pragma once

#include <winnt.h>

#include "object/object.h"

extern const struct tsm_object_ops tsm_registered_wait_ops;

struct tsm_registered_wait_request {
    struct tsm_object *object; /* shared */
    WAITORTIMERCALLBACK callback;
    void *context;
    uint32_t timeout_ms;
    uint32_t flags; /* WT_EXECUTE... */
};

/* One reference. */
tsm_must_check NTSTATUS tsm_registered_wait_new(const struct tsm_registered_wait_request *request,
                                                struct tsm_object **out);

/*
 * No call will begin from now on. STATUS_PENDING: one is being made. event, which may be NULL and is
 * shared, is set when none is made any more.
 */
tsm_must_check NTSTATUS tsm_registered_wait_end(struct tsm_object *wait, struct tsm_object *event);

/* The same, and waits for the call that is being made, unless this is it. */
tsm_must_check NTSTATUS tsm_registered_wait_end_and_join(struct tsm_object *wait);

/* In the child of a fork. */
void tsm_registered_wait_after_fork(void);
