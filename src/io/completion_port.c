/* SPDX-License-Identifier: MIT */
/*
 * Completion port
 *
 * Packets come out in the order in which they came in. Of the threads that wait the last one is
 * served first, since its memory is warm; no more of them run at a time than the port was told.
 *
 * A port has two faces for the wait engine. The object itself is signaled while it has packets, for
 * those who only look at the handle. The queue inside is signaled while there are packets and a
 * place for one more thread; to satisfy a wait for it takes the packet and the place.
 *
 * Ownership: threads that work for the port share it until they work for another one or end, and so
 *            do files that are bound to it. It is closed with its last handle.
 * Locking:   the dispatcher lock for all of it. Packets are disposed of without it.
 * Windows:   who waits when the port is closed gets STATUS_ABANDONED_WAIT_0; packets that nobody took
 *            are lost.
 */
#include "io/completion_port.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/trace.h"
#include "sync/dispatcher.h"
#include "sync/lookout.h"
#include "sync/poll.h"
#include "sync/wait.h"
#include "sync/wait_block.h"
#include "sync/workers.h"

struct tsm_port {
    struct tsm_object object;
    struct tsm_object queue; /* part of the port: never counted, never destroyed */
    struct tsm_workers workers;
    struct tsm_list packets;
    struct tsm_list given;      /* to threads that have not picked them up yet */
    struct tsm_port_sink *sink; /* instead of all that; NULL for a port with a queue */
    bool is_closed;
};

static const struct tsm_object_ops queue_ops;

static struct tsm_port *port_from_queue(struct tsm_object *queue)
{
    return tsm_container_of(queue, struct tsm_port, queue);
}

struct tsm_object *tsm_port_object(struct tsm_port *port)
{
    return &port->object;
}

struct tsm_object *tsm_port_queue(struct tsm_port *port)
{
    return port->sink ? NULL : &port->queue;
}

struct tsm_port *tsm_port_from(struct tsm_object *object)
{
    tsm_assert(object->ops == &tsm_port_ops);
    return tsm_container_of(object, struct tsm_port, object);
}

struct tsm_port *tsm_port_new(uint32_t limit)
{
    struct tsm_port *port = calloc(1, sizeof(*port));
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (!port)
        return NULL;
    tsm_object_init(&port->object, &tsm_port_ops);
    tsm_object_init(&port->queue, &queue_ops);
    tsm_list_init(&port->packets);
    tsm_list_init(&port->given);
    port->workers.owner = &port->object;
    port->workers.queue = &port->queue;
    port->workers.limit = limit ? limit : processors > 0 ? (uint32_t)processors : 1;
    return port;
}

struct tsm_port *tsm_port_new_sink(struct tsm_port_sink *sink)
{
    struct tsm_port *port = tsm_port_new(1);

    if (port)
        port->sink = sink;
    return port;
}

static struct tsm_packet *packet_first(const struct tsm_list *list)
{
    struct tsm_list *node = tsm_list_first(list);

    return node ? TSM_LIST_ENTRY(node, struct tsm_packet, node) : NULL;
}

/* ---- in ---- */

void tsm_port_add(struct tsm_port *port, struct tsm_packet *packet)
{
    bool is_lost;

    if (port->sink) {
        port->sink->deliver(port->sink, packet);
        return;
    }
    tsm_dispatcher_lock();
    is_lost = port->is_closed;
    if (!is_lost) {
        tsm_list_append(&port->packets, &packet->node);
        tsm_wait_notify_locked(&port->queue);
        if (tsm_unlikely(!tsm_list_is_empty(&port->object.waiters)))
            tsm_wait_notify_locked(&port->object);
        tsm_poll_update_locked(&port->object);
    }
    tsm_dispatcher_unlock();
    if (is_lost)
        packet->dispose(packet);
}

static void posted_dispose(struct tsm_packet *packet)
{
    free(packet);
}

NTSTATUS tsm_port_post(struct tsm_port *port, uint64_t key, void *overlapped, uint32_t information)
{
    struct tsm_packet *packet = malloc(sizeof(*packet));

    if (!packet)
        return STATUS_NO_MEMORY;
    *packet = (struct tsm_packet){
        .key = key,
        .overlapped = overlapped,
        .information = information,
        .dispose = posted_dispose,
    };
    tsm_list_init(&packet->node);
    tsm_port_add(port, packet);
    return STATUS_SUCCESS;
}

/* ---- out ---- */

static void entry_fill(struct tsm_packet_entry *entry, struct tsm_packet *packet)
{
    *entry = (struct tsm_packet_entry){
        .key = packet->key,
        .overlapped = packet->overlapped,
        .status = packet->status,
        .information = (uint32_t)packet->information,
    };
    packet->dispose(packet);
}

/* Dispatcher lock held: the packet that a wait has taken for the calling thread. */
static struct tsm_packet *pick_up(struct tsm_port *port, uint32_t tid)
{
    TSM_LIST_FOR_EACH(node, &port->given)
    {
        struct tsm_packet *packet = TSM_LIST_ENTRY(node, struct tsm_packet, node);

        if (packet->taker == tid) {
            tsm_list_unlink(node);
            return packet;
        }
    }
    tsm_unreachable();
}

