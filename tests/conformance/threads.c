/* SPDX-License-Identifier: MIT */
/* Threads: their life, exit codes and ids. */
#include "conformance.h"

static DWORD WINAPI return_argument(LPVOID argument)
{
    return (DWORD)(ULONG_PTR)argument;
}

static DWORD WINAPI exit_with_argument(LPVOID argument)
{
    ExitThread((DWORD)(ULONG_PTR)argument);
}

static DWORD WINAPI wait_for_event(LPVOID event)
{
    return WaitForSingleObject((HANDLE)event, 10000);
}

static DWORD WINAPI tell_id(LPVOID id)
{
    *(DWORD *)id = GetCurrentThreadId();
    return 0;
}

static DWORD exit_code_of(HANDLE thread)
{
    DWORD code = 0xDEAD;

    CHECK_U32(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    return code;
}

TEST(what_the_function_returns_is_the_exit_code)
{
    HANDLE thread = CreateThread(NULL, 0, return_argument, (LPVOID)(ULONG_PTR)0x89ABCDEF, 0, NULL);

    CHECK(thread != NULL);
    CHECK_U32(exit_code_of(thread), 0x89ABCDEF);
    CHECK(CloseHandle(thread));
}

TEST(exit_thread_ends_the_thread_with_its_code)
{
    HANDLE thread = CreateThread(NULL, 0, exit_with_argument, (LPVOID)(ULONG_PTR)77, 0, NULL);

    CHECK(thread != NULL);
    CHECK_U32(exit_code_of(thread), 77);
}

TEST(a_running_thread_has_the_exit_code_still_active)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, wait_for_event, event, 0, NULL);
    DWORD code = 0;

    CHECK(thread != NULL);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, STILL_ACTIVE);
    CHECK(GetExitCodeThread(GetCurrentThread(), &code));
    CHECK_U32(code, STILL_ACTIVE);
    CHECK(SetEvent(event));
    CHECK_U32(exit_code_of(thread), WAIT_OBJECT_0);
}

TEST(the_thread_id_is_the_same_seen_from_inside_and_outside)
{
    DWORD seen = 0, given = 0;
    HANDLE thread = CreateThread(NULL, 0, tell_id, &seen, 0, &given);

    CHECK(thread != NULL);
    CHECK(given != 0);
    CHECK_U32(GetThreadId(thread), given);
    CHECK_U32(exit_code_of(thread), 0);
    CHECK_U32(seen, given);
    CHECK(given != GetCurrentThreadId());
    CHECK_U32(GetThreadId(GetCurrentThread()), GetCurrentThreadId());
}

struct closing {
    HANDLE go;
    HANDLE done;
};

static DWORD WINAPI set_done_after_go(LPVOID argument)
{
    struct closing *events = argument;

    WaitForSingleObject(events->go, 10000);
    SetEvent(events->done);
    return 0;
}

TEST(closing_its_handle_does_not_end_a_thread)
{
    struct closing events;
    HANDLE thread;

    events.go = CreateEventA(NULL, TRUE, FALSE, NULL);
    events.done = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = CreateThread(NULL, 0, set_done_after_go, &events, 0, NULL);
    CHECK(thread != NULL);
    CHECK(CloseHandle(thread));
    CHECK(SetEvent(events.go));
    CHECK_U32(WaitForSingleObject(events.done, 5000), WAIT_OBJECT_0);
}

static DWORD WINAPI use_much_stack(LPVOID argument)
{
    volatile char block[4096 * 256];
    DWORD i, sum = 0;

    (void)argument;
    for (i = 0; i < sizeof(block); i += 4096)
        block[i] = 1;
    for (i = 0; i < sizeof(block); i += 4096)
        sum += (DWORD)block[i];
    return sum;
}

TEST(the_stack_is_as_large_as_asked)
{
    HANDLE thread = CreateThread(NULL, 4 * 1024 * 1024, use_much_stack, NULL,
                                 STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);

    CHECK(thread != NULL);
    CHECK_U32(exit_code_of(thread), 256);
    thread = CreateThread(NULL, 4 * 1024 * 1024, use_much_stack, NULL, 0, NULL);
    CHECK(thread != NULL);
    CHECK_U32(exit_code_of(thread), 256);
}

TEST(a_small_stack_size_is_enough_for_a_small_thread)
{
    HANDLE thread = CreateThread(NULL, 1, return_argument, (LPVOID)(ULONG_PTR)5, 0, NULL);

    CHECK(thread != NULL);
    CHECK_U32(exit_code_of(thread), 5);
}

TEST(many_threads_run_and_end)
{
    HANDLE threads[60];
    DWORD round, i;

    for (round = 0; round < 5; round++) {
        for (i = 0; i < 60; i++) {
            threads[i] = CreateThread(NULL, 0, return_argument, (LPVOID)(ULONG_PTR)i, 0, NULL);
            CHECK(threads[i] != NULL);
        }
        CHECK_U32(WaitForMultipleObjects(60, threads, TRUE, 10000), WAIT_OBJECT_0);
        for (i = 0; i < 60; i++) {
            CHECK_U32(exit_code_of(threads[i]), i);
            CHECK(CloseHandle(threads[i]));
        }
    }
}

TEST(a_duplicate_of_the_pseudo_handle_is_a_real_handle_of_that_thread)
{
    HANDLE real = NULL;

    CHECK(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &real, 0,
                          FALSE, DUPLICATE_SAME_ACCESS));
    CHECK(real != NULL && real != GetCurrentThread());
    CHECK_U32(GetThreadId(real), GetCurrentThreadId());
    CHECK_U32(WaitForSingleObject(real, 0), WAIT_TIMEOUT);
    CHECK(CloseHandle(real));
}

static DWORD WINAPI wait_for_thread(LPVOID thread)
{
    if (WaitForSingleObject((HANDLE)thread, 10000) != WAIT_OBJECT_0)
        ExitProcess(1);
    ExitProcess(55);
}

ROLE(end_the_main_thread_first)
{
    HANDLE real = NULL, thread;

    CHECK(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &real, 0,
                          FALSE, DUPLICATE_SAME_ACCESS));
    thread = CreateThread(NULL, 0, wait_for_thread, real, 0, NULL);
    CHECK(thread != NULL);
    ExitThread(4);
}

TEST(exit_thread_in_the_first_thread_leaves_the_others_running)
{
    PROCESS child = spawn_role(end_the_main_thread_first, "");

    CHECK_U32(wait_role(child), 55);
}

ROLE(end_the_only_thread)
{
    ExitThread(23);
}

TEST(the_process_ends_with_its_last_thread)
{
    PROCESS child = spawn_role(end_the_only_thread, "");

    CHECK_U32(wait_role(child), 23);
}

TEST(switching_to_another_thread_is_always_allowed)
{
    DWORD i;

    for (i = 0; i < 10; i++)
        SwitchToThread();
    CHECK(GetCurrentThreadId() != 0);
}

TEST(thread_functions_refuse_handles_that_are_none_or_of_another_type)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    DWORD code = 77;

    CHECK_ERR(GetExitCodeThread(event, &code), ERROR_INVALID_HANDLE);
    CHECK_ERR(GetExitCodeThread(NULL, &code), ERROR_INVALID_HANDLE);
    SetLastError(0);
    CHECK_U32(GetThreadId(event), 0);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
    SetLastError(0);
    CHECK_U32(GetThreadId(NULL), 0);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
}
