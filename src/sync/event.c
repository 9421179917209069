/* SPDX-License-Identifier: MIT */
/*
 * Events
 *
 * A pulse of an event of our own is a signal and a reset under one lock, in which those who wait
 * are satisfied. Waiters of other processes satisfy themselves, so there a pulse is counted: who
 * began to wait before it may go, or, with automatic reset, the first of them who comes.
 */
#include "sync/event.h"

#include "sync/wait_block.h"

struct tsm_cell tsm_event_cell(bool is_manual_reset, bool is_signaled)
{
    return (struct tsm_cell){.flags = is_manual_reset ? TSM_CELL_MANUAL : 0, .count = is_signaled};
}

struct tsm_object *tsm_event_new(bool is_manual_reset, bool is_signaled)
{
    struct tsm_cell cell = tsm_event_cell(is_manual_reset, is_signaled);
    struct tsm_state *event = tsm_state_new(&tsm_event_ops, TSM_CELL_EVENT, &cell);

    return event ? &event->object : NULL;
}

void tsm_event_signal_after(struct tsm_object *object, void (*act)(void *), void *argument)
{
    struct tsm_state *event = tsm_state_from(object);

    tsm_state_begin(event);
    if (act)
        act(argument);
    tsm_state_will_signal(event);
    tsm_state_cell(event)->count = 1;
    tsm_state_end(event);
}

void tsm_event_signal(struct tsm_object *object)
{
    tsm_event_signal_after(object, NULL, NULL);
}

void tsm_event_reset(struct tsm_object *object)
{
    struct tsm_state *event = tsm_state_from(object);

    tsm_state_begin(event);
    tsm_state_will_consume(event);
    tsm_state_cell(event)->count = 0;
    tsm_state_end(event);
}

void tsm_event_pulse(struct tsm_object *object)
{
    struct tsm_state *event = tsm_state_from(object);

    tsm_state_begin(event);
    tsm_state_will_signal(event);

    struct tsm_cell *cell = tsm_state_cell(event);

    if (event->is_shared) {
        cell->due++;
        cell->period = !(cell->flags & TSM_CELL_MANUAL);
    } else {
        cell->count = 1;
        tsm_wait_notify_locked(object);
    }
    cell->count = 0;
    tsm_state_end(event);
}

static bool event_is_signaled(struct tsm_object *object, uint32_t tid)
{
    return tsm_state_cell(tsm_state_from(object))->count != 0;
}

static bool event_consume(struct tsm_object *object, uint32_t tid)
{
    struct tsm_state *event = tsm_state_from(object);
    struct tsm_cell *cell = tsm_state_cell(event);

    if (!(cell->flags & TSM_CELL_MANUAL)) {
        tsm_state_will_consume(event);
        if (event->is_shared && !cell->count)
            cell->period = 0;
        cell->count = 0;
    }
    return false;
}

const struct tsm_object_ops tsm_event_ops = {
    .type_name = "Event",
    .valid_access = EVENT_ALL_ACCESS,
    .is_state = true,
    .is_signaled = event_is_signaled,
    .consume = event_consume,
    .destroy = tsm_state_destroy,
    .export = tsm_state_export,
};
