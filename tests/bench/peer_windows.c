/* SPDX-License-Identifier: MIT */
#include <windows.h>

#include "peer_windows.h"

#include <stdio.h>
#include <string.h>

#define QUOTA   (1 << 20)
#define WAIT_MS 5000

const char *bench_windows_variant(enum bench_kind kind, int number)
{
    return number == 0 ? "default" : NULL;
}

struct bench_windows_name bench_windows_name(const struct bench_link *link)
{
    const char *last = strrchr(link->meeting->place, '/');
    struct bench_windows_name name;

    snprintf(name.text, sizeof(name.text), "\\\\.\\pipe\\bench.%s",
             last ? last + 1 : link->meeting->place);
    return name;
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench: last error %u\n", (unsigned int)GetLastError());
    bench_fail(what);
}

void bench_windows_listen(struct bench_link *link)
{
    link->handle =
        CreateNamedPipeA(bench_windows_name(link).text, PIPE_ACCESS_DUPLEX,
                         PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, QUOTA, QUOTA, 0, NULL);
    if (link->handle == INVALID_HANDLE_VALUE)
        fail("CreateNamedPipe");
}

void bench_windows_accept(struct bench_link *link)
{
    if (!ConnectNamedPipe(link->handle, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
        fail("ConnectNamedPipe");
}

void bench_windows_connect(struct bench_link *link)
{
    DWORD mode = PIPE_READMODE_MESSAGE;

    while ((link->handle = CreateFileA(bench_windows_name(link).text, GENERIC_READ | GENERIC_WRITE,
                                       0, NULL, OPEN_EXISTING, 0, NULL)) == INVALID_HANDLE_VALUE)
        if (GetLastError() != ERROR_PIPE_BUSY ||
            !WaitNamedPipeA(bench_windows_name(link).text, WAIT_MS))
            fail("CreateFile");
    if (!SetNamedPipeHandleState(link->handle, &mode, NULL, NULL))
        fail("SetNamedPipeHandleState");
}

/* Where a pipe has no messages, as in WinPR, a part of one is written or read at a time. */
void bench_windows_send(struct bench_link *link, const char *data, size_t size)
{
    DWORD count;

    for (size_t done = 0; done < size; done += count)
        if (!WriteFile(link->handle, data + done, (DWORD)(size - done), &count, NULL) || !count)
            fail("WriteFile");
}

void bench_windows_receive(struct bench_link *link, char *data, size_t size)
{
    DWORD count;

    for (size_t done = 0; done < size; done += count)
        if (!ReadFile(link->handle, data + done, (DWORD)(size - done), &count, NULL) || !count)
            fail("ReadFile");
}

void bench_windows_hang_up(struct bench_link *link)
{
    char end;
    DWORD count;

    if (!link->is_server) {
        CloseHandle(link->handle);
        return;
    }
    if (ReadFile(link->handle, &end, 1, &count, NULL) || GetLastError() != ERROR_BROKEN_PIPE ||
        !DisconnectNamedPipe(link->handle))
        fail("the end of a connection");
}

void bench_windows_unlisten(struct bench_link *link)
{
    CloseHandle(link->handle);
}
