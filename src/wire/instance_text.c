/* SPDX-License-Identifier: MIT */
#include "wire/instance_text.h"

#include <stdio.h>
#include <string.h>

/* "m3.ff.00001000.00001000.00000032": type b or m, direction, limit, quotas, timeout in hex. */
#define TEXT_LENGTH 32

void tsm_instance_text_encode(const struct tsm_pipe_params *params,
                              char out[TSM_INSTANCE_TEXT_SIZE])
{
    snprintf(out, TSM_INSTANCE_TEXT_SIZE, "%c%u.%02x.%08x.%08x.%08x",
             params->is_message_type ? 'm' : 'b', params->direction & 3u, params->max_instances,
             params->out_quota, params->in_quota, params->timeout_ms);
}

static bool decode_hex(const char **at, unsigned int digits, uint32_t *out)
{
    uint32_t value = 0;

    for (unsigned int i = 0; i < digits; i++, (*at)++) {
        char c = **at;

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

static bool skip_point(const char **at)
{
    return *(*at)++ == '.';
}

bool tsm_instance_text_decode(const char *text, struct tsm_pipe_params *out)
{
    const char *at = text + 2;
    uint32_t limit, out_quota, in_quota, timeout;

    if (strlen(text) != TEXT_LENGTH || (text[0] != 'b' && text[0] != 'm') || text[1] < '1' ||
        text[1] > '3')
        return false;
    if (!skip_point(&at) || !decode_hex(&at, 2, &limit) || !skip_point(&at) ||
        !decode_hex(&at, 8, &out_quota) || !skip_point(&at) || !decode_hex(&at, 8, &in_quota) ||
        !skip_point(&at) || !decode_hex(&at, 8, &timeout) || limit == 0)
        return false;
    *out = (struct tsm_pipe_params){
        .is_message_type = text[0] == 'm',
        .direction = (uint8_t)(text[1] - '0'),
        .max_instances = (uint8_t)limit,
        .out_quota = out_quota,
        .in_quota = in_quota,
        .timeout_ms = timeout,
    };
    return true;
}
