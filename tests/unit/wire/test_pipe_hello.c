/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "wire/pipe_hello.h"

/* As docs/protocol/named-pipe.md draws it. */
static const uint8_t golden[TSM_PIPE_HELLO_SIZE] = {
    'T', 'S', 'M', 'H', 1, 0, 0, 0, 3, 0, 0, 0,    0, 0, 0, 0, /* magic, protocol, access, zero */
    0,   0,   0,   4,   0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0};

static void the_record_is_as_documented(void **state)
{
    struct tsm_pipe_hello hello = {.protocol = TSM_PIPE_PROTOCOL,
                                   .access = TSM_HELLO_READS | TSM_HELLO_WRITES,
                                   .capacity = {64 << 20, 256 << 20}};
    uint8_t record[TSM_PIPE_HELLO_SIZE];

    tsm_pipe_hello_encode(&hello, record);
    assert_memory_equal(record, golden, sizeof(golden));
}

static void a_good_record_is_taken(void **state)
{
    struct tsm_pipe_hello hello = {0};

    assert_true(tsm_pipe_hello_decode(golden, sizeof(golden), &hello));
    assert_int_equal(hello.protocol, 1);
    assert_int_equal(hello.access, TSM_HELLO_READS | TSM_HELLO_WRITES);
    assert_int_equal(hello.capacity[0], 64 << 20);
    assert_int_equal(hello.capacity[1], 256 << 20);
}

static void every_other_length_is_refused(void **state)
{
    uint8_t record[2 * TSM_PIPE_HELLO_SIZE] = {0};
    struct tsm_pipe_hello hello = {.protocol = 77};

    memcpy(record, golden, sizeof(golden));
    for (size_t length = 0; length <= sizeof(record); length++)
        assert_int_equal(tsm_pipe_hello_decode(record, length, &hello),
                         length == TSM_PIPE_HELLO_SIZE);
}

static void a_change_of_a_fixed_byte_is_refused_and_fills_nothing(void **state)
{
    for (size_t at = 0; at < 16; at++)
        for (int value = 0; value < 256; value++) {
            struct tsm_pipe_hello hello = {.protocol = 77};
            uint8_t record[TSM_PIPE_HELLO_SIZE];
            bool is_good;

            memcpy(record, golden, sizeof(golden));
            record[at] = (uint8_t)value;
            is_good = record[at] == golden[at] || (at == 8 && value <= 3);
            assert_int_equal(tsm_pipe_hello_decode(record, sizeof(record), &hello), is_good);
            assert_int_equal(hello.protocol, is_good ? 1 : 77);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_record_is_as_documented),
        TEST(a_good_record_is_taken),
        TEST(every_other_length_is_refused),
        TEST(a_change_of_a_fixed_byte_is_refused_and_fills_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
