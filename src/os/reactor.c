/* SPDX-License-Identifier: MIT */
/*
 * Reactor
 *
 * Events carry the id of a watch, never its address: a watch that was removed while its event was
 * on the way is looked up and not found.
 *
 * Locking:   reactor.mutex guards the list of watches and `running`. Callbacks run with no lock;
 *            remove waits until the callback of that watch has returned.
 */
#include "os/reactor.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/trace.h"

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t callback_ended;
    struct tsm_list watches;
    struct tsm_reactor_watch *running;
    pthread_t thread;
    uint64_t last_id;
    int epoll_fd;
    bool is_started;
} reactor = {
    .mutex = PTHREAD_MUTEX_INITIALIZER,
    .callback_ended = PTHREAD_COND_INITIALIZER,
    .watches = TSM_LIST_INIT(reactor.watches),
    .epoll_fd = -1,
};

static struct tsm_reactor_watch *watch_by_id(uint64_t id)
{
    TSM_LIST_FOR_EACH(node, &reactor.watches)
    {
        struct tsm_reactor_watch *watch = TSM_LIST_ENTRY(node, struct tsm_reactor_watch, node);

        if (watch->id == id)
            return watch;
    }
    return NULL;
}

static void *service_thread(void *argument)
{
    struct epoll_event events[32];

    pthread_setname_np(pthread_self(), "transom");
    for (;;) {
        int count = epoll_wait(reactor.epoll_fd, events, TSM_COUNT_OF(events), -1);

        for (int i = 0; i < count; i++) {
            pthread_mutex_lock(&reactor.mutex);
            reactor.running = watch_by_id(events[i].data.u64);

            struct tsm_reactor_watch *watch = reactor.running;

            pthread_mutex_unlock(&reactor.mutex);
            if (!watch)
                continue;
            watch->on_event(watch, events[i].events);
            pthread_mutex_lock(&reactor.mutex);
            reactor.running = NULL;
            pthread_cond_broadcast(&reactor.callback_ended);
            pthread_mutex_unlock(&reactor.mutex);
        }
    }
    return NULL;
}

/* Mutex held. Signals are for the program's threads; faults stay where they happen. */
static NTSTATUS start_locked(void)
{
    sigset_t blocked, before;
    pthread_attr_t attributes;
    NTSTATUS status = STATUS_SUCCESS;

    if (reactor.is_started)
        return STATUS_SUCCESS;
    reactor.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (reactor.epoll_fd < 0)
        return tsm_status_from_errno(errno);

    sigfillset(&blocked);
    sigdelset(&blocked, SIGSEGV);
    sigdelset(&blocked, SIGBUS);
    sigdelset(&blocked, SIGILL);
    sigdelset(&blocked, SIGFPE);
    sigdelset(&blocked, SIGTRAP);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);

    int error = pthread_create(&reactor.thread, &attributes, service_thread, NULL);

    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    if (error) {
        close(reactor.epoll_fd);
        reactor.epoll_fd = -1;
        status = tsm_status_from_errno(error);
    } else {
        reactor.is_started = true;
        tsm_trace(TSM_TRACE_REACTOR, "service thread started");
    }
    return status;
}

NTSTATUS tsm_reactor_add(struct tsm_reactor_watch *watch, uint32_t epoll_events)
{
    pthread_mutex_lock(&reactor.mutex);

    NTSTATUS status = start_locked();

    if (NT_SUCCESS(status)) {
        struct epoll_event event = {.events = epoll_events, .data.u64 = ++reactor.last_id};

        watch->id = event.data.u64;
        if (epoll_ctl(reactor.epoll_fd, EPOLL_CTL_ADD, watch->fd, &event) == 0)
            tsm_list_append(&reactor.watches, &watch->node);
        else
            status = tsm_status_from_errno(errno);
    }
    if (!NT_SUCCESS(status))
        watch->id = 0;
    pthread_mutex_unlock(&reactor.mutex);
    return status;
}

void tsm_reactor_change(struct tsm_reactor_watch *watch, uint32_t epoll_events)
{
    struct epoll_event event = {.events = epoll_events, .data.u64 = watch->id};

    if (watch->id)
        epoll_ctl(reactor.epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
}

void tsm_reactor_remove(struct tsm_reactor_watch *watch)
{
    pthread_mutex_lock(&reactor.mutex);
    if (watch->id) {
        watch->id = 0;
        tsm_list_unlink(&watch->node);
        epoll_ctl(reactor.epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
        while (reactor.running == watch && !pthread_equal(pthread_self(), reactor.thread))
            pthread_cond_wait(&reactor.callback_ended, &reactor.mutex);
    }
    pthread_mutex_unlock(&reactor.mutex);
}

void tsm_reactor_after_fork(void)
{
    pthread_mutex_init(&reactor.mutex, NULL);
    tsm_list_init(&reactor.watches);
    reactor.is_started = false;
    reactor.running = NULL;
    if (reactor.epoll_fd >= 0)
        close(reactor.epoll_fd);
    reactor.epoll_fd = -1;
}
