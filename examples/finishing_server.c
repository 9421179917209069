/* SPDX-License-Identifier: MIT */
/*
 * A server that finishes what it has begun: finishing_server PIPE [MILLISECONDS]
 *
 * Each message is a task that takes so long (200 ms unless given); the answer says that it is done,
 * and a client that says bye is done with. message_client is a client.
 *
 * On Ctrl+C, when its terminal or session is closed, and when the system shuts down, nobody new is
 * let in. Whoever is there is served until they leave, but not longer than the system waits for a
 * control handler. Then the server ends, with 0 if all was done.
 */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INSTANCES    4
#define MESSAGE_SIZE 4096
#define GRACE_MS     4000 /* Windows gives a control handler 5 s */

struct instance {
    HANDLE pipe, thread;
    OVERLAPPED connect;
};

static struct instance instances[INSTANCES];
static DWORD task_ms = 200;
static HANDLE leaving; /* set once, and for all to see */
static LONG tasks_done;

static void say(const char *format, DWORD number)
{
    printf("[finisher] ");
    printf(format, (unsigned)number);
    printf("\n");
    fflush(stdout);
}

static void die(const char *what)
{
    fprintf(stderr, "[finisher] %s failed with error %u\n", what, (unsigned)GetLastError());
    exit(1);
}

/*
 * Runs in a thread of its own. After CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT and CTRL_SHUTDOWN_EVENT the
 * process ends when this returns, so it does not: main() ends the process before.
 */
static BOOL WINAPI on_control(DWORD type)
{
    say("control event %u: finishing", type);
    SetEvent(leaving);
    if (type != CTRL_C_EVENT && type != CTRL_BREAK_EVENT)
        Sleep(INFINITE);
    return TRUE;
}

/* Reads or writes to the end: the instances are overlapped because of their waits for clients. */
static BOOL transfer(HANDLE pipe, HANDLE event, BOOL is_write, char *text, DWORD *length)
{
    OVERLAPPED overlapped = {.hEvent = event};
    BOOL is_done = is_write ? WriteFile(pipe, text, *length, NULL, &overlapped)
                            : ReadFile(pipe, text, *length, NULL, &overlapped);

    return (is_done || GetLastError() == ERROR_IO_PENDING) &&
           GetOverlappedResult(pipe, &overlapped, length, TRUE);
}

static void serve(HANDLE pipe, HANDLE event)
{
    static const char done[] = "done: ";
    char text[sizeof(done) + MESSAGE_SIZE] = "done: ";
    char *task = text + sizeof(done) - 1;
    DWORD length = MESSAGE_SIZE;

    while (transfer(pipe, event, FALSE, task, &length)) {
        BOOL is_last = length == 3 && memcmp(task, "bye", 3) == 0;

        if (!is_last && (length < 6 || memcmp(task, "hello ", 6) != 0)) {
            Sleep(task_ms);
            InterlockedIncrement(&tasks_done);
        }
        length += (DWORD)sizeof(done) - 1;
        if (!transfer(pipe, event, TRUE, text, &length) || is_last)
            break;
        length = MESSAGE_SIZE;
    }
    FlushFileBuffers(pipe);
}

/* Lets a client in; FALSE if none came, or has left already. */
static BOOL let_in(struct instance *instance)
{
    HANDLE either[] = {leaving, instance->connect.hEvent};
    DWORD nothing;

    ResetEvent(instance->connect.hEvent);
    if (ConnectNamedPipe(instance->pipe, &instance->connect))
        return TRUE;
    if (GetLastError() == ERROR_PIPE_CONNECTED)
        return TRUE;
    if (GetLastError() != ERROR_IO_PENDING)
        return FALSE;
    if (WaitForMultipleObjects(2, either, FALSE, INFINITE) == WAIT_OBJECT_0)
        CancelIo(instance->pipe);
    /* Somebody may have come before it was cancelled. */
    return GetOverlappedResult(instance->pipe, &instance->connect, &nothing, TRUE);
}

static DWORD WINAPI instance_thread(LPVOID argument)
{
    struct instance *instance = argument;
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);

    if (!event)
        die("CreateEvent");
    while (WaitForSingleObject(leaving, 0) == WAIT_TIMEOUT) {
        if (let_in(instance))
            serve(instance->pipe, event);
        DisconnectNamedPipe(instance->pipe);
    }
    CloseHandle(instance->pipe);
    CloseHandle(event);
    return 0;
}

int main(int argc, char **argv)
{
    HANDLE threads[INSTANCES];
    DWORD i;

    if (argc < 2) {
        fprintf(stderr, "usage: finishing_server PIPE [MILLISECONDS]\n");
        return 2;
    }
    if (argc > 2)
        task_ms = (DWORD)atoi(argv[2]);
    leaving = CreateEventA(NULL, TRUE, FALSE, NULL);
    if (!leaving || !SetConsoleCtrlHandler(on_control, TRUE))
        die("SetConsoleCtrlHandler");
    for (i = 0; i < INSTANCES; i++) {
        instances[i].pipe =
            CreateNamedPipeA(argv[1], PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                             PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_REJECT_REMOTE_CLIENTS,
                             INSTANCES, MESSAGE_SIZE, MESSAGE_SIZE, 0, NULL);
        if (instances[i].pipe == INVALID_HANDLE_VALUE)
            die("CreateNamedPipe");
        instances[i].connect.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
        threads[i] = CreateThread(NULL, 0, instance_thread, &instances[i], 0, NULL);
        if (!instances[i].connect.hEvent || !threads[i])
            die("CreateThread");
    }
    say("ready: process %u", GetCurrentProcessId());

    WaitForSingleObject(leaving, INFINITE);
    if (WaitForMultipleObjects(INSTANCES, threads, TRUE, GRACE_MS) == WAIT_TIMEOUT) {
        say("out of time after %u tasks", (DWORD)tasks_done);
        return 1;
    }
    say("everything is done: %u tasks", (DWORD)tasks_done);
    return 0;
}