/* Dispatcher lock held: moves up to capacity packets. */
static uint32_t take_more(struct tsm_port *port, struct tsm_list *taken, uint32_t capacity)
{
    struct tsm_packet *packet;
    uint32_t count = 0;

    while (count < capacity && (packet = packet_first(&port->packets))) {
        tsm_list_unlink(&packet->node);
        tsm_list_append(taken, &packet->node);
        count++;
    }
    return count;
}

/* At once, without the wait engine: the calling thread goes on in its own place, or in a free one. */
static uint32_t take_now(struct tsm_port *port, struct tsm_list *taken, uint32_t capacity)
{
    struct tsm_teb *teb = tsm_teb_current();
    bool was_working;
    uint32_t count = 0;

    tsm_dispatcher_lock();
    was_working = teb->is_working;
    if (!port->is_closed && !tsm_list_is_empty(&port->packets) &&
        (was_working || tsm_workers_have_place(&port->workers))) {
        count = take_more(port, taken, capacity);
        if (!was_working)
            tsm_workers_return_locked(teb);
        tsm_poll_update_locked(&port->object);
    } else {
        /* It has done its work: who waits with a packet in sight may run now. */
        tsm_workers_leave_locked(teb);
    }
    tsm_dispatcher_unlock();
    if (count)
        tsm_lookout_take(&port->queue, count);
    return count;
}

NTSTATUS tsm_port_take(struct tsm_port *port, struct tsm_packet_entry *entries, uint32_t capacity,
                       uint32_t *count, bool alertable, struct tsm_deadline deadline)
{
    struct tsm_object *queue = &port->queue;
    struct tsm_list taken = TSM_LIST_INIT(taken);
    NTSTATUS status = STATUS_SUCCESS;

    tsm_workers_join(&port->workers);
    *count = take_now(port, &taken, capacity);
    if (*count == 0) {
        status = tsm_wait_objects(&queue, 1, false, alertable, deadline);
        if (status != STATUS_WAIT_0)
            return status;
        tsm_dispatcher_lock();
        tsm_list_append(&taken, &pick_up(port, tsm_teb_tid())->node);
        *count = 1 + take_more(port, &taken, capacity - 1);
        tsm_poll_update_locked(&port->object);
        tsm_teb_current()->is_working = true; /* it was counted when the packet was given */
        tsm_dispatcher_unlock();
    }
    for (uint32_t i = 0; i < *count; i++) {
        struct tsm_packet *packet = packet_first(&taken);

        tsm_list_unlink(&packet->node);
        entry_fill(&entries[i], packet);
    }
    return STATUS_SUCCESS;
}

/* ---- the queue ---- */

static bool queue_is_signaled(struct tsm_object *queue, uint32_t tid)
{
    struct tsm_port *port = port_from_queue(queue);

    return port->is_closed ||
           (!tsm_list_is_empty(&port->packets) && tsm_workers_have_place(&port->workers));
}

static bool queue_consume(struct tsm_object *queue, uint32_t tid)
{
    struct tsm_port *port = port_from_queue(queue);
    struct tsm_packet *packet = packet_first(&port->packets);

    if (port->is_closed)
        return true;
    packet->taker = tid;
    tsm_list_unlink(&packet->node);
    tsm_list_append(&port->given, &packet->node);
    port->workers.active++;
    return false;
}

static const struct tsm_object_ops queue_ops = {
    .type_name = "IoCompletionQueue",
    .wakes_last_first = true,
    .is_signaled = queue_is_signaled,
    .consume = queue_consume,
};

/* ---- the port ---- */

static bool port_is_signaled(struct tsm_object *object, uint32_t tid)
{
    return !tsm_list_is_empty(&tsm_port_from(object)->packets);
}

static void port_last_handle_closed(struct tsm_object *object)
{
    struct tsm_port *port = tsm_port_from(object);
    struct tsm_list lost = TSM_LIST_INIT(lost);
    struct tsm_packet *packet;

    tsm_dispatcher_lock();
    port->is_closed = true;
    take_more(port, &lost, UINT32_MAX);
    tsm_wait_notify_locked(&port->queue);
    tsm_dispatcher_unlock();
    while ((packet = packet_first(&lost))) {
        tsm_list_unlink(&packet->node);
        packet->dispose(packet);
    }
}

static void port_destroy(struct tsm_object *object)
{
    struct tsm_port *port = tsm_port_from(object);

    tsm_assert(tsm_list_is_empty(&port->given));
    if (port->sink)
        port->sink->end(port->sink);
    tsm_lookout_drop(&port->queue);
    free(port);
}

const struct tsm_object_ops tsm_port_ops = {
    .type_name = "IoCompletion",
    .valid_access = IO_COMPLETION_ALL_ACCESS,
    .is_signaled = port_is_signaled,
    .last_handle_closed = port_last_handle_closed,
    .destroy = port_destroy,
};
