/* SPDX-License-Identifier: MIT */
/* What the decoder takes, the encoder gives back byte for byte. */
#include "fuzz.h"

#include "wire/handle_blob.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    uint8_t *blob = fuzz_copy(input, size), again[TSM_BLOB_HEADER_SIZE + TSM_BLOB_ENTRY_SIZE];
    struct tsm_blob_header header;
    struct tsm_blob_entry entry;

    if (tsm_blob_decode_header(blob, size, &header)) {
        MUST(header.count <= TSM_BLOB_ENTRIES_MAX);
        tsm_blob_encode_header(&header, again);
        MUST(memcmp(blob, again, TSM_BLOB_HEADER_SIZE) == 0);
        for (uint32_t i = 0; i < header.count; i++) {
            MUST(tsm_blob_decode_entry(blob, size, i, &entry));
            tsm_blob_encode_entry(&entry, again);
            MUST(memcmp(blob + TSM_BLOB_HEADER_SIZE + (size_t)i * TSM_BLOB_ENTRY_SIZE, again,
                        TSM_BLOB_ENTRY_SIZE) == 0);
        }
        MUST(!tsm_blob_decode_entry(blob, size, header.count, &entry));
    }
    free(blob);
    return 0;
}
