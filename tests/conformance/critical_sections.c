/* SPDX-License-Identifier: MIT */
/* Critical sections and the Interlocked functions. */
#include "conformance.h"

#define THREADS 4
#define ROUNDS  20000

static CRITICAL_SECTION section;
static LONG volatile plain_counter;

static DWORD WINAPI try_section(LPVOID argument)
{
    (void)argument;
    if (!TryEnterCriticalSection(&section))
        return FALSE;
    LeaveCriticalSection(&section);
    return TRUE;
}

static DWORD WINAPI enter_and_leave(LPVOID argument)
{
    (void)argument;
    EnterCriticalSection(&section);
    LeaveCriticalSection(&section);
    return 17;
}

static DWORD WINAPI add_under_section(LPVOID argument)
{
    DWORD i;

    (void)argument;
    for (i = 0; i < ROUNDS; i++) {
        EnterCriticalSection(&section);
        plain_counter = plain_counter + 1;
        LeaveCriticalSection(&section);
    }
    return 0;
}

static DWORD in_another_thread(LPTHREAD_START_ROUTINE function)
{
    HANDLE thread = CreateThread(NULL, 0, function, NULL, 0, NULL);
    DWORD code = 0xDEAD;

    CHECK(thread != NULL);
    CHECK_U32(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CloseHandle(thread);
    return code;
}

TEST(a_section_keeps_other_threads_out)
{
    InitializeCriticalSection(&section);
    CHECK_U32(in_another_thread(try_section), TRUE);
    EnterCriticalSection(&section);
    CHECK_U32(in_another_thread(try_section), FALSE);
    LeaveCriticalSection(&section);
    CHECK_U32(in_another_thread(try_section), TRUE);
    DeleteCriticalSection(&section);
}

TEST(the_owner_may_enter_again_and_leaves_once_for_each)
{
    InitializeCriticalSection(&section);
    EnterCriticalSection(&section);
    EnterCriticalSection(&section);
    CHECK(TryEnterCriticalSection(&section));
    LeaveCriticalSection(&section);
    LeaveCriticalSection(&section);
    CHECK_U32(in_another_thread(try_section), FALSE);
    LeaveCriticalSection(&section);
    CHECK_U32(in_another_thread(try_section), TRUE);
    DeleteCriticalSection(&section);
}

TEST(a_thread_waits_for_a_section_until_its_owner_leaves)
{
    HANDLE thread;
    DWORD code = 0;

    InitializeCriticalSection(&section);
    EnterCriticalSection(&section);
    thread = CreateThread(NULL, 0, enter_and_leave, NULL, 0, NULL);
    CHECK(thread != NULL);
    CHECK(thread_is_blocked(thread));
    LeaveCriticalSection(&section);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, 17);
    DeleteCriticalSection(&section);
}

TEST(a_counter_under_a_section_loses_nothing)
{
    HANDLE threads[THREADS];
    DWORD i;

    InitializeCriticalSection(&section);
    plain_counter = 0;
    for (i = 0; i < THREADS; i++) {
        threads[i] = CreateThread(NULL, 0, add_under_section, NULL, 0, NULL);
        CHECK(threads[i] != NULL);
    }
    CHECK_U32(WaitForMultipleObjects(THREADS, threads, TRUE, 15000), WAIT_OBJECT_0);
    CHECK_U32(plain_counter, THREADS * ROUNDS);
    DeleteCriticalSection(&section);
}

TEST(the_forms_with_a_spin_count_make_the_same_section)
{
    CHECK(InitializeCriticalSectionAndSpinCount(&section, 4000));
    EnterCriticalSection(&section);
    CHECK_U32(in_another_thread(try_section), FALSE);
    LeaveCriticalSection(&section);
    DeleteCriticalSection(&section);

    CHECK(InitializeCriticalSectionEx(&section, 100, CRITICAL_SECTION_NO_DEBUG_INFO));
    EnterCriticalSection(&section);
    CHECK_U32(in_another_thread(try_section), FALSE);
    LeaveCriticalSection(&section);
    CHECK_U32(in_another_thread(try_section), TRUE);
    DeleteCriticalSection(&section);
}

