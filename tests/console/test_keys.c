/* SPDX-License-Identifier: MIT */
/*
 * A program on a real terminal: keys are bytes that somebody types, events are signals that come from
 * them, and the other side sees what a shell would see. Each case starts this program again, with a
 * role, as the foreground of a new pseudo-terminal.
 */
#include <windows.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "say.h"
#include "terminal.h"

/* ---- roles: programs as they come from Windows ---- */

static HANDLE came;

static BOOL WINAPI tell_event(DWORD type)
{
    say("event %u", (unsigned)type);
    SetEvent(came);
    return TRUE;
}

static int role_events(void)
{
    came = CreateEventA(NULL, FALSE, FALSE, NULL);
    SetConsoleCtrlHandler(tell_event, TRUE);
    say("ready");
    while (WaitForSingleObject(came, INFINITE) == WAIT_OBJECT_0)
        say("next");
    return 1;
}

static int role_no_handler(void)
{
    SetConsoleCtrlHandler(tell_event, TRUE);
    SetConsoleCtrlHandler(tell_event, FALSE);
    say("ready");
    Sleep(INFINITE);
    return 1;
}

static BOOL WINAPI take_too_long(DWORD type)
{
    say("event %u", (unsigned)type);
    Sleep(INFINITE);
    return TRUE;
}

static int role_slow(void)
{
    SetConsoleCtrlHandler(take_too_long, TRUE);
    say("ready");
    Sleep(INFINITE);
    return 1;
}

static int role_read(void)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    char text[64];
    DWORD count = 99;
    BOOL done;

    came = CreateEventA(NULL, FALSE, FALSE, NULL);
    SetConsoleCtrlHandler(tell_event, TRUE);
    say("ready");
    do {
        SetLastError(0);
        done = ReadFile(input, text, sizeof(text), &count, NULL);
        say("read %d %u %u", done, (unsigned)count, (unsigned)GetLastError());
    } while (done);
    return 1;
}

static int role_lines(void)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    char text[4];
    WCHAR wide[64];
    DWORD count, i;

    say("ready");
    if (ReadConsoleA(input, text, 4, &count, NULL))
        say("A %u [%.3s] %d", (unsigned)count, text, text[3]);
    if (ReadConsoleA(input, text, 4, &count, NULL))
        say("rest %u %d", (unsigned)count, text[0]);
    if (ReadConsoleW(input, wide, 64, &count, NULL)) {
        printf("W");
        for (i = 0; i < count; i++)
            printf(" %x", (unsigned)wide[i]);
        say(" end");
    }
    if (ReadConsoleA(input, text, 4, &count, NULL))
        say("last %u", (unsigned)count);
    return 0;
}

static int role_keys(void)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    DWORD mode = 0, count;
    char key;

    if (!GetConsoleMode(input, &mode))
        return 1;
    say("mode %x", (unsigned)(mode & 7));
    if (SetConsoleMode(input, ENABLE_ECHO_INPUT))
        say("echo without lines");
    if (!SetConsoleMode(input, 0))
        return 2;
    say("ready");
    for (int i = 0; i < 3; i++)
        if (ReadConsoleA(input, &key, 1, &count, NULL))
            say("key %d", key);
    SetConsoleMode(input, mode);
    return 0;
}

static int role_redirected(void)
{
    HANDLE input, output;
    char text[32];
    DWORD count, mode;

    say("%s", GetConsoleMode(GetStdHandle(STD_INPUT_HANDLE), &mode) ? "console" : "no console");
    input = CreateFileA("CONIN$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL,
                        OPEN_EXISTING, 0, NULL);
    output = CreateFileA("CONOUT$", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_WRITE, NULL,
                         OPEN_EXISTING, 0, NULL);
    WriteConsoleW(output, u"ready\n", 6, &count, NULL);
    if (ReadFile(input, text, sizeof(text), &count, NULL)) {
        char line[64];

        snprintf(line, sizeof(line), "got %u\n", (unsigned)count);
        WriteConsoleA(output, line, (DWORD)strlen(line), &count, NULL);
    }
    return 0;
}

