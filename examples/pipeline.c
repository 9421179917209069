/* SPDX-License-Identifier: MIT */
/*
 * Runs programs side by side, the output of each being the input of the next, and reads what the
 * last one says.
 *
 *     pipeline [-n LINES] COMMAND...
 *
 * Each COMMAND is a whole command line: pipeline "ls /usr/bin" "sort -r". The programs need to
 * know nothing about handles: an anonymous pipe as standard input or output is theirs to read and
 * write like any other.
 */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COMMANDS 8

static void fail(const char *what)
{
    fprintf(stderr, "pipeline: %s failed with error %lu\n", what, (unsigned long)GetLastError());
    exit(1);
}

/* Both ends start without inheritance: only what a child needs is opened to it, one by one. */
static void make_pipe(HANDLE *read_end, HANDLE *write_end)
{
    if (!CreatePipe(read_end, write_end, NULL, 0))
        fail("CreatePipe");
}

static void allow_inheritance(HANDLE handle)
{
    if (!SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT))
        fail("SetHandleInformation");
}

/* Starts a program that reads from input and writes to output, and gives both away to it. */
static HANDLE start(const char *command, HANDLE input, HANDLE output)
{
    char command_line[1024];
    PROCESS_INFORMATION process;
    STARTUPINFOA startup;

    memset(&startup, 0, sizeof(startup));
    startup.cb = sizeof(startup);
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdInput = input;
    startup.hStdOutput = output;
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    allow_inheritance(input);
    allow_inheritance(output);

    /* CreateProcess may write into the command line, so it gets its own copy. */
    snprintf(command_line, sizeof(command_line), "%s", command);
    if (!CreateProcessA(NULL, command_line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process))
        fail(command);
    CloseHandle(process.hThread);

    /*
     * The reader of a pipe sees its end when the last handle for writing is closed. Ours must go,
     * and the next child must not inherit it.
     */
    CloseHandle(input);
    CloseHandle(output);
    return process.hProcess;
}

/* Shows the first lines of what comes through the pipe and counts the rest. */
static void show(HANDLE input, unsigned long limit)
{
    unsigned long lines = 0;
    char buffer[4096];
    DWORD got, i;

    while (ReadFile(input, buffer, sizeof(buffer), &got, NULL)) {
        for (i = 0; i < got; i++) {
            if (lines < limit)
                putchar(buffer[i]);
            if (buffer[i] == '\n')
                lines++;
        }
    }
    if (GetLastError() != ERROR_BROKEN_PIPE)
        fail("ReadFile");
    if (lines > limit)
        printf("(%lu more lines)\n", lines - limit);
}

int main(int argc, char **argv)
{
    HANDLE processes[MAX_COMMANDS];
    HANDLE input, read_end, write_end;
    unsigned long limit = 10;
    DWORD code, count = 0, i;
    int a = 1, result = 0;

    if (argc > 2 && strcmp(argv[1], "-n") == 0) {
        limit = strtoul(argv[2], NULL, 10);
        a = 3;
    }
    if (argc - a < 1 || argc - a > MAX_COMMANDS) {
        fprintf(stderr, "usage: pipeline [-n LINES] COMMAND... (at most %d commands)\n",
                MAX_COMMANDS);
        return 2;
    }

    /* The first program reads from a pipe that nobody writes to: it finds its end at once. */
    make_pipe(&input, &write_end);
    CloseHandle(write_end);
    while (a < argc) {
        make_pipe(&read_end, &write_end);
        processes[count++] = start(argv[a++], input, write_end);
        input = read_end;
    }
    show(input, limit);
    CloseHandle(input);

    WaitForMultipleObjects(count, processes, TRUE, INFINITE);
    for (i = 0; i < count; i++) {
        GetExitCodeProcess(processes[i], &code);
        if (code != 0) {
            fprintf(stderr, "pipeline: program %lu ended with code %lu\n", (unsigned long)i + 1,
                    (unsigned long)code);
            result = 1;
        }
        CloseHandle(processes[i]);
    }
    return result;
}
