/* SPDX-License-Identifier: MIT */
/*
 * Console control
 *
 *   signal -> service thread -> a thread that waits (deliver) -> a thread of the handlers (walk)
 *
 * The thread that waits keeps the next Ctrl+C back until the handlers are done with this one, ends
 * the process where nobody wants the event, and where the event is one that nobody can refuse, also
 * after its time limit.
 *
 * Locking:   control.mutex guards the list, never while a handler runs. Deliveries of Ctrl+C and
 *            Ctrl+Break take turns under control.turn.
 * Windows:   the handler that was added last is asked first, in a new thread; the first that returns
 *            TRUE ends the walk. CLOSE and SHUTDOWN end the process all the same.
 */
#include "process/console_ctrl.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/list.h"
#include "base/macros.h"
#include "base/trace.h"
#include "os/signal_events.h"
#include "process/process.h"

/* Windows: SPI_GETHUNGAPPTIMEOUT and its like. */
#define END_LIMIT_MS 5000

struct handler {
    struct tsm_list node; /* the latest first */
    PHANDLER_ROUTINE routine;
    uint64_t number; /* of the registration */
};

static struct {
    pthread_mutex_t mutex, turn;
    struct tsm_list handlers;
    uint64_t last_number;
    void (*interrupt)(void);
    _Atomic bool is_detached;
} control = {
    .mutex = PTHREAD_MUTEX_INITIALIZER,
    .turn = PTHREAD_MUTEX_INITIALIZER,
    .handlers = TSM_LIST_INIT(control.handlers),
};

/* What signals mean, and how long their handlers may take; 0: as long as they like. */
static const struct event {
    int signal;
    DWORD type;
    uint32_t limit_ms;
} events[] = {
    {SIGINT, CTRL_C_EVENT, 0},
    {SIGQUIT, CTRL_BREAK_EVENT, 0},
    {SIGHUP, CTRL_CLOSE_EVENT, END_LIMIT_MS},
    {SIGTERM, CTRL_SHUTDOWN_EVENT, END_LIMIT_MS},
};

/* ---- delivery ---- */

struct walk {
    const struct event *event;
    bool is_unclaimed;
};

/* The handler registered before that number; number 0: none is left. */
static struct handler handler_before(uint64_t number)
{
    struct handler found = {.number = 0};

    pthread_mutex_lock(&control.mutex);
    TSM_LIST_FOR_EACH(node, &control.handlers)
    {
        const struct handler *handler = TSM_LIST_ENTRY(node, struct handler, node);

        if (handler->number < number) {
            found = *handler;
            break;
        }
    }
    pthread_mutex_unlock(&control.mutex);
    return found;
}

/* In a thread of its own: handlers may come and go meanwhile, also by what a handler does. */
static void *walk_handlers(void *argument)
{
    struct walk *walk = argument;
    struct handler handler = {.number = UINT64_MAX};

    while ((handler = handler_before(handler.number)).number)
        if (handler.routine(walk->event->type))
            return NULL;
    walk->is_unclaimed = true;
    return NULL;
}

static void *deliver(void *argument)
{
    struct walk walk = {.event = argument};
    const struct event *event = walk.event;
    bool ended = true;

    if (event->limit_ms == 0)
        pthread_mutex_lock(&control.turn);

    NTSTATUS status = tsm_signal_run_in_thread(walk_handlers, &walk, event->limit_ms, &ended);

    if (!NT_SUCCESS(status) || walk.is_unclaimed || event->limit_ms) {
        tsm_trace(TSM_TRACE_PROCESS, "control event %u ends the process%s", event->type,
                  ended ? "" : ": its handlers took too long");
        tsm_signal_take_default(event->signal);
    }
    pthread_mutex_unlock(&control.turn);
    return NULL;
}

