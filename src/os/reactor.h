/* SPDX-License-Identifier: MIT */
/* The one service thread of the process: it waits for descriptors and calls back without locks. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/deadline.h"
#include "base/list.h"
#include "base/status.h"

#define TSM_REACTOR_NO_FD (-2)

struct tsm_reactor_watch {
    int fd; /* borrowed, or TSM_REACTOR_NO_FD: it has deadlines only */
    /* epoll_events is 0 when the deadline has passed. */
    void (*on_event)(struct tsm_reactor_watch *watch, uint32_t epoll_events);
    uint64_t id; /* the reactor's, and so are these; 0: not watched */
    struct tsm_list timed_node;
    struct tsm_deadline deadline;
};

/* Starts the service thread on first need. epoll_events as for epoll_ctl(2). */
tsm_must_check NTSTATUS tsm_reactor_add(struct tsm_reactor_watch *watch, uint32_t epoll_events);

/* Other events from now on, perhaps none. A callback may be on its way. */
void tsm_reactor_change(struct tsm_reactor_watch *watch, uint32_t epoll_events);

/* Once, unless it is set again: on_event comes at that time at the latest. Of a watch that was
 * added. */
void tsm_reactor_set_deadline(struct tsm_reactor_watch *watch, struct tsm_deadline deadline);

/* After return the callback does not run and will not run. The caller holds no lock that the
 * callback takes. May be called from the callback itself. A watch never added is fine. */
void tsm_reactor_remove(struct tsm_reactor_watch *watch);

/* The same without waiting, under any lock: the callback may be running still, or about to. Ends with
 * tsm_reactor_remove(), before the memory of the watch goes; until then the watch may be added
 * again. */
void tsm_reactor_cancel(struct tsm_reactor_watch *watch);

/* In the child of a fork: there is no service thread here. */
void tsm_reactor_after_fork(void);
