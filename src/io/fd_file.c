/* SPDX-License-Identifier: MIT */
/*
 * Descriptor file
 *
 * The kernel does the work and the waiting: a request is carried out by its caller in park(), without
 * the file lock. An overlapped one is carried out by a thread of the work pool.
 *
 * Cancelling: whoever has to wait for a pipe becomes one of file.pending meanwhile, and polls the
 *             file's bell beside the descriptor. Who rings it has said before who is meant. The console
 *             knows its reader itself.
 * Windows:    what has begun on a disk is not cancelled.
 */
#include "io/fd_file.h"

#include <stdlib.h>

#include "base/assert.h"
#include "io/console.h"
#include "object/import.h"
#include "os/fd_call.h"
#include "os/fd_pipe.h"
#include "os/poll_set.h"

struct tsm_fd_file *tsm_fd_file_new(int fd)
{
    struct tsm_fd_file *made = calloc(1, sizeof(*made));

    if (!made)
        return NULL;
    tsm_file_init(&made->file, &tsm_fd_file_object_ops, &tsm_fd_file_ops);
    made->fd = fd;
    made->bell = -1;
    made->kind = tsm_fd_kind_of(fd);
    made->is_terminal = made->kind == TSM_FD_CHAR && tsm_fd_is_terminal(fd);
    return made;
}

/* ---- waiting ---- */

/* It can be called back from now on; *bell: by that. */
static void begin_to_wait(struct tsm_fd_file *file, struct tsm_io *io, int *bell)
{
    tsm_lock_acquire(&file->file.lock);
    if (file->bell < 0 && file->kind == TSM_FD_PIPE)
        (void)!NT_SUCCESS(tsm_poll_bell_new(&file->bell)); /* without one nobody is called back */
    *bell = file->bell;
    if (!io->on_finish)
        tsm_file_keep_locked(&file->file, io);
    tsm_lock_release(&file->file.lock);
}

/* Lock held: the bell says what is so. */
static void set_bell(struct tsm_fd_file *file)
{
    if (file->bell < 0)
        return;
    tsm_poll_bell_hush(file->bell);
    TSM_LIST_FOR_EACH(node, &file->file.pending)
    {
        if (TSM_LIST_ENTRY(node, struct tsm_io, file_node)->is_called_back) {
            tsm_poll_bell_ring(file->bell);
            return;
        }
    }
}

/* True: it was this one. */
static bool was_called_back(struct tsm_fd_file *file, struct tsm_io *io)
{
    bool was;

    tsm_lock_acquire(&file->file.lock);
    was = io->is_called_back;
    if (!was)
        set_bell(file);
    tsm_lock_release(&file->file.lock);
    return was;
}

static void end_wait(struct tsm_fd_file *file, struct tsm_io *io)
{
    tsm_lock_acquire(&file->file.lock);
    if (!io->on_finish)
        tsm_list_unlink(&io->file_node);
    if (io->is_called_back) {
        io->is_called_back = false;
        set_bell(file);
    }
    tsm_lock_release(&file->file.lock);
}

/* Between begin and end: until the descriptor is ready. */
static NTSTATUS wait_ready(struct tsm_fd_file *file, struct tsm_io *io, int bell)
{
    NTSTATUS status;

    do
        status = tsm_fd_call_wait(file->fd, io->kind == TSM_IO_WRITE, bell);
    while (status == STATUS_ALERTED && !was_called_back(file, io));
    return status == STATUS_ALERTED ? STATUS_CANCELLED : status;
}

/* ---- pipes ---- */

static NTSTATUS pipe_read_step(struct tsm_fd_file *file, struct tsm_io *io, uint32_t *count)
{
    /* Windows: a read of nothing waits for data and leaves it. */
    return io->out_length == 0 ? tsm_fd_pipe_wait(file->fd, false)
                               : tsm_fd_call_read(file->fd, io->out, io->out_length, count);
}

static NTSTATUS pipe_read_waiting(struct tsm_fd_file *file, struct tsm_io *io, uint32_t *count)
{
    NTSTATUS status = pipe_read_step(file, io, count);
    int bell;

    if (status != STATUS_PIPE_EMPTY)
        return status;
    begin_to_wait(file, io, &bell);
    while (status == STATUS_PIPE_EMPTY) {
        status = wait_ready(file, io, bell);
        if (status == STATUS_SUCCESS)
            status = pipe_read_step(file, io, count);
    }
    end_wait(file, io);
    return status;
}

static NTSTATUS pipe_read(struct tsm_fd_file *file, struct tsm_io *io, uint32_t *count)
{
    if (!file->is_nowait)
        return pipe_read_waiting(file, io, count);
    return io->out_length == 0 ? tsm_fd_pipe_wait(file->fd, false)
                               : tsm_fd_pipe_read_now(file->fd, io->out, io->out_length, count);
}

