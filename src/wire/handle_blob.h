/* SPDX-License-Identifier: MIT */
/* The list of inherited handles that a parent hands to a child. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TSM_BLOB_HEADER_SIZE 28u
#define TSM_BLOB_ENTRY_SIZE  36u
#define TSM_BLOB_ENTRIES_MAX 65536u

struct tsm_blob_header {
    uint32_t count;
    uint32_t std_handles[3]; /* 0: none */
    int32_t exit_fd;         /* of the page for the exit code; -1 none */
};

struct tsm_blob_entry {
    uint32_t handle, access, flags, type;
    int32_t fd; /* in the child; -1 none */
    uint32_t data[4];
};

void tsm_blob_encode_header(const struct tsm_blob_header *header,
                            uint8_t out[TSM_BLOB_HEADER_SIZE]);
void tsm_blob_encode_entry(const struct tsm_blob_entry *entry, uint8_t out[TSM_BLOB_ENTRY_SIZE]);

/* False: malformed, or not exactly as long as its count says. */
bool tsm_blob_decode_header(const uint8_t *blob, size_t length, struct tsm_blob_header *out);

/* False: the blob has no such entry. */
bool tsm_blob_decode_entry(const uint8_t *blob, size_t length, uint32_t index,
                           struct tsm_blob_entry *out);
