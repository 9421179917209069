/* SPDX-License-Identifier: MIT */
/* Little endian: 0 magic, 4 protocol, 8 access, 12 zero, 16 and 24 capacities. */
#include "wire/pipe_hello.h"

#include "wire/cursor.h"

#define MAGIC 0x484d5354u /* "TSMH" */

void tsm_pipe_hello_encode(const struct tsm_pipe_hello *hello, uint8_t out[TSM_PIPE_HELLO_SIZE])
{
    struct tsm_writer writer;

    tsm_writer_init(&writer, out, TSM_PIPE_HELLO_SIZE);
    tsm_writer_u32(&writer, MAGIC);
    tsm_writer_u32(&writer, hello->protocol);
    tsm_writer_u32(&writer, hello->access);
    tsm_writer_u32(&writer, 0);
    tsm_writer_u64(&writer, hello->capacity[0]);
    tsm_writer_u64(&writer, hello->capacity[1]);
}

bool tsm_pipe_hello_decode(const uint8_t *record, size_t length, struct tsm_pipe_hello *out)
{
    struct tsm_reader reader;
    struct tsm_pipe_hello hello;

    tsm_reader_init(&reader, record, length);

    uint32_t magic = tsm_reader_u32(&reader);

    hello.protocol = tsm_reader_u32(&reader);
    hello.access = tsm_reader_u32(&reader);

    uint32_t zero = tsm_reader_u32(&reader);

    hello.capacity[0] = tsm_reader_u64(&reader);
    hello.capacity[1] = tsm_reader_u64(&reader);
    if (!tsm_reader_is_at_end(&reader) || magic != MAGIC || hello.protocol != TSM_PIPE_PROTOCOL ||
        zero != 0 || (hello.access & ~(TSM_HELLO_READS | TSM_HELLO_WRITES)) != 0)
        return false;
    *out = hello;
    return true;
}
