/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "wire/instance_text.h"

static const char golden[] = "m3.ff.00001000.00002000.00000032";

static void the_text_is_as_documented(void **state)
{
    struct tsm_pipe_params params = {.is_message_type = true,
                                     .direction = 3,
                                     .max_instances = 255,
                                     .out_quota = 0x1000,
                                     .in_quota = 0x2000,
                                     .timeout_ms = 50};
    char text[TSM_INSTANCE_TEXT_SIZE];

    tsm_instance_text_encode(&params, text);
    assert_string_equal(text, golden);
}

static void the_extremes_come_back(void **state)
{
    static const struct tsm_pipe_params extremes[] = {
        {.direction = 1, .max_instances = 1},
        {.is_message_type = true,
         .direction = 2,
         .max_instances = 254,
         .out_quota = UINT32_MAX,
         .in_quota = UINT32_MAX,
         .timeout_ms = UINT32_MAX},
    };

    for (size_t i = 0; i < TSM_COUNT_OF(extremes); i++) {
        struct tsm_pipe_params params = {0};
        char text[TSM_INSTANCE_TEXT_SIZE];

        tsm_instance_text_encode(&extremes[i], text);
        assert_true(tsm_instance_text_decode(text, &params));
        assert_int_equal(params.is_message_type, extremes[i].is_message_type);
        assert_int_equal(params.direction, extremes[i].direction);
        assert_int_equal(params.max_instances, extremes[i].max_instances);
        assert_int_equal(params.out_quota, extremes[i].out_quota);
        assert_int_equal(params.in_quota, extremes[i].in_quota);
        assert_int_equal(params.timeout_ms, extremes[i].timeout_ms);
    }
}

static void what_is_cut_off_or_added_to_is_refused(void **state)
{
    struct tsm_pipe_params params;
    char text[64];

    for (size_t length = 0; length < strlen(golden); length++) {
        snprintf(text, sizeof(text), "%.*s", (int)length, golden);
        assert_false(tsm_instance_text_decode(text, &params));
    }
    snprintf(text, sizeof(text), "%s0", golden);
    assert_false(tsm_instance_text_decode(text, &params));
}

static void no_letter_but_those_is_taken(void **state)
{
    for (size_t at = 0; at < strlen(golden); at++)
        for (int letter = 1; letter < 256; letter++) {
            struct tsm_pipe_params params;
            char text[sizeof(golden)];
            bool is_hex = strchr("0123456789abcdef", letter) != NULL, is_good;

            memcpy(text, golden, sizeof(golden));
            text[at] = (char)letter;
            is_good = at == 0             ? letter == 'b' || letter == 'm'
                      : at == 1           ? letter >= '1' && letter <= '3'
                      : golden[at] == '.' ? letter == '.'
                                          : is_hex;
            assert_int_equal(tsm_instance_text_decode(text, &params), is_good);
        }
}

static void a_pipe_for_no_instance_is_refused(void **state)
{
    struct tsm_pipe_params params;

    assert_false(tsm_instance_text_decode("m3.00.00001000.00002000.00000032", &params));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_text_is_as_documented),
        TEST(the_extremes_come_back),
        TEST(what_is_cut_off_or_added_to_is_refused),
        TEST(no_letter_but_those_is_taken),
        TEST(a_pipe_for_no_instance_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
