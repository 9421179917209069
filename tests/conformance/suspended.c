/* SPDX-License-Identifier: MIT */
/* Threads and processes that do not run yet. */
#include "conformance.h"

static volatile LONG runs;

static DWORD WINAPI run(LPVOID unused)
{
    (void)unused;
    InterlockedIncrement(&runs);
    return 5;
}

TEST(a_thread_made_suspended_runs_when_it_is_resumed)
{
    HANDLE thread = CreateThread(NULL, 0, run, NULL, CREATE_SUSPENDED, NULL);
    DWORD code = 0;

    CHECK(thread != NULL);
    CHECK(thread_is_blocked(thread));
    CHECK_U32(runs, 0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, STILL_ACTIVE);
    CHECK_U32(ResumeThread(thread), 1);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK_U32(runs, 1);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, 5);
}

TEST(it_runs_when_it_was_resumed_as_often_as_it_was_suspended)
{
    HANDLE thread = CreateThread(NULL, 0, run, NULL, CREATE_SUSPENDED, NULL);

    CHECK_U32(SuspendThread(thread), 1);
    CHECK_U32(SuspendThread(thread), 2);
    CHECK_U32(ResumeThread(thread), 3);
    CHECK_U32(ResumeThread(thread), 2);
    CHECK(thread_is_blocked(thread));
    CHECK_U32(ResumeThread(thread), 1);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
}

TEST(more_than_127_times_is_refused)
{
    HANDLE thread = CreateThread(NULL, 0, run, NULL, CREATE_SUSPENDED, NULL);
    DWORD i;

    for (i = 1; i < MAXIMUM_SUSPEND_COUNT; i++)
        CHECK_U32(SuspendThread(thread), i);
    SetLastError(0);
    CHECK_U32(SuspendThread(thread), (DWORD)-1);
    CHECK_U32(GetLastError(), ERROR_SIGNAL_REFUSED);
}

static DWORD WINAPI suspend_self(LPVOID unused)
{
    (void)unused;
    InterlockedIncrement(&runs);
    SuspendThread(GetCurrentThread());
    InterlockedIncrement(&runs);
    return 0;
}

TEST(a_thread_may_suspend_itself)
{
    HANDLE thread = CreateThread(NULL, 0, suspend_self, NULL, 0, NULL);

    CHECK(thread_is_blocked(thread));
    CHECK_U32(runs, 1);
    CHECK_U32(ResumeThread(thread), 1);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK_U32(runs, 2);
}

TEST(resuming_a_thread_that_runs_changes_nothing)
{
    CHECK_U32(ResumeThread(GetCurrentThread()), 0);
}

static DWORD WINAPI count_for_ever(LPVOID unused)
{
    (void)unused;
    for (;;)
        InterlockedIncrement(&runs);
    return 0;
}

TEST(a_thread_that_runs_is_stopped_by_another)
{
    HANDLE thread = CreateThread(NULL, 0, count_for_ever, NULL, 0, NULL);
    LONG before;

    Sleep(50);
    DEVIATES(15);
    CHECK_U32(SuspendThread(thread), 0);
    Sleep(50);
    before = runs;
    Sleep(50);
    CHECK_U32(runs, before);
}

TEST(other_handles_cannot_be_suspended_or_resumed)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);

    SetLastError(0);
    CHECK_U32(SuspendThread(event), (DWORD)-1);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
    SetLastError(0);
    CHECK_U32(ResumeThread(event), (DWORD)-1);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
    SetLastError(0);
    CHECK_U32(ResumeThread(NULL), (DWORD)-1);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
}

/* ---- processes ---- */

static const char *own_program(void)
{
    static char program[MAX_PATH];

    GetModuleFileNameA(NULL, program, sizeof(program));
    return program;
}

static void start_suspended(const char *role, const char *argument,
                            PROCESS_INFORMATION *information)
{
    char line[3 * MAX_PATH];
    STARTUPINFOA startup;

    memset(&startup, 0, sizeof(startup));
    startup.cb = sizeof(startup);
    snprintf(line, sizeof(line), "\"%s\" --role %s \"%s\"", own_program(), role, argument);
    CHECK(CreateProcessA(own_program(), line, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL,
                         &startup, information));
    conformance_note_role(NULL, information->hProcess);
}

ROLE(set_event_and_end)
{
    HANDLE event = (HANDLE)(ULONG_PTR)strtoul(argument, NULL, 16);

    CHECK(SetEvent(event));
    return 77;
}

TEST(a_process_made_suspended_runs_when_its_thread_is_resumed)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, TRUE};
    HANDLE event = CreateEventA(&attributes, TRUE, FALSE, NULL);
    PROCESS_INFORMATION child;
    char argument[16];
    DWORD code = 0;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    snprintf(argument, sizeof(argument), "%lx", (unsigned long)(ULONG_PTR)event);
    start_suspended("set_event_and_end", argument, &child);
    CHECK_U32(WaitForSingleObject(event, 300), WAIT_TIMEOUT);
    CHECK_U32(WaitForSingleObject(child.hProcess, 0), WAIT_TIMEOUT);
    CHECK(GetExitCodeProcess(child.hProcess, &code));
    CHECK_U32(code, STILL_ACTIVE);
    CHECK_U32(ResumeThread(child.hThread), 1);
    CHECK_U32(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(child.hProcess, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeProcess(child.hProcess, &code));
    CHECK_U32(code, 77);
    conformance_note_role(child.hProcess, NULL);
}

TEST(a_suspended_process_can_be_given_handles)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL), given = NULL;
    PROCESS_INFORMATION child;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    start_suspended("set_event_and_end", "0", &child);
    DEVIATES(16);
    CHECK(DuplicateHandle(GetCurrentProcess(), event, child.hProcess, &given, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    CHECK(given != NULL);
}

TEST(a_suspended_process_can_be_ended)
{
    PROCESS_INFORMATION child;
    DWORD code = 0;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    start_suspended("set_event_and_end", "0", &child);
    CHECK(TerminateProcess(child.hProcess, 12345));
    CHECK_U32(WaitForSingleObject(child.hProcess, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeProcess(child.hProcess, &code));
    CHECK_U32(code, 12345);
    conformance_note_role(child.hProcess, NULL);
}

TEST(a_suspended_program_that_is_not_there_is_file_not_found)
{
    PROCESS_INFORMATION child;
    STARTUPINFOA startup;

    memset(&startup, 0, sizeof(startup));
    startup.cb = sizeof(startup);
    CHECK_ERR(CreateProcessA("no such program at all", NULL, NULL, NULL, FALSE, CREATE_SUSPENDED,
                             NULL, NULL, &startup, &child),
              ERROR_FILE_NOT_FOUND);
}
