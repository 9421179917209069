/* SPDX-License-Identifier: MIT */
/* Compiled twice, with and without _UNICODE. */
#include "check.h"

#include <tchar.h>

static void text_functions_follow_the_choice(void **state)
{
    TCHAR text[64];
    TCHAR *rest;

    (void)state;
    assert_int_equal(_stprintf_s(text, _countof(text), _T("%s-%lu"), _T("abc"), (DWORD)-1), 14);
    assert_int_equal(_tcscmp(text, _T("abc-4294967295")), 0);
    assert_int_equal(_stprintf(text, _T("%d"), 7), 1);
    assert_int_equal(_ttoi(text), 7);
    assert_int_equal(_tcslen(_tcscpy(text, TEXT("hello"))), 5);
    assert_int_equal(_tcscat_s(text, _countof(text), _T(" you")), 0);
    assert_int_equal(_tcsicmp(text, _T("HELLO YOU")), 0);
    assert_int_equal(_tcsncmp(text, _T("help"), 3), 0);
    assert_ptr_equal(_tcschr(text, _T('o')), text + 4);
    assert_ptr_equal(_tcsrchr(text, _T('o')), text + 7);
    assert_ptr_equal(_tcsstr(text, _T("you")), text + 6);
    assert_int_equal(_tcscmp(_tcstok_s(text, _T(" "), &rest), _T("hello")), 0);
    assert_int_equal(_tcscmp(_tcstok_s(NULL, _T(" "), &rest), _T("you")), 0);
    assert_int_equal(_tcstoul(_T("ff"), NULL, 16), 255);
    assert_int_equal(_tcscmp(_itot(12, text, 2), _T("1100")), 0);
    assert_int_equal(_totupper(_T('x')), _T('X'));
    assert_int_equal(sizeof(TCHAR), sizeof(_TCHAR));
}

static void files_of_text_follow_the_choice(void **state)
{
    FILE *file = tmpfile();
    TCHAR line[16];
    DWORD number = 0;

    (void)state;
    assert_true(_ftprintf(file, _T("%s %x\n"), _T("line"), 255) > 0);
    assert_true(_fputts(_T("12"), file) >= 0);
    rewind(file);
    assert_non_null(_fgetts(line, 16, file));
    assert_int_equal(_tcscmp(line, _T("line ff\n")), 0);
    assert_int_equal(_ftscanf(file, _T("%lu"), &number), 1);
    assert_int_equal(number, 12);
    assert_true(_fgettc(file) == _TEOF);
    fclose(file);
}

static void the_main_of_the_choice_is_named(void **state)
{
#ifdef _UNICODE
    const char *expected = "wmain";
#else
    const char *expected = "main";
#endif
#define NAME_OF(name)          NAME_OF_EXPANDED(name)
#define NAME_OF_EXPANDED(name) #name

    (void)state;
    assert_string_equal(NAME_OF(_tmain), expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_functions_follow_the_choice),
        cmocka_unit_test(files_of_text_follow_the_choice),
        cmocka_unit_test(the_main_of_the_choice_is_named),
    };

    return cmocka_run_group_tests_name("tchar", tests, NULL, NULL);
}
