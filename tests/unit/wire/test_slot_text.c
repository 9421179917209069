/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "wire/slot_text.h"

static void the_text_is_as_documented(void **state)
{
    char text[TSM_SLOT_TEXT_SIZE];
    uint32_t max_message = 7;

    tsm_slot_text_encode(424, text);
    assert_string_equal(text, "s.000001a8");
    assert_true(tsm_slot_text_decode(text, &max_message));
    assert_int_equal(max_message, 424);
    tsm_slot_text_encode(UINT32_MAX, text);
    assert_true(tsm_slot_text_decode(text, &max_message));
    assert_int_equal(max_message, UINT32_MAX);
}

static void anything_else_is_refused(void **state)
{
    static const char *const texts[] = {"",           "s",           "s.",         "s.000001a",
                                        "s.000001A8", "s.000001a8x", "m.000001a8", "s-000001a8"};
    uint32_t max_message = 7;

    for (size_t i = 0; i < TSM_COUNT_OF(texts); i++)
        assert_false(tsm_slot_text_decode(texts[i], &max_message));
    assert_int_equal(max_message, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_text_is_as_documented),
        TEST(anything_else_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
