/* SPDX-License-Identifier: MIT */
#pragma once

#include "object/object.h"

extern const struct tsm_object_ops tsm_event_ops;

/* NULL without memory. One reference. */
struct tsm_object *tsm_event_new(bool is_manual_reset, bool is_signaled);
void tsm_event_signal(struct tsm_object *event);
void tsm_event_reset(struct tsm_object *event);
/* Releases those who wait now, then resets. */
void tsm_event_pulse(struct tsm_object *event);