/* The first attempt does not wait: only so can a pipe that had no reader be told from one that
 * loses it. */
static NTSTATUS pipe_write_waiting(struct tsm_fd_file *file, struct tsm_io *io, uint32_t *count)
{
    NTSTATUS status = tsm_fd_call_write(file->fd, io->in, io->in_length, count);
    int bell;

    if (status == STATUS_NOT_SUPPORTED)
        return tsm_fd_pipe_write(file->fd, io->in, io->in_length, count);
    if (!NT_SUCCESS(status) || *count == io->in_length)
        return status;
    begin_to_wait(file, io, &bell);
    while (NT_SUCCESS(status) && *count < io->in_length) {
        uint32_t more = 0;

        status = wait_ready(file, io, bell);
        if (NT_SUCCESS(status))
            status = tsm_fd_call_write(file->fd, (const char *)io->in + *count,
                                       io->in_length - *count, &more);
        *count += more;
    }
    end_wait(file, io);
    return status == STATUS_PIPE_CLOSING ? STATUS_PIPE_BROKEN : status;
}

static NTSTATUS pipe_flush(struct tsm_fd_file *file, struct tsm_io *io)
{
    NTSTATUS status;
    int bell;

    begin_to_wait(file, io, &bell);
    do
        status = tsm_fd_call_drain(file->fd, bell);
    while (status == STATUS_ALERTED && !was_called_back(file, io));
    end_wait(file, io);
    return status == STATUS_ALERTED ? STATUS_CANCELLED : status;
}

/* Windows: all or nothing, and success either way. A pipe of ours has room for what its size
 * leaves; of another one only the kernel knows. */
static NTSTATUS pipe_write_now(struct tsm_fd_file *file, struct tsm_io *io, uint32_t *count)
{
    uint32_t room = file->size, waiting = 0;
    NTSTATUS status = room ? STATUS_SUCCESS : tsm_fd_pipe_capacity(file->fd, &room);

    if (NT_SUCCESS(status))
        status = tsm_fd_pipe_waiting(file->fd, &waiting);
    return tsm_fd_pipe_write_now(
        file->fd, io->in,
        NT_SUCCESS(status) && (uint64_t)waiting + io->in_length > room ? 0 : io->in_length, count);
}

static NTSTATUS pipe_write(struct tsm_fd_file *file, struct tsm_io *io, uint32_t *count)
{
    NTSTATUS status;

    if (io->in_length == 0)
        return STATUS_SUCCESS;
    tsm_lock_acquire(&file->writing);
    status =
        file->is_nowait ? pipe_write_now(file, io, count) : pipe_write_waiting(file, io, count);
    tsm_lock_release(&file->writing);
    return status;
}

static NTSTATUS fd_flush(struct tsm_fd_file *file, struct tsm_io *io)
{
    switch (file->kind) {
    case TSM_FD_DISK:
        return tsm_fd_sync(file->fd);
    case TSM_FD_PIPE:
        return file->size && !file->is_read_end ? pipe_flush(file, io) : STATUS_SUCCESS;
    case TSM_FD_CHAR:
        return file->is_terminal ? STATUS_INVALID_HANDLE : STATUS_SUCCESS;
    }
    tsm_unreachable();
}

/* Windows: a failed call has transferred nothing. */
static NTSTATUS fd_run(struct tsm_fd_file *file, struct tsm_io *io, int64_t offset)
{
    bool is_pipe = file->kind == TSM_FD_PIPE;
    NTSTATUS status = STATUS_SUCCESS;
    uint32_t count = 0;

    switch (io->kind) {
    case TSM_IO_READ:
        status = is_pipe ? pipe_read(file, io, &count)
                 : file->is_terminal
                     ? tsm_console_read(file, io->out, io->out_length, &count)
                     : tsm_fd_read(file->fd, io->out, io->out_length, offset, &count);
        break;
    case TSM_IO_WRITE:
        status = is_pipe ? pipe_write(file, io, &count)
                         : tsm_fd_write(file->fd, io->in, io->in_length, offset, &count);
        break;
    case TSM_IO_FLUSH:
        status = fd_flush(file, io);
        break;
    default:
        tsm_unreachable();
    }
    io->information = NT_SUCCESS(status) ? count : 0;
    return status;
}

