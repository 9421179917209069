/* SPDX-License-Identifier: MIT */
/* Semaphores without a name. */
#include "conformance.h"

static HANDLE create_semaphore(LONG initial, LONG maximum)
{
    HANDLE semaphore = CreateSemaphoreA(NULL, initial, maximum, NULL);

    CHECK(semaphore != NULL);
    return semaphore;
}

static DWORD WINAPI take_one(LPVOID semaphore)
{
    return WaitForSingleObject((HANDLE)semaphore, 10000);
}

TEST(a_semaphore_lets_as_many_waits_through_as_its_count)
{
    HANDLE semaphore = create_semaphore(2, 5);

    CHECK_U32(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT);
}

TEST(a_semaphore_with_count_0_is_not_signaled)
{
    CHECK_U32(WaitForSingleObject(create_semaphore(0, 1), 0), WAIT_TIMEOUT);
}

TEST(release_gives_the_previous_count)
{
    HANDLE semaphore = create_semaphore(1, 10);
    LONG previous = -1;

    CHECK(ReleaseSemaphore(semaphore, 3, &previous));
    CHECK_U32(previous, 1);
    CHECK(ReleaseSemaphore(semaphore, 1, &previous));
    CHECK_U32(previous, 4);
    CHECK(ReleaseSemaphore(semaphore, 1, NULL));
    CHECK_U32(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    CHECK(ReleaseSemaphore(semaphore, 1, &previous));
    CHECK_U32(previous, 5);
}

TEST(release_over_the_maximum_fails_and_changes_nothing)
{
    HANDLE semaphore = create_semaphore(1, 3);
    LONG previous = -7;

    CHECK_ERR(ReleaseSemaphore(semaphore, 3, &previous), ERROR_TOO_MANY_POSTS);
    CHECK(ReleaseSemaphore(semaphore, 2, &previous));
    CHECK_U32(previous, 1);
    CHECK_ERR(ReleaseSemaphore(semaphore, 1, NULL), ERROR_TOO_MANY_POSTS);
    CHECK_ERR(ReleaseSemaphore(semaphore, 0x7FFFFFFF, NULL), ERROR_TOO_MANY_POSTS);
}

TEST(release_of_nothing_or_less_fails)
{
    HANDLE semaphore = create_semaphore(1, 3);
    LONG previous = -7;

    CHECK(!ReleaseSemaphore(semaphore, -1, &previous));
    CHECK(ReleaseSemaphore(semaphore, 1, &previous));
    CHECK_U32(previous, 1);
    CHECK_U32(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    WINE_DIFFERS("Windows refuses both with 87; Wine 8 accepts 0 and says 298 to a negative count");
    CHECK_ERR(ReleaseSemaphore(semaphore, 0, &previous), ERROR_INVALID_PARAMETER);
    CHECK_ERR(ReleaseSemaphore(semaphore, -1, &previous), ERROR_INVALID_PARAMETER);
    CHECK(ReleaseSemaphore(semaphore, 1, &previous));
    CHECK_U32(previous, 1);
}

TEST(counts_that_make_no_sense_are_refused)
{
    static const LONG counts[][2] = {{-1, 1}, {2, 1}, {0, 0}, {0, -1}, {-1, -1}};
    size_t i;

    for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        SetLastError(0);
        CHECK(CreateSemaphoreA(NULL, counts[i][0], counts[i][1], NULL) == NULL);
        CHECK_U32(GetLastError(), ERROR_INVALID_PARAMETER);
    }
}

TEST(making_a_semaphore_leaves_last_error_0)
{
    SetLastError(1234);
    CHECK(CreateSemaphoreA(NULL, 0, 1, NULL) != NULL);
    CHECK_U32(GetLastError(), 0);
    SetLastError(1234);
    CHECK(CreateSemaphoreW(NULL, 0, 1, NULL) != NULL);
    CHECK_U32(GetLastError(), 0);
}

TEST(release_wakes_as_many_waiters_as_it_gives)
{
    HANDLE semaphore = create_semaphore(0, 10);
    HANDLE threads[4];
    DWORD i;

    for (i = 0; i < 4; i++) {
        threads[i] = CreateThread(NULL, 0, take_one, semaphore, 0, NULL);
        CHECK(threads[i] != NULL);
    }
    for (i = 0; i < 4; i++)
        CHECK(thread_is_blocked(threads[i]));
    CHECK(ReleaseSemaphore(semaphore, 3, NULL));
    CHECK_U32(count_ended(threads, 4), 3);
    CHECK_U32(WaitForSingleObject(semaphore, 0), WAIT_TIMEOUT);
    CHECK(ReleaseSemaphore(semaphore, 1, NULL));
    CHECK_U32(WaitForMultipleObjects(4, threads, TRUE, 5000), WAIT_OBJECT_0);
}

TEST(any_thread_may_release_a_semaphore)
{
    HANDLE semaphore = create_semaphore(0, 1);
    HANDLE thread = CreateThread(NULL, 0, take_one, semaphore, 0, NULL);

    CHECK(thread != NULL);
    CHECK(thread_is_blocked(thread));
    CHECK(ReleaseSemaphore(semaphore, 1, NULL));
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
}

TEST(create_semaphore_ex_takes_its_access)
{
    HANDLE semaphore;

    semaphore = CreateSemaphoreExA(NULL, 1, 2, NULL, 0, SYNCHRONIZE);
    CHECK(semaphore != NULL);
    CHECK_ERR(ReleaseSemaphore(semaphore, 1, NULL), ERROR_ACCESS_DENIED);
    CHECK_U32(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
    semaphore = CreateSemaphoreExW(NULL, 1, 2, NULL, 0, SEMAPHORE_ALL_ACCESS);
    CHECK(semaphore != NULL);
    CHECK(ReleaseSemaphore(semaphore, 1, NULL));
}

TEST(release_semaphore_refuses_handles_that_are_none_or_of_another_type)
{
    HANDLE semaphore = create_semaphore(0, 1);
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);

    CHECK(CloseHandle(semaphore));
    CHECK_ERR(ReleaseSemaphore(semaphore, 1, NULL), ERROR_INVALID_HANDLE);
    CHECK_ERR(ReleaseSemaphore(NULL, 1, NULL), ERROR_INVALID_HANDLE);
    CHECK_ERR(ReleaseSemaphore(event, 1, NULL), ERROR_INVALID_HANDLE);
}
