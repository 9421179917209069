/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "process/command_line.h"

#define WORDS_MAX 6

struct split_case {
    const char *line;
    const char *words[WORDS_MAX + 1];
};

/* The rules that Microsoft documents for its C runtime, and its examples. */
static const struct split_case cases[] = {
    {"prog", {"prog"}},
    {"", {""}},
    {"   prog  a\tb  ", {"prog", "a", "b"}},
    {"\"C:\\Program Files\\x.exe\" y", {"C:\\Program Files\\x.exe", "y"}},
    {"pro\"g ram\"me x", {"prog ramme", "x"}},
    {"prog\\\" x\" y", {"prog\\ x", "y"}}, /* a backslash is one in the first word */
    {"p \"a b c\" d e", {"p", "a b c", "d", "e"}},
    {"p \"ab\\\"c\" \"\\\\\" d", {"p", "ab\"c", "\\", "d"}},
    {"p a\\\\\\b d\"e f\"g h", {"p", "a\\\\\\b", "de fg", "h"}},
    {"p a\\\\\\\"b c d", {"p", "a\\\"b", "c", "d"}},
    {"p a\\\\\\\\\"b c\" d e", {"p", "a\\\\b c", "d", "e"}},
    {"p a\"b\"\" c d", {"p", "ab\" c d"}},
    {"p \"\" x", {"p", "", "x"}},
    {"p \"\"\"\" x", {"p", "\"", "x"}},
    {"p \"open end", {"p", "open end"}},
    {"p end\\", {"p", "end\\"}},
};

static void lines_are_split_by_the_rules_of_the_c_runtime(void **state)
{
    for (size_t i = 0; i < TSM_COUNT_OF(cases); i++) {
        int argc = 0, expected = 0;
        char **argv = tsm_command_line_split(cases[i].line, &argc);

        assert_non_null(argv);
        while (cases[i].words[expected])
            expected++;
        assert_int_equal(argc, expected);
        for (int k = 0; k < argc; k++)
            assert_string_equal(argv[k], cases[i].words[k]);
        assert_null(argv[argc]);
        free(argv);
    }
}

static void words_that_are_joined_split_into_themselves(void **state)
{
    static char *const words[] = {
        (char *)"prog name", (char *)"",        (char *)"a b",   (char *)"\"", (char *)"\\",
        (char *)"a\\\"b",    (char *)"end\\\\", (char *)"x y\\", (char *)"\t", (char *)"plain",
    };
    const int count = TSM_COUNT_OF(words);
    char *line = tsm_command_line_join(words, count), **again;
    int argc = 0;

    assert_non_null(line);
    again = tsm_command_line_split(line, &argc);
    assert_non_null(again);
    assert_int_equal(argc, count);
    for (int i = 0; i < count; i++)
        assert_string_equal(again[i], words[i]);
    free(again);
    free(line);
}

static void the_longest_line_of_one_letter_words_has_room(void **state)
{
    char line[20001];
    char **argv;
    int argc = 0;

    for (int i = 0; i < 20000; i++)
        line[i] = i % 2 ? ' ' : 'x';
    line[20000] = 0;
    argv = tsm_command_line_split(line, &argc);
    assert_non_null(argv);
    assert_int_equal(argc, 10000);
    assert_string_equal(argv[9999], "x");
    free(argv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lines_are_split_by_the_rules_of_the_c_runtime),
        TEST(words_that_are_joined_split_into_themselves),
        TEST(the_longest_line_of_one_letter_words_has_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
