/* SPDX-License-Identifier: MIT */
/* An object as a descriptor that is readable while the object is ready. */
#pragma once

#include <stdbool.h>

#include "object/object.h"

struct tsm_poll;

void tsm_poll_free(struct tsm_poll *poll);

/* Returned owned: a descriptor of the caller's own. STATUS_NOT_SUPPORTED for objects whose state
 * changes without anybody here noticing. */
tsm_must_check NTSTATUS tsm_poll_open(struct tsm_object *object, int *out);

/* Dispatcher lock held: the object's state may have changed. */
void tsm_poll_update_slow_locked(struct tsm_object *object);

static inline void tsm_poll_update_locked(struct tsm_object *object)
{
    if (tsm_unlikely(atomic_load_explicit(&object->poll, memory_order_relaxed) != NULL))
        tsm_poll_update_slow_locked(object);
}

/* No dispatcher lock held: of objects that know themselves whether they are ready. */
void tsm_poll_show(struct tsm_object *object, bool is_ready);
