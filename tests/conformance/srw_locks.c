/* SPDX-License-Identifier: MIT */
/* SRW locks and condition variables. */
#include "conformance.h"

static SRWLOCK lock = SRWLOCK_INIT;
static CONDITION_VARIABLE condition = CONDITION_VARIABLE_INIT;
static CRITICAL_SECTION section;
static LONG value;
static volatile LONG sum;

static HANDLE start_thread(LPTHREAD_START_ROUTINE function, void *argument)
{
    HANDLE thread = CreateThread(NULL, 0, function, argument, 0, NULL);

    CHECK(thread != NULL);
    return thread;
}

static DWORD end_of(HANDLE thread)
{
    DWORD code = 0xDEAD;

    CHECK_U32(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CloseHandle(thread);
    return code;
}

static DWORD WINAPI try_both_ways(LPVOID unused)
{
    DWORD result = 0;

    (void)unused;
    if (TryAcquireSRWLockExclusive(&lock)) {
        result |= 1;
        ReleaseSRWLockExclusive(&lock);
    }
    if (TryAcquireSRWLockShared(&lock)) {
        result |= 2;
        ReleaseSRWLockShared(&lock);
    }
    return result;
}

static DWORD WINAPI take_exclusive(LPVOID unused)
{
    (void)unused;
    AcquireSRWLockExclusive(&lock);
    value++;
    ReleaseSRWLockExclusive(&lock);
    return 0;
}

static DWORD WINAPI take_shared(LPVOID unused)
{
    DWORD seen;

    (void)unused;
    AcquireSRWLockShared(&lock);
    seen = (DWORD)value;
    ReleaseSRWLockShared(&lock);
    return seen;
}

TEST(the_locks_of_one_pointer_have_its_size_and_start_at_zero)
{
    SRWLOCK other;
    CONDITION_VARIABLE another;

    CHECK_U32(sizeof(SRWLOCK), sizeof(void *));
    CHECK_U32(sizeof(CONDITION_VARIABLE), sizeof(void *));
    InitializeSRWLock(&other);
    InitializeConditionVariable(&another);
    CHECK(other.Ptr == NULL && lock.Ptr == NULL);
    CHECK(another.Ptr == NULL && condition.Ptr == NULL);
}

TEST(a_lock_that_was_released_is_at_rest_again)
{
    AcquireSRWLockExclusive(&lock);
    CHECK(lock.Ptr != NULL);
    ReleaseSRWLockExclusive(&lock);
    CHECK(lock.Ptr == NULL);
    AcquireSRWLockShared(&lock);
    ReleaseSRWLockShared(&lock);
    CHECK(lock.Ptr == NULL);
}

TEST(a_writer_keeps_everybody_out)
{
    AcquireSRWLockExclusive(&lock);
    CHECK_U32(end_of(start_thread(try_both_ways, NULL)), 0);
    ReleaseSRWLockExclusive(&lock);
    CHECK_U32(end_of(start_thread(try_both_ways, NULL)), 3);
}

TEST(a_reader_keeps_writers_out_only)
{
    AcquireSRWLockShared(&lock);
    CHECK_U32(end_of(start_thread(try_both_ways, NULL)), 2);
    ReleaseSRWLockShared(&lock);
    CHECK_U32(end_of(start_thread(try_both_ways, NULL)), 3);
}

TEST(trying_again_what_one_holds_fails)
{
    CHECK(TryAcquireSRWLockExclusive(&lock));
    CHECK(!TryAcquireSRWLockExclusive(&lock));
    CHECK(!TryAcquireSRWLockShared(&lock));
    ReleaseSRWLockExclusive(&lock);
}

TEST(a_waiting_writer_gets_in_when_the_readers_have_left)
{
    HANDLE writer;

    AcquireSRWLockShared(&lock);
    writer = start_thread(take_exclusive, NULL);
    CHECK(thread_is_blocked(writer));
    ReleaseSRWLockShared(&lock);
    CHECK_U32(end_of(writer), 0);
    CHECK_U32(value, 1);
}

TEST(waiting_readers_get_in_together_when_the_writer_has_left)
{
    HANDLE readers[4];
    int i;

    AcquireSRWLockExclusive(&lock);
    for (i = 0; i < 4; i++)
        readers[i] = start_thread(take_shared, NULL);
    CHECK(thread_is_blocked(readers[0]));
    value = 42;
    ReleaseSRWLockExclusive(&lock);
    for (i = 0; i < 4; i++)
        CHECK_U32(end_of(readers[i]), 42);
}

static DWORD WINAPI count_up(LPVOID unused)
{
    int i;

    (void)unused;
    for (i = 0; i < 20000; i++) {
        AcquireSRWLockExclusive(&lock);
        value++;
        ReleaseSRWLockExclusive(&lock);
        AcquireSRWLockShared(&lock);
        if (value < i)
            return 1;
        ReleaseSRWLockShared(&lock);
    }
    return 0;
}

TEST(no_count_is_lost_among_writers_and_readers)
{
    HANDLE threads[6];
    int i;

    for (i = 0; i < 6; i++)
        threads[i] = start_thread(count_up, NULL);
    for (i = 0; i < 6; i++)
        CHECK_U32(end_of(threads[i]), 0);
    CHECK_U32(value, 6 * 20000);
}

TEST(a_sleep_that_nobody_ends_times_out_and_has_the_lock_again)
{
    InitializeCriticalSection(&section);
    EnterCriticalSection(&section);
    CHECK_ERR(SleepConditionVariableCS(&condition, &section, 50), ERROR_TIMEOUT);
    LeaveCriticalSection(&section);
    AcquireSRWLockExclusive(&lock);
    CHECK_ERR(SleepConditionVariableSRW(&condition, &lock, 50, 0), ERROR_TIMEOUT);
    CHECK(!TryAcquireSRWLockShared(&lock));
    ReleaseSRWLockExclusive(&lock);
    AcquireSRWLockShared(&lock);
    CHECK_ERR(SleepConditionVariableSRW(&condition, &lock, 0, CONDITION_VARIABLE_LOCKMODE_SHARED),
              ERROR_TIMEOUT);
    CHECK(TryAcquireSRWLockShared(&lock));
    CHECK(!TryAcquireSRWLockExclusive(&lock));
}

static DWORD WINAPI sleep_until_set(LPVOID shared)
{
    BOOL result = TRUE;

    (shared ? AcquireSRWLockShared : AcquireSRWLockExclusive)(&lock);
    while (!value && result)
        result = SleepConditionVariableSRW(&condition, &lock, 10000,
                                           shared ? CONDITION_VARIABLE_LOCKMODE_SHARED : 0);
    InterlockedIncrement(&sum);
    (shared ? ReleaseSRWLockShared : ReleaseSRWLockExclusive)(&lock);
    return (DWORD)result;
}

TEST(waking_all_lets_all_go_readers_and_writers)
{
    HANDLE threads[4];
    int i;

    for (i = 0; i < 4; i++)
        threads[i] = start_thread(sleep_until_set, i % 2 ? &lock : NULL);
    CHECK(thread_is_blocked(threads[3]));
    AcquireSRWLockExclusive(&lock);
    value = 1;
    WakeAllConditionVariable(&condition);
    ReleaseSRWLockExclusive(&lock);
    for (i = 0; i < 4; i++)
        CHECK_U32(end_of(threads[i]), TRUE);
    CHECK_U32(sum, 4);
}

static DWORD WINAPI take_one(LPVOID unused)
{
    (void)unused;
    EnterCriticalSection(&section);
    while (value == 0)
        if (!SleepConditionVariableCS(&condition, &section, 10000))
            return 1;
    value--;
    LeaveCriticalSection(&section);
    return 0;
}

TEST(each_wake_lets_at_least_one_go)
{
    HANDLE threads[5];
    int i;

    InitializeCriticalSection(&section);
    for (i = 0; i < 5; i++)
        threads[i] = start_thread(take_one, NULL);
    CHECK(thread_is_blocked(threads[4]));
    for (i = 0; i < 5; i++) {
        EnterCriticalSection(&section);
        value++;
        LeaveCriticalSection(&section);
        WakeConditionVariable(&condition);
    }
    for (i = 0; i < 5; i++)
        CHECK_U32(end_of(threads[i]), 0);
    CHECK_U32(value, 0);
}

static DWORD WINAPI produce(LPVOID unused)
{
    int i;

    (void)unused;
    for (i = 0; i < 5000; i++) {
        EnterCriticalSection(&section);
        value++;
        LeaveCriticalSection(&section);
        WakeConditionVariable(&condition);
    }
    return 0;
}

static DWORD WINAPI consume(LPVOID unused)
{
    int i;

    for (i = 0; i < 5000; i++)
        if (take_one(unused) != 0)
            return 1;
    return 0;
}

TEST(no_wake_is_lost_between_producers_and_consumers)
{
    HANDLE threads[4];
    int i;

    InitializeCriticalSection(&section);
    for (i = 0; i < 4; i++)
        threads[i] = start_thread(i % 2 ? produce : consume, NULL);
    for (i = 0; i < 4; i++)
        CHECK_U32(end_of(threads[i]), 0);
    CHECK_U32(value, 0);
}

TEST(waking_when_nobody_sleeps_is_forgotten)
{
    WakeConditionVariable(&condition);
    WakeAllConditionVariable(&condition);
    AcquireSRWLockExclusive(&lock);
    CHECK_ERR(SleepConditionVariableSRW(&condition, &lock, 20, 0), ERROR_TIMEOUT);
    ReleaseSRWLockExclusive(&lock);
}
