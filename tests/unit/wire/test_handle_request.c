/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "wire/handle_request.h"

static const struct tsm_handle_request sample = {
    .op = TSM_HANDLE_PUSH,
    .options = TSM_HANDLE_SAME_ACCESS,
    .handle = 0x104,
    .access = 0x1F0003,
    .flags = 1,
    .status = 0xC0000008,
    .type = 2,
    .data = {1, 2, 3, 4},
};

static void what_was_encoded_comes_back(void **state)
{
    uint8_t record[TSM_HANDLE_REQUEST_SIZE];
    struct tsm_handle_request back;

    tsm_handle_request_encode(&sample, record);
    assert_true(tsm_handle_request_decode(record, sizeof(record), &back));
    assert_memory_equal(&back, &sample, sizeof(back));
}

static void other_lengths_are_refused(void **state)
{
    uint8_t record[TSM_HANDLE_REQUEST_SIZE + 1] = {0};
    struct tsm_handle_request back;

    tsm_handle_request_encode(&sample, record);
    for (size_t length = 0; length <= sizeof(record); length++)
        assert_int_equal(tsm_handle_request_decode(record, length, &back),
                         length == TSM_HANDLE_REQUEST_SIZE);
}

static void unknown_words_are_refused(void **state)
{
    /* Magic, version, an operation, options, and the word that is kept for later. */
    static const size_t places[] = {0, 4, 8, 12, 52};
    uint8_t record[TSM_HANDLE_REQUEST_SIZE];
    struct tsm_handle_request back;

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        tsm_handle_request_encode(&sample, record);
        record[places[i] + 1] ^= 0x40;
        assert_false(tsm_handle_request_decode(record, sizeof(record), &back));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(what_was_encoded_comes_back),
        TEST(other_lengths_are_refused),
        TEST(unknown_words_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
