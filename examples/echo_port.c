/* SPDX-License-Identifier: MIT */
/* An echo server with a completion port and as many threads as processors: echo_port NAME */
#include "echo.h"

struct instance {
    OVERLAPPED overlapped; /* first: a packet has its address */
    HANDLE pipe;
    enum { CONNECTING, READING, WRITING } state;
    char message[MESSAGE_MAX];
};

static HANDLE port;

static void begin_connecting(struct instance *instance)
{
    for (;;) {
        instance->state = CONNECTING;
        ConnectNamedPipe(instance->pipe, &instance->overlapped);
        if (GetLastError() == ERROR_IO_PENDING)
            return;
        if (GetLastError() == ERROR_PIPE_CONNECTED) {
            PostQueuedCompletionStatus(port, 0, 0, &instance->overlapped);
            return;
        }
        DisconnectNamedPipe(instance->pipe); /* a client that has gone again */
    }
}

/* A packet comes for whatever did not fail at once. */
static void go_on(struct instance *instance, BOOL is_done, DWORD count)
{
    if (is_done && instance->state == READING) {
        instance->state = WRITING;
        is_done =
            WriteFile(instance->pipe, instance->message, count, NULL, &instance->overlapped) ||
            GetLastError() == ERROR_IO_PENDING;
    } else if (is_done) {
        instance->state = READING;
        is_done =
            ReadFile(instance->pipe, instance->message, MESSAGE_MAX, NULL, &instance->overlapped) ||
            GetLastError() == ERROR_IO_PENDING || GetLastError() == ERROR_MORE_DATA;
    }
    if (!is_done) {
        DisconnectNamedPipe(instance->pipe);
        begin_connecting(instance);
    }
}

static DWORD WINAPI work(LPVOID unused)
{
    (void)unused;
    for (;;) {
        LPOVERLAPPED overlapped;
        ULONG_PTR key;
        DWORD count;
        BOOL is_done = GetQueuedCompletionStatus(port, &count, &key, &overlapped, INFINITE);

        if (!overlapped)
            return GetLastError();
        go_on((struct instance *)(void *)overlapped, is_done, count);
    }
}

int main(int argc, char **argv)
{
    static struct instance instances[INSTANCES];
    SYSTEM_INFO system;

    if (argc != 2)
        return 2;
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    for (int i = 0; i < INSTANCES; i++) {
        instances[i].pipe = create_instance(argv[1], FILE_FLAG_OVERLAPPED);
        if (!CreateIoCompletionPort(instances[i].pipe, port, 0, 0))
            die("CreateIoCompletionPort");
        begin_connecting(&instances[i]);
    }
    GetSystemInfo(&system);
    for (DWORD i = 1; i < system.dwNumberOfProcessors; i++)
        CreateThread(NULL, 0, work, NULL, 0, NULL);
    return (int)work(NULL);
}
