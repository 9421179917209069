/* SPDX-License-Identifier: MIT */
/* Calls queued to threads, and the waits that make them. */
#include "conformance.h"

static char order[64];

static void CALLBACK note(ULONG_PTR letter)
{
    size_t length = strlen(order);

    if (length + 1 < sizeof(order))
        order[length] = (char)letter;
}

static void queue_here(PAPCFUNC function, ULONG_PTR argument)
{
    CHECK(QueueUserAPC(function, GetCurrentThread(), argument) != 0);
}

static HANDLE create_event(BOOL manual, BOOL initial)
{
    HANDLE event = CreateEventA(NULL, manual, initial, NULL);

    CHECK(event != NULL);
    return event;
}

TEST(a_queued_call_waits_for_an_alertable_wait)
{
    queue_here(note, 'a');
    CHECK(order[0] == 0);
    Sleep(1);
    SleepEx(1, FALSE);
    CHECK_U32(WaitForSingleObject(create_event(TRUE, FALSE), 1), WAIT_TIMEOUT);
    CHECK(order[0] == 0);
    CHECK_U32(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    CHECK(strcmp(order, "a") == 0);
}

TEST(one_wait_makes_all_calls_in_their_order)
{
    queue_here(note, 'a');
    queue_here(note, 'b');
    queue_here(note, 'c');
    CHECK_U32(SleepEx(INFINITE, TRUE), WAIT_IO_COMPLETION);
    CHECK(strcmp(order, "abc") == 0);
    CHECK_U32(SleepEx(0, TRUE), 0);
    CHECK_U32(SleepEx(1, TRUE), 0);
}

static void CALLBACK note_and_queue(ULONG_PTR letter)
{
    note(letter);
    if (letter < 'c')
        queue_here(note_and_queue, letter + 1);
}

TEST(calls_that_calls_queue_are_made_by_the_same_wait)
{
    queue_here(note_and_queue, 'a');
    CHECK_U32(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    CHECK(strcmp(order, "abc") == 0);
    CHECK_U32(SleepEx(0, TRUE), 0);
}

static void CALLBACK note_and_wait(ULONG_PTR letter)
{
    note(letter);
    CHECK_U32(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    note(letter + 1);
}

TEST(a_call_that_waits_alertably_makes_the_next_ones)
{
    queue_here(note_and_wait, 'a');
    queue_here(note, 'x');
    CHECK_U32(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    CHECK(strcmp(order, "axb") == 0);
}

TEST(a_wait_for_an_object_that_is_not_there_makes_calls_also_without_time)
{
    HANDLE event = create_event(TRUE, FALSE), both[2];

    queue_here(note, 'a');
    CHECK_U32(WaitForSingleObjectEx(event, 0, TRUE), WAIT_IO_COMPLETION);
    CHECK(strcmp(order, "a") == 0);
    both[0] = event;
    both[1] = create_event(TRUE, TRUE);
    queue_here(note, 'b');
    CHECK_U32(WaitForMultipleObjectsEx(2, both, TRUE, 1000, TRUE), WAIT_IO_COMPLETION);
    CHECK(strcmp(order, "ab") == 0);
    CHECK_U32(WaitForMultipleObjectsEx(2, both, FALSE, 1000, TRUE), WAIT_OBJECT_0 + 1);
}

TEST(calls_take_nothing_from_the_objects)
{
    HANDLE both[2];

    both[0] = create_event(FALSE, TRUE);
    both[1] = create_event(FALSE, FALSE);
    queue_here(note, 'a');
    CHECK_U32(WaitForMultipleObjectsEx(2, both, TRUE, INFINITE, TRUE), WAIT_IO_COMPLETION);
    CHECK_U32(WaitForSingleObject(both[0], 0), WAIT_OBJECT_0);
}

static DWORD WINAPI wait_alertably(LPVOID event)
{
    return WaitForSingleObjectEx((HANDLE)event, 10000, TRUE);
}

static DWORD WINAPI sleep_alertably(LPVOID unused)
{
    (void)unused;
    return SleepEx(10000, TRUE);
}

static DWORD WINAPI wait_deaf(LPVOID event)
{
    WaitForSingleObject((HANDLE)event, 10000);
    return SleepEx(0, TRUE);
}

static DWORD exit_code_of(HANDLE thread)
{
    DWORD code = 77;

    CHECK_U32(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    return code;
}

static HANDLE start(LPTHREAD_START_ROUTINE routine, LPVOID argument, DWORD flags)
{
    HANDLE thread = CreateThread(NULL, 0, routine, argument, flags, NULL);

    CHECK(thread != NULL);
    return thread;
}

static void CALLBACK note_thread(ULONG_PTR id)
{
    *(DWORD *)id = GetCurrentThreadId();
}

TEST(a_call_wakes_a_thread_that_waits_alertably_and_runs_there)
{
    HANDLE thread = start(wait_alertably, create_event(TRUE, FALSE), 0);
    DWORD id = 0;

    CHECK(thread_is_blocked(thread));
    CHECK(QueueUserAPC(note_thread, thread, (ULONG_PTR)&id) != 0);
    CHECK_U32(exit_code_of(thread), WAIT_IO_COMPLETION);
    CHECK_U32(id, GetThreadId(thread));
    thread = start(sleep_alertably, NULL, 0);
    CHECK(thread_is_blocked(thread));
    CHECK(QueueUserAPC(note_thread, thread, (ULONG_PTR)&id) != 0);
    CHECK_U32(exit_code_of(thread), WAIT_IO_COMPLETION);
    CHECK_U32(id, GetThreadId(thread));
}

TEST(a_call_does_not_wake_a_thread_that_waits_otherwise)
{
    HANDLE event = create_event(TRUE, FALSE), thread = start(wait_deaf, event, 0);

    CHECK(thread_is_blocked(thread));
    CHECK(QueueUserAPC(note, thread, 'a') != 0);
    CHECK(thread_is_blocked(thread));
    CHECK(order[0] == 0);
    CHECK(SetEvent(event));
    CHECK_U32(exit_code_of(thread), WAIT_IO_COMPLETION);
    CHECK(strcmp(order, "a") == 0);
}

static DWORD WINAPI note_start(LPVOID letter)
{
    note((ULONG_PTR)letter);
    return 0;
}

TEST(a_call_queued_before_a_thread_starts_comes_first)
{
    HANDLE thread = start(note_start, (LPVOID)'s', CREATE_SUSPENDED);

    CHECK(QueueUserAPC(note, thread, 'a') != 0);
    CHECK(QueueUserAPC(note, thread, 'b') != 0);
    ResumeThread(thread);
    CHECK_U32(exit_code_of(thread), 0);
    CHECK(strcmp(order, "abs") == 0);
}

TEST(a_call_that_nobody_waits_for_is_lost_with_its_thread)
{
    HANDLE thread = start(wait_deaf, create_event(TRUE, TRUE), CREATE_SUSPENDED);

    ResumeThread(thread);
    CHECK_U32(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CHECK_ERR(QueueUserAPC(note, thread, 'a'), ERROR_GEN_FAILURE);
    CHECK(order[0] == 0);
}

TEST(queueing_needs_a_thread_and_the_right_to_it)
{
    HANDLE weak = NULL;

    CHECK_ERR(QueueUserAPC(note, create_event(TRUE, FALSE), 0), ERROR_INVALID_HANDLE);
    CHECK(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &weak,
                          THREAD_QUERY_INFORMATION, FALSE, 0));
    CHECK_ERR(QueueUserAPC(note, weak, 0), ERROR_ACCESS_DENIED);
}

TEST(signalling_and_waiting_may_be_alertable)
{
    HANDLE first = create_event(TRUE, FALSE), second = create_event(TRUE, FALSE);

    queue_here(note, 'a');
    CHECK_U32(SignalObjectAndWait(first, second, 1000, FALSE), WAIT_TIMEOUT);
    CHECK(order[0] == 0);
    CHECK_U32(SignalObjectAndWait(first, second, 1000, TRUE), WAIT_IO_COMPLETION);
    CHECK(strcmp(order, "a") == 0);
    CHECK_U32(WaitForSingleObject(first, 0), WAIT_OBJECT_0);
}

/* ---- routines of timers ---- */

static volatile LONG routine_calls;
static ULONGLONG routine_time;
static DWORD routine_thread;

static void CALLBACK timer_routine(LPVOID argument, DWORD low, DWORD high)
{
    routine_time = (ULONGLONG)high << 32 | low;
    routine_thread = GetCurrentThreadId();
    *(LONG *)argument += 1;
}

static void set_timer(HANDLE timer, LONGLONG due_ms, LONG period, PTIMERAPCROUTINE routine)
{
    LARGE_INTEGER due;

    due.QuadPart = -due_ms * 10000;
    CHECK(SetWaitableTimer(timer, &due, period, routine, (LPVOID)&routine_calls, FALSE));
}

static HANDLE create_timer(BOOL manual)
{
    HANDLE timer = CreateWaitableTimerA(NULL, manual, NULL);

    CHECK(timer != NULL);
    return timer;
}

TEST(the_routine_of_a_timer_runs_in_an_alertable_wait_of_its_thread)
{
    HANDLE timer = create_timer(TRUE);
    ULARGE_INTEGER now;
    FILETIME time;

    set_timer(timer, 50, 0, timer_routine);
    CHECK_U32(WaitForSingleObject(timer, 5000), WAIT_OBJECT_0);
    CHECK_U32(routine_calls, 0);
    CHECK_U32(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    CHECK_U32(routine_calls, 1);
    CHECK_U32(routine_thread, GetCurrentThreadId());
    GetSystemTimeAsFileTime(&time);
    now.u.LowPart = time.dwLowDateTime;
    now.u.HighPart = time.dwHighDateTime;
    CHECK_WINE_DIFFERS(routine_time <= now.QuadPart && now.QuadPart - routine_time < 50000000,
                       "the time is another one");
    CHECK_U32(SleepEx(100, TRUE), 0);
}

TEST(the_routine_of_a_timer_ends_a_sleep_when_its_time_comes)
{
    HANDLE timer = create_timer(FALSE);
    DWORD before = GetTickCount();

    set_timer(timer, 100, 0, timer_routine);
    CHECK_U32(SleepEx(10000, TRUE), WAIT_IO_COMPLETION);
    CHECK(GetTickCount() - before >= 80 && GetTickCount() - before < 5000);
    CHECK_U32(routine_calls, 1);
}

TEST(a_period_calls_the_routine_again_and_again)
{
    HANDLE timer = create_timer(FALSE);
    int i;

    set_timer(timer, 10, 30, timer_routine);
    for (i = 0; i < 3; i++)
        CHECK_U32(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    CHECK_U32(routine_calls, 3);
    CHECK(CancelWaitableTimer(timer));
    CHECK_U32(SleepEx(100, TRUE), 0);
    CHECK_U32(routine_calls, 3);
}

TEST(periods_that_passed_unseen_are_one_call)
{
    HANDLE timer = create_timer(FALSE);
    DWORD begin, first, second, tries = 0;
    LONG calls;

    /* Again if this thread slept so long that the next period may have come. */
    do {
        routine_calls = 0;
        begin = GetTickCount();
        set_timer(timer, 10, 200, timer_routine);
        Sleep(450);
        first = SleepEx(0, TRUE);
        calls = routine_calls;
        second = SleepEx(0, TRUE);
    } while (GetTickCount() - begin > 580 && ++tries < 20);
    CHECK_U32(first, WAIT_IO_COMPLETION);
    CHECK_U32(calls, 1);
    CHECK_U32(second, 0);
}

TEST(setting_a_timer_takes_the_queued_call_back)
{
    HANDLE timer = create_timer(TRUE);

    set_timer(timer, 1, 0, timer_routine);
    CHECK_U32(WaitForSingleObject(timer, 5000), WAIT_OBJECT_0);
    set_timer(timer, 10000, 0, NULL);
    CHECK_U32(SleepEx(50, TRUE), 0);
    set_timer(timer, 1, 0, timer_routine);
    CHECK_U32(WaitForSingleObject(timer, 5000), WAIT_OBJECT_0);
    CHECK(CancelWaitableTimer(timer));
    CHECK_U32(SleepEx(50, TRUE), 0);
    CHECK_U32(routine_calls, 0);
    CHECK_U32(WaitForSingleObject(timer, 0), WAIT_OBJECT_0);
}

static DWORD WINAPI set_and_leave(LPVOID timer)
{
    set_timer((HANDLE)timer, 400, 0, timer_routine);
    return 0;
}

TEST(the_end_of_a_thread_stops_the_timer_whose_routine_it_would_run)
{
    HANDLE timer = create_timer(TRUE), thread = start(set_and_leave, timer, 0);

    CHECK_U32(exit_code_of(thread), 0);
    WINE_DIFFERS("the timer goes on");
    CHECK_U32(WaitForSingleObject(timer, 600), WAIT_TIMEOUT);
    CHECK_U32(routine_calls, 0);
}

TEST(the_last_handle_takes_the_routine_along)
{
    HANDLE timer = create_timer(FALSE);

    set_timer(timer, 50, 0, timer_routine);
    CHECK(CloseHandle(timer));
    CHECK_U32(SleepEx(150, TRUE), 0);
    CHECK_U32(routine_calls, 0);
}

ROLE(stops_the_timer)
{
    HANDLE timer = OpenWaitableTimerA(TIMER_ALL_ACCESS, FALSE, argument);
    LARGE_INTEGER due;

    CHECK(timer != NULL);
    due.QuadPart = -1;
    CHECK(SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE));
    return 0;
}

TEST(another_process_that_sets_the_timer_takes_the_call_back)
{
    char name[64];
    HANDLE timer;

    snprintf(name, sizeof(name), "conformance.timer.%u", (unsigned)GetCurrentProcessId());
    timer = CreateWaitableTimerA(NULL, TRUE, name);
    CHECK(timer != NULL);
    set_timer(timer, 3000, 0, timer_routine);
    CHECK_U32(wait_role(spawn_role(stops_the_timer, name)), 0);
    CHECK_U32(SleepEx(3500, TRUE), 0);
    CHECK_U32(routine_calls, 0);
    set_timer(timer, 20, 0, timer_routine);
    CHECK_U32(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    CHECK_U32(routine_calls, 1);
}
