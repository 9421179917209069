/* SPDX-License-Identifier: MIT */
/* Carries handles between the processes of a user. */
#pragma once

#include "object/object.h"

/* From now on others can reach the handles of this process. More calls are cheap. */
void tsm_courier_start(void);

/* The process ends. */
void tsm_courier_leave(void);

struct tsm_courier_order {
    struct tsm_object *source, *target; /* processes */
    HANDLE handle;                      /* in the source */
    uint32_t access;
    uint32_t flags; /* of the new handle */
    bool has_same_access;
    bool closes_source;
    bool is_wanted; /* a new handle is; else only closes_source counts */
};

/* DuplicateHandle: *out is a handle of the target. STATUS_NOT_SUPPORTED: one of the processes cannot
 * be reached, or the object cannot leave its own. */
tsm_must_check NTSTATUS tsm_courier_run(const struct tsm_courier_order *order, HANDLE *out);
