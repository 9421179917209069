/* SPDX-License-Identifier: MIT */
/* What the tests of named pipes share. */
#ifndef PIPE_HELPERS_H
#define PIPE_HELPERS_H

#include "conformance.h"

#define MESSAGE_MODE (PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE)

struct pair {
    HANDLE server, client;
};

static __attribute__((unused)) HANDLE create_pipe_with(DWORD open_mode, DWORD pipe_mode, DWORD max,
                                                       DWORD out, DWORD in)
{
    return CreateNamedPipeA(pipe_name(), open_mode, pipe_mode, max, out, in, 0, NULL);
}

static __attribute__((unused)) HANDLE create_pipe(DWORD pipe_mode)
{
    HANDLE server = create_pipe_with(PIPE_ACCESS_DUPLEX, pipe_mode, 1, 4096, 4096);

    CHECK(server != INVALID_HANDLE_VALUE);
    return server;
}

static __attribute__((unused)) HANDLE open_pipe(void)
{
    return CreateFileA(pipe_name(), GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
}

static __attribute__((unused)) void set_mode(HANDLE pipe, DWORD mode)
{
    CHECK(SetNamedPipeHandleState(pipe, &mode, NULL, NULL));
}

/* Both ends, connected; quotas from server to client and back. */
static __attribute__((unused)) struct pair connect_pair(DWORD pipe_mode, DWORD out, DWORD in)
{
    struct pair pair;

    pair.server = create_pipe_with(PIPE_ACCESS_DUPLEX, pipe_mode, 1, out, in);
    CHECK(pair.server != INVALID_HANDLE_VALUE);
    pair.client = open_pipe();
    CHECK(pair.client != INVALID_HANDLE_VALUE);
    if (pipe_mode & PIPE_READMODE_MESSAGE)
        set_mode(pair.client, PIPE_READMODE_MESSAGE);
    return pair;
}

static __attribute__((unused)) void write_all(HANDLE pipe, const void *data, DWORD length)
{
    DWORD count = 99;

    CHECK(WriteFile(pipe, data, length, &count, NULL));
    CHECK_U32(count, length);
}

static __attribute__((unused)) void read_exactly(HANDLE pipe, const void *data, DWORD length)
{
    static char buffer[65536];
    DWORD count = 99;

    CHECK(ReadFile(pipe, buffer, sizeof(buffer), &count, NULL));
    CHECK_U32(count, length);
    CHECK(memcmp(buffer, data, length) == 0);
}

static __attribute__((unused)) DWORD available(HANDLE pipe)
{
    DWORD total = 0;

    CHECK(PeekNamedPipe(pipe, NULL, 0, NULL, &total, NULL));
    return total;
}

/* One call in a thread of its own. */
struct call {
    HANDLE pipe, thread;
    char buffer[16384];
    DWORD length, count, error;
    BOOL result;
};

static __attribute__((unused)) DWORD WINAPI call_read(LPVOID argument)
{
    struct call *call = (struct call *)argument;

    call->result = ReadFile(call->pipe, call->buffer, call->length, &call->count, NULL);
    call->error = GetLastError();
    return 0;
}

static __attribute__((unused)) DWORD WINAPI call_write(LPVOID argument)
{
    struct call *call = (struct call *)argument;

    call->result = WriteFile(call->pipe, call->buffer, call->length, &call->count, NULL);
    call->error = GetLastError();
    return 0;
}

static __attribute__((unused)) DWORD WINAPI call_connect(LPVOID argument)
{
    struct call *call = (struct call *)argument;

    call->result = ConnectNamedPipe(call->pipe, NULL);
    call->error = GetLastError();
    return 0;
}

static __attribute__((unused)) DWORD WINAPI call_flush(LPVOID argument)
{
    struct call *call = (struct call *)argument;

    call->result = FlushFileBuffers(call->pipe);
    call->error = GetLastError();
    return 0;
}

static __attribute__((unused)) void start_call(struct call *call, LPTHREAD_START_ROUTINE start,
                                               HANDLE pipe, DWORD length)
{
    memset(call, 0, sizeof(*call));
    call->pipe = pipe;
    call->length = length;
    call->thread = CreateThread(NULL, 0, start, call, 0, NULL);
    CHECK(call->thread != NULL);
}

static __attribute__((unused)) void finish_call(struct call *call)
{
    CHECK_U32(WaitForSingleObject(call->thread, 5000), WAIT_OBJECT_0);
    CloseHandle(call->thread);
}

#endif
