/* SPDX-License-Identifier: MIT */
/*
 * Transom's named pipes, as a program from Windows uses them: message type, blocking, quotas of
 * 1 MiB both ways, one instance. Once as they are, and once without spinning.
 */
#include <windows.h>

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUOTA   (1 << 20)
#define WAIT_MS 5000

static const char *variant(enum bench_kind kind, int number)
{
    return number == 0 ? "default" : NULL;
}

static const char *name_of(const struct bench_link *link)
{
    static char name[64];
    const char *last = strrchr(link->meeting->place, '/');

    snprintf(name, sizeof(name), "\\\\.\\pipe\\bench.%s", last ? last + 1 : link->meeting->place);
    return name;
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench: last error %u\n", (unsigned int)GetLastError());
    bench_fail(what);
}

static void listen_on_name(struct bench_link *link)
{
    link->handle =
        CreateNamedPipeA(name_of(link), PIPE_ACCESS_DUPLEX,
                         PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, QUOTA, QUOTA, 0, NULL);
    if (link->handle == INVALID_HANDLE_VALUE)
        fail("CreateNamedPipe");
}

static void accept_one(struct bench_link *link)
{
    if (!ConnectNamedPipe(link->handle, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
        fail("ConnectNamedPipe");
}

static void connect_to_name(struct bench_link *link)
{
    DWORD mode = PIPE_READMODE_MESSAGE;

    while ((link->handle = CreateFileA(name_of(link), GENERIC_READ | GENERIC_WRITE, 0, NULL,
                                       OPEN_EXISTING, 0, NULL)) == INVALID_HANDLE_VALUE)
        if (GetLastError() != ERROR_PIPE_BUSY || !WaitNamedPipeA(name_of(link), WAIT_MS))
            fail("CreateFile");
    if (!SetNamedPipeHandleState(link->handle, &mode, NULL, NULL))
        fail("SetNamedPipeHandleState");
}

static void send_message(struct bench_link *link, const char *data, size_t size)
{
    DWORD count;

    if (!WriteFile(link->handle, data, (DWORD)size, &count, NULL))
        fail("WriteFile");
}

static void receive_message(struct bench_link *link, char *data, size_t size)
{
    DWORD count;

    if (!ReadFile(link->handle, data, (DWORD)size, &count, NULL) || count != size)
        fail("ReadFile");
}

static void hang_up(struct bench_link *link)
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

static void listen_no_spin(struct bench_link *link)
{
    setenv("TRANSOM_SPIN_US", "0", 1);
    listen_on_name(link);
}

static void connect_no_spin(struct bench_link *link)
{
    setenv("TRANSOM_SPIN_US", "0", 1);
    connect_to_name(link);
}

const struct bench_peer bench_transom = {
    .name = "transom",
    .title = "Transom",
    .variant = variant,
    .listen = listen_on_name,
    .accept = accept_one,
    .connect = connect_to_name,
    .send = send_message,
    .receive = receive_message,
    .hang_up = hang_up,
};

const struct bench_peer bench_transom_no_spin = {
    .name = "transom_no_spin",
    .title = "Transom, spinning off",
    .variant = variant,
    .listen = listen_no_spin,
    .accept = accept_one,
    .connect = connect_no_spin,
    .send = send_message,
    .receive = receive_message,
    .hang_up = hang_up,
};
