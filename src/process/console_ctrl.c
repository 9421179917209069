/* SPDX-License-Identifier: MIT */
/*
 * Console control
 *
 *   signal, or logind's word -> service thread -> a thread of the handlers, which ends the process where
 *   nobody wants the event
 *
 * Events that nobody can refuse have a second thread, which waits for the handlers' end or for their time
 * limit, and then ends the process. Of these events the first one counts: at the end of a session or
 * of the system several come.
 *
 * Locking:   control.mutex guards the list, never while a handler runs. Deliveries of Ctrl+C and
 *            Ctrl+Break take turns under control.turn.
 * Windows:   the handler that was added last is asked first, in a new thread; the first that returns
 *            TRUE ends the walk. CLOSE, LOGOFF and SHUTDOWN end the process all the same.
 * Linux:     what logind tells has the meaning of a signal: a program that ignores that one (nohup),
 *            or handles it itself, is left alone.
 */
#include "process/console_ctrl.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/list.h"
#include "base/macros.h"
#include "base/trace.h"
#include "os/login_watch.h"
#include "os/own_thread.h"
#include "os/signal_events.h"
#include "process/process.h"

/* Windows: SPI_GETHUNGAPPTIMEOUT and its like; SPI_GETWAITTOKILLSERVICETIMEOUT. */
#define END_LIMIT_MS     5000
#define SERVICE_LIMIT_MS 20000

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
    _Atomic bool is_ending; /* an event was delivered that ends the process */
} control = {
    .mutex = PTHREAD_MUTEX_INITIALIZER,
    .turn = PTHREAD_MUTEX_INITIALIZER,
    .handlers = TSM_LIST_INIT(control.handlers),
};

/* What signals mean. */
static const struct event {
    int signal; /* also what the process ends with */
    DWORD type;
    bool ends_process;
} events[] = {
    {SIGINT, CTRL_C_EVENT, false},
    {SIGQUIT, CTRL_BREAK_EVENT, false},
    {SIGHUP, CTRL_CLOSE_EVENT, true},
    {SIGTERM, CTRL_SHUTDOWN_EVENT, true},
};
static const struct event session_end = {SIGHUP, CTRL_LOGOFF_EVENT, true};
static const struct event system_end = {SIGTERM, CTRL_SHUTDOWN_EVENT, true};

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

/* Handlers may come and go meanwhile, also by what a handler does. */
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

/* How long the handlers may take. */
static uint32_t limit_ms(const struct event *event)
{
    return event->type == CTRL_SHUTDOWN_EVENT && tsm_login_watch_is_service() ? SERVICE_LIMIT_MS
                                                                              : END_LIMIT_MS;
}

static _Noreturn void end_process(const struct event *event, const char *why)
{
    tsm_trace(TSM_TRACE_PROCESS, "control event %u ends the process%s", event->type, why);
    tsm_signal_take_default(event->signal);
}

static void *deliver_end(void *argument)
{
    struct walk walk = {.event = argument};
    bool ended = true;

    (void)!NT_SUCCESS(tsm_signal_run_in_thread(walk_handlers, &walk, limit_ms(walk.event), &ended));
    end_process(walk.event, ended ? "" : ": its handlers took too long");
}

static void end_turn(void *unused)
{
    pthread_mutex_unlock(&control.turn);
}

/* A handler may end its thread: then it has dealt with the event. */
static void *deliver_in_turn(void *argument)
{
    struct walk walk = {.event = argument};

    pthread_mutex_lock(&control.turn);
    pthread_cleanup_push(end_turn, NULL);
    walk_handlers(&walk);
    if (walk.is_unclaimed)
        end_process(walk.event, ": nobody wants it");
    pthread_cleanup_pop(true);
    return NULL;
}

static void on_event(const struct event *event)
{
    if (event->ends_process && atomic_exchange(&control.is_ending, true)) {
        tsm_trace(TSM_TRACE_PROCESS, "control event %u: the process ends already", event->type);
        return;
    }
    tsm_trace(TSM_TRACE_PROCESS, "control event %u", event->type);
    if (!event->ends_process && control.interrupt)
        control.interrupt();

    void *argument = (void *)(uintptr_t)event;
    NTSTATUS status = event->ends_process
                          ? tsm_own_thread_start(deliver_end, argument, TSM_OWN_THREAD_SMALL, NULL)
                          : tsm_signal_start_program_thread(deliver_in_turn, argument);

    if (!NT_SUCCESS(status))
        end_process(event, ": there is no thread for its handlers");
}

static void on_signal(int number)
{
    for (size_t i = 0; i < TSM_COUNT_OF(events); i++)
        if (events[i].signal == number)
            on_event(&events[i]);
}

static bool on_login_event(enum tsm_login_event what)
{
    const struct event *event = what == TSM_LOGIN_SESSION_ENDS ? &session_end : &system_end;

    if (tsm_signal_is_ours(event->signal)) {
        on_event(event);
        return true;
    }
    tsm_trace(TSM_TRACE_PROCESS, "control event %u: the program sees to signal %d itself",
              event->type, event->signal);
    return false;
}

/* ---- the list ---- */

NTSTATUS tsm_console_ctrl_add(PHANDLER_ROUTINE routine)
{
    struct handler *handler = malloc(sizeof(*handler));
    NTSTATUS status = STATUS_SUCCESS;
    bool is_first;

    if (!handler)
        return STATUS_NO_MEMORY;
    tsm_list_init(&handler->node);
    handler->routine = routine;
    pthread_mutex_lock(&control.mutex);
    /* A program without handlers has Linux' behaviour, to the last bit. */
    is_first = tsm_list_is_empty(&control.handlers);
    if (is_first)
        status = tsm_signal_events_start(on_signal);
    if (NT_SUCCESS(status)) {
        handler->number = ++control.last_number;
        tsm_list_prepend(&control.handlers, &handler->node);
        handler = NULL;
        if (is_first)
            tsm_login_watch_start(on_login_event);
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
    if (tsm_list_is_empty(&control.handlers)) {
        tsm_login_watch_stop();
        tsm_signal_events_stop();
    }
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
