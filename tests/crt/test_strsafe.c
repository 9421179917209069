/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <strsafe.h>

static void copy_fits_or_is_cut(void **state)
{
    char text[4];
    WCHAR wide[4];

    (void)state;
    assert_int_equal(StringCchCopyA(text, 4, "abc"), S_OK);
    assert_string_equal(text, "abc");
    assert_int_equal(StringCchCopyA(text, 4, "wxyz"), STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_string_equal(text, "wxy");
    assert_int_equal(StringCchCopyW(wide, 4, L"wxyz"), STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_wide(wide, L"wxy");
    assert_int_equal(StringCbCopyW(wide, sizeof(wide), L"abc"), S_OK);
    assert_wide(wide, L"abc");
    assert_int_equal(StringCbCopyW(wide, 5, L"ab"), STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_wide(wide, L"a");
}

static void codes_are_those_of_windows(void **state)
{
    (void)state;
    assert_int_equal((unsigned)STRSAFE_E_INSUFFICIENT_BUFFER, 0x8007007A);
    assert_int_equal((unsigned)STRSAFE_E_INVALID_PARAMETER, 0x80070057);
    assert_int_equal((unsigned)STRSAFE_E_END_OF_FILE, 0x80070026);
    assert_true(FAILED(STRSAFE_E_INSUFFICIENT_BUFFER));
    assert_int_equal(HRESULT_CODE(STRSAFE_E_INSUFFICIENT_BUFFER), ERROR_INSUFFICIENT_BUFFER);
}

static void a_size_of_zero_or_too_large_is_invalid(void **state)
{
    char text[4] = "old";

    (void)state;
    assert_int_equal(StringCchCopyA(text, 0, "a"), STRSAFE_E_INVALID_PARAMETER);
    assert_int_equal(StringCchCopyA(text, (size_t)STRSAFE_MAX_CCH + 1, "a"),
                     STRSAFE_E_INVALID_PARAMETER);
    assert_string_equal(text, "old");
    assert_int_equal(StringCchPrintfA(text, 0, "a"), STRSAFE_E_INVALID_PARAMETER);
    assert_int_equal(StringCbCopyW((WCHAR *)(void *)text, 1, L"a"), STRSAFE_E_INVALID_PARAMETER);
}

static void copy_n_takes_a_part(void **state)
{
    char text[8];

    (void)state;
    assert_int_equal(StringCchCopyNA(text, 8, "abcdef", 3), S_OK);
    assert_string_equal(text, "abc");
    assert_int_equal(StringCchCopyNA(text, 3, "abcdef", 3), STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_string_equal(text, "ab");
}

static void cat_appends_and_knows_what_is_left(void **state)
{
    char text[8] = "abc";
    WCHAR wide[8] = L"abc";

    (void)state;
    assert_int_equal(StringCchCatA(text, 8, "defg"), S_OK);
    assert_string_equal(text, "abcdefg");
    assert_int_equal(StringCchCatA(text, 8, "h"), STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_string_equal(text, "abcdefg");
    assert_int_equal(StringCchCatA(text, 8, ""), S_OK);
    assert_int_equal(StringCbCatW(wide, sizeof(wide), L"defgh"), STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_wide(wide, L"abcdefg");
    assert_int_equal(StringCchCatNW(lstrcpyW(wide, L"x"), 8, L"yz", 1), S_OK);
    assert_wide(wide, L"xy");
}

static void cat_refuses_a_text_without_end(void **state)
{
    char text[4] = {'a', 'b', 'c', 'd'};

    (void)state;
    assert_int_equal(StringCchCatA(text, 4, "e"), STRSAFE_E_INVALID_PARAMETER);
    assert_memory_equal(text, "abcd", 4);
}

static void printf_uses_the_formats_of_the_kit(void **state)
{
    char text[32];
    WCHAR wide[32];

    (void)state;
    assert_int_equal(StringCchPrintfA(text, 32, "%s-%lu-%S", "a", (DWORD)-1, L"w"), S_OK);
    assert_string_equal(text, "a-4294967295-w");
    assert_int_equal(StringCbPrintfW(wide, sizeof(wide), L"%s %hs %I64d", L"a", "b", 1ll), S_OK);
    assert_wide(wide, L"a b 1");
    assert_int_equal(StringCchPrintfA(text, 4, "%d", 12345), STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_string_equal(text, "123");
}

static void length_looks_no_further_than_it_may(void **state)
{
    size_t length = 99;
    static const char open_end[4] = {'a', 'b', 'c', 'd'};

    (void)state;
    assert_int_equal(StringCchLengthA("abc", 10, &length), S_OK);
    assert_int_equal(length, 3);
    assert_int_equal(StringCbLengthW(L"abc", 20, &length), S_OK);
    assert_int_equal(length, 6);
    assert_int_equal(StringCchLengthA(open_end, 4, &length), STRSAFE_E_INVALID_PARAMETER);
    assert_int_equal(length, 0);
    assert_int_equal(StringCchLengthA(NULL, 4, &length), STRSAFE_E_INVALID_PARAMETER);
    assert_int_equal(StringCchLengthW(L"abc", 3, NULL), STRSAFE_E_INVALID_PARAMETER);
}

static void ex_forms_say_where_the_text_ends(void **state)
{
    char text[8];
    char *end;
    size_t left;

    (void)state;
    assert_int_equal(StringCchCopyExA(text, 8, "abc", &end, &left, 0), S_OK);
    assert_ptr_equal(end, text + 3);
    assert_int_equal(left, 5);
    assert_int_equal(StringCchPrintfExA(text, 8, &end, &left, 0, "%d", 12), S_OK);
    assert_ptr_equal(end, text + 2);
    assert_int_equal(StringCchCopyExA(text, 4, "abcdef", NULL, NULL, STRSAFE_NO_TRUNCATION),
                     STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_string_equal(text, "");
    assert_int_equal(StringCchCopyExA(text, 8, NULL, NULL, NULL, STRSAFE_IGNORE_NULLS), S_OK);
    assert_string_equal(text, "");
    strcpy(text, "abc");
    assert_int_equal(StringCchCatExA(text, 5, "def", NULL, NULL, STRSAFE_NO_TRUNCATION),
                     STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_string_equal(text, "abc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copy_fits_or_is_cut),
        cmocka_unit_test(codes_are_those_of_windows),
        cmocka_unit_test(a_size_of_zero_or_too_large_is_invalid),
        cmocka_unit_test(copy_n_takes_a_part),
        cmocka_unit_test(cat_appends_and_knows_what_is_left),
        cmocka_unit_test(cat_refuses_a_text_without_end),
        cmocka_unit_test(printf_uses_the_formats_of_the_kit),
        cmocka_unit_test(length_looks_no_further_than_it_may),
        cmocka_unit_test(ex_forms_say_where_the_text_ends),
    };

    return cmocka_run_group_tests_name("strsafe", tests, NULL, NULL);
}
