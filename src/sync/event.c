/* SPDX-License-Identifier: MIT */
#include "sync/event.h"

#include <stdlib.h>

#include "sync/wait.h"

struct tsm_event {
    struct tsm_object object;
    bool is_manual_reset;
    bool is_set; /* dispatcher lock */
};

static struct tsm_event *event_from(struct tsm_object *object)
{
    return tsm_container_of(object, struct tsm_event, object);
}

struct tsm_object *tsm_event_new(bool is_manual_reset, bool is_signaled)
{
    struct tsm_event *event = malloc(sizeof(*event));

    if (!event)
        return NULL;
    tsm_object_init(&event->object, &tsm_event_ops);
    event->is_manual_reset = is_manual_reset;
    event->is_set = is_signaled;
    return &event->object;
}

static void event_change(struct tsm_object *object, bool sets, bool resets)
{
    tsm_dispatcher_lock();
    if (sets) {
        event_from(object)->is_set = true;
        tsm_wait_notify_locked(object);
    }
    if (resets)
        event_from(object)->is_set = false;
    tsm_dispatcher_unlock();
}

void tsm_event_signal(struct tsm_object *event)
{
    event_change(event, true, false);
}

void tsm_event_reset(struct tsm_object *event)
{
    event_change(event, false, true);
}

void tsm_event_pulse(struct tsm_object *event)
{
    event_change(event, true, true);
}

static bool event_is_signaled(struct tsm_object *object, uint32_t tid)
{
    return event_from(object)->is_set;
}

static bool event_consume(struct tsm_object *object, uint32_t tid)
{
    if (!event_from(object)->is_manual_reset)
        event_from(object)->is_set = false;
    return false;
}

static void event_destroy(struct tsm_object *object)
{
    free(event_from(object));
}

const struct tsm_object_ops tsm_event_ops = {
    .type_name = "Event",
    .valid_access = EVENT_ALL_ACCESS,
    .is_signaled = event_is_signaled,
    .consume = event_consume,
    .destroy = event_destroy,
};
