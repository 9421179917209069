/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "base/utf.h"

static void check_pair(const char *narrow, const char16_t *wide)
{
    char16_t *made_wide = tsm_utf16_new(narrow);
    char *made_narrow = tsm_utf8_new(wide);

    assert_non_null(made_wide);
    assert_non_null(made_narrow);
    assert_int_equal(tsm_utf16_length(made_wide), tsm_utf16_length(wide));
    assert_memory_equal(made_wide, wide, (tsm_utf16_length(wide) + 1) * sizeof(char16_t));
    assert_string_equal(made_narrow, narrow);
    free(made_wide);
    free(made_narrow);
}

static void texts_survive_the_way_there_and_back(void **state)
{
    check_pair("", u"");
    check_pair("plain", u"plain");
    check_pair("\xC3\xA9t\xC3\xA9", u"\u00E9t\u00E9");
    check_pair("\xE2\x82\xAC 5", u"\u20AC 5");
    check_pair("\xF0\x9F\x90\xA7!", u"\U0001F427!");
}

static void every_character_survives_the_way_there_and_back(void **state)
{
    for (char32_t value = 1; value <= 0x10FFFF; value++) {
        char16_t wide[2], again[2];
        char narrow[4];
        bool bad;
        size_t units = value < 0x10000 ? 1 : 2, size;

        if (value >= 0xD800 && value < 0xE000)
            continue;
        wide[0] = (char16_t)(units == 1 ? value : 0xD800 + ((value - 0x10000) >> 10));
        wide[1] = (char16_t)(0xDC00 + ((value - 0x10000) & 0x3FF));
        size = tsm_utf8_from_utf16(wide, units, narrow, sizeof(narrow), &bad);
        assert_false(bad);
        assert_int_equal(size, value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4);
        assert_int_equal(tsm_utf16_from_utf8(narrow, size, again, 2, &bad), units);
        assert_false(bad);
        assert_memory_equal(again, wide, units * sizeof(char16_t));
    }
}

static void a_result_too_long_for_its_room_is_measured(void **state)
{
    char16_t wide[3] = {7, 7, 7};
    char narrow[5] = "zzzz";

    assert_int_equal(tsm_utf16_from_utf8("abcdef", 6, NULL, 0, NULL), 6);
    assert_int_equal(tsm_utf16_from_utf8("abcdef", 6, wide, 2, NULL), 6);
    assert_int_equal(wide[0], 'a');
    assert_int_equal(wide[1], 'b');
    assert_int_equal(wide[2], 7);
    /* Nothing is written of a character that does not fit as a whole. */
    assert_int_equal(tsm_utf8_from_utf16(u"a\u20AC", 2, narrow, 3, NULL), 4);
    assert_string_equal(narrow, "azzz");
    wide[1] = 7;
    assert_int_equal(tsm_utf16_from_utf8("a\xF0\x9F\x90\xA7", 5, wide, 2, NULL), 3);
    assert_int_equal(wide[1], 7);
}

static void zeros_inside_are_characters_like_others(void **state)
{
    char16_t wide[3];

    assert_int_equal(tsm_utf16_from_utf8("a\0b", 3, wide, 3, NULL), 3);
    assert_int_equal(wide[1], 0);
    assert_int_equal(wide[2], 'b');
}

static void check_malformed(const char *text)
{
    char16_t wide[16];
    bool bad = false;
    size_t count = tsm_utf16_from_utf8(text, strlen(text), wide, 16, &bad);

    assert_true(bad);
    assert_true(count >= 1);
    assert_int_equal(wide[0], 0xFFFD);
}

static void malformed_bytes_become_the_replacement_character(void **state)
{
    check_malformed("\x80");
    check_malformed("\xC3");
    check_malformed("\xC3(");
    check_malformed("\xE2\x82");
    check_malformed("\xF0\x9F\x90");
    check_malformed("\xC0\x80");         /* overlong */
    check_malformed("\xE0\x80\x80");     /* overlong */
    check_malformed("\xED\xA0\x80");     /* half of a pair */
    check_malformed("\xF4\x90\x80\x80"); /* behind the last character */
    check_malformed("\xFF");
}

static void what_follows_malformed_bytes_is_kept(void **state)
{
    char16_t wide[4];

    assert_int_equal(tsm_utf16_from_utf8("\xC3(x", 3, wide, 4, NULL), 3);
    assert_int_equal(wide[1], '(');
    assert_int_equal(wide[2], 'x');
}

static void lonely_halves_of_pairs_become_the_replacement_character(void **state)
{
    static const char16_t halves[] = {0xD83D, 'a', 0xDC00};
    char narrow[16];
    bool bad = false;
    size_t size = tsm_utf8_from_utf16(halves, 3, narrow, sizeof(narrow), &bad);

    assert_true(bad);
    assert_int_equal(size, 7);
    assert_memory_equal(narrow,
                        "\xEF\xBF\xBD"
                        "a"
                        "\xEF\xBF\xBD",
                        7);
}

static void names_are_folded_as_windows_folds_them(void **state)
{
    static const struct {
        char16_t lower, upper;
    } pairs[] = {
        {u'a', u'A'},     {u'z', u'Z'},     {u'A', u'A'},     {u'0', u'0'},     {u'\\', u'\\'},
        {u'@', u'@'},     {u'[', u'['},     {u'{', u'{'},     {0x00E9, 0x00C9}, {0x00F7, 0x00F7},
        {0x00FF, 0x0178}, {0x0101, 0x0100}, {0x0100, 0x0100}, {0x017E, 0x017D}, {0x03B1, 0x0391},
        {0x03C9, 0x03A9}, {0x0430, 0x0410}, {0x044F, 0x042F}, {0x0450, 0x0400}, {0x0561, 0x0531},
        {0x1E01, 0x1E00}, {0xFF41, 0xFF21}, {0x4E2D, 0x4E2D}, {0x00DF, 0x00DF},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        assert_int_equal(tsm_utf16_upcase(pairs[i].lower), pairs[i].upper);
}

static void folding_twice_changes_nothing_more(void **state)
{
    for (uint32_t unit = 0; unit <= 0xFFFF; unit++) {
        char16_t once = tsm_utf16_upcase((char16_t)unit);

        assert_int_equal(tsm_utf16_upcase(once), once);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(texts_survive_the_way_there_and_back),
        TEST(every_character_survives_the_way_there_and_back),
        TEST(a_result_too_long_for_its_room_is_measured),
        TEST(zeros_inside_are_characters_like_others),
        TEST(malformed_bytes_become_the_replacement_character),
        TEST(what_follows_malformed_bytes_is_kept),
        TEST(lonely_halves_of_pairs_become_the_replacement_character),
        TEST(names_are_folded_as_windows_folds_them),
        TEST(folding_twice_changes_nothing_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
