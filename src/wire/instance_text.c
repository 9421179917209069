/* SPDX-License-Identifier: MIT */
#include "wire/instance_text.h"

#include <stdio.h>
#include <string.h>

#include "wire/cursor.h"

/* "m3.ff.00001000.00001000.00000032": type b or m, direction, limit, quotas, timeout in hex. */
void tsm_instance_text_encode(const struct tsm_pipe_params *params,
                              char out[TSM_INSTANCE_TEXT_SIZE])
{
    snprintf(out, TSM_INSTANCE_TEXT_SIZE, "%c%u.%02x.%08x.%08x.%08x",
             params->is_message_type ? 'm' : 'b', params->direction & 3u, params->max_instances,
             params->out_quota, params->in_quota, params->timeout_ms);
}

/* A point and a number. */
static bool decode_field(struct tsm_reader *reader, unsigned int digits, uint32_t *out)
{
    return tsm_reader_u8(reader) == '.' && tsm_reader_hex(reader, digits, out);
}

bool tsm_instance_text_decode(const char *text, struct tsm_pipe_params *out)
{
    struct tsm_reader reader;
    uint32_t limit, out_quota, in_quota, timeout;

    tsm_reader_init(&reader, text, strlen(text));

    uint8_t type = tsm_reader_u8(&reader);
    uint8_t direction = tsm_reader_u8(&reader);

    if ((type != 'b' && type != 'm') || direction < '1' || direction > '3' ||
        !decode_field(&reader, 2, &limit) || !decode_field(&reader, 8, &out_quota) ||
        !decode_field(&reader, 8, &in_quota) || !decode_field(&reader, 8, &timeout) ||
        !tsm_reader_is_at_end(&reader) || limit == 0)
        return false;
    *out = (struct tsm_pipe_params){
        .is_message_type = type == 'm',
        .direction = (uint8_t)(direction - '0'),
        .max_instances = (uint8_t)limit,
        .out_quota = out_quota,
        .in_quota = in_quota,
        .timeout_ms = timeout,
    };
    return true;
}
