/* SPDX-License-Identifier: MIT */
#include "wire/handle_request.h"

#include "wire/cursor.h"

#define MAGIC   0x52484d54u /* "TMHR" */
#define VERSION 1u

void tsm_handle_request_encode(const struct tsm_handle_request *request,
                               uint8_t out[TSM_HANDLE_REQUEST_SIZE])
{
    struct tsm_writer writer;

    tsm_writer_init(&writer, out, TSM_HANDLE_REQUEST_SIZE);
    tsm_writer_u32(&writer, MAGIC);
    tsm_writer_u32(&writer, VERSION);
    tsm_writer_u32(&writer, request->op);
    tsm_writer_u32(&writer, request->options);
    tsm_writer_u32(&writer, request->handle);
    tsm_writer_u32(&writer, request->access);
    tsm_writer_u32(&writer, request->flags);
    tsm_writer_u32(&writer, request->status);
    tsm_writer_u32(&writer, request->type);
    for (int i = 0; i < 4; i++)
        tsm_writer_u32(&writer, request->data[i]);
    tsm_writer_u32(&writer, 0);
}

bool tsm_handle_request_decode(const uint8_t *record, size_t length, struct tsm_handle_request *out)
{
    struct tsm_reader reader;
    uint32_t magic, version;

    if (length != TSM_HANDLE_REQUEST_SIZE)
        return false;
    tsm_reader_init(&reader, record, length);
    magic = tsm_reader_u32(&reader);
    version = tsm_reader_u32(&reader);

    struct tsm_handle_request request = {
        .op = tsm_reader_u32(&reader),
        .options = tsm_reader_u32(&reader),
        .handle = tsm_reader_u32(&reader),
        .access = tsm_reader_u32(&reader),
        .flags = tsm_reader_u32(&reader),
        .status = tsm_reader_u32(&reader),
        .type = tsm_reader_u32(&reader),
    };

    for (int i = 0; i < 4; i++)
        request.data[i] = tsm_reader_u32(&reader);
    if (magic != MAGIC || version != VERSION || tsm_reader_u32(&reader) != 0 ||
        request.op < TSM_HANDLE_PULL || request.op > TSM_HANDLE_ANSWER ||
        (request.options & ~(TSM_HANDLE_SAME_ACCESS | TSM_HANDLE_CLOSE_SOURCE)))
        return false;
    *out = request;
    return true;
}
