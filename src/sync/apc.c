/* SPDX-License-Identifier: MIT */
/*
 * User APCs
 *
 * Each thread has a queue of calls. Nobody is interrupted: the thread makes them itself, when it
 * waits alertably and what it waits for is not there.
 *
 * Ownership: an APC belongs to whoever queued it until its turn comes; take() turns it into a call
 *            under the lock, so that it may be taken back up to that moment and not after it.
 * Locking:   the dispatcher lock guards the queues, since a waiter looks at its queue and its
 *            objects at one instant. The calls are made without locks.
 * Windows:   calls are made in the order in which they were queued, all that are there, and a wait
 *            ends once for all of them.
 */
#include "sync/apc.h"

#include <stdlib.h>

#include "base/assert.h"
#include "sync/dispatcher.h"
#include "sync/wait_block.h"

struct user_apc {
    struct tsm_apc apc;
    PAPCFUNC function;
    ULONG_PTR argument;
};

void tsm_apc_queue_init(struct tsm_apc_queue *queue, struct tsm_object *thread)
{
    *queue = (struct tsm_apc_queue){.thread = thread};
    tsm_list_init(&queue->apcs);
    tsm_list_init(&queue->timers);
}

void tsm_apc_queue_open(struct tsm_apc_queue *queue)
{
    tsm_dispatcher_lock();
    queue->teb = tsm_teb_current();
    tsm_dispatcher_unlock();
    queue->teb->apcs = queue;
}

static struct tsm_apc *apc_pop(struct tsm_apc_queue *queue)
{
    struct tsm_list *node = tsm_list_first(&queue->apcs);

    if (!node)
        return NULL;
    tsm_list_unlink(node);
    return TSM_LIST_ENTRY(node, struct tsm_apc, node);
}

void tsm_apc_queue_close(struct tsm_apc_queue *queue)
{
    struct tsm_apc *apc;

    tsm_assert(tsm_list_is_empty(&queue->timers));
    tsm_teb_current()->apcs = NULL;
    tsm_dispatcher_lock();
    queue->is_closed = true;
    queue->teb = NULL;
    while ((apc = apc_pop(queue)))
        apc->take(apc, NULL);
    tsm_dispatcher_unlock();
}

bool tsm_apc_add_locked(struct tsm_apc_queue *queue, struct tsm_apc *apc)
{
    if (queue->is_closed)
        return false;
    tsm_list_append(&queue->apcs, &apc->node);
    if (queue->is_alertable)
        tsm_wait_alert_locked(queue->teb);
    return true;
}

static void user_run(const struct tsm_apc_call *call)
{
    ((PAPCFUNC)call->routine)((ULONG_PTR)call->argument);
}

static void user_take(struct tsm_apc *apc, struct tsm_apc_call *call)
{
    struct user_apc *user = tsm_container_of(apc, struct user_apc, apc);

    if (call)
        *call = (struct tsm_apc_call){
            .run = user_run,
            .routine = (void (*)(void))user->function,
            .argument = (void *)user->argument,
        };
    free(user);
}

NTSTATUS tsm_apc_add_user(struct tsm_apc_queue *queue, PAPCFUNC function, ULONG_PTR argument)
{
    struct user_apc *user = malloc(sizeof(*user));

    if (!user)
        return STATUS_NO_MEMORY;
    *user = (struct user_apc){.apc.take = user_take, .function = function, .argument = argument};
    tsm_list_init(&user->apc.node);
    tsm_dispatcher_lock();

    bool was_added = tsm_apc_add_locked(queue, &user->apc);

    tsm_dispatcher_unlock();
    if (!was_added)
        free(user);
    return was_added ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

/* Takes the next one out of the calling thread's queue. */
static bool take_next(struct tsm_apc_call *call)
{
    struct tsm_apc_queue *queue = tsm_apc_queue_current();
    struct tsm_apc *apc;

    if (!queue)
        return false;
    tsm_dispatcher_lock();
    apc = apc_pop(queue);
    if (apc)
        apc->take(apc, call);
    tsm_dispatcher_unlock();
    return apc != NULL;
}

void tsm_apc_deliver(void)
{
    struct tsm_apc_call call;

    while (take_next(&call))
        call.run(&call);
}
