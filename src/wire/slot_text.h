/* SPDX-License-Identifier: MIT */
/* What a mailslot tells of itself in its file name. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TSM_SLOT_TEXT_SIZE 16

/* max_message: 0 any. */
void tsm_slot_text_encode(uint32_t max_message, char out[TSM_SLOT_TEXT_SIZE]);

/* False: malformed. */
bool tsm_slot_text_decode(const char *text, uint32_t *max_message);
