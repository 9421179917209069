/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "wire/handle_blob.h"

#define SIZE_OF_TWO (TSM_BLOB_HEADER_SIZE + 2 * TSM_BLOB_ENTRY_SIZE)

static void make_two(uint8_t blob[SIZE_OF_TWO])
{
    struct tsm_blob_header header = {.count = 2, .std_handles = {4, 0, 12}, .exit_fd = 9};
    struct tsm_blob_entry entry = {
        .handle = 4, .access = 0x12019F, .flags = 1, .type = 2, .fd = 7, .data = {1, 2, 3, 4}};

    tsm_blob_encode_header(&header, blob);
    tsm_blob_encode_entry(&entry, blob + TSM_BLOB_HEADER_SIZE);
    entry.handle = 8;
    entry.fd = -1;
    tsm_blob_encode_entry(&entry, blob + TSM_BLOB_HEADER_SIZE + TSM_BLOB_ENTRY_SIZE);
}

static void what_was_encoded_comes_back(void **state)
{
    uint8_t blob[SIZE_OF_TWO];
    struct tsm_blob_header header;
    struct tsm_blob_entry entry;

    make_two(blob);
    assert_true(tsm_blob_decode_header(blob, sizeof(blob), &header));
    assert_int_equal(header.count, 2);
    assert_int_equal(header.std_handles[0], 4);
    assert_int_equal(header.std_handles[1], 0);
    assert_int_equal(header.std_handles[2], 12);
    assert_int_equal(header.exit_fd, 9);
    assert_true(tsm_blob_decode_entry(blob, sizeof(blob), 0, &entry));
    assert_int_equal(entry.handle, 4);
    assert_int_equal(entry.access, 0x12019F);
    assert_int_equal(entry.flags, 1);
    assert_int_equal(entry.type, 2);
    assert_int_equal(entry.fd, 7);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(entry.data[i], i + 1);
    assert_true(tsm_blob_decode_entry(blob, sizeof(blob), 1, &entry));
    assert_int_equal(entry.handle, 8);
    assert_int_equal(entry.fd, -1);
}

static void the_length_must_be_that_of_the_count(void **state)
{
    uint8_t blob[SIZE_OF_TWO + 1] = {0};
    struct tsm_blob_header header;

    make_two(blob);
    for (size_t length = 0; length <= sizeof(blob); length++)
        assert_int_equal(tsm_blob_decode_header(blob, length, &header), length == SIZE_OF_TWO);
}

static void a_count_that_multiplies_to_nothing_is_refused(void **state)
{
    static const uint32_t counts[] = {
        0,          1,          3,         TSM_BLOB_ENTRIES_MAX, TSM_BLOB_ENTRIES_MAX + 1,
        0x1C71C71D, 0x80000002, UINT32_MAX};

    for (size_t i = 0; i < TSM_COUNT_OF(counts); i++) {
        uint8_t blob[SIZE_OF_TWO];
        struct tsm_blob_header header = {.count = counts[i]};

        make_two(blob);
        tsm_blob_encode_header(&header, blob);
        assert_false(tsm_blob_decode_header(blob, sizeof(blob), &header));
    }
}

static void an_entry_that_is_not_there_is_refused(void **state)
{
    static const uint32_t indexes[] = {2, 3, 119304647, 0x80000000, UINT32_MAX};
    uint8_t blob[SIZE_OF_TWO];
    struct tsm_blob_entry entry;

    make_two(blob);
    for (size_t i = 0; i < TSM_COUNT_OF(indexes); i++)
        assert_false(tsm_blob_decode_entry(blob, sizeof(blob), indexes[i], &entry));
    assert_false(tsm_blob_decode_entry(blob, sizeof(blob) - 1, 1, &entry));
}

static void another_magic_or_version_is_refused(void **state)
{
    for (size_t at = 0; at < 8; at++) {
        uint8_t blob[SIZE_OF_TWO];
        struct tsm_blob_header header;

        make_two(blob);
        blob[at] ^= 0x10;
        assert_false(tsm_blob_decode_header(blob, sizeof(blob), &header));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_encoded_comes_back),
        TEST(the_length_must_be_that_of_the_count),
        TEST(a_count_that_multiplies_to_nothing_is_refused),
        TEST(an_entry_that_is_not_there_is_refused),
        TEST(another_magic_or_version_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
