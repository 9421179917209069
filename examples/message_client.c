/* SPDX-License-Identifier: MIT */
/*
 * A client of message_server.
 *
 *     message_client [-p PIPE] [-pause MILLISECONDS] [-hang] [-shutdown] NAME [LINE...]
 *
 * Says hello as NAME, sends each LINE as one message, shows the answers and says bye. Without a
 * LINE the lines come from standard input. With -hang it neither says bye nor ends, so that it can
 * be killed in the middle of a conversation; with -shutdown it asks the server to end.
 */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUSY_WAIT_MS  20000
#define START_WAIT_MS 5000
#define REPLY_SIZE    20000

static const char *pipe_name = "\\\\.\\pipe\\transom-example";
static const char *client_name;
static DWORD pause_ms;

static void fail(const char *what)
{
    DWORD error = GetLastError();
    char text[256];

    if (FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, error, 0,
                       text, sizeof(text), NULL) == 0)
        strcpy(text, "unknown error\n");
    fprintf(stderr, "[%s] %s failed with error %lu: %s", client_name, what, (unsigned long)error,
            text);
    exit(1);
}

/*
 * Opens the pipe. All instances busy: wait for one and try again, since another client may be
 * faster. No pipe at all: the server may still be starting, so give it a moment.
 */
static HANDLE open_pipe(void)
{
    DWORD give_up = GetTickCount() + START_WAIT_MS;
    HANDLE pipe;

    for (;;) {
        pipe =
            CreateFileA(pipe_name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
        if (pipe != INVALID_HANDLE_VALUE)
            return pipe;
        switch (GetLastError()) {
        case ERROR_PIPE_BUSY:
            printf("[%s] all instances are busy, waiting\n", client_name);
            fflush(stdout);
            if (!WaitNamedPipeA(pipe_name, BUSY_WAIT_MS))
                fail("WaitNamedPipe");
            break;
        case ERROR_FILE_NOT_FOUND:
            if ((LONG)(GetTickCount() - give_up) >= 0)
                fail("CreateFile");
            Sleep(50);
            break;
        default:
            fail("CreateFile");
        }
    }
}

/* Sends a line, waits for the answer and shows it. */
static void say(HANDLE pipe, const char *line)
{
    static char reply[REPLY_SIZE];
    DWORD used, got;
    BOOL whole;

    /* The first part of a long answer is kept small here, to show what follows from it. */
    whole = TransactNamedPipe(pipe, (void *)line, (DWORD)strlen(line), reply, 80, &used, NULL);
    while (!whole && GetLastError() == ERROR_MORE_DATA && used < sizeof(reply) - 1) {
        whole = ReadFile(pipe, reply + used, (DWORD)sizeof(reply) - 1 - used, &got, NULL);
        used += got;
    }
    if (!whole)
        fail("TransactNamedPipe");
    reply[used] = '\0';
    printf("[%s] hears: %s\n", client_name, reply);
    fflush(stdout);
    if (pause_ms != 0)
        Sleep(pause_ms);
}

int main(int argc, char **argv)
{
    DWORD mode = PIPE_READMODE_MESSAGE;
    BOOL hang = FALSE, stop = FALSE;
    char line[8192];
    HANDLE pipe;
    int a;

    for (a = 1; a < argc && argv[a][0] == '-'; a++) {
        if (strcmp(argv[a], "-p") == 0 && a + 1 < argc)
            pipe_name = argv[++a];
        else if (strcmp(argv[a], "-pause") == 0 && a + 1 < argc)
            pause_ms = (DWORD)atoi(argv[++a]);
        else if (strcmp(argv[a], "-hang") == 0)
            hang = TRUE;
        else if (strcmp(argv[a], "-shutdown") == 0)
            stop = TRUE;
        else
            break;
    }
    if (a >= argc || argv[a][0] == '-') {
        fprintf(stderr, "usage: message_client [-p PIPE] [-pause MILLISECONDS] [-hang] "
                        "[-shutdown] NAME [LINE...]\n");
        return 2;
    }
    client_name = argv[a++];

    pipe = open_pipe();
    /* A client's handle always begins in byte mode. */
    if (!SetNamedPipeHandleState(pipe, &mode, NULL, NULL))
        fail("SetNamedPipeHandleState");

    snprintf(line, sizeof(line), "hello %s", client_name);
    say(pipe, line);
    if (a < argc) {
        while (a < argc)
            say(pipe, argv[a++]);
    } else if (!stop) {
        while (fgets(line, sizeof(line), stdin) != NULL) {
            line[strcspn(line, "\r\n")] = '\0';
            say(pipe, line);
        }
    }
    if (hang) {
        printf("[%s] is silent from now on\n", client_name);
        fflush(stdout);
        Sleep(INFINITE);
    }
    say(pipe, stop ? "shutdown" : "bye");
    CloseHandle(pipe);
    return 0;
}
