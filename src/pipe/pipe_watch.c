/* SPDX-License-Identifier: MIT */
/*
 * Pipe watch
 *
 * An overlapped request that pends is finished by whichever thread pumps its end next. So that there
 * is one, whoever waits for what a read will signal looks at the ring, see sync/lookout.h. Where
 * nobody does, and for all that is no read, the end asks its peer for a bell, or watches its listener,
 * and the service thread pumps. The word that asks is a mask: blocked threads of this process may
 * sleep on it at the same time.
 *
 * Ownership: the watch of a listener holds it open; it is made when the first overlapped connect
 *            pends and goes with the end.
 * Locking:   the file lock. Callbacks come without it, and share the end while they run.
 * Windows:   a write that is cancelled takes back what was not read of it, a transaction only its
 *            waiting for the answer.
 */
#include "pipe/pipe_watch.h"

#include <stdlib.h>
#include <sys/epoll.h>

#include "io/async.h"
#include "pipe/pipe_share.h"
#include "sync/poll.h"

#define HELLO_LOOK_MS 1000 /* a client that has come and says nothing */
#define TURN_LOOK_MS  50   /* others that have the end come first */

struct tsm_pipe_watch {
    struct tsm_reactor_watch base;
    struct tsm_pipe_end *end;
    struct tsm_listener *listener; /* watched; NULL: none */
};

/* NULL: there is none. */
static struct tsm_io *first_overlapped(const struct tsm_list *list)
{
    TSM_LIST_FOR_EACH(node, list)
    {
        struct tsm_io *io = TSM_LIST_ENTRY(node, struct tsm_io, node);

        if (io->on_finish)
            return io;
    }
    return NULL;
}

static bool has_overlapped(const struct tsm_list *list)
{
    return first_overlapped(list) != NULL;
}

/* ---- the connection ---- */

/* Somebody polls the end, and there is nothing to show. */
static bool is_polled_in_vain(struct tsm_pipe_end *end)
{
    struct tsm_ring_next next;

    return tsm_unlikely(end->file.object.poll != NULL) && end->state == TSM_PIPE_CONNECTED &&
           !tsm_ring_peek(&end->reader, &next);
}

/* Whoever waits for what the first read will signal looks at where the next frame comes. True: it will
 * be looked at in any case. Each process looks for itself, so sharers of an end need bells. */
static bool show_to_waiters(struct tsm_pipe_end *end)
{
    struct tsm_io *read =
        end->state == TSM_PIPE_CONNECTED && !end->share ? first_overlapped(&end->reads) : NULL;
    struct tsm_object *object = read ? tsm_async_object(read) : NULL;
    struct tsm_gong_address gong = {0};
    bool is_attended = false;

    if (object) {
        struct tsm_beacon_view view = {
            .word = tsm_ring_next_word(&end->reader),
            .cpu =
                atomic_load_explicit(&end->reader.shared->producer_wait.cpu, memory_order_relaxed),
        };

        is_attended = tsm_beacon_set(&end->beacon, object, &view, &gong);
    } else {
        tsm_beacon_darken(&end->beacon);
    }
    if (end->channel && (read || end->share))
        tsm_channel_show_gong_locked(end->channel, gong);
    return is_attended;
}

void tsm_pipe_pumped_locked(struct tsm_pipe_end *end)
{
    if (tsm_unlikely(end->beacon.lookout != NULL) && !end->is_settling)
        (void)show_to_waiters(end);
}

/* Asks for bells. True: there is news already, or the peer is no longer there. */
static bool want_bells(struct tsm_pipe_end *end)
{
    struct tsm_channel *channel = end->channel;
    bool is_attended = show_to_waiters(end);
    bool has_reads = has_overlapped(&end->reads) || is_polled_in_vain(end);
    bool has_writes = has_overlapped(&end->writes) || has_overlapped(&end->flushes);

    if (end->state != TSM_PIPE_CONNECTED || !(has_reads || has_writes))
        return false;
    if (has_reads)
        tsm_channel_want_bell_locked(channel, &end->reader.shared->consumer_wait.wait);
    if (has_writes)
        tsm_channel_want_bell_locked(channel, &end->writer.shared->producer_wait.wait);
    if (is_attended && !has_writes && end->file.object.poll == NULL)
        return false;
    /* pairs with the fences in tsm_pipe_end_wake_reader_locked() and
     * tsm_pipe_end_publish_reads_locked() */
    atomic_thread_fence(memory_order_seq_cst);
    return tsm_channel_peer_state(channel) != TSM_SIDE_OPEN ||
           atomic_load_explicit(&channel->peer_gone, memory_order_acquire) == TSM_PEER_IS_GONE ||
           (has_reads && tsm_ring_has_news(end->reader.shared, end->reader.tail)) ||
           (has_writes && tsm_pipe_needs_are_met(&end->needs, end->writer.shared));
}

