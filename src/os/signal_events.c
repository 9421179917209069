/* SPDX-License-Identifier: MIT */
/*
 * Signal events
 *
 * The handler writes the number into a pipe; the service thread reads it and calls back. A thread
 * that was there before us, and takes the signal, does the same.
 *
 * Locking:   signals.mutex guards dispositions and whether they are ours. The handler uses write(),
 *            getpid(), sigaction() and kill() alone.
 * Linux:     what was SIG_IGN when the program began (nohup, a background job) stays so, and so does
 *            what the program catches itself.
 */
#include "os/signal_events.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "os/reactor.h"

static const int caught[] = {SIGINT, SIGQUIT, SIGHUP, SIGTERM};

static struct {
    pthread_mutex_t mutex;
    struct tsm_reactor_watch watch;
    void (*on_signal)(int number);
    int pipe[2];
    pid_t owner;                    /* not a child of fork */
    struct sigaction own_interrupt; /* the program's, while SIGINT is ignored; SIG_DFL: none */
    bool is_open, is_started;
} signals = {.mutex = PTHREAD_MUTEX_INITIALIZER, .pipe = {-1, -1}};

static void handle(int number)
{
    int before = errno;
    unsigned char byte = (unsigned char)number;

    if (getpid() == signals.owner) {
        /* A pipe that is full holds thousands of events that nobody has looked at. */
        ssize_t written = write(signals.pipe[1], &byte, 1);

        (void)written;
    } else {
        struct sigaction action = {.sa_handler = SIG_DFL};

        sigaction(number, &action, NULL);
        kill(getpid(), number);
    }
    errno = before;
}

static void on_readable(struct tsm_reactor_watch *watch, uint32_t events)
{
    unsigned char numbers[32];
    ssize_t count = read(signals.pipe[0], numbers, sizeof(numbers));

    for (ssize_t i = 0; i < count; i++)
        signals.on_signal(numbers[i]);
}

static bool has_disposition(int number, void (*disposition)(int))
{
    struct sigaction action;

    return sigaction(number, NULL, &action) == 0 && !(action.sa_flags & SA_SIGINFO) &&
           action.sa_handler == disposition;
}

static void set_disposition(int number, void (*disposition)(int))
{
    struct sigaction action = {.sa_handler = disposition, .sa_flags = SA_RESTART};

    sigaction(number, &action, NULL);
}

/* Mutex held. The pipe stays: a signal may be on its way. */
static NTSTATUS open_locked(void)
{
    NTSTATUS status;

    if (signals.is_open)
        return STATUS_SUCCESS;
    if (pipe2(signals.pipe, O_CLOEXEC | O_NONBLOCK) < 0)
        return tsm_status_from_errno(errno);
    signals.watch.fd = signals.pipe[0];
    signals.watch.on_event = on_readable;
    status = tsm_reactor_add(&signals.watch, EPOLLIN);
    if (!NT_SUCCESS(status)) {
        close(signals.pipe[0]);
        close(signals.pipe[1]);
        return status;
    }
    signals.is_open = true;
    return status;
}

NTSTATUS tsm_signal_events_start(void (*on_signal)(int number))
{
    NTSTATUS status;

    pthread_mutex_lock(&signals.mutex);
    signals.on_signal = on_signal;
    status = open_locked();
    if (NT_SUCCESS(status)) {
        signals.owner = getpid();
        for (size_t i = 0; i < TSM_COUNT_OF(caught); i++)
            if (has_disposition(caught[i], SIG_DFL))
                set_disposition(caught[i], handle);
        signals.is_started = true;
    }
    pthread_mutex_unlock(&signals.mutex);
    return status;
}

void tsm_signal_events_stop(void)
{
    pthread_mutex_lock(&signals.mutex);
    for (size_t i = 0; i < TSM_COUNT_OF(caught); i++)
        if (has_disposition(caught[i], handle))
            set_disposition(caught[i], SIG_DFL);
    signals.is_started = false;
    pthread_mutex_unlock(&signals.mutex);
}

void tsm_signal_ignore_interrupt(bool is_ignored)
{
    struct sigaction ignored = {.sa_handler = SIG_IGN};

    pthread_mutex_lock(&signals.mutex);
    if (is_ignored && !has_disposition(SIGINT, SIG_IGN)) {
        sigaction(SIGINT, &ignored, &signals.own_interrupt);
        if (signals.own_interrupt.sa_handler == handle)
            signals.own_interrupt = (struct sigaction){.sa_handler = SIG_DFL};
    } else if (!is_ignored && has_disposition(SIGINT, SIG_IGN)) {
        if (signals.own_interrupt.sa_handler != SIG_DFL)
            sigaction(SIGINT, &signals.own_interrupt, NULL);
        else
            set_disposition(SIGINT, signals.is_started ? handle : SIG_DFL);
        signals.own_interrupt = (struct sigaction){.sa_handler = SIG_DFL};
    }
    pthread_mutex_unlock(&signals.mutex);
}

bool tsm_signal_is_ours(int number)
{
    return has_disposition(number, handle);
}

bool tsm_signal_is_interrupt_ignored(void)
{
    return has_disposition(SIGINT, SIG_IGN);
}

void tsm_signal_take_default(int number)
{
    sigset_t set;

    set_disposition(number, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    kill(getpid(), number);
    /* The first process of a PID namespace has no default actions. */
    _exit(128 + number);
}

NTSTATUS tsm_signal_send_group(uint32_t group, int number)
{
    pid_t session = group && group <= INT32_MAX ? getsid((pid_t)group) : 0;

    /* Windows: the members that have the caller's console. */
    if (group > INT32_MAX || (session > 0 && session != getsid(0)))
        return STATUS_INVALID_PARAMETER;
    if (kill(-(pid_t)group, number) == 0)
        return STATUS_SUCCESS;
    return errno == ESRCH ? STATUS_INVALID_PARAMETER : tsm_status_from_errno(errno);
}

/* ---- threads ---- */

/* One of the program's: it handles all signals. */
static NTSTATUS start_thread(pthread_t *thread, tsm_signal_thread *body, void *argument)
{
    sigset_t none, before;
    int error;

    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, &before);
    error = pthread_create(thread, NULL, body, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error ? tsm_status_from_errno(error) : STATUS_SUCCESS;
}

NTSTATUS tsm_signal_start_program_thread(tsm_signal_thread *body, void *argument)
{
    pthread_t thread;
    NTSTATUS status = start_thread(&thread, body, argument);

    if (NT_SUCCESS(status))
        pthread_detach(thread);
    return status;
}

NTSTATUS tsm_signal_run_in_thread(tsm_signal_thread *body, void *argument, uint32_t limit_ms,
                                  bool *ended)
{
    struct timespec until;
    pthread_t thread;
    NTSTATUS status = start_thread(&thread, body, argument);

    if (!NT_SUCCESS(status))
        return status;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += limit_ms / 1000;
    until.tv_nsec += (long)(limit_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    *ended = pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &until) == 0;
    return STATUS_SUCCESS;
}
