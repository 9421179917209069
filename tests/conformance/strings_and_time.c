/* SPDX-License-Identifier: MIT */
/* Text in UTF-8 and UTF-16, and the clocks. */
#include "conformance.h"

static const char narrow_text[] = "A\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
static const WCHAR wide_text[] = {'A', 0xE4, 0x20AC, 0xD83D, 0xDE00, 0};

TEST(utf_8_becomes_utf_16)
{
    WCHAR buffer[10];

    CHECK_U32(MultiByteToWideChar(CP_UTF8, 0, narrow_text, -1, NULL, 0), 6);
    CHECK_U32(MultiByteToWideChar(CP_UTF8, 0, narrow_text, -1, buffer, 10), 6);
    CHECK(memcmp(buffer, wide_text, sizeof(wide_text)) == 0);
}

TEST(utf_16_becomes_utf_8)
{
    char buffer[20];

    CHECK_U32(WideCharToMultiByte(CP_UTF8, 0, wide_text, -1, NULL, 0, NULL, NULL), 11);
    CHECK_U32(WideCharToMultiByte(CP_UTF8, 0, wide_text, -1, buffer, 20, NULL, NULL), 11);
    CHECK(strcmp(buffer, narrow_text) == 0);
}

TEST(a_counted_text_is_converted_without_an_end)
{
    WCHAR wide[4] = {0x1111, 0x1111, 0x1111, 0x1111};
    char narrow[4] = {9, 9, 9, 9};

    CHECK_U32(MultiByteToWideChar(CP_UTF8, 0, "abcdef", 2, wide, 4), 2);
    CHECK_U32(wide[1], 'b');
    CHECK_U32(wide[2], 0x1111);
    CHECK_U32(WideCharToMultiByte(CP_UTF8, 0, wide, 2, narrow, 4, NULL, NULL), 2);
    CHECK_U32(narrow[1], 'b');
    CHECK_U32(narrow[2], 9);
}

TEST(too_small_a_buffer_is_an_error)
{
    WCHAR wide[3];
    char narrow[3];

    SetLastError(0);
    CHECK_U32(MultiByteToWideChar(CP_UTF8, 0, narrow_text, -1, wide, 3), 0);
    CHECK_U32(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    SetLastError(0);
    CHECK_U32(WideCharToMultiByte(CP_UTF8, 0, wide_text, -1, narrow, 3, NULL, NULL), 0);
    CHECK_U32(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
}

TEST(broken_text_is_replaced_or_refused_as_the_flags_say)
{
    static const WCHAR half[] = {'a', 0xD83D, 'b', 0};
    WCHAR wide[10];
    char narrow[10];

    CHECK(MultiByteToWideChar(CP_UTF8, 0,
                              "a\xFF"
                              "b",
                              -1, wide, 10) == 4);
    CHECK_U32(wide[0], 'a');
    CHECK_U32(wide[1], 0xFFFD);
    CHECK_U32(wide[2], 'b');
    SetLastError(0);
    CHECK_U32(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS,
                                  "a\xFF"
                                  "b",
                                  -1, wide, 10),
              0);
    CHECK_U32(GetLastError(), ERROR_NO_UNICODE_TRANSLATION);
    CHECK_U32(WideCharToMultiByte(CP_UTF8, 0, half, -1, narrow, 10, NULL, NULL), 6);
    CHECK(memcmp(narrow,
                 "a\xEF\xBF\xBD"
                 "b",
                 6) == 0);
    SetLastError(0);
    CHECK_U32(WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, half, -1, narrow, 10, NULL, NULL),
              0);
    CHECK_U32(GetLastError(), ERROR_NO_UNICODE_TRANSLATION);
}

TEST(a_conversion_of_nothing_is_refused)
{
    WCHAR wide[4];

    SetLastError(0);
    CHECK_U32(MultiByteToWideChar(CP_UTF8, 0, "abc", 0, wide, 4), 0);
    CHECK_U32(GetLastError(), ERROR_INVALID_PARAMETER);
    SetLastError(0);
    CHECK_U32(MultiByteToWideChar(CP_UTF8, 0, NULL, -1, wide, 4), 0);
    CHECK_U32(GetLastError(), ERROR_INVALID_PARAMETER);
}

