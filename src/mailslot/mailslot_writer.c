/* SPDX-License-Identifier: MIT */
/*
 * Mailslot writer
 *
 * One ring into one slot. A write lays down a message with the time, or drops it if there is no room;
 * it never waits and never learns who reads.
 *
 * Death:     several processes may have the slot. If one is killed while it lets this writer in, the
 *            others have not got its ring: the writer knocks again, with what lies there.
 * Routes:    a local slot is one certain slot; when that is closed, writes fail, also if another has
 *            taken the name. On the others each message looks for the slot if it is not at hand.
 * Ownership: the writer owns its channel; the reactor watches its socket.
 * Locking:   file.lock for everything.
 * Windows:   success means "sent", whatever becomes of the message.
 */
#include "mailslot/mailslot_writer.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/trace.h"
#include "mailslot/mailslot.h"
#include "mailslot/mailslot_route.h"
#include "object/access.h"
#include "object/import.h"
#include "os/fd.h"
#include "os/spawn.h"
#include "wire/writer_parcel.h"

/* Windows: opening always grants these two, so that a handle can be waited for and queried. */
#define ALWAYS_GRANTED (SYNCHRONIZE | FILE_READ_ATTRIBUTES)

struct tsm_mailslot_writer {
    struct tsm_file file;
    struct tsm_name name;
    enum tsm_mailslot_route route;
    struct tsm_mailslot_found slot; /* channel NULL: not at hand */
    struct tsm_ring_writer ring;
    bool was_closed;
};

static const struct tsm_object_ops object_ops;
static const struct tsm_file_ops file_ops;

static struct tsm_mailslot_writer *writer_from(struct tsm_file *file)
{
    return tsm_container_of(file, struct tsm_mailslot_writer, file);
}

bool tsm_mailslot_writer_is(const struct tsm_file *file)
{
    return file->ops == &file_ops;
}

static void on_slot_gone(void *context)
{
    /* The channel has noted it, and the next write sees that. */
}

/* Lock held, or nobody else knows the writer. */
static NTSTATUS attach(struct tsm_mailslot_writer *writer, uint64_t seq)
{
    struct tsm_mailslot_found found;
    NTSTATUS status = tsm_mailslot_door_knock(&writer->name, seq, NULL, &found);

    if (!NT_SUCCESS(status))
        return status;
    tsm_channel_watch(found.channel, on_slot_gone, NULL);
    tsm_channel_writer_init(found.channel, &writer->ring, TSM_MAILSLOT_WRITER_BYTES);
    writer->slot = found;
    return STATUS_SUCCESS;
}

static void detach(struct tsm_mailslot_writer *writer)
{
    if (writer->slot.channel)
        tsm_channel_close(writer->slot.channel, TSM_SIDE_CLOSED);
    writer->slot.channel = NULL;
}

static bool is_slot_there(const struct tsm_mailslot_writer *writer)
{
    struct tsm_channel *channel = writer->slot.channel;

    return channel && tsm_channel_peer_state(channel) == TSM_SIDE_OPEN &&
           !tsm_channel_peer_is_gone_locked(channel) && !writer->ring.is_broken;
}

/* Whoever let it in is gone without a word, and nobody has read anything: others may have the slot. */
static bool knock_again(struct tsm_mailslot_writer *writer)
{
    struct tsm_channel *channel = writer->slot.channel;
    struct tsm_mailslot_found found;

    return channel && !writer->ring.is_broken && tsm_channel_peer_state(channel) == TSM_SIDE_OPEN &&
           tsm_ring_writer_unread(&writer->ring) == writer->ring.head &&
           NT_SUCCESS(tsm_mailslot_door_knock(&writer->name, writer->slot.seq, channel, &found));
}

static bool has_room(struct tsm_mailslot_writer *writer, uint32_t length)
{
    struct tsm_ring_writer *ring = &writer->ring;
    uint64_t allowance =
        atomic_load_explicit(&ring->shared->consumer.allowance, memory_order_relaxed);
    uint64_t needed = (uint64_t)length + TSM_RING_STAMP_SIZE + sizeof(struct tsm_frame);
    uint64_t unread = ring->head - ring->tail_seen;

    /* The slot has not looked yet, or wants more of us than it may have. */
    if (allowance == 0 || allowance > TSM_MAILSLOT_WRITER_BYTES)
        allowance = TSM_MAILSLOT_WRITER_BYTES;
    if (unread + needed <= allowance)
        return true;
    unread = tsm_ring_writer_unread(ring);
    return unread == 0 || unread + needed <= allowance;
}

