/* SPDX-License-Identifier: MIT */
/*
 * Pipe end
 *
 * One end of a named pipe instance, seen as a file. Data waits in the ring, requests wait in the
 * lists, and the pump brings the two together.
 *
 * States:    listening, connected, closing, disconnected: see pipe_state.h.
 * Ownership: an end shares its channel with threads that sleep on it; the peer maps the same memory
 *            and may die or lie at any time.
 * Locking:   file.lock for everything here. The pump collects, the caller finishes the batch after
 *            unlocking. Nobody sleeps or spins under the lock.
 * Windows:   a message longer than the reader's buffer is not lost: the read returns
 *            STATUS_BUFFER_OVERFLOW and the next read continues the message. A write over the quota
 *            is visible to the reader at once and pends until its unread rest fits.
 */
#include "pipe/pipe_end.h"

#include <sched.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/teb.h"
#include "base/trace.h"
#include "os/spin.h"
#include "pipe/pipe_share.h"
#include "pipe/pipe_watch.h"

struct tsm_pipe_end *tsm_pipe_end_new(bool is_server, const struct tsm_name *name,
                                      const struct tsm_pipe_params *params)
{
    struct tsm_pipe_end *end = calloc(1, sizeof(*end));

    if (!end)
        return NULL;
    tsm_file_init(&end->file, &tsm_pipe_end_object_ops, &tsm_pipe_end_file_ops);
    end->is_server = is_server;
    end->state = TSM_PIPE_DISCONNECTED;
    end->params = *params;
    end->name = *name;
    end->spin_us = tsm_spin_limit_us();
    end->rendezvous.folder = TSM_NAME_FOLDER_INIT;
    end->rendezvous.life_sign = -1;
    tsm_list_init(&end->reads);
    tsm_list_init(&end->writes);
    tsm_list_init(&end->flushes);
    tsm_list_init(&end->listens);
    tsm_beacon_init(&end->beacon, tsm_pipe_beacon_hold, tsm_pipe_beacon_attend);
    return end;
}

static struct tsm_io *first_io(const struct tsm_list *list)
{
    struct tsm_list *node = tsm_list_first(list);

    return node ? TSM_LIST_ENTRY(node, struct tsm_io, node) : NULL;
}

static bool is_connected(const struct tsm_pipe_end *end)
{
    return end->state == TSM_PIPE_CONNECTED || end->state == TSM_PIPE_CLOSING;
}

static void fail_all(struct tsm_list *list, NTSTATUS status, struct tsm_io_batch *batch)
{
    struct tsm_io *io;

    while ((io = first_io(list)))
        tsm_io_batch_add(batch, io, status, 0);
}

/* ---- state ---- */

void tsm_pipe_end_attach_locked(struct tsm_pipe_end *end, struct tsm_channel *channel)
{
    uint8_t *data;
    uint64_t capacity;
    uint32_t own_quota = end->is_server ? end->params.out_quota : end->params.in_quota;
    uint32_t peer_quota = end->is_server ? end->params.in_quota : end->params.out_quota;
    struct tsm_ring_header *shared = tsm_channel_incoming(channel, &data, &capacity);

    tsm_channel_writer_init(channel, &end->writer, own_quota);
    tsm_ring_reader_init(&end->reader, shared, data, capacity, peer_quota);
    tsm_channel_show_gong_locked(channel, (struct tsm_gong_address){0});
    end->peer_pid = channel->peer.pid;
    end->had_peer = true;
    end->channel = channel;
    end->state = TSM_PIPE_CONNECTED;
    tsm_trace(TSM_TRACE_PIPE, "%s end connected, peer %u", end->is_server ? "server" : "client",
              end->peer_pid);
    tsm_channel_watch(channel, tsm_pipe_on_news, end);
}

struct tsm_channel *tsm_pipe_end_detach_locked(struct tsm_pipe_end *end, NTSTATUS status,
                                               struct tsm_io_batch *batch)
{
    struct tsm_channel *channel = end->channel;

    fail_all(&end->reads, status, batch);
    fail_all(&end->writes, status, batch);
    fail_all(&end->flushes, status, batch);
    fail_all(&end->listens, status, batch);
    tsm_beacon_clear(&end->beacon);
    if (channel)
        tsm_channel_detach_locked(channel);
    end->channel = NULL;
    end->state = TSM_PIPE_DISCONNECTED;
    return channel;
}

