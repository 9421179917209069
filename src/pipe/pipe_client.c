/* SPDX-License-Identifier: MIT */
#include "pipe/pipe_client.h"

#include <unistd.h>

#include "channel/claim.h"
#include "pipe/pipe_info.h"

/* Windows: opening always grants these two, so that a handle can be waited for and queried. */
#define ALWAYS_GRANTED (SYNCHRONIZE | FILE_READ_ATTRIBUTES)

static uint32_t map_generic(uint32_t access)
{
    uint32_t mapped = access & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL);

    if (access & GENERIC_READ)
        mapped |= FILE_GENERIC_READ;
    if (access & GENERIC_WRITE)
        mapped |= FILE_GENERIC_WRITE;
    if (access & GENERIC_EXECUTE)
        mapped |= FILE_GENERIC_EXECUTE;
    if (access & GENERIC_ALL)
        mapped |= FILE_ALL_ACCESS;
    return mapped | ALWAYS_GRANTED;
}

NTSTATUS tsm_pipe_client_open(const char16_t *text, uint32_t access, struct tsm_file **out,
                              uint32_t *granted)
{
    uint32_t mapped = map_generic(access), hello = 0;
    struct tsm_pipe_params params;
    struct tsm_channel *channel;
    struct tsm_name name;
    NTSTATUS status = tsm_name_parse_pipe(text, &name);

    if (!NT_SUCCESS(status))
        return status;
    if (name.host != TSM_HOST_LOCAL)
        return STATUS_BAD_NETWORK_PATH;
    if (mapped & FILE_READ_DATA)
        hello |= TSM_HELLO_READS;
    if (mapped & FILE_WRITE_DATA)
        hello |= TSM_HELLO_WRITES;
    status = tsm_claim_connect(&name, hello, &params, &channel);
    if (!NT_SUCCESS(status))
        return status;

    struct tsm_pipe_end *end = tsm_pipe_end_new(false, &name, &params);

    if (!end) {
        tsm_channel_close(channel, TSM_SIDE_CLOSED);
        return STATUS_NO_MEMORY;
    }
    end->own_pid = (uint32_t)getpid();
    tsm_pipe_end_attach_locked(end, channel);
    *out = &end->file;
    *granted = mapped;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_pipe_client_wait(const char16_t *text, uint32_t timeout_ms)
{
    struct tsm_name name;
    NTSTATUS status = tsm_name_parse_pipe(text, &name);

    if (!NT_SUCCESS(status))
        return status;
    if (name.host != TSM_HOST_LOCAL)
        return STATUS_BAD_NETWORK_PATH;
    return tsm_claim_wait(&name, timeout_ms);
}

NTSTATUS tsm_pipe_client_call(const char16_t *name, const void *in, uint32_t in_length, void *out,
                              uint32_t out_length, uint32_t *read, uint32_t timeout_ms)
{
    const uint32_t access = GENERIC_READ | GENERIC_WRITE;
    struct tsm_file *file = NULL;
    uint32_t granted;
    NTSTATUS status = tsm_pipe_client_open(name, access, &file, &granted);

    if (status == STATUS_PIPE_NOT_AVAILABLE) {
        status = tsm_pipe_client_wait(name, timeout_ms);
        if (NT_SUCCESS(status))
            status = tsm_pipe_client_open(name, access, &file, &granted);
    }
    if (!NT_SUCCESS(status))
        return status;
    status = tsm_pipe_info_set_state(tsm_pipe_end_from(file), PIPE_READMODE_MESSAGE);
    if (NT_SUCCESS(status)) {
        struct tsm_io io;

        tsm_io_init(&io, file, TSM_IO_TRANSACT);
        io.in = in;
        io.in_length = in_length;
        io.out = out;
        io.out_length = out_length;
        status = tsm_file_run(file, &io);
        *read = (uint32_t)io.information;
    }
    tsm_object_unref(&file->object);
    return status;
}
