/* SPDX-License-Identifier: MIT */
/* What the decoder takes, the encoder gives back letter for letter. */
#include "fuzz.h"

#include "wire/instance_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    char *text = malloc(size + 1), again[TSM_INSTANCE_TEXT_SIZE];
    struct tsm_pipe_params params;

    MUST(text);
    if (size)
        memcpy(text, input, size);
    text[size] = 0;
    text = realloc(text, strlen(text) + 1);
    MUST(text);
    if (tsm_instance_text_decode(text, &params)) {
        MUST(params.direction >= 1 && params.direction <= 3 && params.max_instances > 0);
        tsm_instance_text_encode(&params, again);
        MUST(strcmp(text, again) == 0);
    }
    free(text);
    return 0;
}
