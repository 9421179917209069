/* SPDX-License-Identifier: MIT */
/* WaitForSingleObject, WaitForMultipleObjects, their Ex forms, and Sleep. */
#include "conformance.h"

static HANDLE create_event(BOOL manual, BOOL set)
{
    HANDLE event = CreateEventA(NULL, manual, set, NULL);

    CHECK(event != NULL);
    return event;
}

static void create_events(HANDLE *events, DWORD count, BOOL manual, BOOL set)
{
    DWORD i;

    for (i = 0; i < count; i++)
        events[i] = create_event(manual, set);
}

static DWORD WINAPI set_event_later(LPVOID event)
{
    Sleep(100);
    return SetEvent((HANDLE)event);
}

static DWORD WINAPI wait_for_event(LPVOID event)
{
    return WaitForSingleObject((HANDLE)event, 10000);
}

static DWORD WINAPI do_nothing(LPVOID argument)
{
    (void)argument;
    return 0;
}

static HANDLE start_thread(LPTHREAD_START_ROUTINE function, void *argument)
{
    HANDLE thread = CreateThread(NULL, 0, function, argument, 0, NULL);

    CHECK(thread != NULL);
    return thread;
}

TEST(a_wait_of_0_ms_only_looks)
{
    DWORD start = GetTickCount();

    CHECK_U32(WaitForSingleObject(create_event(TRUE, FALSE), 0), WAIT_TIMEOUT);
    CHECK(GetTickCount() - start < 5000);
}

TEST(a_wait_lasts_as_long_as_it_was_told_and_not_much_longer)
{
    HANDLE event = create_event(TRUE, FALSE);
    LARGE_INTEGER frequency, before, after;
    LONGLONG ms;

    CHECK(QueryPerformanceFrequency(&frequency));
    QueryPerformanceCounter(&before);
    CHECK_U32(WaitForSingleObject(event, 200), WAIT_TIMEOUT);
    QueryPerformanceCounter(&after);
    ms = (after.QuadPart - before.QuadPart) * 1000 / frequency.QuadPart;
    CHECK(ms >= 180);
    CHECK(ms < 5000);
}

TEST(a_wait_that_times_out_leaves_last_error_alone)
{
    HANDLE event = create_event(TRUE, FALSE);

    SetLastError(4711);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    CHECK_U32(GetLastError(), 4711);
    CHECK_U32(WaitForSingleObject(event, 10), WAIT_TIMEOUT);
    CHECK_U32(GetLastError(), 4711);
    CHECK_U32(WaitForMultipleObjects(1, &event, FALSE, 10), WAIT_TIMEOUT);
    CHECK_U32(GetLastError(), 4711);
}

TEST(a_wait_that_succeeds_leaves_last_error_alone)
{
    HANDLE event = create_event(TRUE, TRUE);

    SetLastError(4711);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    CHECK_U32(GetLastError(), 4711);
}

TEST(a_wait_without_limit_ends_when_the_object_is_signaled)
{
    HANDLE event = create_event(FALSE, FALSE);
    HANDLE thread = start_thread(set_event_later, event);

    CHECK_U32(WaitForSingleObject(event, INFINITE), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
}

TEST(a_wait_on_a_handle_that_is_none_fails)
{
    HANDLE event = create_event(TRUE, TRUE);

    CHECK(CloseHandle(event));
    SetLastError(0);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
    SetLastError(0);
    CHECK_U32(WaitForSingleObject(NULL, 0), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
    SetLastError(0);
    CHECK_U32(WaitForSingleObjectEx(event, 0, FALSE), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
}

TEST(one_handle_that_is_none_spoils_a_wait_for_many)
{
    HANDLE events[3];

    create_events(events, 3, TRUE, TRUE);
    CHECK(CloseHandle(events[2]));
    SetLastError(0);
    CHECK_U32(WaitForMultipleObjects(3, events, FALSE, 0), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
    SetLastError(0);
    CHECK_U32(WaitForMultipleObjects(3, events, TRUE, 0), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
}

TEST(a_wait_for_no_object_or_more_than_64_is_refused)
{
    HANDLE events[MAXIMUM_WAIT_OBJECTS + 1];

    CHECK_U32(MAXIMUM_WAIT_OBJECTS, 64);
    create_events(events, MAXIMUM_WAIT_OBJECTS + 1, TRUE, TRUE);
    SetLastError(0);
    CHECK_U32(WaitForMultipleObjects(0, events, FALSE, 0), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_INVALID_PARAMETER);
    SetLastError(0);
    CHECK_U32(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS + 1, events, FALSE, 0), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_INVALID_PARAMETER);
    SetLastError(0);
    CHECK_U32(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS + 1, events, TRUE, 0), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_INVALID_PARAMETER);
}

TEST(a_wait_takes_64_objects)
{
    HANDLE events[MAXIMUM_WAIT_OBJECTS];
    DWORD i;

    create_events(events, MAXIMUM_WAIT_OBJECTS, FALSE, FALSE);
    CHECK_U32(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, events, FALSE, 0), WAIT_TIMEOUT);
    CHECK(SetEvent(events[63]));
    CHECK_U32(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, events, FALSE, 0), WAIT_OBJECT_0 + 63);
    for (i = 0; i < MAXIMUM_WAIT_OBJECTS; i++)
        CHECK(SetEvent(events[i]));
    CHECK_U32(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, events, TRUE, 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, events, FALSE, 0), WAIT_TIMEOUT);
}

