/* SPDX-License-Identifier: MIT */
/* Events without a name. */
#include "conformance.h"

static HANDLE create_event(BOOL manual, BOOL set)
{
    HANDLE event = CreateEventA(NULL, manual, set, NULL);

    CHECK(event != NULL);
    return event;
}

static DWORD WINAPI wait_for_event(LPVOID event)
{
    return WaitForSingleObject((HANDLE)event, 10000);
}

/* Starts count threads that wait for the event, and gives them time to get there. */
static void start_waiters(HANDLE *threads, DWORD count, HANDLE event)
{
    DWORD i;

    for (i = 0; i < count; i++) {
        threads[i] = CreateThread(NULL, 0, wait_for_event, event, 0, NULL);
        CHECK(threads[i] != NULL);
    }
    for (i = 0; i < count; i++)
        CHECK(thread_is_blocked(threads[i]));
}

TEST(a_new_event_is_as_signaled_as_its_maker_says)
{
    CHECK_U32(WaitForSingleObject(create_event(TRUE, FALSE), 0), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObject(create_event(TRUE, TRUE), 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(create_event(FALSE, FALSE), 0), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObject(create_event(FALSE, TRUE), 0), WAIT_OBJECT_0);
}

TEST(making_an_event_leaves_last_error_0)
{
    HANDLE event;

    SetLastError(1234);
    event = CreateEventA(NULL, TRUE, FALSE, NULL);
    CHECK(event != NULL);
    CHECK_U32(GetLastError(), 0);
    SetLastError(1234);
    event = CreateEventW(NULL, TRUE, FALSE, NULL);
    CHECK(event != NULL);
    CHECK_U32(GetLastError(), 0);
}

TEST(an_auto_reset_event_lets_one_wait_through_and_resets)
{
    HANDLE event = create_event(FALSE, FALSE);

    CHECK(SetEvent(event));
    CHECK_U32(WaitForSingleObject(event, 1000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
}

TEST(a_manual_reset_event_stays_set_until_it_is_reset)
{
    HANDLE event = create_event(TRUE, FALSE);

    CHECK(SetEvent(event));
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    CHECK(ResetEvent(event));
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
}

TEST(setting_an_auto_reset_event_twice_counts_once)
{
    HANDLE event = create_event(FALSE, FALSE);

    CHECK(SetEvent(event));
    CHECK(SetEvent(event));
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
}

TEST(an_auto_reset_event_stays_set_while_nobody_waits)
{
    HANDLE event = create_event(FALSE, FALSE);

    CHECK(SetEvent(event));
    Sleep(50);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
}

TEST(an_auto_reset_event_can_be_reset)
{
    HANDLE event = create_event(FALSE, TRUE);

    CHECK(ResetEvent(event));
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    CHECK(ResetEvent(event));
}

TEST(an_auto_reset_event_releases_exactly_one_of_several_waiters)
{
    HANDLE event = create_event(FALSE, FALSE);
    HANDLE threads[3];
    DWORD i;

    start_waiters(threads, 3, event);
    for (i = 1; i <= 3; i++) {
        CHECK(SetEvent(event));
        CHECK_U32(count_ended(threads, 3), i);
        CHECK_U32(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    }
}

TEST(a_manual_reset_event_releases_all_waiters)
{
    HANDLE event = create_event(TRUE, FALSE);
    HANDLE threads[3];

    start_waiters(threads, 3, event);
    CHECK(SetEvent(event));
    CHECK_U32(WaitForMultipleObjects(3, threads, TRUE, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
}

TEST(pulsing_a_manual_reset_event_releases_the_waiters_of_the_moment_and_leaves_it_reset)
{
    HANDLE event = create_event(TRUE, FALSE);
    HANDLE threads[3];

    start_waiters(threads, 3, event);
    CHECK(PulseEvent(event));
    CHECK_U32(WaitForMultipleObjects(3, threads, TRUE, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
}

TEST(pulsing_an_auto_reset_event_releases_one_waiter_and_leaves_it_reset)
{
    HANDLE event = create_event(FALSE, FALSE);
    HANDLE threads[2];

    start_waiters(threads, 2, event);
    CHECK(PulseEvent(event));
    CHECK_U32(count_ended(threads, 2), 1);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    CHECK(SetEvent(event));
    CHECK_U32(WaitForMultipleObjects(2, threads, TRUE, 5000), WAIT_OBJECT_0);
}

TEST(a_pulse_that_nobody_waits_for_is_lost)
{
    HANDLE event = create_event(FALSE, TRUE);

    CHECK(PulseEvent(event));
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
}

TEST(create_event_ex_takes_its_two_flags)
{
    HANDLE event;

    event = CreateEventExA(NULL, NULL, 0, EVENT_ALL_ACCESS);
    CHECK(event != NULL);
    CHECK(SetEvent(event));
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_TIMEOUT);

    event = CreateEventExW(NULL, NULL, CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET,
                           EVENT_ALL_ACCESS);
    CHECK(event != NULL);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
}

TEST(setting_resetting_and_pulsing_need_the_right_to_modify)
{
    HANDLE event = CreateEventExA(NULL, NULL, CREATE_EVENT_INITIAL_SET, SYNCHRONIZE);

    CHECK(event != NULL);
    CHECK_ERR(SetEvent(event), ERROR_ACCESS_DENIED);
    CHECK_ERR(ResetEvent(event), ERROR_ACCESS_DENIED);
    CHECK_ERR(PulseEvent(event), ERROR_ACCESS_DENIED);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
}

TEST(waiting_needs_the_right_to_synchronize)
{
    HANDLE event = CreateEventExA(NULL, NULL, CREATE_EVENT_INITIAL_SET, EVENT_MODIFY_STATE);

    CHECK(event != NULL);
    CHECK(SetEvent(event));
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_ACCESS_DENIED);
}

TEST(event_functions_refuse_handles_that_are_none_or_of_another_type)
{
    HANDLE event = create_event(TRUE, FALSE);
    HANDLE mutex = CreateMutexA(NULL, FALSE, NULL);

    CHECK(CloseHandle(event));
    CHECK_ERR(SetEvent(event), ERROR_INVALID_HANDLE);
    CHECK_ERR(ResetEvent(event), ERROR_INVALID_HANDLE);
    CHECK_ERR(PulseEvent(event), ERROR_INVALID_HANDLE);
    CHECK_ERR(SetEvent(NULL), ERROR_INVALID_HANDLE);
    CHECK_ERR(SetEvent(mutex), ERROR_INVALID_HANDLE);
    CHECK_ERR(ResetEvent(mutex), ERROR_INVALID_HANDLE);
    CHECK_ERR(PulseEvent(mutex), ERROR_INVALID_HANDLE);
}

struct ping_pong {
    HANDLE ping;
    HANDLE pong;
    DWORD rounds;
    DWORD value;
};

static DWORD WINAPI return_each_ball(LPVOID argument)
{
    struct ping_pong *game = argument;
    DWORD i;

    for (i = 0; i < game->rounds; i++) {
        if (WaitForSingleObject(game->ping, 10000) != WAIT_OBJECT_0)
            return 1;
        game->value++;
        SetEvent(game->pong);
    }
    return 0;
}

TEST(two_events_hand_work_back_and_forth_without_a_loss)
{
    struct ping_pong game = {NULL, NULL, 2000, 0};
    HANDLE thread;
    DWORD i, code = 99;

    game.ping = create_event(FALSE, FALSE);
    game.pong = create_event(FALSE, FALSE);
    thread = CreateThread(NULL, 0, return_each_ball, &game, 0, NULL);
    CHECK(thread != NULL);
    for (i = 0; i < game.rounds; i++) {
        CHECK(SetEvent(game.ping));
        CHECK_U32(WaitForSingleObject(game.pong, 10000), WAIT_OBJECT_0);
        CHECK_U32(game.value, i + 1);
    }
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, 0);
}
