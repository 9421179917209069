/* SPDX-License-Identifier: MIT */
/* What a listening instance tells of itself in its file name: type, direction, quotas, limit,
 * default timeout. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tsm_pipe_params {
    bool is_message_type;
    uint8_t direction;     /* PIPE_ACCESS_...: 1 inbound, 2 outbound, 3 duplex */
    uint8_t max_instances; /* 255 = unlimited */
    uint32_t out_quota;    /* bytes, server to client */
    uint32_t in_quota;     /* bytes, client to server */
    uint32_t timeout_ms;   /* of WaitNamedPipe by default */
};

#define TSM_INSTANCE_TEXT_SIZE 40

void tsm_instance_text_encode(const struct tsm_pipe_params *params,
                              char out[TSM_INSTANCE_TEXT_SIZE]);

/* False: malformed. */
bool tsm_instance_text_decode(const char *text, struct tsm_pipe_params *out);
