/* SPDX-License-Identifier: MIT */
/* "s.000001a8": the longest message in hex. */
#include "wire/slot_text.h"

#include <stdio.h>
#include <string.h>

#include "wire/cursor.h"

void tsm_slot_text_encode(uint32_t max_message, char out[TSM_SLOT_TEXT_SIZE])
{
    snprintf(out, TSM_SLOT_TEXT_SIZE, "s.%08x", max_message);
}

bool tsm_slot_text_decode(const char *text, uint32_t *max_message)
{
    struct tsm_reader reader;
    uint32_t value;

    tsm_reader_init(&reader, text, strlen(text));
    if (tsm_reader_u8(&reader) != 's' || tsm_reader_u8(&reader) != '.' ||
        !tsm_reader_hex(&reader, 8, &value) || !tsm_reader_is_at_end(&reader))
        return false;
    *max_message = value;
    return true;
}
