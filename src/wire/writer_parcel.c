/* SPDX-License-Identifier: MIT */
/* Little endian: 0 magic, 4 route, 8 seq, 16 length of the name, 20 its UTF-16 units. */
#include "wire/writer_parcel.h"

#include "wire/cursor.h"

#define MAGIC 0x574d5354u /* "TSMW" */

size_t tsm_writer_parcel_encode(const struct tsm_writer_parcel *parcel,
                                uint8_t out[TSM_WRITER_PARCEL_SIZE])
{
    struct tsm_writer writer;

    tsm_writer_init(&writer, out, TSM_WRITER_PARCEL_SIZE);
    tsm_writer_u32(&writer, MAGIC);
    tsm_writer_u32(&writer, parcel->route);
    tsm_writer_u64(&writer, parcel->seq);
    tsm_writer_u32(&writer, parcel->length);
    for (uint32_t i = 0; i < parcel->length; i++)
        tsm_writer_put(&writer,
                       (const uint8_t[]){(uint8_t)parcel->name[i], (uint8_t)(parcel->name[i] >> 8)},
                       2);
    return TSM_WRITER_PARCEL_SIZE - writer.left;
}

bool tsm_writer_parcel_decode(const uint8_t *bytes, size_t length, struct tsm_writer_parcel *out)
{
    struct tsm_writer_parcel parcel = {0};
    struct tsm_reader reader;

    tsm_reader_init(&reader, bytes, length);

    uint32_t magic = tsm_reader_u32(&reader);

    parcel.route = tsm_reader_u32(&reader);
    parcel.seq = tsm_reader_u64(&reader);
    parcel.length = tsm_reader_u32(&reader);
    if (magic != MAGIC || parcel.length == 0 || parcel.length > TSM_WRITER_NAME_MAX)
        return false;
    for (uint32_t i = 0; i < parcel.length; i++) {
        uint32_t low = tsm_reader_u8(&reader);

        parcel.name[i] = (char16_t)(low | (uint32_t)tsm_reader_u8(&reader) << 8);
        if (parcel.name[i] == 0)
            return false;
    }
    if (!tsm_reader_is_at_end(&reader))
        return false;
    *out = parcel;
    return true;
}
