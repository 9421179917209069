/* SPDX-License-Identifier: MIT */
/* What one process asks of another's handle table, and the answer; a descriptor may travel beside. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TSM_HANDLE_REQUEST_SIZE 56u

enum tsm_handle_request_op {
    TSM_HANDLE_PULL = 1, /* a copy of `handle` */
    TSM_HANDLE_PUSH,     /* make a handle to this */
    TSM_HANDLE_CLOSE,    /* close `handle` */
    TSM_HANDLE_ANSWER
};

#define TSM_HANDLE_SAME_ACCESS  1u
#define TSM_HANDLE_CLOSE_SOURCE 2u

struct tsm_handle_request {
    uint32_t op;
    uint32_t options; /* TSM_HANDLE_... */
    uint32_t handle;
    uint32_t access;
    uint32_t flags;
    uint32_t status;
    uint32_t type; /* of the object, as for inheritance */
    uint32_t data[4];
};

void tsm_handle_request_encode(const struct tsm_handle_request *request,
                               uint8_t out[TSM_HANDLE_REQUEST_SIZE]);

/* False: malformed. The values are checked by whoever uses them. */
bool tsm_handle_request_decode(const uint8_t *record, size_t length,
                               struct tsm_handle_request *out);