void tsm_pipe_end_refresh_locked(struct tsm_pipe_end *end)
{
    if (end->state == TSM_PIPE_LISTENING)
        tsm_pipe_server_notice_locked(end);
    if (end->state != TSM_PIPE_CONNECTED)
        return;

    enum tsm_side_state peer = tsm_channel_peer_state(end->channel);
    bool is_gone = peer == TSM_SIDE_OPEN && tsm_channel_peer_is_gone_locked(end->channel);

    if (tsm_unlikely(is_gone)) /* it may have said more before it went */
        peer = tsm_channel_peer_state(end->channel);
    if (tsm_likely(peer == TSM_SIDE_OPEN && !is_gone && !tsm_pipe_end_was_lied_to(end)))
        return;
    if (tsm_pipe_end_was_lied_to(end))
        tsm_channel_hang_up(end->channel);
    if (peer == TSM_SIDE_DISCONNECTED) {
        end->state = TSM_PIPE_DISCONNECTED;
    } else {
        end->state = TSM_PIPE_CLOSING;
        /* Died or closed: what its blocked writes had laid down goes back with them. */
        tsm_ring_reader_drop_pending(&end->reader);
    }
    tsm_trace(TSM_TRACE_PIPE, "%s end: %s", end->is_server ? "server" : "client",
              tsm_pipe_state_name(end->state));
}

/* ---- reading ---- */

uint64_t tsm_pipe_end_claim(const struct tsm_pipe_end *end)
{
    uint64_t others = end->share ? tsm_pipe_share_claims(end) : 0;

    if (tsm_list_is_empty(&end->reads) && others == 0)
        return 0;

    uint64_t claim = end->reader.payload + others;

    TSM_LIST_FOR_EACH(node, &end->reads)
    {
        const struct tsm_io *io = TSM_LIST_ENTRY(node, struct tsm_io, node);

        claim += io->out_length - io->information;
    }
    return claim;
}

/* Tells the writer what was consumed and claimed, and wakes it if it waits for that. */
void tsm_pipe_end_publish_reads_locked(struct tsm_pipe_end *end)
{
    struct tsm_ring_producer_wait *waiting = &end->reader.shared->producer_wait;
    uint64_t claim = tsm_pipe_end_claim(end);

    /* Space is given back when what was in it is consumed for good. */
    if (tsm_unlikely(end->share != NULL))
        tsm_pipe_share_commit(end);
    tsm_ring_reader_publish(&end->reader, claim);
    /* pairs with the fence of a writer that has set its wait word in end_park() */
    atomic_thread_fence(memory_order_seq_cst);
    if (tsm_likely(atomic_load_explicit(&waiting->wait, memory_order_relaxed) == 0))
        return;
    if (end->reader.tail >= atomic_load_explicit(&waiting->need_tail, memory_order_relaxed) ||
        tsm_max_u64(end->reader.payload, claim) >=
            atomic_load_explicit(&waiting->need_payload, memory_order_relaxed) ||
        end->reader.messages >= atomic_load_explicit(&waiting->need_messages, memory_order_relaxed))
        tsm_channel_wake(end->channel, &waiting->wait);
}

/* A read in byte mode takes what is there, across writes. */
static NTSTATUS read_bytes(struct tsm_pipe_end *end, struct tsm_io *io)
{
    struct tsm_ring_next next;

    if (!tsm_ring_peek(&end->reader, &next))
        return STATUS_PENDING;
    if (io->out_length == 0 && next.rest > 0)
        return STATUS_SUCCESS;
    do {
        bool was_cancelled;
        uint32_t count = tsm_ring_take(&end->reader, (uint8_t *)io->out + io->information,
                                       io->out_length - (uint32_t)io->information, &was_cancelled);

        io->information += count;
        /* Windows: an empty message is a read of its own. */
        if (count == 0 && !was_cancelled)
            return STATUS_SUCCESS;
    } while (io->information < io->out_length && tsm_ring_peek(&end->reader, &next) &&
             (next.rest > 0 || io->information == 0));
    return io->information ? STATUS_SUCCESS : STATUS_PENDING;
}

