/* SPDX-License-Identifier: MIT */
/* Events, mutexes, semaphores and timers with names, in one process and between several. */
#include "conformance.h"

static const char *name_of(const char *what)
{
    static char names[8][128];
    static int next;
    char *name = names[next++ % 8];

    snprintf(name, sizeof(names[0]), "conformance %u %u %s", (unsigned)GetCurrentProcessId(),
             (unsigned)GetTickCount() / 1000000, what);
    return name;
}

static HANDLE checked(HANDLE handle)
{
    CHECK(handle != NULL);
    return handle;
}

TEST(a_name_leads_to_one_event_and_the_second_maker_is_told)
{
    const char *name = name_of("event");
    HANDLE first, second, opened;

    SetLastError(4711);
    first = checked(CreateEventA(NULL, FALSE, FALSE, name));
    CHECK_U32(GetLastError(), 0);
    second = checked(CreateEventA(NULL, TRUE, TRUE, name));
    CHECK_U32(GetLastError(), ERROR_ALREADY_EXISTS);
    opened = checked(OpenEventA(EVENT_ALL_ACCESS, FALSE, name));
    CHECK_U32(WaitForSingleObject(second, 0), WAIT_TIMEOUT);
    CHECK(SetEvent(opened));
    CHECK_U32(WaitForSingleObject(first, 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(second, 0), WAIT_TIMEOUT);
}

TEST(a_name_goes_with_its_last_handle)
{
    const char *name = name_of("gone");
    HANDLE first = checked(CreateMutexA(NULL, FALSE, name));
    HANDLE second = checked(OpenMutexA(SYNCHRONIZE, FALSE, name));

    CHECK(CloseHandle(first));
    CHECK(CloseHandle(checked(OpenMutexA(SYNCHRONIZE, FALSE, name))));
    CHECK(CloseHandle(second));
    CHECK_ERR(OpenMutexA(SYNCHRONIZE, FALSE, name) != NULL, ERROR_FILE_NOT_FOUND);
    SetLastError(4711);
    checked(CreateMutexA(NULL, FALSE, name));
    CHECK_U32(GetLastError(), 0);
}

TEST(opening_what_is_not_there_is_file_not_found)
{
    CHECK_ERR(OpenEventA(SYNCHRONIZE, FALSE, name_of("no")) != NULL, ERROR_FILE_NOT_FOUND);
    CHECK_ERR(OpenMutexA(SYNCHRONIZE, FALSE, name_of("no")) != NULL, ERROR_FILE_NOT_FOUND);
    CHECK_ERR(OpenSemaphoreA(SYNCHRONIZE, FALSE, name_of("no")) != NULL, ERROR_FILE_NOT_FOUND);
    CHECK_ERR(OpenWaitableTimerA(SYNCHRONIZE, FALSE, name_of("no")) != NULL, ERROR_FILE_NOT_FOUND);
}

TEST(a_name_of_another_type_is_an_invalid_handle)
{
    const char *name = name_of("types");

    checked(CreateEventA(NULL, FALSE, FALSE, name));
    CHECK_ERR(CreateMutexA(NULL, FALSE, name) != NULL, ERROR_INVALID_HANDLE);
    CHECK_ERR(CreateSemaphoreA(NULL, 0, 1, name) != NULL, ERROR_INVALID_HANDLE);
    CHECK_ERR(CreateWaitableTimerA(NULL, FALSE, name) != NULL, ERROR_INVALID_HANDLE);
    CHECK_ERR(OpenMutexA(SYNCHRONIZE, FALSE, name) != NULL, ERROR_INVALID_HANDLE);
    CHECK_ERR(OpenSemaphoreA(SYNCHRONIZE, FALSE, name) != NULL, ERROR_INVALID_HANDLE);
}

TEST(names_that_differ_in_case_are_two)
{
    HANDLE lower = checked(CreateEventA(NULL, TRUE, FALSE, name_of("case")));
    HANDLE upper = checked(CreateEventA(NULL, TRUE, FALSE, name_of("CASE")));

    CHECK_U32(GetLastError(), 0);
    CHECK(SetEvent(lower));
    CHECK_U32(WaitForSingleObject(upper, 0), WAIT_TIMEOUT);
}

static const char *with_prefix(const char *prefix, const char *name)
{
    static char names[8][160];
    static int next;
    char *made = names[next++ % 8];

    snprintf(made, sizeof(names[0]), "%s%s", prefix, name);
    return made;
}

TEST(the_prefix_local_changes_nothing)
{
    const char *name = name_of("local");

    checked(CreateEventA(NULL, TRUE, FALSE, name));
    checked(CreateEventA(NULL, TRUE, FALSE, with_prefix("Local\\", name)));
    CHECK_U32(GetLastError(), ERROR_ALREADY_EXISTS);
    checked(OpenEventA(SYNCHRONIZE, FALSE, with_prefix("Local\\", name)));
}

TEST(a_global_name_can_be_made_and_opened)
{
    const char *name = with_prefix("Global\\", name_of("global"));

    checked(CreateEventA(NULL, TRUE, FALSE, name));
    CHECK_U32(GetLastError(), 0);
    checked(OpenEventA(SYNCHRONIZE, FALSE, name));
}

TEST(other_backslashes_are_a_path_that_is_not_there)
{
    CHECK_ERR(CreateEventA(NULL, TRUE, FALSE, with_prefix("Folder\\", name_of("a"))) != NULL,
              ERROR_PATH_NOT_FOUND);
    CHECK_ERR(OpenEventA(SYNCHRONIZE, FALSE, with_prefix("Folder\\", name_of("a"))) != NULL,
              ERROR_PATH_NOT_FOUND);
    CHECK_ERR(CreateMutexA(NULL, FALSE, with_prefix("Local\\b\\", name_of("a"))) != NULL,
              ERROR_PATH_NOT_FOUND);
}

TEST(an_empty_name_is_no_name)
{
    HANDLE first = checked(CreateEventA(NULL, TRUE, FALSE, ""));
    HANDLE second = checked(CreateEventA(NULL, TRUE, FALSE, ""));

    CHECK_U32(GetLastError(), 0);
    CHECK(SetEvent(first));
    CHECK_U32(WaitForSingleObject(second, 0), WAIT_TIMEOUT);
}

TEST(opening_no_name_at_all_is_refused)
{
    CHECK_ERR(OpenEventA(SYNCHRONIZE, FALSE, NULL) != NULL, ERROR_INVALID_PARAMETER);
    CHECK_ERR(OpenMutexW(SYNCHRONIZE, FALSE, NULL) != NULL, ERROR_INVALID_PARAMETER);
}

TEST(an_opened_handle_has_the_rights_it_asked_for)
{
    const char *name = name_of("rights");
    HANDLE waits, sets;

    checked(CreateEventA(NULL, TRUE, FALSE, name));
    waits = checked(OpenEventA(SYNCHRONIZE, FALSE, name));
    sets = checked(OpenEventA(EVENT_MODIFY_STATE, FALSE, name));
    CHECK_ERR(SetEvent(waits), ERROR_ACCESS_DENIED);
    CHECK(SetEvent(sets));
    CHECK_U32(WaitForSingleObject(waits, 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(sets, 0), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_ACCESS_DENIED);
}

/* ---- between processes ---- */

ROLE(set_named_event)
{
    CHECK(SetEvent(checked(OpenEventA(EVENT_MODIFY_STATE, FALSE, argument))));
    return 0;
}

TEST(another_process_sets_an_event_by_its_name)
{
    const char *name = name_of("set");
    HANDLE event = checked(CreateEventA(NULL, FALSE, FALSE, name));
    PROCESS child = spawn_role(set_named_event, name);

    CHECK_U32(WaitForSingleObject(event, 10000), WAIT_OBJECT_0);
    CHECK_U32(wait_role(child), 0);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
}

ROLE(wait_for_named_event)
{
    return (int)WaitForSingleObject(checked(OpenEventA(SYNCHRONIZE, FALSE, argument)), 10000);
}

TEST(one_with_manual_reset_wakes_waiters_of_all_processes)
{
    const char *name = name_of("broadcast");
    HANDLE event = checked(CreateEventA(NULL, TRUE, FALSE, name));
    PROCESS children[3];
    int i;

    for (i = 0; i < 3; i++)
        children[i] = spawn_role(wait_for_named_event, name);
    for (i = 0; i < 3; i++)
        CHECK(role_is_blocked(children[i]));
    CHECK(SetEvent(event));
    for (i = 0; i < 3; i++)
        CHECK_U32(wait_role(children[i]), WAIT_OBJECT_0);
}

TEST(one_without_wakes_exactly_one_process)
{
    const char *name = name_of("one");
    HANDLE event = checked(CreateEventA(NULL, FALSE, FALSE, name)), handles[3];
    PROCESS children[3];
    DWORD i, first;

    for (i = 0; i < 3; i++) {
        children[i] = spawn_role(wait_for_named_event, name);
        handles[i] = children[i].handle;
    }
    for (i = 0; i < 3; i++)
        CHECK(role_is_blocked(children[i]));
    CHECK(SetEvent(event));
    first = WaitForMultipleObjects(3, handles, FALSE, 5000);
    CHECK(first < WAIT_OBJECT_0 + 3);
    handles[first] = handles[2];
    CHECK_U32(WaitForMultipleObjects(2, handles, FALSE, 300), WAIT_TIMEOUT);
    CHECK(SetEvent(event));
    CHECK_U32(WaitForMultipleObjects(2, handles, FALSE, 5000) < 2, TRUE);
    CHECK(SetEvent(event));
    for (i = 0; i < 3; i++)
        CHECK_U32(wait_role(children[i]), WAIT_OBJECT_0);
}

ROLE(tell_and_wait_for_named_event)
{
    HANDLE event = checked(OpenEventA(SYNCHRONIZE, FALSE, argument));
    HANDLE here =
        checked(OpenSemaphoreA(SEMAPHORE_MODIFY_STATE, FALSE, with_prefix("here ", argument)));

    CHECK(ReleaseSemaphore(here, 1, NULL));
    return (int)WaitForSingleObject(event, 10000);
}

TEST(a_pulse_lets_the_waiters_of_other_processes_go)
{
    const char *name = name_of("pulse");
    HANDLE event = checked(CreateEventA(NULL, TRUE, FALSE, name));
    HANDLE here = checked(CreateSemaphoreA(NULL, 0, 2, with_prefix("here ", name)));
    PROCESS children[2];
    int i;

    for (i = 0; i < 2; i++)
        children[i] = spawn_role(tell_and_wait_for_named_event, name);
    for (i = 0; i < 2; i++) {
        CHECK_U32(WaitForSingleObject(here, 10000), WAIT_OBJECT_0);
        CHECK(role_is_blocked(children[i]));
    }
    CHECK(role_is_blocked(children[0]));
    CHECK(PulseEvent(event));
    for (i = 0; i < 2; i++)
        CHECK_U32(wait_role(children[i]), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
}

ROLE(hold_named_mutex)
{
    HANDLE mutex = checked(CreateMutexA(NULL, FALSE, argument));

    CHECK_U32(WaitForSingleObject(mutex, 5000), WAIT_OBJECT_0);
    CHECK(SetEvent(checked(OpenEventA(EVENT_MODIFY_STATE, FALSE, with_prefix("held ", argument)))));
    hang();
    return 0;
}

ROLE(take_named_mutex)
{
    HANDLE mutex = checked(OpenMutexA(SYNCHRONIZE, FALSE, argument));
    DWORD result = WaitForSingleObject(mutex, 10000);

    CHECK(ReleaseMutex(mutex));
    return (int)result;
}

static PROCESS spawn_holder(const char *name)
{
    HANDLE held = checked(CreateEventA(NULL, FALSE, FALSE, with_prefix("held ", name)));
    PROCESS holder = spawn_role(hold_named_mutex, name);

    CHECK_U32(WaitForSingleObject(held, 10000), WAIT_OBJECT_0);
    return holder;
}

TEST(a_mutex_of_another_process_is_not_ours_and_abandoned_when_that_is_killed)
{
    const char *name = name_of("mutex");
    HANDLE mutex = checked(CreateMutexA(NULL, FALSE, name));
    PROCESS holder = spawn_holder(name);

    CHECK_U32(WaitForSingleObject(mutex, 50), WAIT_TIMEOUT);
    CHECK_ERR(ReleaseMutex(mutex), ERROR_NOT_OWNER);
    kill_role(holder);
    CHECK_U32(WaitForSingleObject(mutex, 0), WAIT_ABANDONED);
    CHECK(ReleaseMutex(mutex));
    CHECK_U32(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
}

TEST(waiters_of_several_processes_learn_that_the_owner_was_killed)
{
    const char *name = name_of("abandoned");
    HANDLE mutex = checked(CreateMutexA(NULL, FALSE, name));
    PROCESS holder = spawn_holder(name), children[3];
    DWORD abandoned = 0, result;
    int i;

    for (i = 0; i < 3; i++)
        children[i] = spawn_role(take_named_mutex, name);
    CHECK_U32(WaitForSingleObject(mutex, 500), WAIT_TIMEOUT);
    kill_role(holder);
    for (i = 0; i < 3; i++) {
        result = wait_role(children[i]);
        CHECK(result == WAIT_OBJECT_0 || result == WAIT_ABANDONED);
        abandoned += result == WAIT_ABANDONED;
    }
    CHECK_U32(abandoned, 1);
    CHECK_U32(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
}

TEST(an_owner_and_a_waiter_that_are_killed_together_leave_the_others_working)
{
    const char *name = name_of("both");
    HANDLE mutex = checked(CreateMutexA(NULL, FALSE, name));
    PROCESS holder = spawn_holder(name), first = spawn_role(take_named_mutex, name);
    PROCESS second = spawn_role(take_named_mutex, name);

    CHECK_U32(WaitForSingleObject(mutex, 400), WAIT_TIMEOUT);
    TerminateProcess(holder.handle, 9);
    TerminateProcess(first.handle, 9);
    CHECK_U32(wait_role(second) & ~(DWORD)WAIT_ABANDONED, 0);
    wait_role(holder);
    wait_role(first);
}

ROLE(make_mutex_and_hang)
{
    checked(CreateMutexA(NULL, TRUE, argument));
    CHECK(SetEvent(checked(OpenEventA(EVENT_MODIFY_STATE, FALSE, with_prefix("held ", argument)))));
    hang();
    return 0;
}

TEST(a_name_goes_with_the_last_process_that_was_killed)
{
    const char *name = name_of("killed");
    HANDLE held = checked(CreateEventA(NULL, FALSE, FALSE, with_prefix("held ", name)));
    PROCESS maker = spawn_role(make_mutex_and_hang, name);

    CHECK_U32(WaitForSingleObject(held, 10000), WAIT_OBJECT_0);
    CHECK(CloseHandle(checked(OpenMutexA(SYNCHRONIZE, FALSE, name))));
    kill_role(maker);
    CHECK_ERR(OpenMutexA(SYNCHRONIZE, FALSE, name) != NULL, ERROR_FILE_NOT_FOUND);
    SetLastError(4711);
    checked(CreateMutexA(NULL, TRUE, name));
    CHECK_U32(GetLastError(), 0);
}

ROLE(take_both_then_add)
{
    char name[160];
    HANDLE objects[2], sum;
    int i;

    objects[0] = checked(OpenMutexA(MUTEX_ALL_ACCESS, FALSE, argument));
    snprintf(name, sizeof(name), "%s tickets", argument);
    objects[1] = checked(OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE, name));
    snprintf(name, sizeof(name), "%s sum", argument);
    sum = checked(OpenSemaphoreA(SEMAPHORE_ALL_ACCESS, FALSE, name));
    for (i = 0; i < 100; i++) {
        CHECK_U32(WaitForMultipleObjects(2, objects, TRUE, 10000), WAIT_OBJECT_0);
        CHECK(ReleaseSemaphore(sum, 1, NULL));
        CHECK(ReleaseMutex(objects[0]));
    }
    return 0;
}

TEST(processes_that_wait_for_all_take_all_or_nothing)
{
    const char *name = name_of("all");
    char tickets_name[160], sum_name[160];
    HANDLE tickets, sum;
    PROCESS children[3];
    LONG before = 0;
    int i;

    snprintf(tickets_name, sizeof(tickets_name), "%s tickets", name);
    snprintf(sum_name, sizeof(sum_name), "%s sum", name);
    checked(CreateMutexA(NULL, FALSE, name));
    tickets = checked(CreateSemaphoreA(NULL, 0, 1000, tickets_name));
    sum = checked(CreateSemaphoreA(NULL, 0, 1000, sum_name));
    for (i = 0; i < 3; i++)
        children[i] = spawn_role(take_both_then_add, name);
    for (i = 0; i < 30; i++)
        CHECK(ReleaseSemaphore(tickets, 10, NULL));
    for (i = 0; i < 3; i++)
        CHECK_U32(wait_role(children[i]), 0);
    CHECK(ReleaseSemaphore(sum, 1, &before));
    CHECK_U32(before, 300);
    CHECK_U32(WaitForSingleObject(tickets, 0), WAIT_TIMEOUT);
}

ROLE(end_when_told)
{
    return (int)WaitForSingleObject(checked(OpenEventA(SYNCHRONIZE, FALSE, argument)), 10000);
}

TEST(a_wait_for_any_mixes_named_unnamed_process_pipe_and_timer)
{
    HANDLE objects[5], read_end, write_end, go;
    LARGE_INTEGER due;
    PROCESS child;

    objects[0] = checked(CreateEventA(NULL, FALSE, FALSE, name_of("any")));
    objects[1] = checked(CreateEventA(NULL, FALSE, FALSE, NULL));
    go = checked(CreateEventA(NULL, TRUE, FALSE, name_of("any goes")));
    child = spawn_role(end_when_told, name_of("any goes"));
    objects[2] = child.handle;
    objects[3] = checked(CreateSemaphoreA(NULL, 0, 1, name_of("any semaphore")));
    objects[4] = checked(CreateWaitableTimerA(NULL, FALSE, name_of("any timer")));
    CHECK_U32(WaitForMultipleObjects(5, objects, FALSE, 0), WAIT_TIMEOUT);
    CHECK(SetEvent(go));
    CHECK_U32(WaitForMultipleObjects(5, objects, FALSE, 10000), WAIT_OBJECT_0 + 2);
    CHECK_U32(wait_role(child), 0);
    CHECK(CreatePipe(&read_end, &write_end, NULL, 0));
    objects[2] = checked(CreateEventA(NULL, FALSE, FALSE, NULL));
    due.QuadPart = -50 * 10000;
    CHECK(SetWaitableTimer(objects[4], &due, 0, NULL, NULL, FALSE));
    CHECK_U32(WaitForMultipleObjects(5, objects, FALSE, 10000), WAIT_OBJECT_0 + 4);
    CHECK(ReleaseSemaphore(objects[3], 1, NULL));
    CHECK(SetEvent(objects[1]));
    CHECK_U32(WaitForMultipleObjects(5, objects, FALSE, 10000), WAIT_OBJECT_0 + 1);
    CHECK_U32(WaitForMultipleObjects(5, objects, FALSE, 10000), WAIT_OBJECT_0 + 3);
    CHECK_U32(WaitForMultipleObjects(5, objects, FALSE, 50), WAIT_TIMEOUT);
}

static DWORD WINAPI wait_for_all_of_them(LPVOID objects)
{
    return WaitForMultipleObjects(4, (HANDLE *)objects, TRUE, 10000);
}

TEST(a_wait_for_all_mixes_named_and_unnamed_objects)
{
    HANDLE objects[4], thread;

    objects[0] = checked(CreateEventA(NULL, FALSE, FALSE, name_of("mix")));
    objects[1] = checked(CreateEventA(NULL, FALSE, FALSE, NULL));
    objects[2] = checked(CreateMutexA(NULL, FALSE, name_of("mix mutex")));
    objects[3] = checked(CreateSemaphoreA(NULL, 1, 1, NULL));
    thread = checked(CreateThread(NULL, 0, wait_for_all_of_them, objects, 0, NULL));
    CHECK(thread_is_blocked(thread));
    CHECK(SetEvent(objects[0]));
    CHECK(thread_is_blocked(thread));
    CHECK_U32(WaitForSingleObject(objects[0], 0), WAIT_OBJECT_0);
    CHECK(SetEvent(objects[1]));
    CHECK(thread_is_blocked(thread));
    CHECK(SetEvent(objects[0]));
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(objects[0], 0), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObject(objects[1], 0), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObject(objects[3], 0), WAIT_TIMEOUT);
    /* The thread ended as the owner. */
    CHECK_U32(WaitForSingleObject(objects[2], 0), WAIT_ABANDONED);
}

TEST(sixty_four_named_objects_can_be_waited_for)
{
    HANDLE objects[MAXIMUM_WAIT_OBJECTS];
    char name[32];
    int i;

    for (i = 0; i < MAXIMUM_WAIT_OBJECTS; i++) {
        snprintf(name, sizeof(name), "number %d", i);
        objects[i] = checked(CreateSemaphoreA(NULL, 0, 2, name_of(name)));
    }
    CHECK_U32(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, objects, FALSE, 50), WAIT_TIMEOUT);
    CHECK(ReleaseSemaphore(objects[63], 1, NULL));
    CHECK_U32(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, objects, FALSE, 5000),
              WAIT_OBJECT_0 + 63);
    for (i = 0; i < MAXIMUM_WAIT_OBJECTS; i++)
        CHECK(ReleaseSemaphore(objects[i], 1, NULL));
    CHECK_U32(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, objects, TRUE, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForMultipleObjects(MAXIMUM_WAIT_OBJECTS, objects, FALSE, 0), WAIT_TIMEOUT);
}

static DWORD WINAPI take_named_mutex_and_end(LPVOID name)
{
    return WaitForSingleObject(OpenMutexA(SYNCHRONIZE, FALSE, (const char *)name), 5000);
}

TEST(a_mutex_whose_handles_were_closed_is_owned_until_its_thread_ends)
{
    const char *name = name_of("owned");
    HANDLE mutex = checked(CreateMutexA(NULL, FALSE, name));
    HANDLE thread =
        checked(CreateThread(NULL, 0, take_named_mutex_and_end, (void *)(ULONG_PTR)name, 0, NULL));

    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(mutex, 5000), WAIT_ABANDONED);
}

TEST(a_semaphore_that_exists_keeps_its_count_and_limit)
{
    const char *name = name_of("semaphore");
    HANDLE first = checked(CreateSemaphoreA(NULL, 1, 2, name));
    HANDLE second = checked(CreateSemaphoreA(NULL, 5, 10, name));
    LONG before = -1;

    CHECK_U32(GetLastError(), ERROR_ALREADY_EXISTS);
    CHECK(ReleaseSemaphore(second, 1, &before));
    CHECK_U32(before, 1);
    CHECK_ERR(ReleaseSemaphore(first, 1, NULL), ERROR_TOO_MANY_POSTS);
}

TEST(a_mutex_that_exists_is_not_given_to_its_second_maker)
{
    const char *name = name_of("given");
    HANDLE mutex = checked(CreateMutexA(NULL, FALSE, name));

    checked(CreateMutexA(NULL, TRUE, name));
    CHECK_U32(GetLastError(), ERROR_ALREADY_EXISTS);
    CHECK_ERR(ReleaseMutex(mutex), ERROR_NOT_OWNER);
}
