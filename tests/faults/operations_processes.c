/* SPDX-License-Identifier: MIT */
/* Processes, threads, handles that go to other processes, and mailslots. */
#include "scene.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- processes and threads ---- */

static PROCESS_INFORMATION child;

static DWORD start(const char *line, DWORD flags, HANDLE out)
{
    STARTUPINFOA info = {.cb = sizeof(info), .dwFlags = STARTF_USESTDHANDLES, .hStdOutput = out};
    char text[64];

    snprintf(text, sizeof(text), "%s", line);
    if (!CreateProcessA(NULL, text, NULL, NULL, TRUE, flags, NULL, NULL, &info, &child))
        return GetLastError();
    it.objects[0] = child.hProcess;
    it.objects[1] = child.hThread;
    return 0;
}

static DWORD start_program(void)
{
    return start("true", 0, NULL);
}

static DWORD start_suspended(void)
{
    return start("true", CREATE_SUSPENDED, NULL);
}

static DWORD start_with_pipe(void)
{
    return start("echo nth", 0, it.other);
}

static bool has_ended(void)
{
    DWORD code;

    return WaitForSingleObject(it.objects[0], 10000) == WAIT_OBJECT_0 &&
           GetExitCodeProcess(it.objects[0], &code) && code == 0;
}

static bool runs_on(void)
{
    return ResumeThread(it.objects[1]) == 1 && has_ended();
}

static bool a_pipe_for_output(void)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};

    return CreatePipe(&it.objects[2], &it.other, &inherited, 0);
}

static bool has_said_it(void)
{
    char text[8] = "";

    close_one(&it.other);
    return ReadFile(it.objects[2], text, sizeof(text), &it.count, NULL) && it.count == 4 &&
           memcmp(text, "nth\n", 4) == 0 && has_ended();
}

static _Atomic int threads_run;
static int threads_made;

static DWORD WINAPI thread_of_three(LPVOID argument)
{
    atomic_fetch_add(&threads_run, 1);
    return 3;
}

/* One that could not be made did not run. */
static bool no_other_thread(void)
{
    return atomic_load(&threads_run) == threads_made;
}

static DWORD create_thread(void)
{
    DWORD error = result_of(CreateThread(NULL, 0, thread_of_three, NULL, 0, NULL), &it.objects[0]);

    threads_made += error == 0;
    return error;
}

static bool has_given_three(void)
{
    DWORD code;

    return WaitForSingleObject(it.objects[0], 10000) == WAIT_OBJECT_0 &&
           GetExitCodeThread(it.objects[0], &code) && code == 3;
}

/* A process of ours that sleeps until this one has ended. */
static PROCESS_INFORMATION sleeper;
static HANDLE sleeper_input;

static bool a_sleeper(void)
{
    STARTUPINFOA info = {.cb = sizeof(info), .dwFlags = STARTF_USESTDHANDLES};
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    char own[4000], line[4096];
    HANDLE reader;
    ssize_t length;

    if (sleeper.hProcess)
        return true;
    length = readlink("/proc/self/exe", own, sizeof(own) - 1);
    own[length > 0 ? length : 0] = 0;
    snprintf(line, sizeof(line), "\"%s\" " SLEEPER_ROLE, own);
    if (!CreatePipe(&reader, &sleeper_input, &inherited, 0) ||
        !SetHandleInformation(sleeper_input, HANDLE_FLAG_INHERIT, 0))
        return false;
    info.hStdInput = reader;
    if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &info, &sleeper))
        return false;
    CloseHandle(reader);
    return true;
}

static DWORD open_process(void)
{
    return result_of(OpenProcess(PROCESS_ALL_ACCESS, FALSE, (DWORD)getppid()), &it.objects[0]);
}

static bool is_running(void)
{
    return WaitForSingleObject(it.objects[0], 0) == WAIT_TIMEOUT;
}

static bool an_event(void)
{
    return result_of(CreateEventA(NULL, TRUE, FALSE, NULL), &it.objects[0]) == 0;
}

static DWORD duplicate(void)
{
    return result(DuplicateHandle(GetCurrentProcess(), it.objects[0], GetCurrentProcess(),
                                  &it.objects[1], 0, FALSE, DUPLICATE_SAME_ACCESS));
}

static bool is_same_event(void)
{
    return SetEvent(it.objects[1]) && WaitForSingleObject(it.objects[0], 0) == WAIT_OBJECT_0;
}

static bool a_pipe_and_a_sleeper(void)
{
    return create_pipe() == 0 && a_sleeper();
}

static HANDLE sent;

static DWORD send_handle(void)
{
    sent = NULL;
    return result(DuplicateHandle(GetCurrentProcess(), it.objects[0], sleeper.hProcess, &sent, 0,
                                  FALSE, DUPLICATE_SAME_ACCESS));
}