/* Asked for when the slot went to rest. */
static void ring_bell(struct tsm_mailslot_writer *writer)
{
    _Atomic uint32_t *wait = &writer->ring.shared->consumer_wait.wait;

    /* pairs with the fence in tsm_mailslot_link_rest() */
    atomic_thread_fence(memory_order_seq_cst);
    if (tsm_likely(atomic_load_explicit(wait, memory_order_relaxed) == 0) ||
        atomic_exchange(wait, 0) == 0)
        return;

    NTSTATUS status = tsm_unix_send(writer->slot.channel->socket, "", 1, -1);

    /* The system has nothing for a byte: the next message rings. */
    if (!NT_SUCCESS(status) && status != STATUS_PIPE_BROKEN)
        atomic_store(wait, TSM_WAIT_BELL);
}

static void put(struct tsm_mailslot_writer *writer, const struct tsm_io *io)
{
    struct tsm_ring_writer *ring = &writer->ring;
    _Atomic uint32_t *published = &ring->shared->producer_wait.cpu;
    uint32_t cpu = (uint32_t)sched_getcpu();

    if (atomic_load_explicit(published, memory_order_relaxed) != cpu)
        atomic_store_explicit(published, cpu, memory_order_relaxed);
    if (has_room(writer, io->in_length) &&
        tsm_ring_write_stamped(ring, (uint64_t)tsm_monotonic_ns(), io->in, io->in_length)) {
        ring_bell(writer);
        return;
    }

    _Atomic uint64_t *dropped = &ring->shared->producer.dropped;

    atomic_store_explicit(dropped, atomic_load_explicit(dropped, memory_order_relaxed) + 1,
                          memory_order_relaxed);
    /* The reader is far behind; it may be this processor that it waits for. */
    sched_yield();
}

