/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "wire/cursor.h"

static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

static void numbers_are_little_endian(void **state)
{
    struct tsm_reader reader;

    tsm_reader_init(&reader, bytes, sizeof(bytes));
    assert_int_equal(tsm_reader_u64(&reader), 0x0807060504030201);
    assert_int_equal(tsm_reader_u8(&reader), 9);
    assert_true(tsm_reader_is_at_end(&reader));
    tsm_reader_init(&reader, bytes, sizeof(bytes));
    assert_int_equal(tsm_reader_u32(&reader), 0x04030201);
    assert_true(tsm_reader_is_good(&reader));
    assert_false(tsm_reader_is_at_end(&reader));
}

static void a_step_over_the_end_fails_for_good(void **state)
{
    struct tsm_reader reader;

    tsm_reader_init(&reader, bytes, 5);
    assert_int_equal(tsm_reader_u32(&reader), 0x04030201);
    assert_int_equal(tsm_reader_u32(&reader), 0);
    assert_false(tsm_reader_is_good(&reader));
    /* The byte that is left is out of reach now. */
    assert_int_equal(tsm_reader_u8(&reader), 0);
    assert_null(tsm_reader_take(&reader, 0));
    assert_false(tsm_reader_is_at_end(&reader));
}

static void half_a_number_is_none(void **state)
{
    struct tsm_reader reader;

    tsm_reader_init(&reader, bytes, 7);
    /* The low half is there: the caller asks whether all of it was. */
    assert_int_equal(tsm_reader_u64(&reader), 0x04030201);
    assert_false(tsm_reader_is_good(&reader));
}

static void a_length_near_the_end_of_memory_is_too_long(void **state)
{
    struct tsm_reader reader;

    tsm_reader_init(&reader, bytes, sizeof(bytes));
    tsm_reader_u8(&reader);
    assert_null(tsm_reader_take(&reader, SIZE_MAX));
    assert_null(tsm_reader_take(&reader, 1));
}

static void nothing_can_be_read_from_nothing(void **state)
{
    struct tsm_reader reader;

    tsm_reader_init(&reader, NULL, 0);
    assert_true(tsm_reader_is_at_end(&reader));
    assert_int_equal(tsm_reader_u8(&reader), 0);
    assert_false(tsm_reader_is_good(&reader));
}

static void a_writer_writes_what_a_reader_reads(void **state)
{
    uint8_t room[13];
    struct tsm_writer writer;
    struct tsm_reader reader;

    tsm_writer_init(&writer, room, sizeof(room));
    tsm_writer_u64(&writer, 0xFEDCBA9876543210);
    tsm_writer_u32(&writer, 0x89ABCDEF);
    tsm_writer_put(&writer, "x", 1);
    assert_true(tsm_writer_is_good(&writer));
    tsm_reader_init(&reader, room, sizeof(room));
    assert_true(tsm_reader_u64(&reader) == 0xFEDCBA9876543210);
    assert_true(tsm_reader_u32(&reader) == 0x89ABCDEF);
    assert_int_equal(tsm_reader_u8(&reader), 'x');
    assert_true(tsm_reader_is_at_end(&reader));
}

static void a_full_writer_loses_everything_from_there_on(void **state)
{
    uint8_t room[8] = {0};
    struct tsm_writer writer;

    tsm_writer_init(&writer, room, 5);
    tsm_writer_u32(&writer, 0x01010101);
    tsm_writer_u32(&writer, 0x02020202);
    tsm_writer_put(&writer, "x", 1);
    assert_false(tsm_writer_is_good(&writer));
    assert_memory_equal(room, "\1\1\1\1\0\0\0\0", 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(numbers_are_little_endian),
        TEST(a_step_over_the_end_fails_for_good),
        TEST(half_a_number_is_none),
        TEST(a_length_near_the_end_of_memory_is_too_long),
        TEST(nothing_can_be_read_from_nothing),
        TEST(a_writer_writes_what_a_reader_reads),
        TEST(a_full_writer_loses_everything_from_there_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
