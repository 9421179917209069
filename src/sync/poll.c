/* SPDX-License-Identifier: MIT */
/*
 * Objects for poll(2)
 *
 * An object that somebody wants to poll has a descriptor, which is readable exactly while it is
 * ready: whoever changes its state under the dispatcher lock says so here. A file decides itself what
 * ready means.
 *
 * Locking:   the dispatcher lock guards the descriptor's state; object->poll is set once.
 */
#include "sync/poll.h"

#include <stdlib.h>

#include "os/level.h"
#include "sync/dispatcher.h"
#include "sync/state_cell.h"

struct tsm_poll {
    struct tsm_level level;
};

/* A state that other processes change, or that changes when its time comes. */
static bool is_silent(struct tsm_object *object)
{
    const struct tsm_state *state = tsm_state_of(object);

    return state && (state->is_shared || state->kind == TSM_CELL_TIMER);
}

static NTSTATUS poll_new(struct tsm_poll **out)
{
    struct tsm_poll *made = malloc(sizeof(*made));
    NTSTATUS status = made ? tsm_level_init(&made->level) : STATUS_NO_MEMORY;

    if (!NT_SUCCESS(status)) {
        free(made);
        return status;
    }
    *out = made;
    return STATUS_SUCCESS;
}

void tsm_poll_free(struct tsm_poll *poll)
{
    tsm_level_deinit(&poll->level);
    free(poll);
}

NTSTATUS tsm_poll_open(struct tsm_object *object, int *out)
{
    struct tsm_poll *spare = NULL;
    NTSTATUS status = poll_new(&spare);

    if (!NT_SUCCESS(status))
        return status;
    tsm_dispatcher_lock();
    if (is_silent(object) || !object->ops->is_signaled) {
        status = STATUS_NOT_SUPPORTED;
    } else {
        if (!object->poll) {
            object->poll = spare;
            object->poll_free = tsm_poll_free;
            spare = NULL;
        }
        if (!object->ops->is_file)
            tsm_poll_update_slow_locked(object);
        status = tsm_level_duplicate(&object->poll->level, out);
    }
    tsm_dispatcher_unlock();
    if (spare)
        tsm_poll_free(spare);
    return status;
}

void tsm_poll_update_slow_locked(struct tsm_object *object)
{
    if (!object->ops->is_file)
        tsm_level_set(&object->poll->level, object->ops->is_signaled(object, 0));
}

void tsm_poll_show(struct tsm_object *object, bool is_ready)
{
    tsm_dispatcher_lock();
    tsm_level_set(&object->poll->level, is_ready);
    tsm_dispatcher_unlock();
}
