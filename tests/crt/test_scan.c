/* SPDX-License-Identifier: MIT */
#include "check.h"

static FILE *file_of(const char *text)
{
    FILE *file = tmpfile();

    fputs(text, file);
    rewind(file);
    return file;
}

static void a_dword_read_with_lx_leaves_its_neighbours_alone(void **state)
{
    DWORD words[3] = {7, 7, 7};
    LONG longs[3] = {7, 7, 7};

    (void)state;
    assert_int_equal(sscanf("deadbeef", "%lx", &words[1]), 1);
    assert_int_equal(words[0], 7);
    assert_int_equal(words[1], 0xDEADBEEF);
    assert_int_equal(words[2], 7);
    assert_int_equal(sscanf("-12", "%ld", &longs[1]), 1);
    assert_int_equal(longs[1], -12);
    assert_int_equal(longs[2], 7);
    assert_int_equal(swscanf(L"123 456", L"%lu %lu", &words[0], &words[1]), 2);
    assert_int_equal(words[0], 123);
    assert_int_equal(words[1], 456);
    assert_int_equal(words[2], 7);
}

static void sizes_store_as_many_bits_as_they_say(void **state)
{
    long long big = 0;
    short small[2] = {9, 9};
    signed char tiny[2] = {9, 9};

    (void)state;
    assert_int_equal(sscanf("9000000000", "%I64d", &big), 1);
    assert_true(big == 9000000000ll);
    assert_int_equal(sscanf("-9000000000", "%lld", &big), 1);
    assert_true(big == -9000000000ll);
    assert_int_equal(sscanf("-3 -4", "%hd %hhd", &small[0], &tiny[0]), 2);
    assert_int_equal(small[0], -3);
    assert_int_equal(small[1], 9);
    assert_int_equal(tiny[0], -4);
    assert_int_equal(tiny[1], 9);
}

static void bases_and_widths_are_those_of_c(void **state)
{
    int a = 0, b = 0, c = 0, d = 0;

    (void)state;
    assert_int_equal(sscanf("0x1F 017 12 -0x10", "%i %i %i %i", &a, &b, &c, &d), 4);
    assert_int_equal(a, 31);
    assert_int_equal(b, 15);
    assert_int_equal(c, 12);
    assert_int_equal(d, -16);
    assert_int_equal(sscanf("12345", "%2d%1d%d", &a, &b, &c), 3);
    assert_int_equal(a, 12);
    assert_int_equal(b, 3);
    assert_int_equal(c, 45);
    assert_int_equal(sscanf("ff 0xFF 77", "%x %X %o", &a, &b, &c), 3);
    assert_int_equal(a, 255);
    assert_int_equal(b, 255);
    assert_int_equal(c, 63);
}

static void floats_have_three_sizes(void **state)
{
    float f = 0;
    double d = 0;
    long double l = 0;

    (void)state;
    assert_int_equal(sscanf("1.5 -2.5e3 0.25", "%f %lf %Lf", &f, &d, &l), 3);
    assert_true(f == 1.5f && d == -2500.0 && l == 0.25L);
    assert_int_equal(sscanf("abc", "%f", &f), 0);
    assert_int_equal(swscanf(L"3.25x", L"%lf", &d), 1);
    assert_true(d == 3.25);
}

static void words_are_of_the_formats_kind_unless_said(void **state)
{
    char narrow[16] = "";
    wchar_t wide[16] = L"";

    (void)state;
    assert_int_equal(sscanf("one tw\xC3\xB6", "%s %S", narrow, wide), 2);
    assert_string_equal(narrow, "one");
    assert_wide(wide, L"tw\u00F6");
    assert_int_equal(swscanf(L"\u00E4 b", L"%s %S", wide, narrow), 2);
    assert_wide(wide, L"\u00E4");
    assert_string_equal(narrow, "b");
    assert_int_equal(swscanf(L"x \u00E4", L"%ls %hs", wide, narrow), 2);
    assert_wide(wide, L"x");
    assert_string_equal(narrow, "\xC3\xA4");
}

static void sets_and_characters_are_read(void **state)
{
    char a[16] = "", b[16] = "", c[4] = "...";

    (void)state;
    assert_int_equal(sscanf("key=value;", "%[^=]=%[a-z]", a, b), 2);
    assert_string_equal(a, "key");
    assert_string_equal(b, "value");
    assert_int_equal(sscanf("]x-", "%[]x-]", a), 1);
    assert_string_equal(a, "]x-");
    assert_int_equal(sscanf("ab", "%c%c", &c[0], &c[1]), 2);
    assert_memory_equal(c, "ab.", 3);
    assert_int_equal(sscanf("xyz", "%2c", c), 1);
    assert_memory_equal(c, "xy.", 3);
    assert_int_equal(sscanf("skip me", "%*s %s", a), 1);
    assert_string_equal(a, "me");
}

