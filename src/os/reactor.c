/* SPDX-License-Identifier: MIT */
/*
 * Reactor
 *
 * Events carry the id of a watch, never its address: its place in a table and how often the place
 * was used. A watch that was removed while its event was on the way is looked up and not found.
 *
 * Locking:   reactor.mutex guards the table, the deadlines and `running`. Callbacks run with no lock;
 *            remove waits until the callback of that watch has returned.
 */
#include "os/reactor.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/trace.h"
#include "os/fd_limit.h"
#include "os/own_thread.h"

#define EVENTS_AT_ONCE 64
#define KICK_ID        0

struct place {
    struct tsm_reactor_watch *watch; /* NULL: free */
    uint32_t uses;
    uint32_t next_free; /* place + 1; 0: none */
};

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t callback_ended;
    struct place *places;
    uint32_t place_count, first_free; /* place + 1 */
    struct tsm_list timed;
    struct tsm_reactor_watch *running;
    uint32_t waiters; /* for callback_ended */
    pthread_t thread;
    int epoll_fd, kick_fd;
    bool is_started;
} reactor = {
    .mutex = PTHREAD_MUTEX_INITIALIZER,
    .callback_ended = PTHREAD_COND_INITIALIZER,
    .timed = TSM_LIST_INIT(reactor.timed),
    .epoll_fd = -1,
    .kick_fd = -1,
};

/* ---- the table; mutex held ---- */

static struct tsm_reactor_watch *watch_by_id(uint64_t id)
{
    uint32_t index = (uint32_t)id - 1;

    return id != KICK_ID && index < reactor.place_count &&
                   reactor.places[index].uses == (uint32_t)(id >> 32)
               ? reactor.places[index].watch
               : NULL;
}

static NTSTATUS place_take(struct tsm_reactor_watch *watch)
{
    if (!reactor.first_free) {
        uint32_t count = reactor.place_count ? 2 * reactor.place_count : 16;
        struct place *grown = realloc(reactor.places, count * sizeof(*grown));

        if (!grown)
            return STATUS_NO_MEMORY;
        for (uint32_t i = reactor.place_count; i < count; i++)
            grown[i] = (struct place){.next_free = i + 1 < count ? i + 2 : 0};
        reactor.first_free = reactor.place_count + 1;
        reactor.places = grown;
        reactor.place_count = count;
    }

    uint32_t index = reactor.first_free - 1;
    struct place *place = &reactor.places[index];

    reactor.first_free = place->next_free;
    place->watch = watch;
    place->uses++;
    watch->id = (uint64_t)place->uses << 32 | (index + 1);
    return STATUS_SUCCESS;
}

static void place_give_back(struct tsm_reactor_watch *watch)
{
    uint32_t index = (uint32_t)watch->id - 1;

    watch->id = 0;
    reactor.places[index].watch = NULL;
    reactor.places[index].next_free = reactor.first_free;
    reactor.first_free = index + 1;
}

/* ---- the service thread ---- */

/* Calls back, if the watch is still there. */
static void dispatch(uint64_t id, uint32_t events)
{
    struct tsm_reactor_watch *watch;

    pthread_mutex_lock(&reactor.mutex);
    watch = reactor.running = watch_by_id(id);
    pthread_mutex_unlock(&reactor.mutex);
    if (!watch)
        return;
    watch->on_event(watch, events);
    pthread_mutex_lock(&reactor.mutex);
    reactor.running = NULL;
    if (reactor.waiters)
        pthread_cond_broadcast(&reactor.callback_ended);
    pthread_mutex_unlock(&reactor.mutex);
}

/* Calls those whose deadline has passed; what epoll_wait(2) may take at most. */
static int dispatch_late(void)
{
    struct tsm_deadline next;
    uint64_t late;

    do {
        late = 0;
        next = TSM_DEADLINE_NEVER;
        pthread_mutex_lock(&reactor.mutex);
        TSM_LIST_FOR_EACH(node, &reactor.timed)
        {
            struct tsm_reactor_watch *watch =
                TSM_LIST_ENTRY(node, struct tsm_reactor_watch, timed_node);

            if (!late && tsm_deadline_has_passed(watch->deadline)) {
                late = watch->id;
                tsm_list_unlink(node);
            } else if (watch->deadline.at_ns < next.at_ns) {
                next = watch->deadline;
            }
        }
        pthread_mutex_unlock(&reactor.mutex);
        if (late)
            dispatch(late, 0);
    } while (late);
    return tsm_deadline_poll_ms(next);
}

static void *service_thread(void *argument)
{
    struct epoll_event events[EVENTS_AT_ONCE];

    pthread_setname_np(pthread_self(), "transom");
    for (;;) {
        int count = epoll_wait(reactor.epoll_fd, events, TSM_COUNT_OF(events), dispatch_late());

        for (int i = 0; i < count; i++)
            if (events[i].data.u64 != KICK_ID)
                dispatch(events[i].data.u64, events[i].events);
    }
    return NULL;
}