TEST(plain_text_is_the_same_in_the_system_code_page)
{
    WCHAR wide[10];
    char narrow[10];

    CHECK_U32(MultiByteToWideChar(CP_ACP, 0, "plain", -1, wide, 10), 6);
    CHECK_U32(wide[0], 'p');
    CHECK_U32(WideCharToMultiByte(CP_ACP, 0, wide, -1, narrow, 10, NULL, NULL), 6);
    CHECK(strcmp(narrow, "plain") == 0);
}

TEST(tick_counts_run_in_milliseconds_and_agree)
{
    ULONGLONG before = GetTickCount64(), after;
    DWORD low_before = GetTickCount(), low_after;

    Sleep(100);
    after = GetTickCount64();
    low_after = GetTickCount();
    CHECK(after - before >= 80 && after - before < 5000);
    CHECK(low_after - low_before >= 80 && low_after - low_before < 5000);
    CHECK((DWORD)after - low_after < 1000 || low_after - (DWORD)after < 1000);
}

TEST(the_performance_counter_counts_forward_at_a_fixed_rate)
{
    LARGE_INTEGER frequency, again, before, after;
    DWORD i;

    CHECK(QueryPerformanceFrequency(&frequency));
    CHECK(frequency.QuadPart >= 1000000);
    CHECK(QueryPerformanceCounter(&before));
    for (i = 0; i < 1000; i++) {
        CHECK(QueryPerformanceCounter(&after));
        CHECK(after.QuadPart >= before.QuadPart);
    }
    CHECK(QueryPerformanceCounter(&before));
    Sleep(100);
    CHECK(QueryPerformanceCounter(&after));
    CHECK((after.QuadPart - before.QuadPart) * 1000 / frequency.QuadPart >= 80);
    CHECK(QueryPerformanceFrequency(&again));
    CHECK(again.QuadPart == frequency.QuadPart);
}

static ULONGLONG file_time_now(void)
{
    FILETIME time;

    GetSystemTimeAsFileTime(&time);
    return (ULONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

TEST(the_file_time_counts_100_ns_since_1601)
{
    ULONGLONG before = file_time_now(), after;

    /* Between the years 2020 and 2200. */
    CHECK(before > 132223104000000000ULL);
    CHECK(before < 189027648000000000ULL);
    Sleep(50);
    after = file_time_now();
    CHECK(after - before >= 300000 && after - before < 50000000);
}

TEST(the_system_time_is_the_file_time_as_a_date)
{
    SYSTEMTIME time;
    ULONGLONG now;

    do {
        now = file_time_now() / 10000000;
        GetSystemTime(&time);
    } while (file_time_now() / 10000000 != now);
    CHECK_U32(time.wSecond, now % 60);
    CHECK_U32(time.wMinute, now / 60 % 60);
    CHECK_U32(time.wHour, now / 3600 % 24);
    /* The first day of 1601 was a Monday. */
    CHECK_U32(time.wDayOfWeek, (now / 86400 + 1) % 7);
    CHECK(time.wYear >= 2020 && time.wYear < 2200);
    CHECK(time.wMonth >= 1 && time.wMonth <= 12);
    CHECK(time.wDay >= 1 && time.wDay <= 31);
    CHECK(time.wMilliseconds < 1000);
}

TEST(the_local_time_differs_by_whole_quarters_of_an_hour)
{
    SYSTEMTIME local, system;

    do {
        GetSystemTime(&system);
        GetLocalTime(&local);
    } while (system.wSecond != local.wSecond);
    CHECK_U32((local.wMinute + 60 - system.wMinute) % 15, 0);
    CHECK(local.wMonth >= 1 && local.wMonth <= 12);
}

TEST(the_machine_has_processors_and_pages)
{
    SYSTEM_INFO info;

    GetSystemInfo(&info);
    CHECK(info.dwNumberOfProcessors >= 1);
    CHECK(info.dwPageSize >= 4096);
    CHECK_U32(info.dwPageSize & (info.dwPageSize - 1), 0);
    CHECK(info.dwAllocationGranularity >= info.dwPageSize);
}
