/* SPDX-License-Identifier: MIT */
/* Little endian words. Header: magic, version, count, three standard handles, the descriptor for the
 * exit code. Entry: handle, access, flags, type, descriptor, four words that the type knows. */
#include "wire/handle_blob.h"

#include "wire/cursor.h"

#define MAGIC   0x42484d54u /* "TMHB" */
#define VERSION 3u

void tsm_blob_encode_header(const struct tsm_blob_header *header, uint8_t out[TSM_BLOB_HEADER_SIZE])
{
    struct tsm_writer writer;

    tsm_writer_init(&writer, out, TSM_BLOB_HEADER_SIZE);
    tsm_writer_u32(&writer, MAGIC);
    tsm_writer_u32(&writer, VERSION);
    tsm_writer_u32(&writer, header->count);
    for (int i = 0; i < 3; i++)
        tsm_writer_u32(&writer, header->std_handles[i]);
    tsm_writer_u32(&writer, (uint32_t)header->exit_fd);
}

void tsm_blob_encode_entry(const struct tsm_blob_entry *entry, uint8_t out[TSM_BLOB_ENTRY_SIZE])
{
    struct tsm_writer writer;

    tsm_writer_init(&writer, out, TSM_BLOB_ENTRY_SIZE);
    tsm_writer_u32(&writer, entry->handle);
    tsm_writer_u32(&writer, entry->access);
    tsm_writer_u32(&writer, entry->flags);
    tsm_writer_u32(&writer, entry->type);
    tsm_writer_u32(&writer, (uint32_t)entry->fd);
    for (int i = 0; i < 4; i++)
        tsm_writer_u32(&writer, entry->data[i]);
}

bool tsm_blob_decode_header(const uint8_t *blob, size_t length, struct tsm_blob_header *out)
{
    struct tsm_reader reader;
    struct tsm_blob_header header;

    tsm_reader_init(&reader, blob, length);

    uint32_t magic = tsm_reader_u32(&reader);
    uint32_t version = tsm_reader_u32(&reader);

    header.count = tsm_reader_u32(&reader);
    for (int i = 0; i < 3; i++)
        header.std_handles[i] = tsm_reader_u32(&reader);
    header.exit_fd = (int32_t)tsm_reader_u32(&reader);
    if (magic != MAGIC || version != VERSION || header.count > TSM_BLOB_ENTRIES_MAX)
        return false;
    tsm_reader_take(&reader, (size_t)header.count * TSM_BLOB_ENTRY_SIZE);
    if (!tsm_reader_is_at_end(&reader))
        return false;
    *out = header;
    return true;
}

bool tsm_blob_decode_entry(const uint8_t *blob, size_t length, uint32_t index,
                           struct tsm_blob_entry *out)
{
    struct tsm_reader reader;
    struct tsm_blob_entry entry;

    tsm_reader_init(&reader, blob, length);
    tsm_reader_take(&reader, TSM_BLOB_HEADER_SIZE + (size_t)index * TSM_BLOB_ENTRY_SIZE);
    entry.handle = tsm_reader_u32(&reader);
    entry.access = tsm_reader_u32(&reader);
    entry.flags = tsm_reader_u32(&reader);
    entry.type = tsm_reader_u32(&reader);
    entry.fd = (int32_t)tsm_reader_u32(&reader);
    for (int i = 0; i < 4; i++)
        entry.data[i] = tsm_reader_u32(&reader);
    if (!tsm_reader_is_good(&reader))
        return false;
    *out = entry;
    return true;
}
