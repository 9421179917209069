/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "base/message.h"
#include "base/utf.h"

struct call {
    unsigned int width;
    bool is_verbatim, is_narrow, has_no_args;
};

/* Expands with arguments from a va_list and compares; expected NULL: a malformed source. */
static void check(struct call call, const char16_t *source, const char *expected, ...)
{
    struct tsm_message_args args = {.is_verbatim = call.is_verbatim, .is_narrow = call.is_narrow};
    char16_t *made = NULL;
    va_list list;
    NTSTATUS status;

    va_start(list, expected);
    if (!call.has_no_args)
        args.list = &list;
    status = tsm_message_expand(source, call.width, &args, &made);
    va_end(list);
    if (!expected) {
        assert_status(status, STATUS_INVALID_PARAMETER);
        assert_null(made);
        return;
    }
    assert_status(status, STATUS_SUCCESS);

    char *text = tsm_utf8_new(made);

    assert_string_equal(text, expected);
    free(text);
    free(made);
}

#define PLAIN     \
    (struct call) \
    {             \
        0         \
    }

static void escapes_become_characters(void **state)
{
    check(PLAIN, u"%%|%.|%!|%r|%t|%b|%q|% |%n|", "%|.|!|\r|\t| |q| |\r\n|");
    check(PLAIN, u"", "");
    check(PLAIN, u"abc%0def", "abc");
}

static void line_breaks_of_any_kind_become_one_kind(void **state)
{
    check(PLAIN, u"a\nb\r\nc\rd", "a\r\nb\r\nc\r\nd");
}

static void an_escape_without_its_character_is_malformed(void **state)
{
    check(PLAIN, u"abc%", NULL);
    check(PLAIN, u"%1!s", NULL, u"ab");
}

static void an_insert_without_arguments_is_malformed(void **state)
{
    check((struct call){.has_no_args = true}, u"%1", NULL);
    check((struct call){.has_no_args = true}, u"none", "none");
}

static void inserts_can_be_left_as_they_are(void **state)
{
    check((struct call){.is_verbatim = true, .has_no_args = true}, u"%1 %2!d! %%", "%1 %2!d! %");
}

static void inserts_are_taken_by_number(void **state)
{
    check(PLAIN, u"%2-%1-%2", "two-one-two", u"one", u"two");
    check((struct call){.is_narrow = true}, u"%1 %2", "one two", "one", "two");
    check(PLAIN, u"%10|", "j|", u"a", u"b", u"c", u"d", u"e", u"f", u"g", u"h", u"i", u"j");
    check(PLAIN, u"%1", "(null)", NULL);
}

static void inserts_can_come_from_an_array(void **state)
{
    uintptr_t values[] = {(uintptr_t) "abc", 42};
    struct tsm_message_args args = {.array = values, .is_narrow = true};
    char16_t *made;

    assert_status(tsm_message_expand(u"%2!u!:%1", 0, &args, &made), STATUS_SUCCESS);
    assert_int_equal(tsm_utf16_length(made), 6);
    assert_memory_equal(made, u"42:abc", 14);
    free(made);
}

static void strings_have_width_and_precision(void **state)
{
    check(PLAIN, u"%1!5s!|%1!-5s!|%1!.1s!|%1!4.1s!|", "   ab|ab   |a|   a|", u"ab");
    check(PLAIN, u"%1!*.*s! %4", "  Bi Bob", 4, 2, u"Bill", u"Bob");
}

static void strings_can_be_of_the_other_kind(void **state)
{
    check(PLAIN, u"%1!hs! %2!ls! %3!S! %4!ws!", "n w n w", "n", u"w", "n", u"w");
    check((struct call){.is_narrow = true}, u"%1!hs! %2!ls! %3!S! %4!ws!", "n w w w", "n", u"w",
          u"w", u"w");
}

static void numbers_have_32_bits_unless_they_say_otherwise(void **state)
{
    check(PLAIN, u"%1!d! %1!ld! %1!i! %1!#x!", "-1 -1 -1 0xffffffff", -1);
    check(PLAIN, u"%1!u! %1!X! %1!o! %1!c! %1!05d!|%1!-5d!|%1!.4d!", "65 41 101 A 00065|65   |0065",
          65);
    check(PLAIN, u"%1!I64d! %1!lld! %1!I64x!", "-5 -5 fffffffffffffffb", INT64_C(-5));
    check(PLAIN, u"%1!hd! %1!hu!", "-1 65535", 0x1FFFF);
    check(PLAIN, u"%1!p!", "0000000000001234", (void *)0x1234);
}

static void there_are_no_floating_numbers(void **state)
{
    check(PLAIN, u"%1!e!|", "e|", 1);
}

static void lines_end_before_the_width(void **state)
{
    static const struct {
        unsigned int width;
        const char16_t *source;
        const char *expected;
    } rows[] = {
        {5, u"aaa bbb ccc", "aaa\r\nbbb\r\nccc"},
        {7, u"aaa bbb ccc", "aaa\r\nbbb\r\nccc"},
        {5, u"abcdefgh ij", "abcde\r\nfgh\r\nij"},
        {5, u"aaa%nbbb ccc", "aaa\r\nbbb\r\nccc"},
        {10, u"aaa\r\nbbb", "aaa bbb"},
        {6, u"aaa   bbb", "aaa\r\nbbb"},
        {5, u" aaa bbb", " aaa\r\nbbb"},
        {4, u"aaa bbb", "aaa\r\nbbb"},
        {1, u"ab", "a\r\nb\r\n"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check((struct call){.width = rows[i].width}, rows[i].source, rows[i].expected);
}

static void without_soft_breaks_a_line_ends_only_where_it_is_told_to(void **state)
{
    struct call call = {.width = TSM_MESSAGE_WIDTH_ENDLESS};

    check(call, u"a\nb", "a b");
    check(call, u"a\r\nb%nc", "a b\r\nc");
}

static void long_texts_grow(void **state)
{
    char16_t source[5001];
    struct tsm_message_args args = {0};
    char16_t *made;

    for (size_t i = 0; i < 5000; i++)
        source[i] = (char16_t)(u'a' + i % 26);
    source[5000] = 0;
    assert_status(tsm_message_expand(source, 0, &args, &made), STATUS_SUCCESS);
    assert_memory_equal(made, source, sizeof(source));
    free(made);
    for (size_t i = 9; i < 5000; i += 10)
        source[i] = u' ';
    assert_status(tsm_message_expand(source, 20, &args, &made), STATUS_SUCCESS);
    assert_true(tsm_utf16_length(made) > 5000);
    free(made);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(escapes_become_characters),
        TEST(line_breaks_of_any_kind_become_one_kind),
        TEST(an_escape_without_its_character_is_malformed),
        TEST(an_insert_without_arguments_is_malformed),
        TEST(inserts_can_be_left_as_they_are),
        TEST(inserts_are_taken_by_number),
        TEST(inserts_can_come_from_an_array),
        TEST(strings_have_width_and_precision),
        TEST(strings_can_be_of_the_other_kind),
        TEST(numbers_have_32_bits_unless_they_say_otherwise),
        TEST(there_are_no_floating_numbers),
        TEST(lines_end_before_the_width),
        TEST(without_soft_breaks_a_line_ends_only_where_it_is_told_to),
        TEST(long_texts_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
