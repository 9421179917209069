/* SPDX-License-Identifier: MIT */
/*
 * Completion routines of timers
 *
 * A routine runs on the thread that has set the timer, in an alertable wait and nowhere else. So
 * nobody has to fire it: that thread looks at its list of routines when it waits, and sleeps no
 * longer than the first is due.
 *
 * Ownership: a routine belongs to its timer and is in the list of its thread, or in that thread's
 *            queue, or in both when it has a period and nobody waited for the last one.
 * Locking:   the dispatcher lock; the arena's for the state of a shared timer.
 * Windows:   setting or cancelling a timer takes the call back that is queued; the end of the thread
 *            stops the timer; periods that passed unseen are one call.
 */
#include "sync/timer_routine.h"

#include <stdlib.h>

#include "base/deadline.h"
#include "sync/dispatcher.h"
#include "sync/timer_due.h"

struct tsm_timer_routine {
    struct tsm_apc apc;
    struct tsm_list node; /* in tsm_apc_queue.timers until it comes for the last time */
    struct tsm_state *timer;
    PTIMERAPCROUTINE function;
    void *argument;
    struct tsm_timer_due due;
    int64_t came_at; /* FILETIME */
    int32_t sets;    /* of the timer: another number and another process has set or cancelled it */
};

/* Locks held. */
static void routine_free(struct tsm_timer_routine *routine)
{
    tsm_list_unlink(&routine->apc.node);
    tsm_list_unlink(&routine->node);
    routine->timer->routine = NULL;
    free(routine);
}

static void routine_run(const struct tsm_apc_call *call)
{
    ((PTIMERAPCROUTINE)call->routine)(call->argument, call->low, call->high);
}

static void routine_take(struct tsm_apc *apc, struct tsm_apc_call *call)
{
    struct tsm_timer_routine *routine = tsm_container_of(apc, struct tsm_timer_routine, apc);

    if (call)
        *call = (struct tsm_apc_call){
            .run = routine_run,
            .routine = (void (*)(void))routine->function,
            .argument = routine->argument,
            .low = (uint32_t)routine->came_at,
            .high = (uint32_t)((uint64_t)routine->came_at >> 32),
        };
    if (!call || tsm_list_is_empty(&routine->node))
        routine_free(routine);
}

struct tsm_timer_routine *tsm_timer_routine_new(PTIMERAPCROUTINE function, void *argument)
{
    struct tsm_timer_routine *routine = calloc(1, sizeof(*routine));

    if (!routine)
        return NULL;
    routine->apc.take = routine_take;
    tsm_list_init(&routine->apc.node);
    tsm_list_init(&routine->node);
    routine->function = function;
    routine->argument = argument;
    return routine;
}

void tsm_timer_routine_install_locked(struct tsm_state *timer, struct tsm_timer_routine *routine)
{
    if (timer->routine)
        routine_free(timer->routine);
    timer->routine = routine;
    if (!routine)
        return;
    routine->timer = timer;
    routine->due = tsm_timer_due_of(tsm_state_cell(timer));
    routine->sets = tsm_state_cell(timer)->limit;
    tsm_list_append(&tsm_apc_queue_current()->timers, &routine->node);
}

/* Dispatcher lock held: whether the timer is still as its routine was set with it. stops: then the
 * timer does not go on. */
static bool routine_is_valid(struct tsm_timer_routine *routine, bool stops)
{
    struct tsm_state *timer = routine->timer;

    if (timer->is_shared)
        tsm_arena_lock();

    bool is_valid = tsm_state_cell(timer)->limit == routine->sets;

    if (is_valid && stops) {
        tsm_state_will_consume(timer);
        tsm_state_cell(timer)->flags &= ~TSM_CELL_ARMED;
    }
    if (timer->is_shared)
        tsm_arena_unlock();
    return is_valid;
}

int64_t tsm_timer_routine_collect_locked(struct tsm_apc_queue *queue)
{
    int64_t first_ns = INT64_MAX;

    TSM_LIST_FOR_EACH(node, &queue->timers)
    {
        struct tsm_timer_routine *routine = TSM_LIST_ENTRY(node, struct tsm_timer_routine, node);

        if (!routine_is_valid(routine, false)) {
            routine_free(routine);
            continue;
        }
        if (tsm_timer_due_has_come(&routine->due)) {
            bool is_queued = !tsm_list_is_empty(&routine->apc.node);

            if (!is_queued)
                routine->came_at = tsm_timer_due_filetime(&routine->due);
            if (!tsm_timer_due_advance(&routine->due))
                tsm_list_unlink(&routine->node);
            if (!is_queued)
                tsm_list_append(&queue->apcs, &routine->apc.node);
        }
        if (!tsm_list_is_empty(&routine->node))
            first_ns = (int64_t)tsm_min_u64((uint64_t)first_ns,
                                            (uint64_t)tsm_timer_due_look_ns(&routine->due));
    }
    return first_ns;
}

void tsm_timer_routine_end_all(struct tsm_apc_queue *queue)
{
    tsm_dispatcher_lock();
    TSM_LIST_FOR_EACH(node, &queue->timers)
    {
        struct tsm_timer_routine *routine = TSM_LIST_ENTRY(node, struct tsm_timer_routine, node);

        routine_is_valid(routine, true);
        routine_free(routine);
    }
    tsm_dispatcher_unlock();
}