/* A read in message mode takes one message or its beginning. */
static NTSTATUS read_message(struct tsm_pipe_end *end, struct tsm_io *io)
{
    struct tsm_ring_next next;

    while (tsm_ring_peek(&end->reader, &next)) {
        uint32_t room = io->out_length - (uint32_t)io->information;
        bool was_cancelled;

        if (room == 0 && next.rest > 0)
            return STATUS_BUFFER_OVERFLOW;

        uint32_t count =
            tsm_ring_take(&end->reader, (uint8_t *)io->out + io->information, room, &was_cancelled);

        if (was_cancelled) {
            io->information = 0;
            continue;
        }
        io->information += count;
        if (count < next.rest)
            return STATUS_BUFFER_OVERFLOW;
        if (next.is_last)
            return STATUS_SUCCESS;
    }
    return STATUS_PENDING;
}

static NTSTATUS read_now(struct tsm_pipe_end *end, struct tsm_io *io)
{
    if (!end->channel || !is_connected(end))
        return STATUS_PENDING;
    return end->is_message_read ? read_message(end, io) : read_bytes(end, io);
}

static void pump_reads(struct tsm_pipe_end *end, struct tsm_io_batch *batch)
{
    struct tsm_io *io = first_io(&end->reads);
    bool did_read = false;

    for (; io; io = first_io(&end->reads)) {
        /* What comes before it in another process may still find data where this one would end. */
        if (end->share && is_connected(end) && !tsm_pipe_share_is_next(end, io))
            break;

        uint64_t before = io->information;
        NTSTATUS status = read_now(end, io);

        if (status == STATUS_PENDING) {
            /* A message longer than the ring goes on when its beginning has made room. */
            did_read |= io->information != before;
            status = tsm_pipe_state_check(end->state, end->is_server, TSM_PIPE_READ);
            if (status == STATUS_SUCCESS)
                break;
            io->information = 0;
        } else {
            did_read = true;
        }
        tsm_io_batch_add(batch, io, status, io->information);
    }
    if (did_read && end->channel)
        tsm_pipe_end_publish_reads_locked(end);
}

static bool somebody_reads(struct tsm_pipe_end *end)
{
    return !tsm_list_is_empty(&end->reads) || (end->share && tsm_pipe_share_others_read(end));
}

static void queue_read(struct tsm_pipe_end *end, struct tsm_io *io)
{
    if (tsm_unlikely(end->share != NULL))
        tsm_pipe_share_queue(end, io);
    tsm_list_append(&end->reads, &io->node);
    tsm_pipe_end_publish_reads_locked(end);
}

static NTSTATUS submit_read(struct tsm_pipe_end *end, struct tsm_io *io)
{
    bool must_queue = somebody_reads(end);
    NTSTATUS status = must_queue ? STATUS_PENDING : read_now(end, io);

    if (status != STATUS_PENDING) {
        tsm_pipe_end_publish_reads_locked(end);
        return status;
    }
    status = tsm_pipe_state_check(end->state, end->is_server, TSM_PIPE_READ);
    /* Others may leave something for it. */
    if (must_queue && end->state == TSM_PIPE_CLOSING)
        status = STATUS_SUCCESS;
    if (status != STATUS_SUCCESS || !end->channel)
        return status != STATUS_SUCCESS ? status : STATUS_PIPE_DISCONNECTED;
    if (end->is_nowait)
        return STATUS_PIPE_EMPTY;
    queue_read(end, io);
    return STATUS_PENDING;
}

/* ---- writing ---- */

void tsm_pipe_end_wake_reader_locked(struct tsm_pipe_end *end)
{
    /* pairs with the fence of a reader that has set its wait word in end_park() */
    atomic_thread_fence(memory_order_seq_cst);
    tsm_channel_wake(end->channel, &end->writer.shared->consumer_wait.wait);
}

static bool fits_quota(struct tsm_pipe_end *end, uint64_t end_position)
{
    uint64_t quota = end->writer.quota;

    /* A claim may be any number: nothing is added to it. */
    return end_position <= end->writer.consumed_seen + quota || end_position <= quota ||
           end_position - quota <= tsm_ring_writer_consumed(&end->writer);
}

