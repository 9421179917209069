/* SPDX-License-Identifier: MIT */
/* An echo server with a thread for each client: echo_threads NAME */
#include "echo.h"

static DWORD WINAPI serve(LPVOID argument)
{
    HANDLE pipe = argument;
    char message[MESSAGE_MAX];
    DWORD count;

    while (ReadFile(pipe, message, sizeof(message), &count, NULL))
        if (!WriteFile(pipe, message, count, &count, NULL))
            break;
    FlushFileBuffers(pipe);
    DisconnectNamedPipe(pipe);
    CloseHandle(pipe);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    for (;;) {
        HANDLE pipe = create_instance(argv[1], 0), thread;

        if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED) {
            CloseHandle(pipe); /* a client that has gone again */
            continue;
        }
        thread = CreateThread(NULL, 0, serve, pipe, 0, NULL);
        if (!thread)
            die("CreateThread");
        CloseHandle(thread);
    }
}
