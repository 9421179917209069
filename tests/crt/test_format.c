/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <inttypes.h>

static void l_is_32_bits(void **state)
{
    (void)state;
    assert_printed("-5 4294967295 ffffffff", "%ld %lu %lx", (LONG)-5, (DWORD)-1, 0xFFFFFFFFu);
    assert_printed("1 2", "%lu %lu", (DWORD)1, (DWORD)2);
    assert_printed("-1", "%li", 0x1FFFFFFFFll);
}

static void ll_and_I64_are_64_bits(void **state)
{
    (void)state;
    assert_printed("-9000000000", "%lld", -9000000000ll);
    assert_printed("9000000000 218711a00 218711A00", "%I64d %I64x %I64X", 9000000000ll,
                   9000000000ll, 9000000000ll);
    assert_printed("18446744073709551615", "%I64u", ~0ull);
}

static void I32_is_32_bits_and_I_the_size_of_a_pointer(void **state)
{
    (void)state;
    assert_printed("-7 4294967289", "%I32d %I32u", -7, -7);
    assert_printed("1234567890123", "%Id", (INT_PTR)1234567890123);
    assert_printed("1234567890123 77", "%zu %td", (size_t)1234567890123, (ptrdiff_t)77);
}

static void h_and_hh_cut_the_number(void **state)
{
    (void)state;
    assert_printed("-1 65535", "%hd %hu", 0xFFFF, 0xFFFF);
    assert_printed("-1 255", "%hhd %hhu", 0xFF, 0xFF);
}

static void flags_width_and_precision_work_as_in_c(void **state)
{
    (void)state;
    assert_printed("[   42][42   ][00042][+42][ 42]", "[%5d][%-5d][%05d][%+d][% d]", 42, 42, 42, 42,
                   42);
    assert_printed("[  007][0x1f][017][0X1F]", "[%5.3d][%#x][%#o][%#X]", 7, 31, 15, 31);
    assert_printed("[   42][42   ][  007]", "[%*d][%*d][%*.*d]", 5, 42, -5, 42, 5, 3, 7);
    assert_printed("[  abc][abc  ][ab]", "[%5s][%-5s][%.2s]", "abc", "abc", "abc");
    assert_printed("[    x][x    ]", "[%5c][%-5c]", 'x', 'x');
    assert_printed("100% %", "%d%% %%", 100);
}

static void floats_are_those_of_c(void **state)
{
    (void)state;
    assert_printed("3.500000 1.5e+10 0.25 3.14", "%f %.1e %g %.2lf", 3.5, 1.5e10, 0.25, 3.14159);
    assert_printed("2.50", "%.2Lf", 2.5L);
    assert_printed("0001.50|-1.5  |", "%07.2f|%-6.1f|", 1.5, -1.5);
}

static void a_pointer_has_sixteen_digits(void **state)
{
    (void)state;
    assert_printed("000000000000ABCD", "%p", (void *)0xABCD);
    assert_printed("0000000000000000", "%p", NULL);
    assert_printed("[    000000000000ABCD]", "[%20p]", (void *)0xABCD);
}

static void s_is_narrow_and_S_is_wide_in_a_narrow_format(void **state)
{
    (void)state;
    assert_printed("n w", "%s %S", "n", L"w");
    assert_printed("w w n n", "%ls %ws %hs %hS", L"w", L"w", "n", "n");
    assert_printed("a b c", "%c %C %lc", 'a', L'b', L'c');
}

static void s_is_wide_and_S_is_narrow_in_a_wide_format(void **state)
{
    (void)state;
    assert_printed_wide(L"w n", L"%s %S", L"w", "n");
    assert_printed_wide(L"w w n n", L"%ls %ws %hs %hS", L"w", L"w", "n", "n");
    assert_printed_wide(L"a b c", L"%c %C %hc", L'a', 'b', 'c');
    assert_printed_wide(L"[  -5][ffffffff][9000000000]", L"[%4ld][%lx][%I64d]", -5, -1,
                        9000000000ll);
}

static void wide_text_becomes_utf8_in_a_narrow_format(void **state)
{
    (void)state;
    assert_printed("h\xC3\xA4ll\xC3\xB6 \xE2\x82\xAC \xF0\x9F\x98\x80", "%S %C %S",
                   L"h\u00E4ll\u00F6", 0x20AC, L"\U0001F600");
    assert_printed("[\xEF\xBF\xBD]", "[%S]", (const wchar_t[]){0xD800, 0});
    assert_printed_wide(L"\u00E4 \U0001F600", L"%hs %hs", "\xC3\xA4", "\xF0\x9F\x98\x80");
}

static void a_precision_never_leaves_half_a_character(void **state)
{
    (void)state;
    assert_printed("[a]", "[%.2S]", L"a\u00E4");
    assert_printed("[a\xC3\xA4]", "[%.3S]", L"a\u00E4");
    assert_printed_wide(L"[a]", L"[%.2hs]", "a\xF0\x9F\x98\x80");
}