/* Lays as much of a write into the ring as there is room for; a message longer than a frame may be
 * goes in pieces. True: all of it is there. */
static bool place(struct tsm_pipe_end *end, struct tsm_io *io, uint32_t flags)
{
    uint32_t limit = tsm_ring_frame_limit(end->writer.capacity - end->writer.low);

    do {
        uint32_t rest = io->in_length - io->pending.placed;
        uint32_t piece = rest < limit ? rest : limit;
        bool is_last = piece == rest;
        /* A message in pieces cannot be taken back: the first piece may be read already. */
        uint32_t piece_flags = io->in_length > limit ? (is_last ? 0 : TSM_FRAME_MORE) : flags;

        if (!tsm_ring_write(&end->writer, (const uint8_t *)io->in + io->pending.placed, piece,
                            piece_flags, &io->pending.frame))
            return false;
        io->pending.placed += piece;
        io->pending.is_placed = is_last;
        io->pending.is_revocable = (piece_flags & TSM_FRAME_REVOCABLE) != 0;
        io->pending.position = end->writer.head;
    } while (!io->pending.is_placed);
    return true;
}

static void pump_writes(struct tsm_pipe_end *end, struct tsm_io_batch *batch)
{
    struct tsm_ring_producer_wait *waiting;
    uint64_t need_tail = UINT64_MAX, need_payload = UINT64_MAX, need_messages = UINT64_MAX;
    NTSTATUS status =
        end->state == TSM_PIPE_CONNECTED
            ? STATUS_SUCCESS
            : (end->state == TSM_PIPE_DISCONNECTED ? STATUS_PIPE_DISCONNECTED : STATUS_PIPE_BROKEN);

    if (!end->channel) {
        fail_all(&end->writes, status, batch);
        fail_all(&end->flushes, status, batch);
        return;
    }
    waiting = &end->writer.shared->producer_wait;

    bool did_place = false, may_place = status == STATUS_SUCCESS;

    TSM_LIST_FOR_EACH(node, &end->writes)
    {
        struct tsm_io *io = TSM_LIST_ENTRY(node, struct tsm_io, node);

        if (!io->pending.is_placed && end->share && !tsm_pipe_share_is_next(end, io))
            break;
        if (!io->pending.is_placed && may_place) {
            uint32_t before = io->pending.placed;
            uint64_t position = end->writer.payload + io->in_length - before;

            bool is_free = io->in_length == 0 || fits_quota(end, position);

            may_place = place(end, io, is_free ? 0 : TSM_FRAME_REVOCABLE);
            did_place |= io->pending.placed != before || may_place;
            if (may_place)
                io->pending.target = end->writer.payload;
        }
        if (!io->pending.is_placed) {
            need_tail = tsm_min_u64(need_tail, end->writer.tail_seen + 1);
            break;
        }
        if (!fits_quota(end, io->pending.target)) {
            need_payload = tsm_min_u64(need_payload, io->pending.target - end->writer.quota);
            continue;
        }
        tsm_io_batch_add(batch, io, STATUS_SUCCESS, io->in_length);
    }
    TSM_LIST_FOR_EACH(node, &end->flushes)
    {
        struct tsm_io *io = TSM_LIST_ENTRY(node, struct tsm_io, node);

        if (tsm_ring_writer_messages_read(&end->writer) >= io->pending.target)
            tsm_io_batch_add(batch, io, STATUS_SUCCESS, 0);
        else
            need_messages = tsm_min_u64(need_messages, io->pending.target);
    }
    /* Windows: what was read before the peer closed has succeeded; what was still blocked then fails
     * with 109, not with 232. */
    if (status != STATUS_SUCCESS) {
        fail_all(&end->writes, status, batch);
        fail_all(&end->flushes, status, batch);
        return;
    }
    end->needs = (struct tsm_pipe_needs){need_tail, need_payload, need_messages};

    struct tsm_pipe_needs all = end->needs;

    if (tsm_unlikely(end->share != NULL))
        tsm_pipe_share_needs(end, &all);
    atomic_store_explicit(&waiting->need_tail, all.tail, memory_order_relaxed);
    atomic_store_explicit(&waiting->need_payload, all.payload, memory_order_relaxed);
    atomic_store_explicit(&waiting->need_messages, all.messages, memory_order_relaxed);
    if (did_place)
        tsm_pipe_end_wake_reader_locked(end);
}

