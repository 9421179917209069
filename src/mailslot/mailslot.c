/* SPDX-License-Identifier: MIT */
/*
 * Mailslot
 *
 * Many write, the owner reads: each writer has a ring of its own, and the slot merges them. Nobody
 * waits for anybody: a message for which there is no room is dropped and counted by its writer.
 *
 * States:    open until the last handle is closed or the process ends; then writers are told. Other
 *            processes may have handles as well: see mailslot_share.c.
 * Ownership: the slot owns its links; each has the memory of one writer, who may die or lie.
 * Locking:   file.lock for everything. A reader who waits sleeps without it, see mailslot_park.c;
 *            while none does, the service thread lets writers in and out and serves overlapped reads.
 * Windows:   a read takes one whole message, or fails and leaves it where it is.
 */
#include "mailslot/mailslot.h"

#include <stdlib.h>
#include <sys/epoll.h>

#include <winbase.h>

#include "base/trace.h"
#include "mailslot/mailslot_share.h"
#include "os/spin.h"

#define LOOK_AGAIN_MS 50

static struct tsm_io *first_io(const struct tsm_list *list)
{
    struct tsm_list *node = tsm_list_first(list);

    return node ? TSM_LIST_ENTRY(node, struct tsm_io, node) : NULL;
}

/* STATUS_PENDING: there is no message. */
static NTSTATUS read_now(struct tsm_mailslot *slot, struct tsm_io *io)
{
    struct tsm_mailslot_link *link;

    while ((link = tsm_mailslot_next_locked(slot))) {
        uint32_t size = link->size;

        if (size > io->out_length)
            return STATUS_BUFFER_TOO_SMALL;
        if (tsm_mailslot_take_locked(slot, io->out)) {
            io->information = size;
            return STATUS_SUCCESS;
        }
    }
    return STATUS_PENDING;
}

static NTSTATUS submit_read(struct tsm_mailslot *slot, struct tsm_io *io)
{
    NTSTATUS status = tsm_list_is_empty(&slot->reads) ? read_now(slot, io) : STATUS_PENDING;

    if (status != STATUS_PENDING)
        return status;
    if (slot->read_timeout_ms == 0)
        return STATUS_IO_TIMEOUT;
    io->pending.target = (uint64_t)tsm_deadline_in_ms(slot->read_timeout_ms).at_ns;
    tsm_list_append(&slot->reads, &io->node);
    tsm_file_keep_locked(&slot->file, io);
    return STATUS_PENDING;
}

void tsm_mailslot_pump_locked(struct tsm_mailslot *slot, struct tsm_io_batch *batch)
{
    struct tsm_io *io;

    while ((io = first_io(&slot->reads))) {
        NTSTATUS status = read_now(slot, io);

        if (status == STATUS_PENDING)
            return;
        tsm_mailslot_finish_locked(slot, batch, io, status);
    }
}

void tsm_mailslot_finish_locked(struct tsm_mailslot *slot, struct tsm_io_batch *batch,
                                struct tsm_io *io, NTSTATUS status)
{
    tsm_io_batch_add(batch, io, status, io->information);
    if (io == slot->leader)
        tsm_poll_set_nudge(&slot->poll);
}

/* Overlapped reads whose time is over end. Returns when the next one's is. */
static struct tsm_deadline expire(struct tsm_mailslot *slot, struct tsm_io_batch *batch)
{
    struct tsm_deadline earliest = TSM_DEADLINE_NEVER;

    TSM_LIST_FOR_EACH(node, &slot->reads)
    {
        struct tsm_io *io = TSM_LIST_ENTRY(node, struct tsm_io, node);
        struct tsm_deadline deadline = {(int64_t)io->pending.target};

        if (!io->on_finish)
            continue;
        if (tsm_deadline_has_passed(deadline))
            tsm_mailslot_finish_locked(slot, batch, io, STATUS_IO_TIMEOUT);
        else if (deadline.at_ns < earliest.at_ns)
            earliest = deadline;
    }
    return earliest;
}

struct tsm_deadline tsm_mailslot_look_again_locked(const struct tsm_mailslot *slot,
                                                   struct tsm_deadline deadline)
{
    struct tsm_deadline soon = tsm_deadline_in_ms(LOOK_AGAIN_MS);

    return (slot->share || slot->is_short) && soon.at_ns < deadline.at_ns ? soon : deadline;
}

void tsm_mailslot_settle_locked(struct tsm_mailslot *slot, struct tsm_io_batch *batch)
{
    do
        tsm_mailslot_pump_locked(slot, batch);
    while (!slot->leader && !tsm_list_is_empty(&slot->reads) && !tsm_mailslot_rest_locked(slot));

    struct tsm_deadline next = expire(slot, batch);

    if (!tsm_list_is_empty(&slot->reads))
        next = tsm_mailslot_look_again_locked(slot, next);
    if (!tsm_deadline_is_never(next))
        tsm_reactor_set_deadline(&slot->watch, next);
}

