/* SPDX-License-Identifier: MIT */
/* What the decoder takes, the encoder gives back byte for byte. */
#include "fuzz.h"

#include "wire/pipe_hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    uint8_t *record = fuzz_copy(input, size), again[TSM_PIPE_HELLO_SIZE];
    struct tsm_pipe_hello hello;

    if (tsm_pipe_hello_decode(record, size, &hello)) {
        MUST(size == TSM_PIPE_HELLO_SIZE);
        tsm_pipe_hello_encode(&hello, again);
        MUST(memcmp(record, again, size) == 0);
    }
    free(record);
    return 0;
}