NTSTATUS tsm_fd_file_transfer_at(struct tsm_fd_file *file, struct tsm_io *io, int64_t offset)
{
    bool is_append = io->kind == TSM_IO_WRITE && offset == TSM_OFFSET_APPEND;
    int64_t position;
    NTSTATUS status;

    if (file->kind != TSM_FD_DISK)
        return fd_run(file, io, -1);
    if (is_append) {
        status = tsm_fd_seek(file->fd, 0, FILE_END, &position);
        return NT_SUCCESS(status) ? fd_run(file, io, -1) : status;
    }
    if (offset < 0)
        return STATUS_INVALID_PARAMETER;
    status = fd_run(file, io, offset);
    if (!NT_SUCCESS(status))
        return status;
    if (io->kind == TSM_IO_READ && io->information == 0 && io->out_length)
        return STATUS_END_OF_FILE;
    return tsm_fd_seek(file->fd, offset + (int64_t)io->information, FILE_BEGIN, &position);
}

/* ---- overlapped ---- */

static NTSTATUS append(struct tsm_fd_file *file, struct tsm_io *io)
{
    int64_t position;
    NTSTATUS status;

    tsm_lock_acquire(&file->writing);
    status = tsm_fd_seek(file->fd, 0, FILE_END, &position);
    if (NT_SUCCESS(status))
        status = fd_run(file, io, position);
    tsm_lock_release(&file->writing);
    return status;
}

/* Windows: the position of an overlapped file is not used and does not move. */
static NTSTATUS run_at(struct tsm_fd_file *file, struct tsm_io *io)
{
    NTSTATUS status;

    if (file->kind != TSM_FD_DISK)
        return fd_run(file, io, -1);
    if (io->kind == TSM_IO_WRITE && io->offset == TSM_OFFSET_APPEND)
        return append(file, io);
    status = fd_run(file, io, io->offset);
    if (status == STATUS_SUCCESS && io->kind == TSM_IO_READ && io->information == 0 &&
        io->out_length)
        return STATUS_END_OF_FILE;
    return status;
}

static void run_overlapped(struct tsm_work_item *item)
{
    struct tsm_io *io = tsm_container_of(item, struct tsm_io, work);
    struct tsm_file *file = io->file;
    NTSTATUS status = run_at(tsm_fd_file_from(file), io);
    struct tsm_io_batch batch;

    tsm_object_ref(&file->object); /* the request's reference goes with it */
    tsm_io_batch_init(&batch);
    tsm_lock_acquire(&file->lock);
    tsm_io_batch_add(&batch, io, status, io->information);
    tsm_lock_release(&file->lock);
    tsm_io_batch_finish(&batch, NULL);
    tsm_object_unref(&file->object);
}

static NTSTATUS submit_overlapped(struct tsm_fd_file *file, struct tsm_io *io)
{
    NTSTATUS status;

    if (file->kind == TSM_FD_DISK && io->offset < 0 &&
        !(io->kind == TSM_IO_WRITE && io->offset == TSM_OFFSET_APPEND))
        return STATUS_INVALID_PARAMETER;
    tsm_list_init(&io->work.node);
    io->work.run = run_overlapped;
    status = tsm_work_pool_submit(&io->work, TSM_WORK_SHORT);
    if (!NT_SUCCESS(status))
        return status;
    tsm_file_keep_locked(&file->file, io);
    return STATUS_PENDING;
}

/* Lock held: one who waits, or a thread of the pool that may do so, is told to leave off. */
static bool call_back(struct tsm_fd_file *file, struct tsm_io *io)
{
    if (file->bell < 0)
        return false;
    io->is_called_back = true;
    tsm_poll_bell_ring(file->bell);
    return true;
}

static NTSTATUS fd_cancel(struct tsm_file *file, tsm_io_filter *is_meant, const void *context)
{
    NTSTATUS status = STATUS_NOT_FOUND;
    struct tsm_io_batch batch;

    tsm_io_batch_init(&batch);
    tsm_lock_acquire(&file->lock);
    TSM_LIST_FOR_EACH(node, &file->pending)
    {
        struct tsm_io *io = TSM_LIST_ENTRY(node, struct tsm_io, file_node);
        bool is_told = false;

        if (!is_meant(io, context))
            continue;
        if (io->on_finish && tsm_work_pool_withdraw(&io->work))
            tsm_io_batch_add(&batch, io, STATUS_CANCELLED, 0);
        else
            is_told = call_back(tsm_fd_file_from(file), io);
        if (io->on_finish || is_told)
            status = STATUS_SUCCESS;
    }
    tsm_lock_release(&file->lock);
    tsm_io_batch_finish(&batch, NULL);
    return status;
}

/* Whoever is blocked in a call goes on in it. */
static bool is_overlapped(struct tsm_io *io, const void *context)
{
    return io->on_finish != NULL;
}

/* ---- the file ---- */

static NTSTATUS fd_submit(struct tsm_file *file, struct tsm_io *io)
{
    if (io->kind != TSM_IO_READ && io->kind != TSM_IO_WRITE && io->kind != TSM_IO_FLUSH)
        return STATUS_INVALID_DEVICE_REQUEST;
    return io->on_finish ? submit_overlapped(tsm_fd_file_from(file), io) : STATUS_PENDING;
}

