/* SPDX-License-Identifier: MIT */
#include "sync/state_cell.h"

struct tsm_cell *tsm_state_cell(struct tsm_state *state)
{
    static const struct tsm_cell nothing;
    static _Thread_local struct tsm_cell broken;

    if (!state->is_shared)
        return &state->own;

    struct tsm_cell *cell = tsm_arena_cell(state->slot, state->kind, state->generation);

    if (cell)
        return cell;
    broken = nothing;
    broken.count = state->kind == TSM_CELL_MUTEX ? 1 : 0;
    return &broken;
}

void tsm_state_will_signal(struct tsm_state *state)
{
    if (state->is_shared)
        tsm_arena_announce(state->slot);
}

void tsm_state_will_consume(struct tsm_state *state)
{
    if (state->is_shared)
        tsm_arena_touch(state->slot);
}

int64_t tsm_state_pulses(struct tsm_object *object)
{
    struct tsm_state *event = tsm_state_of(object);
    int64_t pulses = 0;

    if (event && event->kind == TSM_CELL_EVENT && event->is_shared) {
        tsm_arena_lock();
        pulses = tsm_state_cell(event)->due;
        tsm_arena_unlock();
    }
    return pulses;
}

bool tsm_state_was_pulsed(struct tsm_object *object, int64_t pulses)
{
    struct tsm_state *event = tsm_state_of(object);

    if (!event || event->kind != TSM_CELL_EVENT || !event->is_shared)
        return false;

    const struct tsm_cell *cell = tsm_state_cell(event);

    return cell->due != pulses && ((cell->flags & TSM_CELL_MANUAL) || cell->period);
}
