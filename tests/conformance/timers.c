/* SPDX-License-Identifier: MIT */
/* Waitable timers, and SignalObjectAndWait. */
#include "conformance.h"

static HANDLE create_timer(BOOL manual)
{
    HANDLE timer = CreateWaitableTimerA(NULL, manual, NULL);

    CHECK(timer != NULL);
    return timer;
}

static void set_timer(HANDLE timer, LONGLONG due_ms, LONG period)
{
    LARGE_INTEGER due;

    due.QuadPart = -due_ms * 10000;
    CHECK(SetWaitableTimer(timer, &due, period, NULL, NULL, FALSE));
}

static LONGLONG now_ms(void)
{
    LARGE_INTEGER frequency, now;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&now);
    return now.QuadPart * 1000 / frequency.QuadPart;
}

TEST(a_timer_that_was_not_set_is_not_signaled)
{
    CHECK_U32(WaitForSingleObject(create_timer(TRUE), 0), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObject(create_timer(FALSE), 30), WAIT_TIMEOUT);
}

TEST(a_relative_time_comes_when_it_has_passed)
{
    HANDLE timer = create_timer(TRUE);
    LONGLONG start = now_ms();

    set_timer(timer, 500, 0);
    CHECK_U32(WaitForSingleObject(timer, 0), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObject(timer, 10000), WAIT_OBJECT_0);
    CHECK(now_ms() - start >= 490);
    CHECK(now_ms() - start < 8000);
}

TEST(an_absolute_time_comes_at_that_time_and_one_in_the_past_at_once)
{
    HANDLE timer = create_timer(TRUE);
    LONGLONG start = now_ms();
    LARGE_INTEGER due;
    FILETIME now;

    GetSystemTimeAsFileTime(&now);
    due.u.LowPart = now.dwLowDateTime;
    due.u.HighPart = (LONG)now.dwHighDateTime;
    due.QuadPart += 500 * 10000;
    CHECK(SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE));
    CHECK_U32(WaitForSingleObject(timer, 0), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObject(timer, 10000), WAIT_OBJECT_0);
    CHECK(now_ms() - start >= 480);
    due.QuadPart = 1;
    CHECK(SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE));
    CHECK_U32(WaitForSingleObject(timer, 5000), WAIT_OBJECT_0);
}