static void look_after(struct tsm_mailslot *slot)
{
    struct tsm_io_batch batch;

    tsm_io_batch_init(&batch);
    tsm_mailslot_lock(slot);
    tsm_mailslot_collect_locked(slot);
    tsm_mailslot_settle_locked(slot, &batch);
    tsm_mailslot_unlock(slot);
    tsm_io_batch_finish(&batch, NULL);
}

static void on_event(struct tsm_reactor_watch *watch, uint32_t events)
{
    look_after(tsm_container_of(watch, struct tsm_mailslot, watch));
}

struct tsm_mailslot *tsm_mailslot_new(uint32_t max_message, uint32_t read_timeout_ms)
{
    struct tsm_mailslot *slot = calloc(1, sizeof(*slot));

    if (!slot)
        return NULL;
    tsm_file_init(&slot->file, &tsm_mailslot_object_ops, &tsm_mailslot_file_ops);
    slot->file.is_overlapped = true; /* Windows: always */
    slot->poll = TSM_POLL_SET_INIT;
    slot->max_message = max_message;
    slot->read_timeout_ms = read_timeout_ms;
    slot->allowance = TSM_MAILSLOT_WRITER_BYTES;
    slot->spin_us = tsm_spin_limit_us();
    tsm_list_init(&slot->greeting);
    tsm_list_init(&slot->awake);
    tsm_list_init(&slot->resting);
    tsm_list_init(&slot->left);
    tsm_list_init(&slot->reads);
    return slot;
}

NTSTATUS tsm_mailslot_begin(struct tsm_mailslot *slot)
{
    NTSTATUS status = tsm_poll_set_init(&slot->poll);

    if (NT_SUCCESS(status))
        status = tsm_poll_set_add(&slot->poll, slot->door.listener, &slot->door);
    if (!NT_SUCCESS(status))
        return status;
    slot->watch.fd = slot->poll.fd;
    slot->watch.on_event = on_event;
    return tsm_reactor_add(&slot->watch, EPOLLIN);
}

NTSTATUS tsm_mailslot_create(const char16_t *text, uint32_t max_message, uint32_t read_timeout_ms,
                             bool is_open_to_all, struct tsm_mailslot **out)
{
    struct tsm_mailslot *slot;
    struct tsm_name name;
    NTSTATUS status = tsm_name_parse_mailslot(text, &name, NULL);

    /* Windows: nobody makes a slot elsewhere. */
    if (NT_SUCCESS(status) && name.host != TSM_HOST_LOCAL)
        status = STATUS_OBJECT_NAME_INVALID;
    if (!NT_SUCCESS(status))
        return status;
    slot = tsm_mailslot_new(max_message, read_timeout_ms);
    if (!slot)
        return STATUS_NO_MEMORY;
    status = tsm_mailslot_door_open(&name, max_message, is_open_to_all, &slot->door);
    slot->is_open = NT_SUCCESS(status);
    if (NT_SUCCESS(status))
        status = tsm_mailslot_begin(slot);
    if (!NT_SUCCESS(status)) {
        tsm_object_unref(&slot->file.object);
        return status;
    }
    *out = slot;
    return STATUS_SUCCESS;
}

void tsm_mailslot_query(struct tsm_mailslot *slot, struct tsm_mailslot_info *out)
{
    tsm_mailslot_lock(slot);

    const struct tsm_mailslot_link *next = tsm_mailslot_next_locked(slot);

    out->max_message = slot->max_message;
    out->read_timeout_ms = slot->read_timeout_ms;
    out->next_size = next ? next->size : MAILSLOT_NO_MESSAGE;
    out->count = next ? (uint32_t)tsm_mailslot_count_locked(slot) : 0;
    tsm_mailslot_unlock(slot);
}

void tsm_mailslot_set_timeout(struct tsm_mailslot *slot, uint32_t read_timeout_ms)
{
    tsm_mailslot_lock(slot);
    slot->read_timeout_ms = read_timeout_ms;
    if (slot->share)
        tsm_mailslot_share_set_timeout(slot);
    tsm_mailslot_unlock(slot);
}

/* ---- the file ---- */

static NTSTATUS mailslot_submit(struct tsm_file *file, struct tsm_io *io)
{
    struct tsm_mailslot *slot = tsm_mailslot_from(file);

    NTSTATUS status;

    if (!slot->is_open)
        return STATUS_INVALID_HANDLE;
    if (io->kind != TSM_IO_READ)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (tsm_likely(!slot->share))
        return submit_read(slot, io);
    tsm_mailslot_share_lock(slot);
    status = submit_read(slot, io);
    tsm_mailslot_share_unlock(slot);
    return status;
}

