/* SPDX-License-Identifier: MIT */
/*
 * Text, Interlocked functions and macros of the headers, as a program meets them. The same file
 * is compiled as C and as C++ (test_types_cpp.cpp), with and without UNICODE and -fshort-wchar.
 */
#include <windows.h>

#include <limits.h>
#include <pthread.h>
#include <stdio.h>

static int test_number;
static int failures;

static void report(const char *name, int good)
{
    test_number++;
    failures += !good;
    printf("%sok %d - %s\n", good ? "" : "not ", test_number, name);
}

#define CHECK(condition)                                     \
    do {                                                     \
        if (!(condition)) {                                  \
            printf("# line %d: %s\n", __LINE__, #condition); \
            good = 0;                                        \
        }                                                    \
    } while (0)

static SIZE_T units(LPCTSTR text)
{
    SIZE_T n = 0;

    while (text[n])
        n++;
    return n;
}

static int text_is_a_string_of_tchar(void)
{
    static const TCHAR array[] = TEXT("\\\\.\\pipe\\echo");
    LPCTSTR pointer = TEXT("abc");
    int good = 1;

    CHECK(sizeof(array) == 14 * sizeof(TCHAR));
    CHECK(units(pointer) == 3 && pointer[1] == 'b');
    CHECK(units(TEXT("")) == 0);
#ifdef UNICODE
    CHECK(sizeof(TCHAR) == 2);
#else
    CHECK(sizeof(TCHAR) == 1);
#endif
    return good;
}

static int wchar_has_16_bits_and_takes_its_literals(void)
{
#if defined(__cplusplus) && __SIZEOF_WCHAR_T__ == 2
    LPCWSTR text = L"\u00e9z";
#else
    LPCWSTR text = u"\u00e9z";
#endif
    int good = 1;

    CHECK(sizeof(WCHAR) == 2 && (WCHAR)-1 > 0);
    CHECK(text[0] == 0xe9 && text[1] == 'z' && text[2] == 0);
#if __SIZEOF_WCHAR_T__ == 2
    text = L"long";
    CHECK(text[3] == 'g' && text[4] == 0);
#endif
    return good;
}

static int interlocked_functions_return_what_windows_returns(void)
{
    LONG n = 5;
    LONG64 wide = 1LL << 40;
    volatile LONG v = 0;
    PVOID pointer = NULL;
    int good = 1;

    CHECK(InterlockedIncrement(&n) == 6 && InterlockedDecrement(&n) == 5);
    CHECK(InterlockedExchange(&n, 9) == 5 && n == 9);
    CHECK(InterlockedExchangeAdd(&n, -10) == 9 && n == -1);
    CHECK(InterlockedAdd(&n, 4) == 3);
    CHECK(InterlockedCompareExchange(&n, 7, 4) == 3 && n == 3);
    CHECK(InterlockedCompareExchange(&n, 7, 3) == 3 && n == 7);
    CHECK(InterlockedAnd(&n, 6) == 7 && InterlockedOr(&n, 8) == 6 && InterlockedXor(&n, 2) == 14);
    CHECK(n == 12);
    CHECK(InterlockedDecrement(&v) == -1 && v == -1);
    CHECK(InterlockedIncrement64(&wide) == (1LL << 40) + 1);
    CHECK(InterlockedExchangeAdd64(&wide, -1) == (1LL << 40) + 1);
    CHECK(InterlockedCompareExchange64(&wide, 0, 1LL << 40) == 1LL << 40 && wide == 0);
    CHECK(InterlockedExchangePointer(&pointer, &n) == NULL && pointer == &n);
    CHECK(InterlockedCompareExchangePointer(&pointer, NULL, &n) == &n && pointer == NULL);
    CHECK(!InterlockedBitTestAndSet(&n, 0) && InterlockedBitTestAndReset(&n, 0) && n == 12);
    n = INT_MAX;
    CHECK(InterlockedIncrement(&n) == INT_MIN);
    return good;
}

static int a_pointer_to_long_changes_32_bits_only(void)
{
    DWORD pair[2] = {0xFFFFFFFF, 7};
    volatile long counter = 0;
    unsigned long flags = 0;
    ULONG reference = 1;
    int good = 1;

    CHECK(InterlockedIncrement((volatile long *)&pair[0]) == 0);
    CHECK(pair[0] == 0 && pair[1] == 7);
    InterlockedIncrement(&counter);
    InterlockedOr(&flags, 4);
    CHECK(counter == 1 && flags == 4);
    CHECK(InterlockedDecrement(&reference) == 0 && reference == 0);
    return good;
}

static LONG total;

static void *count_up(void *unused)
{
    UNREFERENCED_PARAMETER(unused);
    for (int i = 0; i < 100000; i++)
        InterlockedIncrement(&total);
    return NULL;
}

static int increments_of_two_threads_are_all_counted(void)
{
    pthread_t threads[2];
    int good = 1;

    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&threads[i], NULL, count_up, NULL) == 0);
    for (int i = 0; i < 2; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(total == 200000);
    return good;
}

