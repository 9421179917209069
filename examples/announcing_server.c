/* SPDX-License-Identifier: MIT */
/*
 * A server that clients find by themselves: it announces the name of its pipe and how busy it is to a
 * mailslot on all machines, whether anybody listens or not.
 *
 *     announcing_server NAME
 *
 * Answers one question for each connection; "shutdown" ends it. finding_client looks for it.
 */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVERYBODY   "\\\\*\\mailslot\\transom-example\\servers"
#define ANNOUNCE_MS 100
#define SIZE        400

static const char *server_name;
static char pipe_name[128];
static volatile LONG answered;

static void fail(const char *what)
{
    fprintf(stderr, "[%s] %s failed with error %lu\n", server_name, what,
            (unsigned long)GetLastError());
    exit(1);
}

static DWORD WINAPI announce(LPVOID unused)
{
    HANDLE everybody = CreateFileA(EVERYBODY, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                   NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    char text[SIZE];
    DWORD length, count;

    (void)unused;
    if (everybody == INVALID_HANDLE_VALUE)
        fail("CreateFile");
    /* Success says that it was sent, not that anybody heard it. */
    do {
        Sleep(ANNOUNCE_MS);
        length = (DWORD)snprintf(text, sizeof(text), "%s %ld %s", server_name, (long)answered,
                                 pipe_name);
    } while (WriteFile(everybody, text, length, &count, NULL));
    fail("WriteFile");
    return 1;
}

int main(int argc, char **argv)
{
    char question[SIZE], answer[2 * SIZE];
    BOOL goes_on = TRUE;
    DWORD count;
    HANDLE pipe;

    if (argc != 2) {
        fprintf(stderr, "usage: announcing_server NAME\n");
        return 2;
    }
    server_name = argv[1];
    snprintf(pipe_name, sizeof(pipe_name), "\\\\.\\pipe\\transom-example.%s.%lu", server_name,
             (unsigned long)GetCurrentProcessId());
    pipe = CreateNamedPipeA(pipe_name, PIPE_ACCESS_DUPLEX,
                            PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT, 1, SIZE, SIZE, 0,
                            NULL);
    if (pipe == INVALID_HANDLE_VALUE)
        fail("CreateNamedPipe");
    if (!CreateThread(NULL, 0, announce, NULL, 0, NULL))
        fail("CreateThread");
    printf("[%s] announces itself\n", server_name);
    fflush(stdout);

    while (goes_on) {
        if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
            fail("ConnectNamedPipe");
        if (ReadFile(pipe, question, sizeof(question) - 1, &count, NULL)) {
            question[count] = 0;
            goes_on = strcmp(question, "shutdown") != 0;
            InterlockedIncrement(&answered);
            snprintf(answer, sizeof(answer), "%s has heard: %s", server_name, question);
            WriteFile(pipe, answer, (DWORD)strlen(answer), &count, NULL);
            FlushFileBuffers(pipe);
        }
        DisconnectNamedPipe(pipe);
    }
    printf("[%s] ends after %ld questions\n", server_name, (long)answered);
    return 0;
}