static void mailslot_look_after(struct tsm_file *file)
{
    look_after(tsm_mailslot_from(file));
}

static NTSTATUS mailslot_cancel(struct tsm_file *file, tsm_io_filter *is_meant, const void *context)
{
    struct tsm_mailslot *slot = tsm_mailslot_from(file);
    NTSTATUS status = STATUS_NOT_FOUND;
    struct tsm_io_batch batch;

    tsm_io_batch_init(&batch);
    tsm_mailslot_lock(slot);
    tsm_mailslot_pump_locked(slot, &batch); /* what is done is done */
    TSM_LIST_FOR_EACH(node, &file->pending)
    {
        struct tsm_io *io = TSM_LIST_ENTRY(node, struct tsm_io, file_node);

        if (!is_meant(io, context))
            continue;
        status = STATUS_SUCCESS;
        tsm_mailslot_finish_locked(slot, &batch, io, STATUS_CANCELLED);
    }
    tsm_mailslot_settle_locked(slot, &batch);
    tsm_mailslot_unlock(slot);
    tsm_io_batch_finish(&batch, NULL);
    return status;
}

static DWORD mailslot_type(struct tsm_file *file)
{
    return FILE_TYPE_UNKNOWN;
}

static bool mailslot_is_signaled(struct tsm_object *object, uint32_t tid)
{
    return atomic_load_explicit(&tsm_file_from(object)->is_signaled, memory_order_relaxed);
}

/* Lock held: writers are told. */
static void close_locked(struct tsm_mailslot *slot)
{
    /* Writers that are not let in yet are told like the others. */
    tsm_mailslot_collect_locked(slot);
    if (tsm_trace_is_on(TSM_TRACE_MAILSLOT))
        tsm_trace(TSM_TRACE_MAILSLOT, "closed: %llu messages are not read, %llu found no room",
                  (unsigned long long)tsm_mailslot_count_locked(slot),
                  (unsigned long long)slot->lost);
    slot->is_open = false;
    tsm_mailslot_drop_all_locked(slot);
}

/* Lock held: the slot goes on in other processes. */
static void leave_locked(struct tsm_mailslot *slot)
{
    slot->is_open = false;
    tsm_mailslot_unload_all_locked(slot);
}

static void mailslot_last_handle_closed(struct tsm_object *object)
{
    struct tsm_mailslot *slot = tsm_mailslot_from(tsm_file_from(object));
    struct tsm_io_batch batch;
    struct tsm_io *io;
    bool is_last;

    tsm_reactor_remove(&slot->watch);
    tsm_io_batch_init(&batch);
    tsm_mailslot_lock(slot);
    is_last = !slot->share || tsm_mailslot_share_is_last(slot);
    while ((io = first_io(&slot->reads)))
        tsm_mailslot_finish_locked(slot, &batch, io, STATUS_FILE_FORCED_CLOSED);
    if (is_last)
        close_locked(slot);
    else
        leave_locked(slot);
    if (slot->share)
        tsm_mailslot_share_go(slot);
    tsm_mailslot_unlock(slot);
    if (is_last)
        tsm_mailslot_door_close(&slot->door);
    else
        tsm_mailslot_door_leave(&slot->door);
    tsm_io_batch_finish(&batch, NULL);
}

static void mailslot_process_exits(struct tsm_object *object)
{
    struct tsm_mailslot *slot = tsm_mailslot_from(tsm_file_from(object));

    tsm_mailslot_lock(slot);
    if (slot->is_open && (!slot->share || tsm_mailslot_share_is_last(slot))) {
        slot->is_open = false;
        tsm_mailslot_door_close(&slot->door);
    }
    tsm_mailslot_unlock(slot);
}

static void mailslot_destroy(struct tsm_object *object)
{
    struct tsm_mailslot *slot = tsm_mailslot_from(tsm_file_from(object));

    if (slot->is_open) /* never had a handle */
        mailslot_last_handle_closed(object);
    tsm_mailslot_share_free(slot);
    tsm_poll_set_deinit(&slot->poll);
    tsm_file_deinit(&slot->file);
    free(slot->queue);
    free(slot);
}

const struct tsm_object_ops tsm_mailslot_object_ops = {
    .type_name = "Mailslot",
    .valid_access = FILE_ALL_ACCESS,
    .is_file = true,
    .is_signaled = mailslot_is_signaled,
    .last_handle_closed = mailslot_last_handle_closed,
    .destroy = mailslot_destroy,
    .process_exits = mailslot_process_exits,
    .export = tsm_mailslot_share_export,
};

const struct tsm_file_ops tsm_mailslot_file_ops = {
    .submit = mailslot_submit,
    .park = tsm_mailslot_park,
    .look_after = mailslot_look_after,
    .cancel = mailslot_cancel,
    .type = mailslot_type,
};
