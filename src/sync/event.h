/* SPDX-License-Identifier: MIT */
#pragma once

#include "sync/state.h"

extern const struct tsm_object_ops tsm_event_ops;

struct tsm_cell tsm_event_cell(bool is_manual_reset, bool is_signaled);

/* NULL without memory. One reference. */
struct tsm_object *tsm_event_new(bool is_manual_reset, bool is_signaled);
void tsm_event_signal(struct tsm_object *event);
/* The same after an act, in one: who has seen what it does and resets the event is not overtaken by the
 * signal. The act locks nothing. */
void tsm_event_signal_after(struct tsm_object *event, void (*act)(void *), void *argument);
void tsm_event_reset(struct tsm_object *event);
/* Releases those who wait now, then resets. */
void tsm_event_pulse(struct tsm_object *event);
