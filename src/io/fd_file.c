/* SPDX-License-Identifier: MIT */
/*
 * Descriptor file
 *
 * The kernel does the work and the waiting: a request is never kept, it is carried out by its
 * caller in park(), without the file lock.
 */
#include "io/fd_file.h"

#include <stdlib.h>

#include "base/assert.h"
#include "object/import.h"

struct tsm_fd_file *tsm_fd_file_new(int fd)
{
    struct tsm_fd_file *made = calloc(1, sizeof(*made));

    if (!made)
        return NULL;
    tsm_file_init(&made->file, &tsm_fd_file_object_ops, &tsm_fd_file_ops);
    made->fd = fd;
    made->kind = tsm_fd_kind_of(fd);
    return made;
}

NTSTATUS tsm_fd_file_read(struct tsm_fd_file *file, void *buffer, uint32_t length, int64_t offset,
                          uint32_t *count)
{
    NTSTATUS status;

    if (file->kind != TSM_FD_PIPE)
        return tsm_fd_read(file->fd, buffer, length, file->kind == TSM_FD_DISK ? offset : -1,
                           count);
    /* Windows: a read of nothing waits for data and leaves it. */
    if (length == 0 || file->is_nowait) {
        status = tsm_fd_wait_readable(file->fd, !file->is_nowait);
        if (status != STATUS_SUCCESS || length == 0)
            return status;
    }
    status = tsm_fd_read(file->fd, buffer, length, -1, count);
    return NT_SUCCESS(status) && *count == 0 ? STATUS_PIPE_BROKEN : status;
}

NTSTATUS tsm_fd_file_write(struct tsm_fd_file *file, const void *buffer, uint32_t length,
                           int64_t offset, uint32_t *count)
{
    if (file->kind == TSM_FD_PIPE) {
        offset = -1;
        if (length == 0)
            return STATUS_SUCCESS;
        if (file->is_nowait) {
            uint32_t room;
            NTSTATUS status = tsm_fd_pipe_free(file->fd, &room);

            /* Windows: all or nothing, and success either way. */
            if (!NT_SUCCESS(status) || room < length)
                return status;
        }
    }
    return tsm_fd_write(file->fd, buffer, length, file->kind == TSM_FD_DISK ? offset : -1, count);
}

static NTSTATUS fd_submit(struct tsm_file *file, struct tsm_io *io)
{
    return io->kind == TSM_IO_READ || io->kind == TSM_IO_WRITE || io->kind == TSM_IO_FLUSH
               ? STATUS_PENDING
               : STATUS_INVALID_DEVICE_REQUEST;
}

static void fd_park(struct tsm_file *base, struct tsm_io *io)
{
    struct tsm_fd_file *file = tsm_fd_file_from(base);
    uint32_t count = 0;

    switch (io->kind) {
    case TSM_IO_READ:
        io->status = tsm_fd_file_read(file, io->out, io->out_length, -1, &count);
        break;
    case TSM_IO_WRITE:
        io->status = tsm_fd_file_write(file, io->in, io->in_length, -1, &count);
        break;
    case TSM_IO_FLUSH:
        io->status = file->kind == TSM_FD_DISK          ? tsm_fd_sync(file->fd)
                     : file->size && !file->is_read_end ? tsm_fd_pipe_drain(file->fd)
                                                        : STATUS_SUCCESS;
        break;
    default:
        tsm_unreachable();
    }
    io->information = count;
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
    return true;
}

static void fd_last_handle_closed(struct tsm_object *object)
{
    struct tsm_fd_file *file = tsm_fd_file_from(tsm_file_from(object));

    if (file->delete_path)
        (void)!NT_SUCCESS(tsm_fd_unlink(file->delete_path));
}

static void fd_destroy(struct tsm_object *object)
{
    struct tsm_fd_file *file = tsm_fd_file_from(tsm_file_from(object));

    if (!file->keeps_fd)
        tsm_fd_close(file->fd);
    free(file->delete_path);
    free(file);
}

enum { DATA_FLAGS, DATA_SIZE };
#define FLAG_READ_END 1u
#define FLAG_NOWAIT   2u

static NTSTATUS fd_export(struct tsm_object *object, struct tsm_export *out)
{
    struct tsm_fd_file *file = tsm_fd_file_from(tsm_file_from(object));

    *out = (struct tsm_export){.type = TSM_IMPORT_FD_FILE, .fd = file->fd};
    out->data[DATA_FLAGS] =
        (file->is_read_end ? FLAG_READ_END : 0) | (file->is_nowait ? FLAG_NOWAIT : 0);
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
    .export = fd_export,
};

const struct tsm_file_ops tsm_fd_file_ops = {
    .submit = fd_submit,
    .park = fd_park,
    .type = fd_type,
};
