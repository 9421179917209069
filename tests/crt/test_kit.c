/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <io.h>

#include <errno.h>
#include <process.h>
#include <stdlib.h>
#include <time.h>
#include <wctype.h>

static void wide_strings_have_16_bit_characters(void **state)
{
    wchar_t text[32] = L"one";
    wchar_t *rest;

    (void)state;
    assert_int_equal(sizeof(wchar_t), 2);
    assert_int_equal(wcslen(L"four"), 4);
    assert_wide(wcscat(wcscpy(text, L"two"), L" three"), L"two three");
    assert_wide(wcschr(text, L't'), L"two three");
    assert_wide(wcsrchr(text, L't'), L"three");
    assert_wide(wcsstr(text, L"thr"), L"three");
    assert_null(wcsstr(text, L"x"));
    assert_wide(wcspbrk(text, L"eo"), L"o three");
    assert_int_equal(wcsspn(text, L"otw"), 3);
    assert_true(wcsncmp(L"abc", L"abd", 2) == 0 && wcscmp(L"abc", L"abd") < 0);
    assert_wide(wcsncpy(text, L"ab", 4), L"ab");
    wcscpy(text, L"a,b;;c");
    assert_wide(wcstok(text, L",;", &rest), L"a");
    assert_wide(wcstok(NULL, L",;", &rest), L"b");
    assert_wide(wcstok(NULL, L",;", &rest), L"c");
    assert_null(wcstok(NULL, L",;", &rest));
    wcscpy(text, L"x y");
    assert_wide(wcstok(text, L" "), L"x");
    assert_wide(wcstok(NULL, L" "), L"y");
}

static void wide_case_is_that_of_unicode(void **state)
{
    wchar_t text[] = L"\u00C4b\u0416";

    (void)state;
    assert_int_equal(_wcsicmp(L"\u00C4B\u0416", L"\u00E4b\u0436"), 0);
    assert_true(_wcsicmp(L"a", L"B") < 0);
    assert_wide(_wcslwr(text), L"\u00E4b\u0436");
    assert_wide(_wcsupr(text), L"\u00C4B\u0416");
    assert_true(iswalpha(0xE4) && !iswalpha(L'1') && iswspace(0x2003) && !iswalpha(WEOF));
    assert_wide(_wcsrev(text), L"\u0416B\u00C4");
}

static void wide_numbers_are_read_and_written(void **state)
{
    wchar_t text[80];
    wchar_t *end;

    (void)state;
    assert_int_equal(_wtoi(L" -42x"), -42);
    assert_int_equal(wcstoul(L"ff!", &end, 16), 255);
    assert_wide(end, L"!");
    assert_int_equal(wcstol(L"zz", &end, 10), 0);
    assert_wide(end, L"zz");
    assert_true(wcstod(L" 2.5e2,", &end) == 250.0);
    assert_wide(end, L",");
    assert_wide(_itow(-1, text, 10), L"-1");
    assert_wide(_itow(-1, text, 16), L"ffffffff");
    assert_int_equal(_itow_s(12345, text, 5, 10), ERANGE);
    assert_wide(text, L"");
}

static void narrow_numbers_are_written_in_any_radix(void **state)
{
    char text[80];

    (void)state;
    assert_string_equal(_itoa(-255, text, 10), "-255");
    assert_string_equal(_itoa(255, text, 2), "11111111");
    assert_string_equal(_ultoa(0xFFFFFFFFu, text, 10), "4294967295");
    assert_string_equal(_ltoa(-1, text, 16), "ffffffff");
    assert_string_equal(_i64toa(INT64_MIN, text, 10), "-9223372036854775808");
    assert_string_equal(_ui64toa(UINT64_MAX, text, 36), "3w5e11264sgsf");
    assert_int_equal(_itoa_s(123, text, 3, 10), ERANGE);
    assert_int_equal(_itoa_s(123, text, 9, 37), EINVAL);
}

