/* SPDX-License-Identifier: MIT */
#include "wire/handle_blob.h"

#include <string.h>

#define MAGIC   0x42484d54u /* "TMHB" */
#define VERSION 1u

static void put_u32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get_u32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

void tsm_blob_encode_header(const struct tsm_blob_header *header, uint8_t out[TSM_BLOB_HEADER_SIZE])
{
    put_u32(out, MAGIC);
    put_u32(out + 4, VERSION);
    put_u32(out + 8, header->count);
    for (int i = 0; i < 3; i++)
        put_u32(out + 12 + 4 * i, header->std_handles[i]);
}

void tsm_blob_encode_entry(const struct tsm_blob_entry *entry, uint8_t out[TSM_BLOB_ENTRY_SIZE])
{
    put_u32(out, entry->handle);
    put_u32(out + 4, entry->access);
    put_u32(out + 8, entry->flags);
    put_u32(out + 12, entry->type);
    put_u32(out + 16, (uint32_t)entry->fd);
    for (int i = 0; i < 4; i++)
        put_u32(out + 20 + 4 * i, entry->data[i]);
}

bool tsm_blob_decode_header(const uint8_t *blob, size_t length, struct tsm_blob_header *out)
{
    if (length < TSM_BLOB_HEADER_SIZE || get_u32(blob) != MAGIC || get_u32(blob + 4) != VERSION)
        return false;
    out->count = get_u32(blob + 8);
    if (out->count > TSM_BLOB_ENTRIES_MAX ||
        length != TSM_BLOB_HEADER_SIZE + (size_t)out->count * TSM_BLOB_ENTRY_SIZE)
        return false;
    for (int i = 0; i < 3; i++)
        out->std_handles[i] = get_u32(blob + 12 + 4 * i);
    return true;
}

void tsm_blob_decode_entry(const uint8_t *blob, uint32_t index, struct tsm_blob_entry *out)
{
    const uint8_t *at = blob + TSM_BLOB_HEADER_SIZE + (size_t)index * TSM_BLOB_ENTRY_SIZE;

    out->handle = get_u32(at);
    out->access = get_u32(at + 4);
    out->flags = get_u32(at + 8);
    out->type = get_u32(at + 12);
    out->fd = (int32_t)get_u32(at + 16);
    for (int i = 0; i < 4; i++)
        out->data[i] = get_u32(at + 20 + 4 * i);
}
