/* SPDX-License-Identifier: MIT */
#include "wire/pipe_hello.h"

#include <string.h>

#include "base/macros.h"

static const uint8_t magic[4] = {'T', 'S', 'M', 'H'};

static void put(uint8_t *at, uint64_t value, unsigned int size)
{
    for (unsigned int i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get(const uint8_t *at, unsigned int size)
{
    uint64_t value = 0;

    for (unsigned int i = size; i-- > 0;)
        value = value << 8 | at[i];
    return value;
}

/* 0 magic, 4 protocol, 8 access, 12 zero, 16 and 24 capacities; little endian. */
void tsm_pipe_hello_encode(const struct tsm_pipe_hello *hello, uint8_t out[TSM_PIPE_HELLO_SIZE])
{
    memset(out, 0, TSM_PIPE_HELLO_SIZE);
    memcpy(out, magic, sizeof(magic));
    put(out + 4, hello->protocol, 4);
    put(out + 8, hello->access, 4);
    put(out + 16, hello->capacity[0], 8);
    put(out + 24, hello->capacity[1], 8);
}

bool tsm_pipe_hello_decode(const uint8_t *record, size_t length, struct tsm_pipe_hello *out)
{
    if (length != TSM_PIPE_HELLO_SIZE || memcmp(record, magic, sizeof(magic)) != 0)
        return false;

    struct tsm_pipe_hello hello = {
        .protocol = (uint32_t)get(record + 4, 4),
        .access = (uint32_t)get(record + 8, 4),
        .capacity = {get(record + 16, 8), get(record + 24, 8)},
    };

    if (hello.protocol != TSM_PIPE_PROTOCOL || get(record + 12, 4) != 0 ||
        (hello.access & ~(TSM_HELLO_READS | TSM_HELLO_WRITES)) != 0)
        return false;
    *out = hello;
    return true;
}