/* ---- the listener ---- */

static void attend_to(struct tsm_pipe_end *end);

static void on_event(struct tsm_pipe_end *end)
{
    /* A last handle that is closed at this moment waits for us, a last reference does not. */
    if (!tsm_object_try_ref(&end->file.object))
        return;
    attend_to(end);
    tsm_object_unref(&end->file.object);
}

bool tsm_pipe_beacon_hold(struct tsm_beacon *beacon)
{
    return tsm_object_try_ref(&tsm_container_of(beacon, struct tsm_pipe_end, beacon)->file.object);
}

void tsm_pipe_beacon_attend(struct tsm_beacon *beacon)
{
    struct tsm_pipe_end *end = tsm_container_of(beacon, struct tsm_pipe_end, beacon);

    attend_to(end);
    tsm_object_unref(&end->file.object);
}

void tsm_pipe_on_news(void *context)
{
    on_event(context);
}

static void on_listener(struct tsm_reactor_watch *watch, uint32_t events)
{
    on_event(tsm_container_of(watch, struct tsm_pipe_watch, base)->end);
}

void tsm_pipe_unwatch_listener_locked(struct tsm_pipe_end *end)
{
    struct tsm_pipe_watch *watch = end->watch;

    if (!watch || !watch->listener)
        return;
    tsm_reactor_cancel(&watch->base);
    tsm_listener_unref(watch->listener);
    watch->listener = NULL;
}

/* Without memory or descriptors the next operation on the end looks for the client. */
static void watch_listener(struct tsm_pipe_end *end)
{
    struct tsm_pipe_watch *watch = end->watch;
    int fd = tsm_listener_poll_fd(end->listener);

    if (!watch) {
        watch = end->watch = calloc(1, sizeof(*watch));
        if (!watch)
            return;
        watch->end = end;
        watch->base.on_event = on_listener;
    }
    if (watch->listener != end->listener || watch->base.fd != fd) {
        tsm_pipe_unwatch_listener_locked(end);
        watch->base.fd = fd;
        if (!NT_SUCCESS(tsm_reactor_add(&watch->base, EPOLLIN | EPOLLRDHUP | EPOLLET)))
            return;
        watch->listener = tsm_listener_ref(end->listener);
    }
    if (tsm_listener_has_client(end->listener))
        tsm_reactor_set_deadline(&watch->base, tsm_deadline_in_ms(HELLO_LOOK_MS));
}

void tsm_pipe_watch_end(struct tsm_pipe_end *end)
{
    if (!end->watch)
        return;
    tsm_reactor_remove(&end->watch->base);
    if (end->watch->listener)
        tsm_listener_unref(end->watch->listener);
    free(end->watch);
    end->watch = NULL;
}

/* ---- settling ---- */

enum settling { SETTLE_ALL, SETTLE_KEPT };

void tsm_pipe_noticed_locked(struct tsm_pipe_end *end)
{
    if (end->is_settling || !(has_overlapped(&end->listens) || end->file.object.poll != NULL))
        return;
    /* An operation that only looks at the end leaves the rest to the service thread. */
    if (end->channel)
        tsm_channel_look_soon_locked(end->channel);
    else if (end->state == TSM_PIPE_LISTENING)
        watch_listener(end);
}

/* An operation has looked at everything a moment ago and left no more than reads. */
static bool was_pumped(const struct tsm_pipe_end *end)
{
    return end->state == TSM_PIPE_CONNECTED && !end->share && tsm_list_is_empty(&end->writes) &&
           tsm_list_is_empty(&end->flushes) && tsm_list_is_empty(&end->listens);
}

static void settle(struct tsm_pipe_end *end, struct tsm_io_batch *batch, enum settling how)
{
    end->is_settling = true;
    if (how == SETTLE_ALL || !was_pumped(end))
        tsm_pipe_end_pump_locked(end, batch);
    while (want_bells(end)) {
        tsm_pipe_end_pump_locked(end, batch);
        if (end->state == TSM_PIPE_CONNECTED &&
            (!tsm_list_is_empty(&end->reads) || is_polled_in_vain(end)))
            tsm_ring_reader_doubt(&end->reader);
    }
    if (end->state == TSM_PIPE_LISTENING &&
        (has_overlapped(&end->listens) || end->file.object.poll != NULL))
        watch_listener(end);
    if (tsm_unlikely(end->file.object.poll != NULL))
        tsm_poll_show(&end->file.object,
                      end->state != TSM_PIPE_LISTENING && end->had_peer && !is_polled_in_vain(end));
    /* No bell rings when the turn comes to this process. */
    if (end->share && end->channel && (has_overlapped(&end->reads) || has_overlapped(&end->writes)))
        tsm_reactor_set_deadline(&end->channel->watch, tsm_deadline_in_ms(TURN_LOOK_MS));
    end->is_settling = false;
}

