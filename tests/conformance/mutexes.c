/* SPDX-License-Identifier: MIT */
/* Mutexes without a name. */
#include "conformance.h"

static HANDLE create_mutex(BOOL owned)
{
    HANDLE mutex = CreateMutexA(NULL, owned, NULL);

    CHECK(mutex != NULL);
    return mutex;
}

static DWORD WINAPI try_mutex(LPVOID mutex)
{
    DWORD result = WaitForSingleObject((HANDLE)mutex, 0);

    if (result == WAIT_OBJECT_0 || result == WAIT_ABANDONED)
        ReleaseMutex((HANDLE)mutex);
    return result;
}

static DWORD WINAPI release_mutex(LPVOID mutex)
{
    SetLastError(0);
    if (ReleaseMutex((HANDLE)mutex))
        return 0;
    return GetLastError();
}

static DWORD WINAPI take_mutex_and_end(LPVOID mutex)
{
    return WaitForSingleObject((HANDLE)mutex, 5000);
}

static DWORD WINAPI take_mutex_twice_and_exit(LPVOID mutex)
{
    WaitForSingleObject((HANDLE)mutex, 5000);
    ExitThread(WaitForSingleObject((HANDLE)mutex, 5000));
}

struct holding {
    HANDLE mutex, held, go_on;
    volatile LONG holders, turns;
};

static DWORD WINAPI hold_until_told(LPVOID argument)
{
    struct holding *holding = argument;

    if (WaitForSingleObject(holding->mutex, 15000) != WAIT_OBJECT_0)
        return 1;
    if (InterlockedIncrement(&holding->holders) != 1)
        return 2;
    SetEvent(holding->held);
    WaitForSingleObject(holding->go_on, 15000);
    InterlockedIncrement(&holding->turns);
    InterlockedDecrement(&holding->holders);
    return ReleaseMutex(holding->mutex) ? 0 : 3;
}

