/* SPDX-License-Identifier: MIT */
/*
 * Standard input
 *
 * A program of ours whose standard input is the end of a named pipe has no descriptor for it. Its C
 * library reads it through a stream that is made for the purpose.
 *
 * Windows: what the stream has buffered is gone for those who read the handle; an empty message ends
 *          the input, as does a peer that has gone; a handle that was closed cannot be read.
 */
#include "process/std_input.h"

#include <stdint.h>
#include <stdio.h>

#include "base/trace.h"
#include "io/fd_file.h"

static ssize_t on_read(void *cookie, char *buffer, size_t size)
{
    struct tsm_file *file;
    struct tsm_io io;
    NTSTATUS status = tsm_file_from_handle(cookie, FILE_READ_DATA, &file);

    if (!NT_SUCCESS(status))
        return -1;
    tsm_io_init(&io, file, TSM_IO_READ);
    io.out = buffer;
    io.out_length = size < INT32_MAX ? (uint32_t)size : INT32_MAX;
    status = tsm_file_run(file, &io);
    tsm_object_unref(&file->object);
    if (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW)
        return (ssize_t)io.information;
    return status == STATUS_PIPE_BROKEN || status == STATUS_END_OF_FILE ? 0 : -1;
}

void tsm_std_input_attach(HANDLE handle)
{
    struct tsm_file *file;
    FILE *stream = NULL;

    if (!NT_SUCCESS(tsm_file_from_handle(handle, FILE_READ_DATA, &file)))
        return;
    if (!tsm_fd_file_from(file)) {
        stream = fopencookie(handle, "r", (cookie_io_functions_t){.read = on_read});
        if (!stream)
            tsm_trace(TSM_TRACE_PROCESS, "no memory for standard input");
    }
    tsm_object_unref(&file->object);
    if (stream)
        stdin = stream;
}