/* Mutex held. */
static NTSTATUS open_descriptors(void)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = KICK_ID};

    TSM_FD_TRY(reactor.epoll_fd, epoll_create1(EPOLL_CLOEXEC));
    if (reactor.epoll_fd < 0)
        return tsm_status_from_errno(errno);
    TSM_FD_TRY(reactor.kick_fd, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (reactor.kick_fd >= 0 &&
        epoll_ctl(reactor.epoll_fd, EPOLL_CTL_ADD, reactor.kick_fd, &event) == 0)
        return STATUS_SUCCESS;
    return tsm_status_from_errno(errno);
}

/* Mutex held, or after a fork. */
static void close_descriptors(void)
{
    if (reactor.epoll_fd >= 0)
        close(reactor.epoll_fd);
    if (reactor.kick_fd >= 0)
        close(reactor.kick_fd);
    reactor.epoll_fd = reactor.kick_fd = -1;
}

/* Mutex held. */
static NTSTATUS start_locked(void)
{
    NTSTATUS status;

    if (reactor.is_started)
        return STATUS_SUCCESS;
    status = open_descriptors();
    if (!NT_SUCCESS(status)) {
        close_descriptors();
        return status;
    }

    status = tsm_own_thread_start(service_thread, NULL, TSM_OWN_THREAD_SMALL, &reactor.thread);
    if (!NT_SUCCESS(status)) {
        close_descriptors();
    } else {
        reactor.is_started = true;
        tsm_trace(TSM_TRACE_REACTOR, "service thread started");
    }
    return status;
}

/* ---- watches ---- */

NTSTATUS tsm_reactor_add(struct tsm_reactor_watch *watch, uint32_t epoll_events)
{
    pthread_mutex_lock(&reactor.mutex);

    NTSTATUS status = start_locked();

    watch->id = 0;
    tsm_list_init(&watch->timed_node);
    if (NT_SUCCESS(status))
        status = place_take(watch);
    if (NT_SUCCESS(status)) {
        struct epoll_event event = {.events = epoll_events, .data.u64 = watch->id};

        if (watch->fd != TSM_REACTOR_NO_FD &&
            epoll_ctl(reactor.epoll_fd, EPOLL_CTL_ADD, watch->fd, &event) != 0) {
            status = tsm_status_from_errno(errno);
            place_give_back(watch);
        }
    }
    pthread_mutex_unlock(&reactor.mutex);
    return status;
}

void tsm_reactor_change(struct tsm_reactor_watch *watch, uint32_t epoll_events)
{
    struct epoll_event event = {.events = epoll_events, .data.u64 = watch->id};

    if (watch->id)
        epoll_ctl(reactor.epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
}

void tsm_reactor_set_deadline(struct tsm_reactor_watch *watch, struct tsm_deadline deadline)
{
    pthread_mutex_lock(&reactor.mutex);
    if (watch->id) {
        watch->deadline = deadline;
        tsm_list_unlink(&watch->timed_node);
        tsm_list_append(&reactor.timed, &watch->timed_node);
        if (!pthread_equal(pthread_self(), reactor.thread))
            (void)!eventfd_write(reactor.kick_fd, 1);
    }
    pthread_mutex_unlock(&reactor.mutex);
}

/* Mutex held. */
static void unwatch(struct tsm_reactor_watch *watch)
{
    if (!watch->id)
        return;
    place_give_back(watch);
    tsm_list_unlink(&watch->timed_node);
    if (watch->fd != TSM_REACTOR_NO_FD)
        epoll_ctl(reactor.epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
}

void tsm_reactor_cancel(struct tsm_reactor_watch *watch)
{
    pthread_mutex_lock(&reactor.mutex);
    unwatch(watch);
    pthread_mutex_unlock(&reactor.mutex);
}

void tsm_reactor_remove(struct tsm_reactor_watch *watch)
{
    pthread_mutex_lock(&reactor.mutex);
    unwatch(watch);
    reactor.waiters++;
    while (reactor.running == watch && !pthread_equal(pthread_self(), reactor.thread))
        pthread_cond_wait(&reactor.callback_ended, &reactor.mutex);
    reactor.waiters--;
    pthread_mutex_unlock(&reactor.mutex);
}

void tsm_reactor_after_fork(void)
{
    pthread_mutex_init(&reactor.mutex, NULL);
    tsm_list_init(&reactor.timed);
    for (uint32_t i = 0; i < reactor.place_count; i++)
        reactor.places[i].watch = NULL;
    reactor.is_started = false;
    reactor.running = NULL;
    close_descriptors();
}
