/* SPDX-License-Identifier: MIT */
/* User APCs: calls that a thread makes while it waits alertably. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <processthreadsapi.h>

#include "base/list.h"
#include "base/status.h"
#include "base/teb.h"
#include "object/object.h"

/* What is left of an APC when its turn has come: everything that the call needs. */
struct tsm_apc_call {
    void (*run)(const struct tsm_apc_call *call);
    void (*routine)(void); /* the program's; run knows its type */
    void *argument;
    uint32_t low, high;
};

struct tsm_apc {
    struct tsm_list node; /* in the queue of a thread, else alone */
    /* Dispatcher lock held; the APC is out of its queue and may be freed. call NULL: its thread has
     * ended. */
    void (*take)(struct tsm_apc *apc, struct tsm_apc_call *call);
};

/* Part of a thread object; all of it is guarded by the dispatcher lock. */
struct tsm_apc_queue {
    struct tsm_object *thread; /* whose part it is */
    struct tsm_teb *teb;       /* NULL until the thread runs */
    struct tsm_list apcs;
    struct tsm_list timers; /* routines of timers that have not come yet: timer_routine.c */
    bool is_alertable;      /* the thread sleeps and wants to hear of APCs */
    bool is_closed;         /* the thread ends */
};

void tsm_apc_queue_init(struct tsm_apc_queue *queue, struct tsm_object *thread);

/* The calling thread, whose queue it is, begins and ends. What is queued then is lost; there are no
 * routines of timers any more. */
void tsm_apc_queue_open(struct tsm_apc_queue *queue);
void tsm_apc_queue_close(struct tsm_apc_queue *queue);

/* The queue of the calling thread; NULL if it has no thread object. */
static inline struct tsm_apc_queue *tsm_apc_queue_current(void)
{
    return tsm_teb_current()->apcs;
}

/* Dispatcher lock held. False: the thread has ended; the APC stays the caller's. */
tsm_must_check bool tsm_apc_add_locked(struct tsm_apc_queue *queue, struct tsm_apc *apc);

/* QueueUserAPC: STATUS_UNSUCCESSFUL when the thread has ended. */
tsm_must_check NTSTATUS tsm_apc_add_user(struct tsm_apc_queue *queue, PAPCFUNC function,
                                         ULONG_PTR argument);

/* Makes all calls that are queued to the calling thread, and those that they queue. No lock held;
 * the calls may do anything, also end the thread. */
void tsm_apc_deliver(void);