static bool is_met(uint64_t need, uint64_t value)
{
    return need != UINT64_MAX && value >= need;
}

bool tsm_pipe_needs_are_met(const struct tsm_pipe_needs *needs, struct tsm_ring_header *ring)
{
    struct tsm_ring_consumer *reader = &ring->consumer;
    uint64_t read = atomic_load_explicit(&reader->payload, memory_order_relaxed);
    uint64_t claim = atomic_load_explicit(&reader->claim, memory_order_relaxed);

    return is_met(needs->tail, atomic_load_explicit(&reader->tail, memory_order_acquire)) ||
           is_met(needs->payload, tsm_max_u64(read, claim)) ||
           is_met(needs->messages, atomic_load_explicit(&reader->messages, memory_order_relaxed));
}

/* Windows: without waiting, a byte write gives what a pending read takes, a message write all or
 * nothing; both succeed. */
static NTSTATUS write_nowait_over_quota(struct tsm_pipe_end *end, struct tsm_io *io)
{
    uint64_t claim = tsm_ring_writer_consumed(&end->writer);
    uint64_t direct = claim > end->writer.payload ? claim - end->writer.payload : 0;
    uint64_t frame;

    if (!end->params.is_message_type && direct > 0 &&
        tsm_ring_write(&end->writer, io->in, (uint32_t)tsm_min_u64(direct, io->in_length), 0,
                       &frame)) {
        io->information = tsm_min_u64(direct, io->in_length);
        tsm_pipe_end_wake_reader_locked(end);
    }
    return STATUS_SUCCESS;
}

/* Frames of others come first: those of a write that is not in the ring as a whole. */
static bool is_behind_others(struct tsm_pipe_end *end)
{
    struct tsm_list *last = end->writes.prev;

    return (last != &end->writes &&
            !TSM_LIST_ENTRY(last, struct tsm_io, node)->pending.is_placed) ||
           (end->share && tsm_pipe_share_others_write(end));
}

static NTSTATUS submit_write(struct tsm_pipe_end *end, struct tsm_io *io)
{
    NTSTATUS status = tsm_pipe_state_check(end->state, end->is_server, TSM_PIPE_WRITE);

    if (status != STATUS_SUCCESS)
        return status;
    if (io->in_length == 0 && !end->params.is_message_type)
        return STATUS_SUCCESS;

    uint64_t position = end->writer.payload + io->in_length;
    bool fits = io->in_length == 0 || fits_quota(end, position);
    bool is_behind = is_behind_others(end);

    if (!fits && end->is_nowait)
        return write_nowait_over_quota(end, io);
    io->pending.placed = 0;
    io->pending.is_placed = false;
    if (!is_behind && place(end, io, fits ? 0 : TSM_FRAME_REVOCABLE)) {
        tsm_pipe_end_wake_reader_locked(end);
        /* Windows: strict order: what comes behind a pending write pends, unless it is empty. */
        if ((fits && tsm_list_is_empty(&end->writes)) || io->in_length == 0) {
            io->information = io->in_length;
            return STATUS_SUCCESS;
        }
    } else if (end->is_nowait && io->pending.placed == 0) {
        return STATUS_SUCCESS;
    } else if (io->pending.placed) {
        tsm_pipe_end_wake_reader_locked(end);
    }
    io->pending.target = end->writer.payload;
    if (end->share && !io->pending.is_placed)
        tsm_pipe_share_queue(end, io);
    tsm_list_append(&end->writes, &io->node);
    return STATUS_PENDING;
}

/* ---- flush, transact ---- */

static NTSTATUS submit_flush(struct tsm_pipe_end *end, struct tsm_io *io)
{
    NTSTATUS status = tsm_pipe_state_check(end->state, end->is_server, TSM_PIPE_FLUSH);

    if (status != STATUS_SUCCESS || end->state != TSM_PIPE_CONNECTED)
        return status;
    io->pending.target = end->writer.messages;
    io->pending.position = end->writer.head;
    if (tsm_list_is_empty(&end->writes) &&
        tsm_ring_writer_messages_read(&end->writer) >= io->pending.target)
        return STATUS_SUCCESS;
    tsm_list_append(&end->flushes, &io->node);
    return STATUS_PENDING;
}