static void sized_copies_empty_a_buffer_that_is_too_small(void **state)
{
    char text[4] = "old";
    wchar_t wide[4] = L"old";

    (void)state;
    assert_int_equal(strcpy_s(text, 4, "abc"), 0);
    assert_string_equal(text, "abc");
    assert_int_equal(strcpy_s(text, 4, "abcd"), ERANGE);
    assert_string_equal(text, "");
    assert_int_equal(strcpy_s(text, 4, NULL), EINVAL);
    assert_int_equal(strcpy_s(NULL, 4, "a"), EINVAL);
    assert_int_equal(strncpy_s(text, 4, "abcdef", 3), 0);
    assert_string_equal(text, "abc");
    assert_int_equal(strncpy_s(text, 4, "abcdef", _TRUNCATE), STRUNCATE);
    assert_string_equal(text, "abc");
    assert_int_equal(strcat_s(text, 4, "d"), ERANGE);
    assert_string_equal(text, "");
    assert_int_equal(wcscpy_s(wide, 4, L"ab"), 0);
    assert_int_equal(wcscat_s(wide, 4, L"c"), 0);
    assert_wide(wide, L"abc");
    assert_int_equal(wcscat_s(wide, 4, L"d"), ERANGE);
    assert_wide(wide, L"");
}

static void memcpy_s_clears_a_buffer_that_is_too_small(void **state)
{
    char text[4] = "abc";

    (void)state;
    assert_int_equal(memcpy_s(text, 4, "xy", 2), 0);
    assert_string_equal(text, "xyc");
    assert_int_equal(memcpy_s(text, 2, "12345", 5), ERANGE);
    assert_memory_equal(text, "\0\0c", 4);
}

static void multibyte_text_is_utf8(void **state)
{
    wchar_t wide[8];
    char text[16];
    size_t done;

    (void)state;
    assert_int_equal(mbstowcs(wide, "\xC3\xA4\xF0\x9F\x98\x80", 8), 3);
    assert_wide(wide, L"\u00E4\U0001F600");
    assert_int_equal(wcstombs(text, wide, 16), 6);
    assert_string_equal(text, "\xC3\xA4\xF0\x9F\x98\x80");
    assert_int_equal(mbstowcs(NULL, "abc", 0), 3);
    assert_int_equal(mbstowcs(wide, "\xFF", 8), (size_t)-1);
    assert_int_equal(wcstombs_s(&done, text, 4, L"a\u20AC\u20AC", _TRUNCATE), 0);
    assert_string_equal(text, "a");
    assert_int_equal(mbstowcs_s(&done, wide, 8, "abc", _TRUNCATE), 0);
    assert_int_equal(done, 4);
}

static void case_is_ignored_by_stricmp(void **state)
{
    (void)state;
    assert_int_equal(_stricmp("ABC", "abc"), 0);
    assert_true(_stricmp("abc", "ABD") < 0);
    assert_int_equal(_strnicmp("ABCx", "abcy", 3), 0);
    /* '_' stands between the cases: letters are compared as small ones */
    assert_true(_stricmp("_", "A") < 0);
}

static void lstr_functions_take_null(void **state)
{
    char text[8] = "x";

    (void)state;
    assert_int_equal(lstrlenA(NULL), 0);
    assert_int_equal(lstrlenW(L"abc"), 3);
    assert_null(lstrcpyA(text, NULL));
    assert_string_equal(lstrcpynA(text, "abcdef", 4), "abc");
    assert_string_equal(lstrcatA(text, "d"), "abcd");
    assert_true(lstrcmpA(NULL, "a") < 0 && lstrcmpA(NULL, NULL) == 0);
}

static void lstrcmp_orders_as_a_dictionary(void **state)
{
    (void)state;
    assert_true(lstrcmpA("a", "B") < 0);
    assert_true(lstrcmpA("a", "A") < 0);
    assert_true(lstrcmpA("A", "b") < 0);
    assert_true(lstrcmpA("_", "0") < 0);
    assert_true(lstrcmpA("9", "a") < 0);
    assert_true(lstrcmpW(L"ab", L"abc") < 0);
    assert_int_equal(lstrcmpiA("HeLLo", "hEllO"), 0);
    assert_int_equal(lstrcmpiW(L"\u00C4", L"\u00E4"), 0);
}