static void a_precision_reads_no_more_than_it_prints(void **state)
{
    static const wchar_t wide[3] = {'a', 'b', 'c'};
    static const char narrow[3] = {'x', 'y', 'z'};

    (void)state;
    assert_printed("abc xyz", "%.3S %.3s", wide, narrow);
    assert_printed_wide(L"xyz abc", L"%.3hs %.3s", narrow, wide);
}

static void a_null_string_prints_null(void **state)
{
    (void)state;
    assert_printed("(null) (null)", "%s %S", (char *)NULL, (wchar_t *)NULL);
    assert_printed_wide(L"(null)", L"%s", (wchar_t *)NULL);
}

static void n_is_refused(void **state)
{
    int count = 7;
    char text[16] = "old";

    (void)state;
    errno = 0;
    assert_int_equal(snprintf(text, sizeof(text), "abc%n", &count), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(count, 7);
    assert_string_equal(text, "");
}

static void what_is_no_conversion_prints_itself(void **state)
{
    (void)state;
    assert_printed("y 5", "%y %d", 5);
}

static void long_texts_are_printed_whole(void **state)
{
    static char text[5000];

    (void)state;
    assert_int_equal(sprintf(text, "%2000d|%-2000s|%S", 1, "x", L"end"), 4005);
    assert_string_equal(text + 4002, "end");
    assert_int_equal(text[1999], '1');
    assert_int_equal(_scprintf("%4000s", ""), 4000);
    assert_int_equal(_scwprintf(L"%4000s", L""), 4000);
}

static void snprintf_ends_the_text_and_gives_its_whole_length(void **state)
{
    char text[4] = "old";

    (void)state;
    assert_int_equal(snprintf(text, 4, "%s", "abcdef"), 6);
    assert_string_equal(text, "abc");
    assert_int_equal(snprintf(NULL, 0, "%s", "abcdef"), 6);
}

static void a_buffer_may_be_an_argument_of_its_own_format(void **state)
{
    wchar_t wide[32] = L"one";
    char text[32] = "one";

    (void)state;
    sprintf(text, "%s two", text);
    _snprintf(text, sizeof(text), "%s three", text);
    sprintf_s(text, sizeof(text), "%s four", text);
    assert_string_equal(text, "one two three four");
    swprintf(wide, 32, L"%s two", wide);
    _snwprintf(wide, 32, L"%s three", wide);
    swprintf_s(wide, 32, L"%s four", wide);
    assert_wide(wide, L"one two three four");
}

static void underscore_snprintf_counts_without_a_buffer(void **state)
{
    wchar_t wide[4] = L"old";
    char text[4] = "old";

    (void)state;
    assert_int_equal(_snprintf(NULL, 0, "%d", 1234), 4);
    assert_int_equal(_snwprintf(NULL, 0, L"%d", 1234), 4);
    assert_int_equal(_snprintf(text, 0, "%d", 1234), -1);
    assert_string_equal(text, "old");
    assert_int_equal(_snprintf(NULL, 4, "%d", 1234), -1);
    /* What is refused leaves a text all the same. */
    assert_int_equal(_snprintf(text, sizeof(text), "%n", (int *)NULL), -1);
    assert_string_equal(text, "");
    assert_int_equal(_snwprintf(wide, 4, L"5%"), -1);
    assert_wide(wide, L"");
}

static void hexadecimal_floats_and_pointers_have_all_their_digits(void **state)
{
    (void)state;
    assert_printed("0x1.0000000000000p+0 0X1.8000000000000P-1", "%a %A", 1.0, 0.75);
    assert_printed("0x1.80p+0", "%.2a", 1.5);
    assert_printed("0X0000000000001234|    0000000000001234", "%#p|%020p", (void *)0x1234,
                   (void *)0x1234);
}

static void underscore_snprintf_does_not_end_a_text_that_fills_the_buffer(void **state)
{
    char text[5] = "....";
    wchar_t wide[5] = L"....";

    (void)state;
    assert_int_equal(_snprintf(text, 3, "%s", "abc"), 3);
    assert_memory_equal(text, "abc.", 5);
    assert_int_equal(_snprintf(text, 3, "%s", "defg"), -1);
    assert_memory_equal(text, "def.", 5);
    assert_int_equal(_snprintf(text, 5, "%s", "z"), 1);
    assert_string_equal(text, "z");
    assert_int_equal(_snwprintf(wide, 3, L"%s", L"defg"), -1);
    assert_wide(wide, L"def.");
}

static void sized_printf_empties_a_buffer_that_is_too_small(void **state)
{
    char text[4] = "old";
    wchar_t wide[4] = L"old";

    (void)state;
    assert_int_equal(sprintf_s(text, 4, "%s", "abc"), 3);
    assert_string_equal(text, "abc");
    assert_int_equal(sprintf_s(text, 4, "%s", "abcd"), -1);
    assert_string_equal(text, "");
    assert_int_equal(_snprintf_s(text, 4, _TRUNCATE, "%s", "abcd"), -1);
    assert_string_equal(text, "abc");
    assert_int_equal(_snprintf_s(text, 4, 2, "%s", "abcd"), -1);
    assert_string_equal(text, "ab");
    assert_int_equal(swprintf_s(wide, 4, L"%d", 12345), -1);
    assert_wide(wide, L"");
    assert_int_equal(_snwprintf_s(wide, 4, _TRUNCATE, L"%d", 12345), -1);
    assert_wide(wide, L"123");
}

static void swprintf_says_when_the_text_does_not_fit(void **state)
{
    wchar_t wide[4];

    (void)state;
    assert_int_equal(swprintf(wide, 4, L"%d", 123), 3);
    assert_int_equal(swprintf(wide, 4, L"%d", 1234), -1);
    assert_int_equal(swprintf(wide, L"%d", 12), 2);
    assert_wide(wide, L"12");
    assert_int_equal(swprintf(wide, L"all"), 3);
    assert_wide(wide, L"all");
    assert_int_equal(_swprintf(wide, L"%s", L"ok"), 2);
}

static void macros_of_inttypes_match_the_formats(void **state)
{
    (void)state;
    assert_printed("-9000000000 9000000000 218711a00", "%" PRId64 " %" PRIu64 " %" PRIx64,
                   INT64_C(-9000000000), UINT64_C(9000000000), UINT64_C(9000000000));
    assert_printed("9000000000 18446744073709551615", "%" PRIuPTR " %" PRIuMAX,
                   (uintptr_t)9000000000, UINTMAX_MAX);
    assert_printed("9000000000 5", "%" PRIdFAST32 " %" PRId32, (int_fast32_t)9000000000, 5);
}

static void wide_text_is_written_to_files_as_utf8(void **state)
{
    FILE *file = tmpfile();
    char bytes[64] = "";

    (void)state;
    assert_int_equal(fwprintf(file, L"%s|%d|", L"\u00E4\U0001F600", 5), 6);
    assert_int_equal(fprintf(file, "%S", L"\u20AC"), 3);
    assert_int_equal(fputws(L"\u00FC", file), 0);
    assert_int_equal(fputwc(0xD83D, file), 0xD83D);
    assert_int_equal(fputwc(0xDE00, file), 0xDE00);
    rewind(file);
    assert_int_equal(fread(bytes, 1, sizeof(bytes), file), 18);
    assert_string_equal(bytes, "\xC3\xA4\xF0\x9F\x98\x80|5|\xE2\x82\xAC\xC3\xBC\xF0\x9F\x98\x80");
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(l_is_32_bits),
        cmocka_unit_test(ll_and_I64_are_64_bits),
        cmocka_unit_test(I32_is_32_bits_and_I_the_size_of_a_pointer),
        cmocka_unit_test(h_and_hh_cut_the_number),
        cmocka_unit_test(flags_width_and_precision_work_as_in_c),
        cmocka_unit_test(floats_are_those_of_c),
        cmocka_unit_test(a_pointer_has_sixteen_digits),
        cmocka_unit_test(s_is_narrow_and_S_is_wide_in_a_narrow_format),
        cmocka_unit_test(s_is_wide_and_S_is_narrow_in_a_wide_format),
        cmocka_unit_test(wide_text_becomes_utf8_in_a_narrow_format),
        cmocka_unit_test(a_precision_never_leaves_half_a_character),
        cmocka_unit_test(a_precision_reads_no_more_than_it_prints),
        cmocka_unit_test(a_null_string_prints_null),
        cmocka_unit_test(n_is_refused),
        cmocka_unit_test(what_is_no_conversion_prints_itself),
        cmocka_unit_test(long_texts_are_printed_whole),
        cmocka_unit_test(snprintf_ends_the_text_and_gives_its_whole_length),
        cmocka_unit_test(a_buffer_may_be_an_argument_of_its_own_format),
        cmocka_unit_test(underscore_snprintf_counts_without_a_buffer),
        cmocka_unit_test(hexadecimal_floats_and_pointers_have_all_their_digits),
        cmocka_unit_test(underscore_snprintf_does_not_end_a_text_that_fills_the_buffer),
        cmocka_unit_test(sized_printf_empties_a_buffer_that_is_too_small),
        cmocka_unit_test(swprintf_says_when_the_text_does_not_fit),
        cmocka_unit_test(macros_of_inttypes_match_the_formats),
        cmocka_unit_test(wide_text_is_written_to_files_as_utf8),
    };

    return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
