/* SPDX-License-Identifier: MIT */
/* A handle to write to a mailslot, on its way to another process. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uchar.h>

#define TSM_WRITER_NAME_MAX    259u
#define TSM_WRITER_PARCEL_SIZE (20u + 2 * TSM_WRITER_NAME_MAX)

struct tsm_writer_parcel {
    uint32_t route; /* the room's own number */
    uint64_t seq;   /* of the slot; 0: whichever has the name */
    uint32_t length;
    char16_t name[TSM_WRITER_NAME_MAX]; /* folded */
};

/* Returns the length. */
size_t tsm_writer_parcel_encode(const struct tsm_writer_parcel *parcel,
                                uint8_t out[TSM_WRITER_PARCEL_SIZE]);

/* False: malformed. The name has 1 to TSM_WRITER_NAME_MAX units, none of them 0. */
bool tsm_writer_parcel_decode(const uint8_t *bytes, size_t length, struct tsm_writer_parcel *out);