static int role_waits(void)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    char text[4];
    DWORD count;

    say("wait %u", (unsigned)WaitForSingleObject(input, 50));
    say("ready");
    say("wait %u", (unsigned)WaitForSingleObject(input, INFINITE));
    /* Nothing was taken. */
    say("wait %u", (unsigned)WaitForSingleObject(input, 0));
    if (ReadConsoleA(input, text, 4, &count, NULL))
        say("A %u", (unsigned)count);
    say("rest %u", (unsigned)WaitForSingleObject(input, 0));
    if (ReadConsoleA(input, text, 4, &count, NULL))
        say("A %u", (unsigned)count);
    say("none %u", (unsigned)WaitForSingleObject(input, 0));
    say("again");
    say("wait %u", (unsigned)WaitForSingleObject(input, INFINITE));
    return 0;
}

static DWORD WINAPI read_and_tell(LPVOID is_file)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    char text[64];
    DWORD count = 99;
    BOOL done = is_file ? ReadFile(input, text, sizeof(text), &count, NULL)
                        : ReadConsoleA(input, text, sizeof(text), &count, NULL);

    say("read %d %u %u", done, (unsigned)count, done ? 0 : (unsigned)GetLastError());
    return 0;
}

/* Takes a thread out of ReadFile, then out of ReadConsole; the third one reads. */
static int role_cancels(void)
{
    for (int i = 0; i < 3; i++) {
        HANDLE thread = CreateThread(NULL, 0, read_and_tell, i ? NULL : &came, 0, NULL);

        if (i == 2)
            say("ready");
        else
            while (!CancelSynchronousIo(thread))
                Sleep(1);
        WaitForSingleObject(thread, INFINITE);
        CloseHandle(thread);
    }
    return 0;
}

static const struct {
    const char *name;
    int (*run)(void);
} roles[] = {
    {"events", role_events}, {"no_handler", role_no_handler}, {"slow", role_slow},
    {"read", role_read},     {"cancels", role_cancels},       {"lines", role_lines},
    {"keys", role_keys},     {"redirected", role_redirected}, {"waits", role_waits},
};

/* ---- cases ---- */

static void a_thread_that_reads_the_console_can_be_taken_out(void)
{
    struct terminal terminal = start("cancels", NULL);

    expect(&terminal, "read 0 0 995");
    expect(&terminal, "read 0 0 995");
    expect(&terminal, "ready");
    type(&terminal, "line\n");
    expect(&terminal, "read 1 6 0");
    expect_exit(&terminal, 0);
}

static void ctrl_c_and_ctrl_backslash_are_events(void)
{
    struct terminal terminal = start_ready("events", NULL);

    type(&terminal, CTRL_C);
    expect(&terminal, "event 0");
    expect(&terminal, "next");
    type(&terminal, CTRL_QUIT);
    expect(&terminal, "event 1");
    expect(&terminal, "next");
    kill_program(&terminal);
}

static void a_request_to_end_is_an_event_that_nobody_refuses(void)
{
    struct terminal terminal = start_ready("events", NULL);

    kill(terminal.program, SIGTERM);
    expect(&terminal, "event 6");
    expect_signal(&terminal, SIGTERM);
}

static void a_terminal_that_goes_is_a_close_event(void)
{
    struct terminal terminal = start_ready("events", NULL);

    close(terminal.fd);
    terminal.fd = -1;
    expect_signal(&terminal, SIGHUP);
}

static void a_handler_that_takes_too_long_is_ended(void)
{
    struct terminal terminal = start_ready("slow", NULL);
    long begin;

    begin = now_ms();
    kill(terminal.program, SIGTERM);
    expect(&terminal, "event 6");

    expect_signal(&terminal, SIGTERM);
    if (now_ms() - begin < 4000)
        fail("too early", &terminal);
}

static void without_handlers_ctrl_c_kills_as_ever(void)
{
    struct terminal terminal = start_ready("no_handler", NULL);

    type(&terminal, CTRL_C);
    expect_signal(&terminal, SIGINT);
}

static void ignore_hang_up(void)
{
    signal(SIGHUP, SIG_IGN);
}