static NTSTATUS check_length(const struct tsm_mailslot_writer *writer, uint32_t length)
{
    if (writer->route == TSM_ROUTE_EVERYONE && length > TSM_ROUTE_EVERYONE_BYTES)
        return STATUS_BAD_NETWORK_PATH;
    if (length > TSM_MAILSLOT_MESSAGE_BYTES)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (writer->slot.channel && writer->slot.max_message && length > writer->slot.max_message)
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static NTSTATUS submit_write(struct tsm_mailslot_writer *writer, struct tsm_io *io)
{
    bool is_there = is_slot_there(writer) || knock_again(writer);

    if (!is_there) {
        detach(writer);
        is_there = writer->route != TSM_ROUTE_SLOT && NT_SUCCESS(attach(writer, 0));
    }

    NTSTATUS status = check_length(writer, io->in_length);

    /* Windows: over the network nobody hears that a message is too long for a slot. */
    if (status == STATUS_INVALID_PARAMETER && writer->route != TSM_ROUTE_SLOT) {
        status = STATUS_SUCCESS;
        is_there = false;
    }
    if (!NT_SUCCESS(status))
        return status;
    if (is_there)
        put(writer, io);
    else if (writer->route == TSM_ROUTE_SLOT)
        return STATUS_FILE_FORCED_CLOSED;
    io->information = io->in_length;
    return STATUS_SUCCESS;
}

static NTSTATUS writer_submit(struct tsm_file *file, struct tsm_io *io)
{
    struct tsm_mailslot_writer *writer = writer_from(file);

    if (writer->was_closed)
        return STATUS_INVALID_HANDLE;
    switch (io->kind) {
    case TSM_IO_WRITE:
        return submit_write(writer, io);
    case TSM_IO_READ:
        return STATUS_INVALID_PARAMETER;
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

NTSTATUS tsm_mailslot_writer_open(const char16_t *text, uint32_t access, struct tsm_file **out,
                                  uint32_t *granted)
{
    struct tsm_mailslot_writer *writer = calloc(1, sizeof(*writer));
    NTSTATUS status;

    if (!writer)
        return STATUS_NO_MEMORY;
    tsm_file_init(&writer->file, &object_ops, &file_ops);
    status = tsm_mailslot_route(text, &writer->route, &writer->name);
    if (NT_SUCCESS(status) && writer->route == TSM_ROUTE_SLOT)
        status = attach(writer, 0);
    if (!NT_SUCCESS(status)) {
        tsm_object_unref(&writer->file.object);
        return status;
    }
    *out = &writer->file;
    *granted = tsm_access_map(&object_ops, access) | ALWAYS_GRANTED;
    return STATUS_SUCCESS;
}

static DWORD writer_type(struct tsm_file *file)
{
    return FILE_TYPE_UNKNOWN;
}

static bool writer_is_signaled(struct tsm_object *object, uint32_t tid)
{
    return atomic_load_explicit(&tsm_file_from(object)->is_signaled, memory_order_relaxed);
}

static void writer_last_handle_closed(struct tsm_object *object)
{
    struct tsm_mailslot_writer *writer = writer_from(tsm_file_from(object));

    tsm_lock_acquire(&writer->file.lock);
    writer->was_closed = true;
    detach(writer);
    tsm_lock_release(&writer->file.lock);
}

static void writer_destroy(struct tsm_object *object)
{
    struct tsm_mailslot_writer *writer = writer_from(tsm_file_from(object));

    detach(writer);
    tsm_file_deinit(&writer->file);
    free(writer);
}

/* ---- on the way to other processes ---- */

/* The other process finds the slot by its name and seq and has a ring of its own. */
static NTSTATUS writer_export(struct tsm_object *object, struct tsm_export *out)
{
    struct tsm_mailslot_writer *writer = writer_from(tsm_file_from(object));
    struct tsm_writer_parcel parcel = {
        .route = writer->route,
        .seq = writer->route == TSM_ROUTE_SLOT ? writer->slot.seq : 0,
        .length = writer->name.length,
    };
    bool is_overlapped = writer->file.is_overlapped;
    uint8_t bytes[TSM_WRITER_PARCEL_SIZE];
    int fd;

    memcpy(parcel.name, writer->name.folded, parcel.length * sizeof(char16_t));

    size_t length = tsm_writer_parcel_encode(&parcel, bytes);
    NTSTATUS status = tsm_spawn_data_fd(bytes, length, &fd);

    if (NT_SUCCESS(status))
        *out = (struct tsm_export){
            .type = TSM_IMPORT_WRITER, .fd = fd, .is_fd_owned = true, .data = {is_overlapped}};
    return status;
}

static NTSTATUS writer_import(const struct tsm_export *in, struct tsm_object **out)
{
    struct tsm_mailslot_writer *writer;
    struct tsm_writer_parcel parcel;
    void *bytes;
    size_t length;
    NTSTATUS status = tsm_spawn_read_data_fd(in->fd, &bytes, &length);

    if (!NT_SUCCESS(status))
        return status;

    bool is_good = tsm_writer_parcel_decode(bytes, length, &parcel) &&
                   parcel.route <= TSM_ROUTE_EVERYONE &&
                   (parcel.seq != 0) == (parcel.route == TSM_ROUTE_SLOT);

    free(bytes);
    if (!is_good)
        return STATUS_INVALID_PARAMETER;
    writer = calloc(1, sizeof(*writer));
    if (!writer)
        return STATUS_NO_MEMORY;
    tsm_file_init(&writer->file, &object_ops, &file_ops);
    writer->file.is_overlapped = in->data[0] & 1;
    writer->route = (enum tsm_mailslot_route)parcel.route;
    writer->name.length = parcel.length;
    memcpy(writer->name.folded, parcel.name, parcel.length * sizeof(char16_t));
    /* A slot that has been closed meanwhile stays closed to this handle. */
    if (writer->route == TSM_ROUTE_SLOT)
        (void)!NT_SUCCESS(attach(writer, parcel.seq));
    tsm_fd_close(in->fd);
    *out = &writer->file.object;
    return STATUS_SUCCESS;
}

void tsm_mailslot_writer_init(void)
{
    tsm_import_register(TSM_IMPORT_WRITER, writer_import);
}

static const struct tsm_object_ops object_ops = {
    .type_name = "MailslotWriter",
    .valid_access = FILE_ALL_ACCESS,
    .is_file = true,
    .is_signaled = writer_is_signaled,
    .last_handle_closed = writer_last_handle_closed,
    .destroy = writer_destroy,
    .export = writer_export,
};

static const struct tsm_file_ops file_ops = {
    .submit = writer_submit,
    .type = writer_type,
};