static void settle_unlocked(struct tsm_pipe_end *end, enum settling how)
{
    struct tsm_io_batch batch;

    tsm_io_batch_init(&batch);
    tsm_pipe_end_lock(end);
    settle(end, &batch, how);
    tsm_pipe_end_unlock(end);
    tsm_io_batch_finish(&batch, NULL);
}

void tsm_pipe_look_after(struct tsm_file *file)
{
    settle_unlocked(tsm_pipe_end_from(file), SETTLE_KEPT);
}

static void attend_to(struct tsm_pipe_end *end)
{
    settle_unlocked(end, SETTLE_ALL);
}

void tsm_pipe_after(struct tsm_file *file)
{
    if (tsm_unlikely(atomic_load_explicit(&file->object.poll, memory_order_relaxed) != NULL))
        attend_to(tsm_pipe_end_from(file));
}

/* ---- cancelling ---- */

void tsm_pipe_follow_taken_locked(struct tsm_pipe_end *end, uint64_t position, uint64_t bytes)
{
    TSM_LIST_FOR_EACH(node, &end->writes)
    {
        struct tsm_io *io = TSM_LIST_ENTRY(node, struct tsm_io, node);

        if (io->pending.is_placed && io->pending.position > position)
            io->pending.target -= tsm_min_u64(bytes, io->pending.target);
    }
    TSM_LIST_FOR_EACH(node, &end->flushes)
    {
        struct tsm_io *io = TSM_LIST_ENTRY(node, struct tsm_io, node);

        if (io->pending.position >= position && io->pending.target)
            io->pending.target--;
    }
}

static void cancel_write(struct tsm_pipe_end *end, struct tsm_io *io, struct tsm_io_batch *batch)
{
    NTSTATUS status = STATUS_CANCELLED;

    /* Of a message in pieces the first may have been read: it has to go on. */
    if (io->pending.placed && !(io->pending.is_placed && io->pending.is_revocable))
        return;
    if (io->pending.is_placed) {
        uint32_t rest = tsm_ring_cancel(&end->writer, io->pending.frame, io->in_length);

        if (rest == 0) /* it was read meanwhile */
            status = STATUS_SUCCESS;
        else if (end->share)
            tsm_pipe_share_taken(end, io->pending.position, rest);
        else
            tsm_pipe_follow_taken_locked(end, io->pending.position, rest);
    }
    tsm_io_batch_add(batch, io, status, NT_SUCCESS(status) ? io->in_length : 0);
    tsm_pipe_end_wake_reader_locked(end);
}

static void cancel_one(struct tsm_pipe_end *end, struct tsm_io *io, struct tsm_io_batch *batch)
{
    switch (io->kind) {
    case TSM_IO_WRITE:
        cancel_write(end, io, batch);
        return;
    case TSM_IO_READ:
    case TSM_IO_TRANSACT:
        if (io->information) /* of a message in pieces */
            return;
        tsm_io_batch_add(batch, io, STATUS_CANCELLED, 0);
        if (end->channel)
            tsm_pipe_end_publish_reads_locked(end);
        return;
    case TSM_IO_FLUSH:
    case TSM_IO_LISTEN:
        tsm_io_batch_add(batch, io, STATUS_CANCELLED, 0);
        return;
    }
}

NTSTATUS tsm_pipe_cancel(struct tsm_file *file, tsm_io_filter *is_meant, const void *context)
{
    struct tsm_pipe_end *end = tsm_pipe_end_from(file);
    NTSTATUS status = STATUS_NOT_FOUND;
    struct tsm_io_batch batch;

    tsm_io_batch_init(&batch);
    tsm_pipe_end_lock(end);
    settle(end, &batch, SETTLE_ALL); /* what is done is done */
    TSM_LIST_FOR_EACH(node, &file->pending)
    {
        struct tsm_io *io = TSM_LIST_ENTRY(node, struct tsm_io, file_node);

        if (!is_meant(io, context))
            continue;
        status = STATUS_SUCCESS;
        cancel_one(end, io, &batch);
    }
    if (NT_SUCCESS(status))
        settle(end, &batch, SETTLE_ALL);
    tsm_pipe_end_unlock(end);
    tsm_io_batch_finish(&batch, NULL);
    return status;
}
