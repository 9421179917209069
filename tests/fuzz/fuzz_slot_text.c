/* SPDX-License-Identifier: MIT */
/* What the decoder takes, the encoder gives back letter for letter. */
#include "fuzz.h"

#include "wire/slot_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    char *text = malloc(size + 1), again[TSM_SLOT_TEXT_SIZE];
    uint32_t max_message;

    MUST(text);
    if (size)
        memcpy(text, input, size);
    text[size] = 0;
    text = realloc(text, strlen(text) + 1);
    MUST(text);
    if (tsm_slot_text_decode(text, &max_message)) {
        tsm_slot_text_encode(max_message, again);
        MUST(strcmp(text, again) == 0);
    }
    free(text);
    return 0;
}
