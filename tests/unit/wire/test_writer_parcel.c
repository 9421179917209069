/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "wire/writer_parcel.h"

static const uint8_t golden[] = {'T', 'S', 'M', 'W', 1, 0, 0, 0,   8, 7,   6, 5,    4,
                                 3,   2,   1,   3,   0, 0, 0, 'm', 0, 'A', 0, 0xC4, 0};

static void the_bytes_are_as_documented(void **state)
{
    struct tsm_writer_parcel parcel = {
        .route = 1, .seq = 0x0102030405060708, .length = 3, .name = u"mA\u00C4"};
    uint8_t bytes[TSM_WRITER_PARCEL_SIZE];

    assert_int_equal(tsm_writer_parcel_encode(&parcel, bytes), sizeof(golden));
    assert_memory_equal(bytes, golden, sizeof(golden));
    memset(&parcel, 0, sizeof(parcel));
    assert_true(tsm_writer_parcel_decode(golden, sizeof(golden), &parcel));
    assert_int_equal(parcel.route, 1);
    assert_int_equal(parcel.seq, 0x0102030405060708);
    assert_int_equal(parcel.length, 3);
    assert_int_equal(parcel.name[2], 0xC4);
}

static void what_is_cut_off_or_added_to_is_refused(void **state)
{
    uint8_t bytes[sizeof(golden) + 1] = {0};
    struct tsm_writer_parcel parcel;

    memcpy(bytes, golden, sizeof(golden));
    for (size_t length = 0; length <= sizeof(bytes); length++)
        assert_int_equal(tsm_writer_parcel_decode(bytes, length, &parcel),
                         length == sizeof(golden));
}

static void names_of_impossible_lengths_are_refused(void **state)
{
    uint8_t bytes[sizeof(golden)];
    struct tsm_writer_parcel parcel;

    memcpy(bytes, golden, sizeof(golden));
    bytes[16] = 0;
    assert_false(tsm_writer_parcel_decode(bytes, 20, &parcel));
    bytes[17] = 0xFF;
    assert_false(tsm_writer_parcel_decode(bytes, sizeof(bytes), &parcel));
    memcpy(bytes, golden, sizeof(golden));
    bytes[22] = 0;
    assert_false(tsm_writer_parcel_decode(bytes, sizeof(bytes), &parcel));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_bytes_are_as_documented),
        TEST(what_is_cut_off_or_added_to_is_refused),
        TEST(names_of_impossible_lengths_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
