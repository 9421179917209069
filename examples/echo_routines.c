/* SPDX-License-Identifier: MIT */
/* An echo server with one thread and completion routines: echo_routines NAME */
#include "echo.h"

struct client {
    OVERLAPPED overlapped; /* first: a routine gets its address */
    HANDLE pipe;
    char message[MESSAGE_MAX];
};

static void CALLBACK has_written(DWORD error, DWORD count, LPOVERLAPPED overlapped);

static void drop(struct client *client)
{
    DisconnectNamedPipe(client->pipe);
    CloseHandle(client->pipe);
    free(client);
}

static void CALLBACK has_read(DWORD error, DWORD count, LPOVERLAPPED overlapped)
{
    struct client *client = (struct client *)(void *)overlapped;

    if (error || !WriteFileEx(client->pipe, client->message, count, overlapped, has_written))
        drop(client);
}

static void CALLBACK has_written(DWORD error, DWORD count, LPOVERLAPPED overlapped)
{
    struct client *client = (struct client *)(void *)overlapped;

    (void)count;
    if (error || !ReadFileEx(client->pipe, client->message, MESSAGE_MAX, overlapped, has_read))
        drop(client);
}

/* True: somebody was there already. */
static BOOL begin_connecting(HANDLE pipe, OVERLAPPED *overlapped)
{
    ConnectNamedPipe(pipe, overlapped);
    if (GetLastError() == ERROR_IO_PENDING)
        return FALSE;
    return TRUE; /* a client that has gone again is found out by reading */
}

int main(int argc, char **argv)
{
    OVERLAPPED connecting = {0};

    if (argc != 2)
        return 2;
    connecting.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    for (;;) {
        HANDLE pipe = create_instance(argv[1], FILE_FLAG_OVERLAPPED);
        struct client *client;

        /* Routines run while this waits. */
        if (!begin_connecting(pipe, &connecting))
            while (WaitForSingleObjectEx(connecting.hEvent, INFINITE, TRUE) == WAIT_IO_COMPLETION)
                ;
        client = calloc(1, sizeof(*client));
        if (!client)
            die("calloc");
        client->pipe = pipe;
        has_written(0, 0, &client->overlapped);
    }
}