static NTSTATUS submit_transact(struct tsm_pipe_end *end, struct tsm_io *io)
{
    NTSTATUS status = tsm_pipe_state_check(end->state, end->is_server, TSM_PIPE_TRANSACT);
    struct tsm_ring_next next;
    uint64_t frame;

    if (status != STATUS_SUCCESS)
        return status;
    if (!end->is_message_read || end->params.direction != 3)
        return STATUS_INVALID_PIPE_STATE;
    if (somebody_reads(end) || tsm_ring_peek(&end->reader, &next))
        return STATUS_PIPE_BUSY;
    if (io->in_length > tsm_ring_frame_limit(end->writer.capacity - end->writer.low) ||
        is_behind_others(end))
        return STATUS_INSUFFICIENT_RESOURCES;
    queue_read(end, io);
    /* Windows: the request is never held back by the quota. */
    if (!tsm_ring_write(&end->writer, io->in, io->in_length, 0, &frame)) {
        tsm_list_unlink(&io->node);
        tsm_pipe_end_publish_reads_locked(end);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    tsm_pipe_end_wake_reader_locked(end);
    return STATUS_PENDING;
}

/* ---- the file ---- */

void tsm_pipe_end_pump_locked(struct tsm_pipe_end *end, struct tsm_io_batch *batch)
{
    do {
        tsm_pipe_end_refresh_locked(end);
        pump_reads(end, batch);
        if (!tsm_list_is_empty(&end->writes) || !tsm_list_is_empty(&end->flushes))
            pump_writes(end, batch);
        /* A lie that came to light just now: nothing else would wake those who wait. */
    } while (tsm_unlikely(end->state == TSM_PIPE_CONNECTED && tsm_pipe_end_was_lied_to(end)));
    /* Windows: a client that has gone again already was a client. */
    if (is_connected(end))
        fail_all(&end->listens, STATUS_SUCCESS, batch);
    /* A client was there, and could not be let in. */
    if (tsm_unlikely(end->shortage != STATUS_SUCCESS) && !tsm_list_is_empty(&end->listens)) {
        fail_all(&end->listens, end->shortage, batch);
        end->shortage = STATUS_SUCCESS;
    }
    tsm_pipe_pumped_locked(end);
}

static void publish_cpu(struct tsm_pipe_end *end)
{
    uint32_t cpu = (uint32_t)sched_getcpu();
    _Atomic uint32_t *published = &end->writer.shared->producer_wait.cpu;

    if (atomic_load_explicit(published, memory_order_relaxed) != cpu)
        atomic_store_explicit(published, cpu, memory_order_relaxed);
    published = &end->reader.shared->consumer_wait.cpu;
    if (atomic_load_explicit(published, memory_order_relaxed) != cpu)
        atomic_store_explicit(published, cpu, memory_order_relaxed);
}

NTSTATUS tsm_pipe_end_submit(struct tsm_file *file, struct tsm_io *io)
{
    struct tsm_pipe_end *end = tsm_pipe_end_from(file);
    bool is_shared = tsm_unlikely(end->share != NULL);
    NTSTATUS status = STATUS_INVALID_HANDLE;

    if (end->was_closed)
        return status;
    if (is_shared) {
        tsm_pipe_share_lock(end);
        tsm_pipe_share_look_after(end);
    }
    tsm_pipe_end_refresh_locked(end);
    if (end->channel)
        publish_cpu(end);
    switch (io->kind) {
    case TSM_IO_READ:
        status = submit_read(end, io);
        break;
    case TSM_IO_WRITE:
        status = submit_write(end, io);
        break;
    case TSM_IO_FLUSH:
        status = submit_flush(end, io);
        break;
    case TSM_IO_TRANSACT:
        status = submit_transact(end, io);
        break;
    case TSM_IO_LISTEN:
        status = tsm_pipe_server_listen_locked(end, io);
        break;
    }
    if (status == STATUS_PENDING)
        tsm_file_keep_locked(file, io);
    if (is_shared) {
        tsm_pipe_share_unlock(end);
        tsm_lock_acquire(&file->lock);
    }
    return status;
}