/* Runs a function in a thread of its own and gives its exit code. */
static DWORD in_another_thread(LPTHREAD_START_ROUTINE function, HANDLE mutex)
{
    HANDLE thread = CreateThread(NULL, 0, function, mutex, 0, NULL);
    DWORD code = 0xDEAD;

    CHECK(thread != NULL);
    CHECK_U32(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CloseHandle(thread);
    return code;
}

TEST(a_free_mutex_is_signaled_and_a_wait_takes_it)
{
    HANDLE mutex = create_mutex(FALSE);

    CHECK_U32(in_another_thread(try_mutex, mutex), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    CHECK_U32(in_another_thread(try_mutex, mutex), WAIT_TIMEOUT);
    CHECK(ReleaseMutex(mutex));
    CHECK_U32(in_another_thread(try_mutex, mutex), WAIT_OBJECT_0);
}

TEST(a_mutex_made_with_an_owner_belongs_to_its_maker)
{
    HANDLE mutex = create_mutex(TRUE);

    CHECK_U32(in_another_thread(try_mutex, mutex), WAIT_TIMEOUT);
    CHECK(ReleaseMutex(mutex));
    CHECK_U32(in_another_thread(try_mutex, mutex), WAIT_OBJECT_0);
}

TEST(making_a_mutex_leaves_last_error_0)
{
    SetLastError(1234);
    CHECK(CreateMutexA(NULL, FALSE, NULL) != NULL);
    CHECK_U32(GetLastError(), 0);
    SetLastError(1234);
    CHECK(CreateMutexW(NULL, FALSE, NULL) != NULL);
    CHECK_U32(GetLastError(), 0);
}

TEST(the_owner_may_wait_again_and_releases_once_for_each_wait)
{
    HANDLE mutex = create_mutex(TRUE);

    CHECK_U32(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(mutex, INFINITE), WAIT_OBJECT_0);
    CHECK(ReleaseMutex(mutex));
    CHECK(ReleaseMutex(mutex));
    CHECK_U32(in_another_thread(try_mutex, mutex), WAIT_TIMEOUT);
    CHECK(ReleaseMutex(mutex));
    CHECK_U32(in_another_thread(try_mutex, mutex), WAIT_OBJECT_0);
    CHECK_ERR(ReleaseMutex(mutex), ERROR_NOT_OWNER);
}

TEST(releasing_a_mutex_that_is_free_fails_with_not_owner)
{
    CHECK_ERR(ReleaseMutex(create_mutex(FALSE)), ERROR_NOT_OWNER);
}

TEST(releasing_the_mutex_of_another_thread_fails_with_not_owner)
{
    HANDLE mutex = create_mutex(TRUE);

    CHECK_U32(in_another_thread(release_mutex, mutex), ERROR_NOT_OWNER);
    CHECK(ReleaseMutex(mutex));
}

TEST(a_waiter_gets_the_mutex_when_its_owner_releases_it)
{
    HANDLE mutex = create_mutex(TRUE);
    HANDLE thread = CreateThread(NULL, 0, take_mutex_and_end, mutex, 0, NULL);
    DWORD code = 99;

    CHECK(thread != NULL);
    CHECK(thread_is_blocked(thread));
    CHECK(ReleaseMutex(mutex));
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, WAIT_OBJECT_0);
}

TEST(a_mutex_whose_owner_ended_is_abandoned_once_and_then_ordinary)
{
    HANDLE mutex = create_mutex(FALSE);

    CHECK_U32(in_another_thread(take_mutex_and_end, mutex), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(mutex, 0), WAIT_ABANDONED);
    CHECK_U32(in_another_thread(try_mutex, mutex), WAIT_TIMEOUT);
    CHECK(ReleaseMutex(mutex));
    CHECK_U32(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    CHECK(ReleaseMutex(mutex));
    CHECK_ERR(ReleaseMutex(mutex), ERROR_NOT_OWNER);
}

TEST(a_recursively_owned_mutex_is_abandoned_as_a_whole)
{
    HANDLE mutex = create_mutex(FALSE);

    CHECK_U32(in_another_thread(take_mutex_twice_and_exit, mutex), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(mutex, 0), WAIT_ABANDONED);
    CHECK(ReleaseMutex(mutex));
    CHECK_ERR(ReleaseMutex(mutex), ERROR_NOT_OWNER);
}

TEST(a_waiter_learns_that_the_owner_ended)
{
    HANDLE mutex = create_mutex(TRUE);
    HANDLE owner = CreateThread(NULL, 0, take_mutex_and_end, mutex, 0, NULL);

    CHECK(owner != NULL);
    CHECK(thread_is_blocked(owner));
    CHECK(ReleaseMutex(mutex));
    CHECK_U32(WaitForSingleObject(mutex, 5000), WAIT_ABANDONED);
    CHECK(ReleaseMutex(mutex));
}

TEST(a_wait_for_any_tells_which_mutex_was_abandoned)
{
    HANDLE objects[3];

    objects[0] = CreateEventA(NULL, TRUE, FALSE, NULL);
    objects[1] = create_mutex(FALSE);
    objects[2] = create_mutex(FALSE);
    CHECK_U32(in_another_thread(take_mutex_and_end, objects[1]), WAIT_OBJECT_0);
    CHECK_U32(WaitForMultipleObjects(3, objects, FALSE, 0), WAIT_ABANDONED_0 + 1);
    CHECK(ReleaseMutex(objects[1]));
    CHECK_ERR(ReleaseMutex(objects[2]), ERROR_NOT_OWNER);
}

TEST(a_wait_for_all_with_an_abandoned_mutex_takes_everything_and_says_abandoned)
{
    HANDLE objects[2];
    DWORD result;

    objects[0] = CreateEventA(NULL, FALSE, TRUE, NULL);
    objects[1] = create_mutex(FALSE);
    CHECK_U32(in_another_thread(take_mutex_and_end, objects[1]), WAIT_OBJECT_0);
    result = WaitForMultipleObjects(2, objects, TRUE, 0);
    CHECK(result >= WAIT_ABANDONED_0 && result < WAIT_ABANDONED_0 + 2);
    CHECK_U32(WaitForSingleObject(objects[0], 0), WAIT_TIMEOUT);
    CHECK(ReleaseMutex(objects[1]));
}

TEST(an_owned_mutex_satisfies_its_owner_in_a_wait_for_all)
{
    HANDLE objects[2];

    objects[0] = create_mutex(TRUE);
    objects[1] = create_mutex(FALSE);
    CHECK_U32(WaitForMultipleObjects(2, objects, TRUE, 0), WAIT_OBJECT_0);
    CHECK(ReleaseMutex(objects[0]));
    CHECK(ReleaseMutex(objects[0]));
    CHECK(ReleaseMutex(objects[1]));
    CHECK_ERR(ReleaseMutex(objects[0]), ERROR_NOT_OWNER);
}

TEST(create_mutex_ex_takes_its_flag_and_access)
{
    HANDLE mutex = CreateMutexExA(NULL, NULL, CREATE_MUTEX_INITIAL_OWNER, MUTEX_ALL_ACCESS);

    CHECK(mutex != NULL);
    CHECK_U32(in_another_thread(try_mutex, mutex), WAIT_TIMEOUT);
    CHECK(ReleaseMutex(mutex));
    mutex = CreateMutexExW(NULL, NULL, 0, SYNCHRONIZE);
    CHECK(mutex != NULL);
    CHECK_U32(in_another_thread(try_mutex, mutex), WAIT_OBJECT_0);
}

TEST(four_threads_hold_a_mutex_one_after_the_other)
{
    HANDLE mutex = create_mutex(FALSE);
    struct holding holding = {mutex, NULL, NULL, 0, 0};
    HANDLE threads[4];
    DWORD i, code;

    holding.held = CreateEventA(NULL, FALSE, FALSE, NULL);
    holding.go_on = CreateEventA(NULL, FALSE, FALSE, NULL);
    for (i = 0; i < 4; i++) {
        threads[i] = CreateThread(NULL, 0, hold_until_told, &holding, 0, NULL);
        CHECK(threads[i] != NULL);
    }
    for (i = 0; i < 4; i++) {
        CHECK_U32(WaitForSingleObject(holding.held, 10000), WAIT_OBJECT_0);
        CHECK_U32(WaitForSingleObject(mutex, 0), WAIT_TIMEOUT);
        CHECK_U32(holding.turns, i);
        CHECK(SetEvent(holding.go_on));
    }
    CHECK_U32(WaitForMultipleObjects(4, threads, TRUE, 10000), WAIT_OBJECT_0);
    for (i = 0; i < 4; i++) {
        CHECK(GetExitCodeThread(threads[i], &code));
        CHECK_U32(code, 0);
    }
    CHECK_U32(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
}

TEST(release_mutex_refuses_handles_that_are_none_or_of_another_type)
{
    HANDLE mutex = create_mutex(FALSE);
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);

    CHECK(CloseHandle(mutex));
    CHECK_ERR(ReleaseMutex(mutex), ERROR_INVALID_HANDLE);
    CHECK_ERR(ReleaseMutex(NULL), ERROR_INVALID_HANDLE);
    CHECK_ERR(ReleaseMutex(event), ERROR_INVALID_HANDLE);
}