static void on_signal(int number)
{
    for (size_t i = 0; i < TSM_COUNT_OF(events); i++) {
        const struct event *event = &events[i];

        if (event->signal != number)
            continue;
        tsm_trace(TSM_TRACE_PROCESS, "control event %u", event->type);
        if (event->limit_ms == 0 && control.interrupt)
            control.interrupt();
        if (!NT_SUCCESS(tsm_signal_start_detached(deliver, (void *)(uintptr_t)event)))
            tsm_signal_take_default(number);
    }
}

/* ---- the list ---- */

NTSTATUS tsm_console_ctrl_add(PHANDLER_ROUTINE routine)
{
    struct handler *handler = malloc(sizeof(*handler));
    NTSTATUS status;

    if (!handler)
        return STATUS_NO_MEMORY;
    tsm_list_init(&handler->node);
    handler->routine = routine;
    pthread_mutex_lock(&control.mutex);
    /* A program without handlers has Linux' behaviour, to the last bit. */
    status =
        tsm_list_is_empty(&control.handlers) ? tsm_signal_events_start(on_signal) : STATUS_SUCCESS;
    if (NT_SUCCESS(status)) {
        handler->number = ++control.last_number;
        tsm_list_prepend(&control.handlers, &handler->node);
        handler = NULL;
    }
    pthread_mutex_unlock(&control.mutex);
    free(handler);
    return status;
}

/* Mutex held. */
static void forget_locked(struct handler *handler)
{
    tsm_list_unlink(&handler->node);
    free(handler);
    if (tsm_list_is_empty(&control.handlers))
        tsm_signal_events_stop();
}

NTSTATUS tsm_console_ctrl_remove(PHANDLER_ROUTINE routine)
{
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    pthread_mutex_lock(&control.mutex);
    TSM_LIST_FOR_EACH(node, &control.handlers)
    {
        struct handler *handler = TSM_LIST_ENTRY(node, struct handler, node);

        if (handler->routine == routine) {
            forget_locked(handler);
            status = STATUS_SUCCESS;
            break;
        }
    }
    pthread_mutex_unlock(&control.mutex);
    return status;
}

static NTSTATUS set_detached(bool is_detached, NTSTATUS already)
{
    struct tsm_list *first;
    NTSTATUS status;

    pthread_mutex_lock(&control.mutex);
    status = control.is_detached == is_detached ? already : STATUS_SUCCESS;
    control.is_detached = is_detached;
    while (NT_SUCCESS(status) && (first = tsm_list_first(&control.handlers)))
        forget_locked(TSM_LIST_ENTRY(first, struct handler, node));
    pthread_mutex_unlock(&control.mutex);
    return status;
}

NTSTATUS tsm_console_ctrl_attach(void)
{
    return set_detached(false, STATUS_ACCESS_DENIED);
}

NTSTATUS tsm_console_ctrl_detach(void)
{
    return set_detached(true, STATUS_INVALID_PARAMETER);
}

bool tsm_console_ctrl_is_attached(void)
{
    return !control.is_detached;
}

void tsm_console_ctrl_ignore(bool is_ignored)
{
    tsm_signal_ignore_interrupt(is_ignored);
}

void tsm_console_ctrl_set_interrupt(void (*interrupt)(void))
{
    control.interrupt = interrupt;
}

/* ---- sending ---- */

NTSTATUS tsm_console_ctrl_generate(uint32_t type, uint32_t group)
{
    NTSTATUS status;
    int number;

    if (type != CTRL_C_EVENT && type != CTRL_BREAK_EVENT)
        return STATUS_INVALID_PARAMETER;
    if (control.is_detached)
        return STATUS_INVALID_HANDLE;
    number = type == CTRL_C_EVENT ? SIGINT : SIGQUIT;
    if (group)
        return tsm_signal_send_group(group, number);
    /* Windows: all processes of the console. Those of a group of their own have to be told, too. */
    status = tsm_process_signal_child_groups(number);
    return NT_SUCCESS(status) ? tsm_signal_send_group(0, number) : status;
}
