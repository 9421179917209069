/* SPDX-License-Identifier: MIT */
/* Windows: an anonymous pipe is a byte pipe with one instance; its read end is the server end. */
#include "pipe/anonymous_pipe.h"

#include "os/fd_pipe.h"

#define SIZE_BY_DEFAULT 4096

NTSTATUS tsm_anonymous_pipe_new(uint32_t size, struct tsm_file **read_end,
                                struct tsm_file **write_end)
{
    int ends[2];
    NTSTATUS status = tsm_fd_pipe(size, &ends[0], &ends[1]);

    if (!NT_SUCCESS(status))
        return status;

    struct tsm_fd_file *reader = tsm_fd_file_new(ends[0]);
    struct tsm_fd_file *writer = tsm_fd_file_new(ends[1]);

    if (!reader || !writer) {
        if (reader)
            tsm_object_unref(&reader->file.object);
        else
            tsm_fd_close(ends[0]);
        if (writer)
            tsm_object_unref(&writer->file.object);
        else
            tsm_fd_close(ends[1]);
        return STATUS_NO_MEMORY;
    }
    reader->is_read_end = true;
    reader->size = writer->size = size ? size : SIZE_BY_DEFAULT;
    *read_end = &reader->file;
    *write_end = &writer->file;
    return STATUS_SUCCESS;
}

struct tsm_fd_file *tsm_anonymous_pipe_from(struct tsm_file *file)
{
    struct tsm_fd_file *end = tsm_fd_file_from(file);

    return end && end->kind == TSM_FD_PIPE ? end : NULL;
}

NTSTATUS tsm_anonymous_pipe_peek(struct tsm_fd_file *end, void *buffer, uint32_t length,
                                 struct tsm_pipe_peek *out)
{
    NTSTATUS status = tsm_fd_pipe_wait(end->fd, false);
    uint32_t waiting = 0, count = 0;

    if (!NT_SUCCESS(status) && status != STATUS_PIPE_EMPTY)
        return status;
    status = tsm_fd_pipe_waiting(end->fd, &waiting);
    if (NT_SUCCESS(status))
        status = tsm_fd_pipe_peek(end->fd, buffer, length, &count);
    if (!NT_SUCCESS(status))
        return status;
    *out = (struct tsm_pipe_peek){
        .read = count,
        .available = waiting > count ? waiting : count,
        .left = (uint32_t)(0u - count),
    };
    return STATUS_SUCCESS;
}