static void sized_scan_keeps_within_the_buffer(void **state)
{
    char text[4] = "old";
    wchar_t wide[4] = L"old";
    int number = 0;

    (void)state;
    assert_int_equal(sscanf_s("abc 5", "%s %d", text, (unsigned)sizeof(text), &number), 2);
    assert_string_equal(text, "abc");
    assert_int_equal(number, 5);
    assert_int_equal(sscanf_s("abcd 6", "%s %d", text, (unsigned)sizeof(text), &number), 0);
    assert_string_equal(text, "");
    assert_int_equal(number, 5);
    assert_int_equal(swscanf_s(L"abcd", L"%s", wide, 4u), 0);
    assert_wide(wide, L"");
}

static void the_end_before_the_first_item_is_eof(void **state)
{
    int a = 0;

    (void)state;
    assert_int_equal(sscanf("", "%d", &a), EOF);
    assert_int_equal(sscanf("  ", "%d", &a), EOF);
    assert_int_equal(sscanf("x", "%d", &a), 0);
    assert_int_equal(sscanf("1", "%d %d", &a, &a), 1);
    assert_int_equal(sscanf("1,2", "%d;%d", &a, &a), 1);
}

static void n_tells_how_much_was_read(void **state)
{
    int a = 0, n = 0;

    (void)state;
    assert_int_equal(sscanf("12 rest", "%d%n", &a, &n), 1);
    assert_int_equal(n, 2);
}

static void files_are_read_and_what_does_not_match_stays(void **state)
{
    FILE *file = file_of("10 20 \xC3\xA4pfel!");
    wchar_t wide[16] = L"";
    DWORD a = 0, b = 0;

    (void)state;
    assert_int_equal(fscanf(file, "%lu", &a), 1);
    assert_int_equal(fwscanf(file, L"%lu %[^!]", &b, wide), 2);
    assert_int_equal(a, 10);
    assert_int_equal(b, 20);
    assert_wide(wide, L"\u00E4pfel");
    assert_int_equal(fgetc(file), '!');
    fclose(file);
}

static void wide_characters_are_read_from_utf8(void **state)
{
    FILE *file = file_of("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80z\nline\n");
    wchar_t line[16];

    (void)state;
    assert_int_equal(fgetwc(file), 'a');
    assert_int_equal(fgetwc(file), 0xE4);
    assert_int_equal(fgetwc(file), 0x20AC);
    assert_int_equal(ungetwc(0x20AC, file), 0x20AC);
    assert_int_equal(fgetwc(file), 0x20AC);
    assert_int_equal(fgetwc(file), 0xD83D);
    assert_int_equal(fgetwc(file), 0xDE00);
    assert_non_null(fgetws(line, 16, file));
    assert_wide(line, L"z\n");
    assert_non_null(fgetws(line, 3, file));
    assert_wide(line, L"li");
    assert_non_null(fgetws(line, 16, file));
    assert_wide(line, L"ne\n");
    assert_null(fgetws(line, 16, file));
    assert_true(fgetwc(file) == WEOF);
    assert_true((wchar_t)fgetwc(file) == WEOF);
    fclose(file);
}

static void every_pair_survives_the_way_through_a_file(void **state)
{
    FILE *file = tmpfile();

    (void)state;
    for (unsigned code = 0x10000; code < 0x110000; code += 0x1A7) {
        fputwc((wchar_t)(0xD800 + ((code - 0x10000) >> 10)), file);
        fputwc((wchar_t)(0xDC00 + (code & 0x3FF)), file);
    }
    rewind(file);
    for (unsigned code = 0x10000; code < 0x110000; code += 0x1A7) {
        assert_int_equal(fgetwc(file), 0xD800 + ((code - 0x10000) >> 10));
        assert_int_equal(fgetwc(file), 0xDC00 + (code & 0x3FF));
    }
    assert_true(fgetwc(file) == WEOF);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dword_read_with_lx_leaves_its_neighbours_alone),
        cmocka_unit_test(sizes_store_as_many_bits_as_they_say),
        cmocka_unit_test(bases_and_widths_are_those_of_c),
        cmocka_unit_test(floats_have_three_sizes),
        cmocka_unit_test(words_are_of_the_formats_kind_unless_said),
        cmocka_unit_test(sets_and_characters_are_read),
        cmocka_unit_test(sized_scan_keeps_within_the_buffer),
        cmocka_unit_test(the_end_before_the_first_item_is_eof),
        cmocka_unit_test(n_tells_how_much_was_read),
        cmocka_unit_test(files_are_read_and_what_does_not_match_stays),
        cmocka_unit_test(wide_characters_are_read_from_utf8),
        cmocka_unit_test(every_pair_survives_the_way_through_a_file),
    };

    return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