TEST(a_wait_for_any_reports_the_smallest_signaled_index)
{
    HANDLE events[4];

    create_events(events, 4, TRUE, FALSE);
    CHECK(SetEvent(events[3]));
    CHECK_U32(WaitForMultipleObjects(4, events, FALSE, 0), WAIT_OBJECT_0 + 3);
    CHECK(SetEvent(events[1]));
    CHECK_U32(WaitForMultipleObjects(4, events, FALSE, 0), WAIT_OBJECT_0 + 1);
}

TEST(a_wait_for_any_consumes_only_the_object_it_reports)
{
    HANDLE events[3];

    create_events(events, 3, FALSE, TRUE);
    CHECK_U32(WaitForMultipleObjects(3, events, FALSE, 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(events[0], 0), WAIT_TIMEOUT);
    CHECK_U32(WaitForMultipleObjects(3, events, FALSE, 0), WAIT_OBJECT_0 + 1);
    CHECK_U32(WaitForMultipleObjects(3, events, FALSE, 0), WAIT_OBJECT_0 + 2);
    CHECK_U32(WaitForMultipleObjects(3, events, FALSE, 0), WAIT_TIMEOUT);
}

TEST(a_wait_for_any_may_name_one_object_twice)
{
    HANDLE events[3];

    events[0] = create_event(FALSE, FALSE);
    events[1] = events[2] = create_event(FALSE, TRUE);
    CHECK_U32(WaitForMultipleObjects(3, events, FALSE, 0), WAIT_OBJECT_0 + 1);
    CHECK_U32(WaitForMultipleObjects(3, events, FALSE, 0), WAIT_TIMEOUT);
}

TEST(a_wait_for_all_may_not_name_one_handle_twice)
{
    HANDLE events[3];

    events[0] = create_event(TRUE, TRUE);
    events[1] = events[2] = create_event(TRUE, TRUE);
    SetLastError(0);
    WINE_DIFFERS("Windows refuses a handle named twice, Wine 8 does not look for it");
    CHECK_U32(WaitForMultipleObjects(3, events, TRUE, 0), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_INVALID_PARAMETER);
}

TEST(a_wait_for_all_changes_nothing_until_everything_is_there)
{
    HANDLE objects[3];

    objects[0] = create_event(FALSE, TRUE);
    objects[1] = CreateSemaphoreA(NULL, 1, 1, NULL);
    objects[2] = create_event(FALSE, FALSE);
    CHECK_U32(WaitForMultipleObjects(3, objects, TRUE, 50), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObject(objects[0], 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(objects[1], 0), WAIT_OBJECT_0);
}

TEST(a_wait_for_all_takes_everything_at_once)
{
    HANDLE objects[3];

    objects[0] = create_event(FALSE, TRUE);
    objects[1] = CreateSemaphoreA(NULL, 1, 1, NULL);
    objects[2] = CreateMutexA(NULL, FALSE, NULL);
    CHECK_U32(WaitForMultipleObjects(3, objects, TRUE, 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(objects[0], 0), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObject(objects[1], 0), WAIT_TIMEOUT);
    CHECK(ReleaseMutex(objects[2]));
}

static DWORD WINAPI wait_for_both(LPVOID events)
{
    return WaitForMultipleObjects(2, (const HANDLE *)events, TRUE, 10000);
}

TEST(a_waiter_for_all_does_not_hold_back_what_others_may_take)
{
    HANDLE events[2];
    HANDLE thread;

    create_events(events, 2, FALSE, FALSE);
    thread = start_thread(wait_for_both, events);
    CHECK(thread_is_blocked(thread));
    CHECK(SetEvent(events[0]));
    CHECK(thread_is_blocked(thread));
    CHECK_U32(WaitForSingleObject(events[0], 0), WAIT_OBJECT_0);
    CHECK(SetEvent(events[1]));
    CHECK(thread_is_blocked(thread));
    CHECK(SetEvent(events[0]));
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(events[0], 0), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObject(events[1], 0), WAIT_TIMEOUT);
}

TEST(a_wait_for_any_is_woken_by_each_of_its_objects)
{
    HANDLE events[3];
    DWORD i;

    create_events(events, 3, FALSE, FALSE);
    for (i = 0; i < 3; i++) {
        HANDLE thread = start_thread(set_event_later, events[i]);

        CHECK_U32(WaitForMultipleObjects(3, events, FALSE, 5000), WAIT_OBJECT_0 + i);
        CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    }
}

TEST(a_thread_handle_is_signaled_when_the_thread_has_ended)
{
    HANDLE event = create_event(FALSE, FALSE);
    HANDLE thread = start_thread(wait_for_event, event);

    CHECK_U32(WaitForSingleObject(thread, 0), WAIT_TIMEOUT);
    CHECK(SetEvent(event));
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(thread, 0), WAIT_OBJECT_0);
}

TEST(waits_mix_objects_of_all_types)
{
    HANDLE objects[4];

    objects[0] = start_thread(do_nothing, NULL);
    objects[1] = create_event(TRUE, FALSE);
    objects[2] = CreateMutexA(NULL, FALSE, NULL);
    objects[3] = CreateSemaphoreA(NULL, 0, 1, NULL);
    CHECK_U32(WaitForSingleObject(objects[0], 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForMultipleObjects(4, objects, TRUE, 50), WAIT_TIMEOUT);
    CHECK(SetEvent(objects[1]));
    CHECK_U32(WaitForMultipleObjects(4, objects, TRUE, 50), WAIT_TIMEOUT);
    CHECK(ReleaseSemaphore(objects[3], 1, NULL));
    CHECK_U32(WaitForMultipleObjects(4, objects, TRUE, 5000), WAIT_OBJECT_0);
    CHECK(ReleaseMutex(objects[2]));
    CHECK_U32(WaitForSingleObject(objects[3], 0), WAIT_TIMEOUT);
}

TEST(the_running_process_and_thread_are_not_signaled)
{
    CHECK_U32(WaitForSingleObject(GetCurrentProcess(), 0), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObject(GetCurrentThread(), 0), WAIT_TIMEOUT);
}

TEST(an_alertable_wait_without_apcs_is_an_ordinary_wait)
{
    HANDLE event = create_event(FALSE, TRUE);

    CHECK_U32(WaitForSingleObjectEx(event, 0, TRUE), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObjectEx(event, 0, TRUE), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObjectEx(event, 50, TRUE), WAIT_TIMEOUT);
    CHECK(SetEvent(event));
    CHECK_U32(WaitForMultipleObjectsEx(1, &event, FALSE, 50, TRUE), WAIT_OBJECT_0);
    CHECK_U32(WaitForMultipleObjectsEx(1, &event, TRUE, 50, TRUE), WAIT_TIMEOUT);
}

TEST(a_closed_event_no_longer_counts_though_its_duplicate_does)
{
    HANDLE event = create_event(TRUE, FALSE);
    HANDLE other = NULL;

    CHECK(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &other, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    CHECK(SetEvent(event));
    CHECK(CloseHandle(event));
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_FAILED);
    CHECK_U32(WaitForSingleObject(other, 0), WAIT_OBJECT_0);
}

TEST(sleep_lasts_as_long_as_it_was_told)
{
    LARGE_INTEGER frequency, before, after;

    CHECK(QueryPerformanceFrequency(&frequency));
    QueryPerformanceCounter(&before);
    Sleep(150);
    QueryPerformanceCounter(&after);
    CHECK((after.QuadPart - before.QuadPart) * 1000 / frequency.QuadPart >= 130);
    Sleep(0);
}

TEST(sleep_ex_without_apcs_gives_0)
{
    CHECK_U32(SleepEx(0, FALSE), 0);
    CHECK_U32(SleepEx(20, FALSE), 0);
    CHECK_U32(SleepEx(0, TRUE), 0);
    CHECK_U32(SleepEx(20, TRUE), 0);
}
