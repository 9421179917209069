/* SPDX-License-Identifier: MIT */
#pragma once

#include "sync/state.h"

extern const struct tsm_object_ops tsm_semaphore_ops;

/* 0 <= initial <= maximum, maximum > 0. */
struct tsm_cell tsm_semaphore_cell(int32_t initial, int32_t maximum);

/* NULL without memory. One reference. */
struct tsm_object *tsm_semaphore_new(int32_t initial, int32_t maximum);

/* STATUS_SEMAPHORE_LIMIT_EXCEEDED leaves the count as it is. previous may be NULL. */
tsm_must_check NTSTATUS tsm_semaphore_release(struct tsm_object *semaphore, int32_t count,
                                              int32_t *previous);