TEST(one_with_manual_reset_stays_signaled_until_it_is_set_again)
{
    HANDLE timer = create_timer(TRUE);

    set_timer(timer, 1, 0);
    CHECK_U32(WaitForSingleObject(timer, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(timer, 0), WAIT_OBJECT_0);
    set_timer(timer, 10000, 0);
    CHECK_U32(WaitForSingleObject(timer, 0), WAIT_TIMEOUT);
}

TEST(one_without_lets_one_wait_go)
{
    HANDLE timer = create_timer(FALSE);

    set_timer(timer, 1, 0);
    CHECK_U32(WaitForSingleObject(timer, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(timer, 50), WAIT_TIMEOUT);
}

TEST(a_period_signals_again_and_again)
{
    HANDLE timer = create_timer(FALSE);
    LONGLONG start = now_ms();
    int i;

    set_timer(timer, 20, 50);
    for (i = 0; i < 4; i++)
        CHECK_U32(WaitForSingleObject(timer, 5000), WAIT_OBJECT_0);
    CHECK(now_ms() - start >= 150);
    CHECK(CancelWaitableTimer(timer));
    WaitForSingleObject(timer, 0); /* another period may have come before */
    CHECK_U32(WaitForSingleObject(timer, 120), WAIT_TIMEOUT);
}

TEST(periods_that_nobody_waited_for_count_as_one)
{
    HANDLE timer = create_timer(FALSE);
    LONGLONG start;
    DWORD first, second, tries = 0;

    /* Again if this thread slept so long that the next period may have come. */
    do {
        start = now_ms();
        set_timer(timer, 1, 200);
        Sleep(450);
        first = WaitForSingleObject(timer, 0);
        second = WaitForSingleObject(timer, 0);
    } while (now_ms() - start > 580 && ++tries < 20);
    CHECK_U32(first, WAIT_OBJECT_0);
    CHECK_U32(second, WAIT_TIMEOUT);
}

TEST(cancelling_stops_a_timer_and_leaves_its_state)
{
    HANDLE timer = create_timer(TRUE);

    set_timer(timer, 400, 0);
    CHECK(CancelWaitableTimer(timer));
    CHECK_U32(WaitForSingleObject(timer, 600), WAIT_TIMEOUT);
    set_timer(timer, 1, 0);
    CHECK_U32(WaitForSingleObject(timer, 5000), WAIT_OBJECT_0);
    CHECK(CancelWaitableTimer(timer));
    CHECK_U32(WaitForSingleObject(timer, 0), WAIT_OBJECT_0);
}

static DWORD WINAPI wait_for_it(LPVOID timer)
{
    return WaitForSingleObject((HANDLE)timer, 10000);
}

TEST(a_waiter_follows_a_timer_that_is_set_meanwhile)
{
    HANDLE timer = create_timer(FALSE);
    HANDLE thread = CreateThread(NULL, 0, wait_for_it, timer, 0, NULL);
    LONGLONG start;
    DWORD code = 77;

    CHECK(thread != NULL);
    CHECK(thread_is_blocked(thread));
    set_timer(timer, 20000, 0);
    CHECK(thread_is_blocked(thread));
    start = now_ms();
    set_timer(timer, 20, 0);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(now_ms() - start < 4000);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, WAIT_OBJECT_0);
}

TEST(a_timer_lets_one_of_several_waiters_go_each_time)
{
    HANDLE timer = create_timer(FALSE), threads[3];
    DWORD i, first;

    for (i = 0; i < 3; i++)
        CHECK((threads[i] = CreateThread(NULL, 0, wait_for_it, timer, 0, NULL)) != NULL);
    CHECK(thread_is_blocked(threads[2]));
    set_timer(timer, 1, 0);
    first = WaitForMultipleObjects(3, threads, FALSE, 5000);
    CHECK(first < WAIT_OBJECT_0 + 3);
    threads[first] = threads[2];
    CHECK_U32(WaitForMultipleObjects(2, threads, FALSE, BLOCKED_MS), WAIT_TIMEOUT);
    set_timer(timer, 1, 20);
    CHECK_U32(WaitForMultipleObjects(2, threads, TRUE, 5000), WAIT_OBJECT_0);
}

TEST(a_timer_among_others_in_a_wait_for_any)
{
    HANDLE objects[3];

    objects[0] = CreateEventA(NULL, TRUE, FALSE, NULL);
    objects[1] = create_timer(FALSE);
    objects[2] = create_timer(FALSE);
    set_timer(objects[1], 5000, 0);
    set_timer(objects[2], 50, 0);
    CHECK_U32(WaitForMultipleObjects(3, objects, FALSE, 10000), WAIT_OBJECT_0 + 2);
    CHECK(SetEvent(objects[0]));
    CHECK_U32(WaitForMultipleObjects(3, objects, FALSE, 10000), WAIT_OBJECT_0);
    CHECK(ResetEvent(objects[0]));
    CHECK_U32(WaitForMultipleObjects(3, objects, FALSE, 50), WAIT_TIMEOUT);
}

TEST(a_wait_for_all_takes_timers_and_events_together)
{
    HANDLE objects[3];

    objects[0] = CreateEventA(NULL, FALSE, TRUE, NULL);
    objects[1] = create_timer(FALSE);
    objects[2] = create_timer(TRUE);
    set_timer(objects[1], 20, 0);
    CHECK_U32(WaitForMultipleObjects(3, objects, TRUE, 100), WAIT_TIMEOUT);
    set_timer(objects[2], 20, 0);
    CHECK_U32(WaitForMultipleObjects(3, objects, TRUE, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(objects[0], 0), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObject(objects[1], 0), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObject(objects[2], 0), WAIT_OBJECT_0);
}

TEST(timers_refuse_bad_arguments_and_handles)
{
    HANDLE timer = create_timer(TRUE), event = CreateEventA(NULL, TRUE, FALSE, NULL), weak;
    LARGE_INTEGER due;

    due.QuadPart = -1;
    SetLastError(0);
    CHECK_WINE_DIFFERS(!SetWaitableTimer(timer, &due, -1, NULL, NULL, FALSE) &&
                           GetLastError() == ERROR_INVALID_PARAMETER,
                       "a negative period is accepted");
    CHECK_ERR(SetWaitableTimer(event, &due, 0, NULL, NULL, FALSE), ERROR_INVALID_HANDLE);
    CHECK_ERR(CancelWaitableTimer(event), ERROR_INVALID_HANDLE);
    CHECK_ERR(SetWaitableTimer(NULL, &due, 0, NULL, NULL, FALSE), ERROR_INVALID_HANDLE);
    weak = CreateWaitableTimerExW(NULL, NULL, CREATE_WAITABLE_TIMER_MANUAL_RESET, SYNCHRONIZE);
    CHECK(weak != NULL);
    CHECK_ERR(SetWaitableTimer(weak, &due, 0, NULL, NULL, FALSE), ERROR_ACCESS_DENIED);
    CHECK_ERR(CancelWaitableTimer(weak), ERROR_ACCESS_DENIED);
}

TEST(a_timer_that_should_wake_the_computer_is_set_with_a_word_of_warning)
{
    HANDLE timer = create_timer(TRUE);
    LARGE_INTEGER due;

    due.QuadPart = -10000;
    SetLastError(0);
    CHECK(SetWaitableTimer(timer, &due, 0, NULL, NULL, TRUE));
    CHECK_U32_WINE_DIFFERS(GetLastError(), ERROR_NOT_SUPPORTED, "Wine 8 says 722");
    CHECK_U32(WaitForSingleObject(timer, 5000), WAIT_OBJECT_0);
}

/* ---- SignalObjectAndWait ---- */

static DWORD WINAPI answer(LPVOID argument)
{
    HANDLE *events = argument;

    if (WaitForSingleObject(events[0], 5000) != WAIT_OBJECT_0)
        return 1;
    return SetEvent(events[1]) ? 0 : 2;
}

TEST(signal_and_wait_signals_the_one_and_waits_for_the_other)
{
    HANDLE events[2], thread;

    events[0] = CreateEventA(NULL, FALSE, FALSE, NULL);
    events[1] = CreateEventA(NULL, FALSE, FALSE, NULL);
    thread = CreateThread(NULL, 0, answer, events, 0, NULL);
    CHECK(thread != NULL);
    CHECK_U32(SignalObjectAndWait(events[0], events[1], 5000, FALSE), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK_U32(SignalObjectAndWait(events[0], events[1], 20, FALSE), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObject(events[0], 0), WAIT_OBJECT_0);
}

TEST(signal_and_wait_releases_mutexes_and_semaphores)
{
    HANDLE mutex = CreateMutexA(NULL, TRUE, NULL), event = CreateEventA(NULL, TRUE, TRUE, NULL);
    HANDLE semaphore = CreateSemaphoreA(NULL, 0, 1, NULL);

    CHECK_U32(SignalObjectAndWait(mutex, event, 0, FALSE), WAIT_OBJECT_0);
    SetLastError(0);
    CHECK_U32(SignalObjectAndWait(mutex, event, 0, FALSE), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_NOT_OWNER);
    CHECK_U32(SignalObjectAndWait(semaphore, event, 0, FALSE), WAIT_OBJECT_0);
    SetLastError(0);
    CHECK_U32(SignalObjectAndWait(semaphore, event, 0, FALSE), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_TOO_MANY_POSTS);
    CHECK_U32(WaitForSingleObject(semaphore, 0), WAIT_OBJECT_0);
}

TEST(signal_and_wait_refuses_other_objects)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL), timer = create_timer(TRUE);

    SetLastError(0);
    CHECK_U32(SignalObjectAndWait(timer, event, 0, FALSE), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
    SetLastError(0);
    CHECK_U32(SignalObjectAndWait(event, NULL, 0, FALSE), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
}