/* Back again, out of there. */
static bool is_sent(void)
{
    return DuplicateHandle(sleeper.hProcess, sent, GetCurrentProcess(), &it.objects[2], 0, FALSE,
                           DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE) &&
           passes(it.objects[1], it.objects[2]);
}

/* ---- mailslots ---- */

#define SLOT "\\\\.\\mailslot\\nth"

static DWORD create_slot(void)
{
    return result_of(CreateMailslotA(SLOT, 0, 1000, NULL), &it.objects[0]);
}

static DWORD open_slot(void)
{
    return result_of(
        CreateFileA(SLOT, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL),
        &it.objects[1]);
}

static bool a_slot(void)
{
    return create_slot() == 0;
}

/* What is lost while a writer is let in is lost: here it is in. */
static bool a_slot_with_a_message(void)
{
    DWORD count;

    return a_slot() && open_slot() == 0 &&
           WriteFile(it.objects[1], WORD, sizeof(WORD), &it.count, NULL) &&
           GetMailslotInfo(it.objects[0], NULL, NULL, &count, NULL) && count == 1;
}

static DWORD read_slot(void)
{
    return result(ReadFile(it.objects[0], it.got, sizeof(it.got), &it.count, NULL));
}

static bool is_slot(void)
{
    return open_slot() == 0 && passes(it.objects[1], it.objects[0]);
}

static bool is_slot_open(void)
{
    return passes(it.objects[1], it.objects[0]);
}

static bool is_slot_back;

/* Each has left something that was taken in, and two of the three have gone. */
static bool a_slot_with_messages_and_a_sleeper(void)
{
    DWORD count;

    is_slot_back = false;
    for (DWORD i = 0; i < 3; i++) {
        close_one(&it.objects[1]);
        if (i == 0
                ? !a_slot_with_a_message()
                : open_slot() != 0 ||
                      !WriteFile(it.objects[1], WORD, sizeof(WORD), &it.count, NULL) ||
                      !GetMailslotInfo(it.objects[0], NULL, NULL, &count, NULL) || count != i + 1)
            return false;
    }
    return a_sleeper();
}

/* The other process' handle alone keeps what lies there. */
static bool is_slot_sent(void)
{
    HANDLE back;
    bool is_good;

    close_one(&it.objects[0]);
    if (!DuplicateHandle(sleeper.hProcess, sent, GetCurrentProcess(), &back, 0, FALSE,
                         DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE))
        return false;
    it.objects[0] = back;
    is_slot_back = true;
    is_good = read_slot() == 0 && is_answered() && read_slot() == 0 && is_answered() &&
              read_slot() == 0 && is_answered();
    return is_good && passes(it.objects[1], back);
}

/* Who has not got its answer does not know whether the other process has the slot, and its name. */
static void clean_with_sleeper(void)
{
    clean();
    if (!sleeper.hProcess || is_slot_back)
        return;
    TerminateProcess(sleeper.hProcess, 0);
    WaitForSingleObject(sleeper.hProcess, 10000);
    close_one(&sleeper.hProcess);
    close_one(&sleeper.hThread);
    close_one(&sleeper_input);
}

/* ---- all of them ---- */

static const struct operation operations[] = {
    {OPERATION(starting_a_program, nothing, start_program, has_ended, clean, 0)},
    {OPERATION(starting_a_suspended_program, nothing, start_suspended, runs_on, clean, 0)},
    {OPERATION(starting_a_program_that_writes_to_a_pipe, a_pipe_for_output, start_with_pipe,
               has_said_it, clean, 0)},
    {OPERATION(opening_a_process, nothing, open_process, is_running, clean, 0)},
    {OPERATION(starting_a_thread, no_other_thread, create_thread, has_given_three, clean, 0)},
    {OPERATION(duplicating_a_handle, an_event, duplicate, is_same_event, clean, 0)},
    {OPERATION(giving_a_handle_to_a_process, a_pipe_and_a_sleeper, send_handle, is_sent, clean, 0)},
    {OPERATION(creating_a_mailslot, nothing, create_slot, is_slot, clean, 0)},
    {OPERATION(opening_a_mailslot, a_slot, open_slot, is_slot_open, clean, 0)},
    {OPERATION(reading_a_mailslot, a_slot_with_a_message, read_slot, is_answered, clean, 0)},
    {OPERATION(giving_a_mailslot_to_a_process, a_slot_with_messages_and_a_sleeper, send_handle,
               is_slot_sent, clean_with_sleeper, 0)},
};

const struct operation_list process_operations = OPERATION_LIST(operations);
