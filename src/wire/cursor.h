/* SPDX-License-Identifier: MIT */
/*
 * Bounded reader and writer over a byte buffer, little-endian: every codec of this room uses them
 * and none touches a raw pointer.
 *
 * Both fail once and for all: after the first step over the end each read gives zeros, each write
 * is lost, and the final tsm_reader_is_good() or tsm_writer_is_good() says so. A codec reads all
 * it wants and asks once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct tsm_reader {
    const uint8_t *at;
    size_t left;
    bool has_failed;
};

struct tsm_writer {
    uint8_t *at;
    size_t left;
    bool has_failed;
};

static inline void tsm_reader_init(struct tsm_reader *reader, const void *bytes, size_t length)
{
    reader->at = bytes;
    reader->left = length;
    reader->has_failed = false;
}

/* The next length bytes in place, or NULL. */
static inline const uint8_t *tsm_reader_take(struct tsm_reader *reader, size_t length)
{
    const uint8_t *taken = reader->at;

    if (reader->has_failed || length > reader->left) {
        reader->has_failed = true;
        return NULL;
    }
    reader->at += length;
    reader->left -= length;
    return taken;
}

static inline uint8_t tsm_reader_u8(struct tsm_reader *reader)
{
    const uint8_t *from = tsm_reader_take(reader, 1);

    return from ? from[0] : 0;
}

static inline uint32_t tsm_reader_u32(struct tsm_reader *reader)
{
    const uint8_t *from = tsm_reader_take(reader, 4);

    if (!from)
        return 0;
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 |
           (uint32_t)from[3] << 24;
}

static inline uint64_t tsm_reader_u64(struct tsm_reader *reader)
{
    uint64_t low = tsm_reader_u32(reader);

    return low | (uint64_t)tsm_reader_u32(reader) << 32;
}

/* A number in so many hexadecimal digits. False for what we do not write: capitals, signs, blanks. */
static inline bool tsm_reader_hex(struct tsm_reader *reader, unsigned int digits, uint32_t *out)
{
    uint32_t value = 0;

    for (unsigned int i = 0; i < digits; i++) {
        uint8_t c = tsm_reader_u8(reader);

        if (c >= '0' && c <= '9')
            value = value << 4 | (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (uint32_t)(c - 'a' + 10);
        else
            return false;
    }
    *out = value;
    return true;
}

static inline bool tsm_reader_is_good(const struct tsm_reader *reader)
{
    return !reader->has_failed;
}

/* Good, and nothing is left. */
static inline bool tsm_reader_is_at_end(const struct tsm_reader *reader)
{
    return !reader->has_failed && reader->left == 0;
}

static inline void tsm_writer_init(struct tsm_writer *writer, void *bytes, size_t capacity)
{
    writer->at = bytes;
    writer->left = capacity;
    writer->has_failed = false;
}

static inline void tsm_writer_put(struct tsm_writer *writer, const void *bytes, size_t length)
{
    if (writer->has_failed || length > writer->left) {
        writer->has_failed = true;
        return;
    }
    if (length)
        memcpy(writer->at, bytes, length);
    writer->at += length;
    writer->left -= length;
}

static inline void tsm_writer_u32(struct tsm_writer *writer, uint32_t value)
{
    const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                              (uint8_t)(value >> 24)};

    tsm_writer_put(writer, bytes, sizeof(bytes));
}

static inline void tsm_writer_u64(struct tsm_writer *writer, uint64_t value)
{
    tsm_writer_u32(writer, (uint32_t)value);
    tsm_writer_u32(writer, (uint32_t)(value >> 32));
}

static inline bool tsm_writer_is_good(const struct tsm_writer *writer)
{
    return !writer->has_failed;
}
