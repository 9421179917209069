/* SPDX-License-Identifier: MIT */
/* What the tests of overlapped operations share. */
#ifndef OVERLAPPED_H
#define OVERLAPPED_H

struct pair {
    HANDLE server, client; /* both overlapped */
};

static CONFORMANCE_UNUSED HANDLE create_server(DWORD mode, DWORD quota)
{
    HANDLE server = CreateNamedPipeA(pipe_name(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, mode,
                                     PIPE_UNLIMITED_INSTANCES, quota, quota, 0, NULL);

    CHECK(server != INVALID_HANDLE_VALUE);
    return server;
}

static CONFORMANCE_UNUSED HANDLE open_client(void)
{
    HANDLE client = CreateFileA(pipe_name(), GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                                FILE_FLAG_OVERLAPPED, NULL);

    CHECK(client != INVALID_HANDLE_VALUE);
    return client;
}

static CONFORMANCE_UNUSED struct pair connect_pair(DWORD mode, DWORD quota)
{
    struct pair pair;

    pair.server = create_server(mode, quota);
    pair.client = open_client();
    if (mode & PIPE_READMODE_MESSAGE) {
        DWORD read_mode = PIPE_READMODE_MESSAGE;

        CHECK(SetNamedPipeHandleState(pair.client, &read_mode, NULL, NULL));
    }
    return pair;
}

/* With an event of its own, not set. */
static CONFORMANCE_UNUSED OVERLAPPED with_event(void)
{
    OVERLAPPED overlapped;

    memset(&overlapped, 0, sizeof(overlapped));
    overlapped.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    CHECK(overlapped.hEvent != NULL);
    return overlapped;
}

/* A write that has room. */
static CONFORMANCE_UNUSED void write_now(HANDLE pipe, const void *data, DWORD length)
{
    OVERLAPPED overlapped = with_event();
    DWORD count = 0;

    if (!WriteFile(pipe, data, length, &count, &overlapped)) {
        CHECK_U32(GetLastError(), ERROR_IO_PENDING);
        CHECK(GetOverlappedResult(pipe, &overlapped, &count, TRUE));
    }
    CHECK_U32(count, length);
    CloseHandle(overlapped.hEvent);
}

static CONFORMANCE_UNUSED HANDLE start(LPTHREAD_START_ROUTINE routine, LPVOID argument)
{
    HANDLE thread = CreateThread(NULL, 0, routine, argument, 0, NULL);

    CHECK(thread != NULL);
    return thread;
}

static CONFORMANCE_UNUSED DWORD exit_code_of(HANDLE thread)
{
    DWORD code = 77;

    CHECK_U32(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CloseHandle(thread);
    return code;
}

#endif
