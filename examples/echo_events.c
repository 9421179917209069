/* SPDX-License-Identifier: MIT */
/* An echo server with one thread, which waits for the events of its instances: echo_events NAME */
#include "echo.h"

struct instance {
    OVERLAPPED overlapped;
    HANDLE pipe;
    enum { CONNECTING, READING, WRITING } state; /* what it waits for */
    char message[MESSAGE_MAX];
};

static struct instance instances[INSTANCES];

static void begin_connecting(struct instance *instance)
{
    instance->state = CONNECTING;
    if (ConnectNamedPipe(instance->pipe, &instance->overlapped))
        return;
    switch (GetLastError()) {
    case ERROR_IO_PENDING:
        return;
    case ERROR_PIPE_CONNECTED: /* that was no wait, but the event shall tell */
        SetEvent(instance->overlapped.hEvent);
        return;
    default: /* a client that has gone again */
        DisconnectNamedPipe(instance->pipe);
        begin_connecting(instance);
    }
}

/* Reads, and answers what it reads, until something has to be waited for. */
static void go_on(struct instance *instance)
{
    DWORD count = 0;
    BOOL is_done = GetOverlappedResult(instance->pipe, &instance->overlapped, &count, FALSE);

    if (instance->state == CONNECTING)
        is_done = TRUE;
    for (;;) {
        if (is_done && instance->state == READING) {
            instance->state = WRITING;
            is_done =
                WriteFile(instance->pipe, instance->message, count, &count, &instance->overlapped);
        } else if (is_done) {
            instance->state = READING;
            is_done = ReadFile(instance->pipe, instance->message, MESSAGE_MAX, &count,
                               &instance->overlapped);
        } else if (GetLastError() == ERROR_IO_PENDING) {
            return;
        } else {
            DisconnectNamedPipe(instance->pipe);
            begin_connecting(instance);
            return;
        }
    }
}

int main(int argc, char **argv)
{
    HANDLE events[INSTANCES];

    if (argc != 2)
        return 2;
    for (int i = 0; i < INSTANCES; i++) {
        events[i] = instances[i].overlapped.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
        instances[i].pipe = create_instance(argv[1], FILE_FLAG_OVERLAPPED);
        begin_connecting(&instances[i]);
    }
    for (;;) {
        DWORD which = WaitForMultipleObjects(INSTANCES, events, FALSE, INFINITE);

        if (which >= INSTANCES)
            die("WaitForMultipleObjects");
        go_on(&instances[which]);
    }
}