static void fd_park(struct tsm_file *file, struct tsm_io *io)
{
    io->status = fd_run(tsm_fd_file_from(file), io, -1);
}

static DWORD fd_type(struct tsm_file *file)
{
    switch (tsm_fd_file_from(file)->kind) {
    case TSM_FD_DISK:
        return FILE_TYPE_DISK;
    case TSM_FD_CHAR:
        return FILE_TYPE_CHAR;
    case TSM_FD_PIPE:
        return FILE_TYPE_PIPE;
    }
    return FILE_TYPE_UNKNOWN;
}

static bool fd_is_signaled(struct tsm_object *object, uint32_t tid)
{
    struct tsm_file *file = tsm_file_from(object);
    struct tsm_fd_file *plain = tsm_fd_file_from(file);

    if (plain->is_terminal && !plain->is_console_output)
        return tsm_console_has_input(plain);
    return atomic_load_explicit(&file->is_signaled, memory_order_relaxed);
}

/* FILE_FLAG_DELETE_ON_CLOSE: once, since somebody else may have a file of that name afterwards. */
static void delete_on_close(struct tsm_fd_file *file)
{
    char *path;

    tsm_lock_acquire(&file->file.lock);
    path = file->delete_path;
    file->delete_path = NULL;
    tsm_lock_release(&file->file.lock);
    if (path)
        (void)!NT_SUCCESS(tsm_fd_unlink(path));
    free(path);
}

static void fd_last_handle_closed(struct tsm_object *object)
{
    struct tsm_fd_file *file = tsm_fd_file_from(tsm_file_from(object));

    (void)!NT_SUCCESS(fd_cancel(&file->file, is_overlapped, NULL));
    delete_on_close(file);
}

/* Windows: the end of a process closes its handles. */
static void fd_process_exits(struct tsm_object *object)
{
    delete_on_close(tsm_fd_file_from(tsm_file_from(object)));
}

static void fd_destroy(struct tsm_object *object)
{
    struct tsm_fd_file *file = tsm_fd_file_from(tsm_file_from(object));

    tsm_console_unwatch(file);
    if (file->bell >= 0)
        tsm_fd_close(file->bell);
    if (!file->keeps_fd)
        tsm_fd_close(file->fd);
    free(file->delete_path);
    tsm_file_deinit(&file->file);
    free(file);
}

enum { DATA_FLAGS, DATA_SIZE };
#define FLAG_READ_END   1u
#define FLAG_NOWAIT     2u
#define FLAG_OUTPUT     4u
#define FLAG_OVERLAPPED 8u

static NTSTATUS fd_export(struct tsm_object *object, struct tsm_export *out)
{
    struct tsm_fd_file *file = tsm_fd_file_from(tsm_file_from(object));

    *out = (struct tsm_export){.type = TSM_IMPORT_FD_FILE, .fd = file->fd};
    out->data[DATA_FLAGS] = (file->is_read_end ? FLAG_READ_END : 0) |
                            (file->is_nowait ? FLAG_NOWAIT : 0) |
                            (file->is_console_output ? FLAG_OUTPUT : 0) |
                            (file->file.is_overlapped ? FLAG_OVERLAPPED : 0);
    out->data[DATA_SIZE] = file->size;
    return STATUS_SUCCESS;
}

static NTSTATUS fd_import(const struct tsm_export *in, struct tsm_object **out)
{
    struct tsm_fd_file *file = tsm_fd_file_new(in->fd);

    if (!file)
        return STATUS_NO_MEMORY;
    file->is_read_end = in->data[DATA_FLAGS] & FLAG_READ_END;
    file->is_nowait = in->data[DATA_FLAGS] & FLAG_NOWAIT;
    file->is_console_output = in->data[DATA_FLAGS] & FLAG_OUTPUT;
    file->file.is_overlapped = in->data[DATA_FLAGS] & FLAG_OVERLAPPED;
    file->size = in->data[DATA_SIZE];
    *out = &file->file.object;
    return STATUS_SUCCESS;
}

void tsm_fd_file_init(void)
{
    tsm_import_register(TSM_IMPORT_FD_FILE, fd_import);
}

const struct tsm_object_ops tsm_fd_file_object_ops = {
    .type_name = "File",
    .valid_access = FILE_ALL_ACCESS,
    .is_file = true,
    .is_signaled = fd_is_signaled,
    .last_handle_closed = fd_last_handle_closed,
    .destroy = fd_destroy,
    .process_exits = fd_process_exits,
    .export = fd_export,
};

const struct tsm_file_ops tsm_fd_file_ops = {
    .submit = fd_submit,
    .park = fd_park,
    .cancel = fd_cancel,
    .type = fd_type,
};
