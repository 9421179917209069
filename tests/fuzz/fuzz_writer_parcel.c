/* SPDX-License-Identifier: MIT */
/* What the decoder takes, the encoder gives back byte for byte. */
#include "fuzz.h"

#include "wire/writer_parcel.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    uint8_t *bytes = malloc(size ? size : 1), again[TSM_WRITER_PARCEL_SIZE];
    struct tsm_writer_parcel parcel;

    MUST(bytes);
    if (size)
        memcpy(bytes, input, size);
    if (tsm_writer_parcel_decode(bytes, size, &parcel)) {
        MUST(parcel.length > 0 && parcel.length <= TSM_WRITER_NAME_MAX);
        MUST(tsm_writer_parcel_encode(&parcel, again) == size);
        MUST(memcmp(bytes, again, size) == 0);
    }
    free(bytes);
    return 0;
}