static DWORD WINAPI APIENTRY conventions(LPVOID parameter)
{
    return PtrToUlong(parameter);
}

static FORCEINLINE int forced(int n)
{
    return n + 1;
}

__forceinline int also_forced(int n)
{
    return n + 2;
}

static __declspec(thread) int slot = 3;
__declspec(align(64)) static char line[64];
__declspec(noreturn) void never_called(void);
static __declspec(noinline) int __cdecl plain(IN int n, OUT int *result OPTIONAL)
{
    if (result)
        *result = n;
    return n;
}

static int words_of_microsoft_compilers_are_accepted(void)
{
    LPTHREAD_START_ROUTINE start = conventions;
    unsigned __int64 big = 1;
    __int32 small_ = -1;
    int good = 1;

    CHECK(start(ULongToHandle(77)) == 77);
    CHECK(forced(1) == 2 && also_forced(1) == 3);
    CHECK(plain(4, NULL) == 4 && slot == 3);
    CHECK((ULONG_PTR)line % 64 == 0);
    CHECK(sizeof(big) == 8 && sizeof(small_) == 4);
    return good;
}

static int macros_compute_what_windows_computes(void)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(SECURITY_ATTRIBUTES), NULL, TRUE};
    BYTE bytes[8];
    LARGE_INTEGER position;
    int good = 1;

    CHECK(MAKELONG(0x1234, 0xABCD) == (LONG)0xABCD1234 && HIWORD(0xABCD1234) == 0xABCD);
    CHECK(MAKEWORD(0x12, 0xAB) == 0xAB12 && LOBYTE(0xAB12) == 0x12 && HIBYTE(0xAB12) == 0xAB);
    CHECK(HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED) == E_ACCESSDENIED);
    CHECK(HRESULT_FROM_WIN32(ERROR_SUCCESS) == S_OK && FAILED(HRESULT_FROM_WIN32(5)));
    CHECK(HRESULT_CODE(E_ACCESSDENIED) == ERROR_ACCESS_DENIED);
    CHECK(HRESULT_FACILITY(E_ACCESSDENIED) == FACILITY_WIN32);
    CHECK(CONTAINING_RECORD(&attributes.bInheritHandle, SECURITY_ATTRIBUTES, bInheritHandle) ==
          &attributes);
    CHECK(MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US) == 0x0409);
    CHECK(ARRAYSIZE(bytes) == 8);
    FillMemory(bytes, sizeof(bytes), 0xA5);
    ZeroMemory(bytes, 4);
    CHECK(bytes[3] == 0 && bytes[4] == 0xA5);
    SecureZeroMemory(bytes, sizeof(bytes));
    CHECK(bytes[7] == 0);
    position.QuadPart = -2;
    CHECK(position.LowPart == 0xFFFFFFFE && position.HighPart == -1 && position.u.HighPart == -1);
    CHECK(Int32x32To64(-3, 0x7FFFFFFF) == -6442450941LL);
#ifndef __cplusplus
    CHECK(min(2, 3) == 2 && max(2, 3) == 3);
#endif
    return good;
}

static int invalid_handles_and_timeouts_have_all_bits_set(void)
{
    DWORD attributes = (DWORD)-1;
    int good = 1;

    CHECK(INVALID_HANDLE_VALUE == (HANDLE)(LONG_PTR)-1);
    CHECK(attributes == INVALID_FILE_ATTRIBUTES && INFINITE == WAIT_FAILED);
    CHECK(STD_ERROR_HANDLE == 0xFFFFFFF4);
    CHECK((GENERIC_READ | GENERIC_WRITE) == 0xC0000000 && GENERIC_READ > 0);
    return good;
}

int main(void)
{
    printf("1..9\n");
#define RUN(test) report(#test, test())
    RUN(text_is_a_string_of_tchar);
    RUN(wchar_has_16_bits_and_takes_its_literals);
    RUN(interlocked_functions_return_what_windows_returns);
    RUN(a_pointer_to_long_changes_32_bits_only);
    RUN(increments_of_two_threads_are_all_counted);
    RUN(words_of_microsoft_compilers_are_accepted);
    RUN(macros_compute_what_windows_computes);
    RUN(invalid_handles_and_timeouts_have_all_bits_set);
#ifdef __TRANSOM__
    report("the_headers_say_that_they_are_transom", __TRANSOM__ == 1);
#else
    report("the_headers_say_that_they_are_transom", 0);
#endif
    return failures != 0;
}
