/* SPDX-License-Identifier: MIT */
/*
 * A program with a control handler, as test_login starts it:
 *
 *     told [--slow] [--leave] [--fork] [--nohup] [--stay]
 *
 *   --slow   its handler ends when a line has come on standard input
 *   --leave  it removes the handler when a line has come
 *   --fork   a child without exec stays behind when it ends
 *   --nohup  it ignores SIGHUP
 *   --stay   it ignores SIGTERM
 */
#include <windows.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

static bool is_slow, leaves, forks, ignores_hang_up, stays;

static void read_line(void)
{
    char key;

    while (read(0, &key, 1) == 1 && key != '\n')
        ;
}

static BOOL WINAPI on_event(DWORD type)
{
    say("event %u", (unsigned)type);
    if (is_slow)
        read_line();
    return TRUE;
}

int main(int argc, char **argv)
{
    DWORD before;

    for (int i = 1; i < argc; i++) {
        is_slow |= !strcmp(argv[i], "--slow");
        leaves |= !strcmp(argv[i], "--leave");
        forks |= !strcmp(argv[i], "--fork");
        ignores_hang_up |= !strcmp(argv[i], "--nohup");
        stays |= !strcmp(argv[i], "--stay");
    }
    signal(SIGHUP, ignores_hang_up ? SIG_IGN : SIG_DFL);
    signal(SIGTERM, stays ? SIG_IGN : SIG_DFL);
    before = GetTickCount();
    if (!SetConsoleCtrlHandler(on_event, TRUE))
        return 2;
    say("ready after %u ms", (unsigned)(GetTickCount() - before));
    if (forks) {
        read_line();
        if (fork() == 0) {
            say("forked %d", getpid());
            close(1);
            for (;;)
                pause();
        }
    }
    if (leaves) {
        read_line();
        SetConsoleCtrlHandler(on_event, FALSE);
        say("left");
    }
    for (;;)
        pause();
}