static void case_is_changed_in_place(void **state)
{
    char narrow[] = "abc \xC3\xA4\xC3\xBF\xC3\x9F Z", zeros[] = "a\0b";
    WCHAR wide[] = L"abc \u00E4 Z";

    (void)state;
    assert_ptr_equal(CharUpperA(narrow), narrow);
    /* y with two dots has a capital of two bytes, the sharp s none */
    assert_string_equal(narrow, "ABC \xC3\x84\xC5\xB8\xC3\x9F Z");
    assert_ptr_equal(CharUpperW(wide), wide);
    assert_int_equal(lstrcmpW(wide, L"ABC \u00C4 Z"), 0);
    assert_int_equal((uintptr_t)CharLowerA((LPSTR)(uintptr_t)'Q'), 'q');
    assert_int_equal((uintptr_t)CharUpperW((LPWSTR)(uintptr_t)0xE4), 0xC4);
    assert_int_equal(CharUpperBuffA(zeros, 3), 3);
    assert_memory_equal(zeros, "A\0B", 4);
    assert_int_equal(CharLowerBuffW(wide, 2), 2);
    assert_int_equal(lstrcmpW(wide, L"abC \u00C4 Z"), 0);
}

static void a_text_is_walked_by_its_characters(void **state)
{
    const char *text = "a\xC3\xA4z";
    const WCHAR *wide = L"ab";

    (void)state;
    assert_ptr_equal(CharNextA(text), text + 1);
    assert_ptr_equal(CharNextA(text + 1), text + 3);
    assert_ptr_equal(CharNextA(text + 4), text + 4);
    assert_ptr_equal(CharPrevA(text, text + 3), text + 1);
    assert_ptr_equal(CharPrevA(text, text + 1), text);
    assert_ptr_equal(CharPrevA(text, text), text);
    assert_ptr_equal(CharNextW(wide), wide + 1);
    assert_ptr_equal(CharPrevW(wide, wide), wide);
}

static void a_heap_knows_the_sizes_of_its_blocks(void **state)
{
    HANDLE heap = GetProcessHeap();
    char *block = HeapAlloc(heap, HEAP_ZERO_MEMORY, 13);

    (void)state;
    assert_non_null(block);
    assert_int_equal((uintptr_t)block % 16, 0);
    assert_int_equal(HeapSize(heap, 0, block), 13);
    for (int i = 0; i < 13; i++) {
        assert_int_equal(block[i], 0);
    }
    block[12] = 'x';
    block = HeapReAlloc(heap, HEAP_ZERO_MEMORY, block, 1000);
    assert_int_equal(block[12], 'x');
    assert_int_equal(block[13] | block[999], 0);
    assert_int_equal(HeapSize(heap, 0, block), 1000);
    assert_null(HeapReAlloc(heap, HEAP_REALLOC_IN_PLACE_ONLY, block, 1 << 20));
    assert_int_equal(HeapSize(heap, 0, block), 1000);
    assert_true(HeapFree(heap, 0, block));
    assert_true(HeapFree(heap, 0, NULL));
}

static void a_private_heap_has_a_limit_and_frees_what_is_left(void **state)
{
    HANDLE heap = HeapCreate(0, 0, 4096);
    void *block = HeapAlloc(heap, 0, 3000);

    (void)state;
    assert_non_null(block);
    assert_null(HeapAlloc(heap, 0, 3000));
    assert_true(HeapFree(heap, 0, block));
    assert_non_null(HeapAlloc(heap, 0, 3000));
    SetLastError(0);
    block = HeapAlloc(GetProcessHeap(), 0, 8);
    assert_false(HeapFree(heap, 0, block));
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    assert_true(HeapFree(GetProcessHeap(), 0, block));
    assert_true(HeapDestroy(heap));
}

static unsigned WINAPI add_one(void *argument)
{
    InterlockedIncrement(argument);
    if (*(LONG *)argument > 100) {
        _endthreadex(7);
    }
    return 5;
}