static void what_is_ignored_from_the_beginning_stays_ignored(void)
{
    struct terminal terminal = start_ready("events", ignore_hang_up);

    kill(terminal.program, SIGHUP);
    type(&terminal, CTRL_C);
    expect(&terminal, "event 0");
    expect_not(&terminal, "event 2");
    kill_program(&terminal);
}

static void ctrl_c_ends_a_read_with_nothing(void)
{
    struct terminal terminal = start_ready("read", NULL);

    expect_rest(&terminal); /* until it reads */
    type(&terminal, CTRL_C);

    size_t before = terminal.at;

    expect(&terminal, "read 1 0 995");
    terminal.at = before; /* the other one's thread may have been faster */
    expect(&terminal, "event 0");
    type(&terminal, "ab\n");
    expect(&terminal, "read 1 4 0");
    type(&terminal, CTRL_D);
    expect(&terminal, "read 1 0 0");
    kill_program(&terminal);
}

static void lines_end_with_cr_and_lf_and_come_in_pieces(void)
{
    struct terminal terminal = start_ready("lines", NULL);

    type(&terminal, "abc\n");
    expect(&terminal, "A 4 [abc] 13");
    expect(&terminal, "rest 1 10");
    type(&terminal, "\xc3\xa4\xf0\x9f\x98\x80\n");
    expect(&terminal, "W e4 d83d de00 d a end");
    type(&terminal, "\n");
    expect(&terminal, "last 2");
    expect_exit(&terminal, 0);
}

static void without_modes_keys_come_one_by_one_and_ctrl_c_is_one(void)
{
    struct terminal terminal = start("keys", NULL);

    expect(&terminal, "mode 7");
    expect(&terminal, "ready");
    type(&terminal, "x");
    expect(&terminal, "key 120");
    type(&terminal, CTRL_C);
    expect(&terminal, "key 3");
    type(&terminal, "\r");
    expect(&terminal, "key 13");
    expect_exit(&terminal, 0);
    expect_not(&terminal, "echo without lines");
}

static void redirect_input(void)
{
    int fd = open("/dev/null", O_RDONLY);

    dup2(fd, 0);
}

static void the_console_is_there_when_standard_input_is_not(void)
{
    struct terminal terminal = start("redirected", redirect_input);

    expect(&terminal, "no console");
    expect(&terminal, "ready");
    type(&terminal, "line\n");
    expect(&terminal, "got 6");
    expect_exit(&terminal, 0);
}

static void a_console_can_be_waited_for(void)
{
    struct terminal terminal = start("waits", NULL);

    expect(&terminal, "wait 258");
    expect(&terminal, "ready");
    type(&terminal, "abcd\n");
    expect(&terminal, "wait 0");
    expect(&terminal, "wait 0");
    expect(&terminal, "A 4");
    expect(&terminal, "rest 0");
    expect(&terminal, "A 2");
    expect(&terminal, "none 258");
    expect(&terminal, "again");
    type(&terminal, "e\n");
    expect(&terminal, "wait 0");
    expect_exit(&terminal, 0);
}

static const struct test_case cases[] = {
    CASE(a_thread_that_reads_the_console_can_be_taken_out),
    CASE(ctrl_c_and_ctrl_backslash_are_events),
    CASE(a_request_to_end_is_an_event_that_nobody_refuses),
    CASE(a_terminal_that_goes_is_a_close_event),
    CASE(a_handler_that_takes_too_long_is_ended),
    CASE(without_handlers_ctrl_c_kills_as_ever),
    CASE(what_is_ignored_from_the_beginning_stays_ignored),
    CASE(ctrl_c_ends_a_read_with_nothing),
    CASE(lines_end_with_cr_and_lf_and_come_in_pieces),
    CASE(without_modes_keys_come_one_by_one_and_ctrl_c_is_one),
    CASE(the_console_is_there_when_standard_input_is_not),
    CASE(a_console_can_be_waited_for),
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 2 && i < sizeof(roles) / sizeof(roles[0]); i++)
        if (strcmp(argv[2], roles[i].name) == 0)
            return roles[i].run();
    return run_cases(cases, sizeof(cases) / sizeof(cases[0]));
}