TEST(setting_the_spin_count_gives_the_old_one)
{
    SYSTEM_INFO info;
    DWORD first;

    GetSystemInfo(&info);
    CHECK(InitializeCriticalSectionAndSpinCount(&section, 400));
    first = SetCriticalSectionSpinCount(&section, 500);
    /* With one processor spinning is pointless and every count reads 0. */
    CHECK(first == 400 || (info.dwNumberOfProcessors == 1 && first == 0));
    first = SetCriticalSectionSpinCount(&section, 0);
    CHECK(first == 500 || (info.dwNumberOfProcessors == 1 && first == 0));
    CHECK_U32(SetCriticalSectionSpinCount(&section, 0), 0);
    DeleteCriticalSection(&section);
}

TEST(a_deleted_section_can_be_made_anew)
{
    DWORD i;

    for (i = 0; i < 100; i++) {
        InitializeCriticalSection(&section);
        EnterCriticalSection(&section);
        LeaveCriticalSection(&section);
        DeleteCriticalSection(&section);
    }
    InitializeCriticalSection(&section);
    CHECK_U32(in_another_thread(try_section), TRUE);
    DeleteCriticalSection(&section);
}

TEST(the_fields_tell_owner_and_depth)
{
    InitializeCriticalSection(&section);
    CHECK_U32(section.LockCount, -1);
    CHECK_U32(section.RecursionCount, 0);
    CHECK(section.OwningThread == NULL);
    EnterCriticalSection(&section);
    EnterCriticalSection(&section);
    CHECK_U32(section.RecursionCount, 2);
    CHECK_U32((ULONG_PTR)section.OwningThread, GetCurrentThreadId());
    LeaveCriticalSection(&section);
    LeaveCriticalSection(&section);
    CHECK_U32(section.RecursionCount, 0);
    CHECK(section.OwningThread == NULL);
    DeleteCriticalSection(&section);
}

TEST(interlocked_functions_give_the_values_that_windows_gives)
{
    LONG volatile value = 5;
    LONGLONG volatile wide = 5;
    PVOID volatile pointer = NULL;

    CHECK_U32(InterlockedIncrement(&value), 6);
    CHECK_U32(InterlockedDecrement(&value), 5);
    CHECK_U32(InterlockedExchangeAdd(&value, 10), 5);
    CHECK_U32(value, 15);
    CHECK_U32(InterlockedExchange(&value, 3), 15);
    CHECK_U32(InterlockedCompareExchange(&value, 9, 4), 3);
    CHECK_U32(value, 3);
    CHECK_U32(InterlockedCompareExchange(&value, 9, 3), 3);
    CHECK_U32(value, 9);
    CHECK_U32(InterlockedAnd(&value, 8), 9);
    CHECK_U32(InterlockedOr(&value, 3), 8);
    CHECK_U32(InterlockedXor(&value, 1), 11);
    CHECK_U32(value, 10);
    CHECK(InterlockedIncrement64(&wide) == 6);
    CHECK(InterlockedExchangeAdd64(&wide, 0x100000000LL) == 6);
    CHECK(InterlockedCompareExchange64(&wide, 1, 0x100000006LL) == 0x100000006LL);
    CHECK(wide == 1);
    CHECK(InterlockedExchangePointer(&pointer, (PVOID)&value) == NULL);
    CHECK(InterlockedCompareExchangePointer(&pointer, NULL, (PVOID)&value) == (PVOID)&value);
    CHECK(pointer == NULL);
}

static DWORD WINAPI add_interlocked(LPVOID counter)
{
    DWORD i;

    for (i = 0; i < ROUNDS; i++)
        InterlockedIncrement((LONG volatile *)counter);
    return 0;
}

TEST(an_interlocked_counter_loses_nothing)
{
    HANDLE threads[THREADS];
    LONG volatile counter = 0;
    DWORD i;

    for (i = 0; i < THREADS; i++) {
        threads[i] = CreateThread(NULL, 0, add_interlocked, (LPVOID)&counter, 0, NULL);
        CHECK(threads[i] != NULL);
    }
    CHECK_U32(WaitForMultipleObjects(THREADS, threads, TRUE, 15000), WAIT_OBJECT_0);
    CHECK_U32(counter, THREADS * ROUNDS);
}