static void beginthreadex_gives_a_handle_to_wait_for(void **state)
{
    LONG counter = 0;
    unsigned id = 0;
    DWORD code = 0;
    HANDLE thread = (HANDLE)_beginthreadex(NULL, 0, add_one, &counter, 0, &id);

    (void)state;
    assert_non_null(thread);
    assert_int_not_equal(id, 0);
    assert_int_equal(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    assert_true(GetExitCodeThread(thread, &code));
    assert_int_equal(code, 5);
    assert_int_equal(counter, 1);
    assert_true(CloseHandle(thread));

    counter = 200;
    thread = (HANDLE)_beginthreadex(NULL, 0, add_one, &counter, 0, NULL);
    assert_int_equal(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    assert_true(GetExitCodeThread(thread, &code));
    assert_int_equal(code, 7);
    assert_true(CloseHandle(thread));
    errno = 0;
    assert_int_equal(_beginthreadex(NULL, 0, NULL, NULL, 0, NULL), 0);
    assert_int_equal(errno, EINVAL);
}

static void set_event(void *argument)
{
    SetEvent(argument);
}

static void beginthread_closes_its_own_handle(void **state)
{
    HANDLE done = CreateEventA(NULL, FALSE, FALSE, NULL);
    uintptr_t thread = _beginthread(set_event, 0, done);
    DWORD flags;
    int tries = 0;

    (void)state;
    assert_true(thread != (uintptr_t)-1);
    assert_int_equal(WaitForSingleObject(done, 10000), WAIT_OBJECT_0);
    while (GetHandleInformation((HANDLE)thread, &flags) && tries++ < 1000) {
        Sleep(10);
    }
    assert_false(GetHandleInformation((HANDLE)thread, &flags));
    CloseHandle(done);
}

static void files_open_with_microsofts_modes(void **state)
{
    char path[] = "/tmp/transom-kit-XXXXXX";
    wchar_t wide[64];
    FILE *file;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_true(mbstowcs(wide, path, 64) > 0);
    assert_int_equal(fopen_s(&file, path, "wt"), 0);
    fputs("hi", file);
    fclose(file);
    assert_int_equal(_wfopen_s(&file, wide, L"rt, ccs=UTF-8"), 0);
    assert_int_equal(fgetwc(file), 'h');
    assert_int_equal(fgetc(file), 'i');
    fclose(file);
    assert_int_equal(_wunlink(wide), 0);
    assert_int_equal(fopen_s(&file, path, "r"), ENOENT);
    assert_null(file);
}

static void the_environment_is_seen_by_both_kinds(void **state)
{
    size_t length;
    char text[8];

    (void)state;
    assert_int_equal(_wputenv(L"TRANSOM_KIT=\u00E4"), 0);
    assert_string_equal(getenv("TRANSOM_KIT"), "\xC3\xA4");
    assert_wide(_wgetenv(L"TRANSOM_KIT"), L"\u00E4");
    assert_int_equal(getenv_s(&length, text, sizeof(text), "TRANSOM_KIT"), 0);
    assert_int_equal(length, 3);
    assert_int_equal(_putenv_s("TRANSOM_KIT", ""), 0);
    assert_null(getenv("TRANSOM_KIT"));
}

static void times_are_broken_down_without_shared_buffers(void **state)
{
    time_t when = 86400;
    struct tm parts;
    char text[26];

    (void)state;
    assert_int_equal(gmtime_s(&parts, &when), 0);
    assert_int_equal(parts.tm_mday, 2);
    assert_int_equal(asctime_s(text, sizeof(text), &parts), 0);
    assert_string_equal(text, "Fri Jan  2 00:00:00 1970\n");
    assert_int_equal(localtime_s(NULL, &when), EINVAL);
}

static void names_of_machine_and_user_are_told(void **state)
{
    WCHAR wide[64];
    CHAR text[64];
    DWORD size = sizeof(text), needed = 1;

    (void)state;
    assert_true(GetComputerNameA(text, &size));
    assert_int_equal(strlen(text), size);
    assert_in_range(size, 1, MAX_COMPUTERNAME_LENGTH);
    assert_false(GetComputerNameW(wide, &needed));
    assert_int_equal(GetLastError(), ERROR_BUFFER_OVERFLOW);
    assert_int_equal(needed, size + 1);
    assert_true(GetComputerNameW(wide, &needed));

    size = sizeof(text);
    assert_true(GetUserNameA(text, &size));
    assert_int_equal(strlen(text) + 1, size);
    needed = 0;
    assert_false(GetUserNameW(NULL, &needed));
    assert_int_equal(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    assert_int_equal(needed, size);
    assert_true(GetUserNameW(wide, &needed));
    assert_int_equal(wcslen(wide) + 1, needed);
}

static void local_and_global_memory_is_found_by_its_handle(void **state)
{
    HGLOBAL global = GlobalAlloc(GHND, 100);
    HLOCAL local = LocalAlloc(LPTR, 10);

    (void)state;
    assert_non_null(GlobalLock(global));
    assert_int_equal(((char *)GlobalLock(global))[99], 0);
    assert_true(GlobalUnlock(global));
    assert_in_range(GlobalSize(global), 100, 1000);
    assert_null(GlobalFree(global));
    assert_in_range(LocalSize(local), 10, 100);
    assert_null(LocalFree(local));
    assert_null(LocalLock(NULL));
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    assert_int_equal(LocalSize(NULL), 0);
}

static void wsprintf_stops_at_1024_characters(void **state)
{
    static WCHAR wide[2048];
    static char text[2048], x[1500];

    (void)state;
    memset(x, 'x', sizeof(x) - 1);
    memset(text, '#', sizeof(text));
    assert_int_equal(wsprintfA(text, "ab%s", x), 1024);
    assert_int_equal(strlen(text), 1023);
    assert_int_equal(text[1024], '#');
    assert_int_equal(wsprintfW(wide, L"%S", x), 1024);
    assert_int_equal(wcslen(wide), 1023);
    assert_int_equal(wsprintfA(text, "%lu %s %S %c %04X", 4000000000u, "n", L"w", 'c', 0xAB), 21);
    assert_string_equal(text, "4000000000 n w c 00AB");
}

static void a_message_box_without_a_terminal_takes_the_preset_button(void **state)
{
    (void)state;
    if (_isatty(0) && _isatty(2)) {
        skip();
    }
    assert_int_equal(MessageBoxA(NULL, "text", "caption", MB_OK), IDOK);
    assert_int_equal(MessageBoxW(NULL, L"text", NULL, MB_YESNO | MB_DEFBUTTON2), IDNO);
    assert_int_equal(MessageBoxA(NULL, "text", "caption", MB_RETRYCANCEL | MB_DEFBUTTON4), IDRETRY);
    assert_int_equal(MessageBoxA(NULL, "text", "caption", 15), 0);
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_machine_and_user_are_told),
        cmocka_unit_test(local_and_global_memory_is_found_by_its_handle),
        cmocka_unit_test(wsprintf_stops_at_1024_characters),
        cmocka_unit_test(a_message_box_without_a_terminal_takes_the_preset_button),
        cmocka_unit_test(wide_strings_have_16_bit_characters),
        cmocka_unit_test(wide_case_is_that_of_unicode),
        cmocka_unit_test(wide_numbers_are_read_and_written),
        cmocka_unit_test(narrow_numbers_are_written_in_any_radix),
        cmocka_unit_test(sized_copies_empty_a_buffer_that_is_too_small),
        cmocka_unit_test(memcpy_s_clears_a_buffer_that_is_too_small),
        cmocka_unit_test(multibyte_text_is_utf8),
        cmocka_unit_test(case_is_ignored_by_stricmp),
        cmocka_unit_test(lstr_functions_take_null),
        cmocka_unit_test(lstrcmp_orders_as_a_dictionary),
        cmocka_unit_test(case_is_changed_in_place),
        cmocka_unit_test(a_text_is_walked_by_its_characters),
        cmocka_unit_test(a_heap_knows_the_sizes_of_its_blocks),
        cmocka_unit_test(a_private_heap_has_a_limit_and_frees_what_is_left),
        cmocka_unit_test(beginthreadex_gives_a_handle_to_wait_for),
        cmocka_unit_test(beginthread_closes_its_own_handle),
        cmocka_unit_test(files_open_with_microsofts_modes),
        cmocka_unit_test(the_environment_is_seen_by_both_kinds),
        cmocka_unit_test(times_are_broken_down_without_shared_buffers),
    };

    return cmocka_run_group_tests_name("kit", tests, NULL, NULL);
}
