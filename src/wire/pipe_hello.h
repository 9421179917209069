/* SPDX-License-Identifier: MIT */
/* The first record of a connection, from client to server; the memory's descriptor travels with it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TSM_PIPE_HELLO_SIZE 32u
#define TSM_PIPE_PROTOCOL   1u

#define TSM_HELLO_READS  0x1u /* the client's handle can read */
#define TSM_HELLO_WRITES 0x2u /* ... and write */

struct tsm_pipe_hello {
    uint32_t protocol;
    uint32_t access; /* TSM_HELLO_... */
    uint64_t capacity[2];
};

void tsm_pipe_hello_encode(const struct tsm_pipe_hello *hello, uint8_t out[TSM_PIPE_HELLO_SIZE]);

/* False: not a hello of this protocol. */
bool tsm_pipe_hello_decode(const uint8_t *record, size_t length, struct tsm_pipe_hello *out);
