/* SPDX-License-Identifier: MIT */
/* Speaks to an echo server in one of four ways: echo_client plain|transact|call|overlapped NAME COUNT */
#include "echo.h"

static char message[64], answer[64];

static HANDLE open_pipe(const char *name, DWORD flags)
{
    DWORD mode = PIPE_READMODE_MESSAGE;
    HANDLE pipe;

    for (;;) {
        pipe = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, flags, NULL);
        if (pipe != INVALID_HANDLE_VALUE)
            break;
        if (GetLastError() == ERROR_FILE_NOT_FOUND) /* not started yet */
            Sleep(10);
        else if (GetLastError() != ERROR_PIPE_BUSY)
            die("CreateFile");
        else
            WaitNamedPipeA(name, 5000);
    }
    if (!SetNamedPipeHandleState(pipe, &mode, NULL, NULL))
        die("SetNamedPipeHandleState");
    return pipe;
}

static DWORD plain(HANDLE pipe, DWORD length)
{
    DWORD count = 0;

    if (!WriteFile(pipe, message, length, &count, NULL))
        die("WriteFile");
    if (!ReadFile(pipe, answer, sizeof(answer), &count, NULL))
        die("ReadFile");
    return count;
}

static DWORD transact(HANDLE pipe, DWORD length)
{
    DWORD count = 0;

    if (!TransactNamedPipe(pipe, message, length, answer, sizeof(answer), &count, NULL))
        die("TransactNamedPipe");
    return count;
}

/* Asks for the answer before it says anything. */
static DWORD overlapped(HANDLE pipe, DWORD length)
{
    static OVERLAPPED reads, writes;
    DWORD count = 0;

    if (!reads.hEvent) {
        reads.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
        writes.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    }
    if (!ReadFile(pipe, answer, sizeof(answer), NULL, &reads) && GetLastError() != ERROR_IO_PENDING)
        die("ReadFile");
    if (!WriteFile(pipe, message, length, NULL, &writes) && GetLastError() != ERROR_IO_PENDING)
        die("WriteFile");
    if (!GetOverlappedResult(pipe, &writes, &count, TRUE) ||
        !GetOverlappedResult(pipe, &reads, &count, TRUE))
        die("GetOverlappedResult");
    return count;
}

static DWORD call(const char *name, DWORD length)
{
    DWORD count = 0;

    while (!CallNamedPipeA(name, message, length, answer, sizeof(answer), &count, 5000))
        if (GetLastError() != ERROR_FILE_NOT_FOUND && GetLastError() != ERROR_PIPE_BUSY &&
            GetLastError() != ERROR_SEM_TIMEOUT)
            die("CallNamedPipe");
        else
            Sleep(1);
    return count;
}

int main(int argc, char **argv)
{
    HANDLE pipe = NULL;

    if (argc != 4)
        return 2;
    if (strcmp(argv[1], "call") != 0)
        pipe = open_pipe(argv[2], strcmp(argv[1], "overlapped") ? 0 : FILE_FLAG_OVERLAPPED);
    for (int i = 0; i < atoi(argv[3]); i++) {
        DWORD length = (DWORD)snprintf(message, sizeof(message), "message %d of %u", i,
                                       (unsigned)GetCurrentProcessId());
        DWORD count = !pipe                              ? call(argv[2], length)
                      : strcmp(argv[1], "plain") == 0    ? plain(pipe, length)
                      : strcmp(argv[1], "transact") == 0 ? transact(pipe, length)
                                                         : overlapped(pipe, length);

        if (count != length || memcmp(message, answer, length) != 0) {
            fprintf(stderr, "%.*s came back as %.*s\n", (int)length, message, (int)count, answer);
            return 1;
        }
    }
    return 0;
}
