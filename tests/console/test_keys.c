/* SPDX-License-Identifier: MIT */
/*
 * A program on a real terminal: keys are bytes that somebody types, events are signals that come from
 * them, and the other side sees what a shell would see. Each case starts this program again, with a
 * role, as the foreground of a new pseudo-terminal.
 */
#include <windows.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 5000
#define CTRL_C      "\x03"
#define CTRL_D      "\x04"
#define CTRL_QUIT   "\x1c"

/* ---- roles: programs as they come from Windows ---- */

static HANDLE came;

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
}

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

static const struct {
    const char *name;
    int (*run)(void);
} roles[] = {
    {"events", role_events},
    {"no_handler", role_no_handler},
    {"slow", role_slow},
    {"read", role_read},
    {"lines", role_lines},
    {"keys", role_keys},
    {"redirected", role_redirected},
};

/* ---- the terminal's other side ---- */

struct terminal {
    int fd;
    pid_t program;
    char seen[8192];
    size_t length, at; /* what was found so far ends at */
};

static bool failed;

static void wrong(const char *what, const struct terminal *terminal)
{
    printf("# %s; seen: ", what);
    for (size_t i = 0; i < terminal->length; i++)
        printf(terminal->seen[i] < ' ' ? "\\x%02x" : "%c", terminal->seen[i]);
    printf("\n");
    failed = true;
}

static long now_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Waits until the program has written that, behind what was found before. */
static void expect(struct terminal *terminal, const char *text)
{
    long until = now_ms() + PATIENCE_MS;

    for (;;) {
        struct pollfd poll_fd = {.fd = terminal->fd, .events = POLLIN};
        char *found = strstr(terminal->seen + terminal->at, text);
        long rest = until - now_ms();
        ssize_t got;

        if (found) {
            terminal->at = (size_t)(found - terminal->seen) + strlen(text);
            return;
        }
        if (rest <= 0 || poll(&poll_fd, 1, (int)rest) <= 0)
            break;
        got = read(terminal->fd, terminal->seen + terminal->length,
                   sizeof(terminal->seen) - 1 - terminal->length);
        if (got <= 0)
            break;
        terminal->length += (size_t)got;
    }
    wrong(text, terminal);
}

static void type(struct terminal *terminal, const char *keys)
{
    if (write(terminal->fd, keys, strlen(keys)) != (ssize_t)strlen(keys))
        wrong("typing", terminal);
}

static struct terminal start(const char *role, void (*prepare)(void))
{
    struct terminal terminal = {.fd = -1};

    terminal.program = forkpty(&terminal.fd, NULL, NULL, NULL);
    if (terminal.program == 0) {
        /* Whoever runs this in the background has them ignored. */
        signal(SIGINT, SIG_DFL);
        signal(SIGQUIT, SIG_DFL);
        signal(SIGHUP, SIG_DFL);
        if (prepare)
            prepare();
        execl("/proc/self/exe", "test_keys", "--role", role, (char *)NULL);
        _exit(127);
    }
    if (terminal.program < 0) {
        printf("Bail out! no pseudo-terminal: %s\n", strerror(errno));
        exit(1);
    }
    return terminal;
}

/* As a shell sees it; -1: it did not end in time. */
static int end_of(struct terminal *terminal, long patience_ms)
{
    long until = now_ms() + patience_ms;
    int status;

    for (;;) {
        pid_t ended = waitpid(terminal->program, &status, WNOHANG);

        if (ended == terminal->program)
            break;
        if (now_ms() > until) {
            kill(terminal->program, SIGKILL);
            waitpid(terminal->program, &status, 0);
            status = -1;
            break;
        }
        usleep(2000);
    }
    if (terminal->fd >= 0)
        close(terminal->fd);
    return status;
}

static void expect_signal(struct terminal *terminal, int number)
{
    int status = end_of(terminal, PATIENCE_MS);

    if (status == -1 || !WIFSIGNALED(status) || WTERMSIG(status) != number) {
        printf("# status %#x, should be signal %d\n", (unsigned)status, number);
        failed = true;
    }
}

/* ---- cases ---- */

static void ctrl_c_and_ctrl_backslash_are_events(void)
{
    struct terminal terminal = start("events", NULL);

    expect(&terminal, "ready");
    type(&terminal, CTRL_C);
    expect(&terminal, "event 0");
    expect(&terminal, "next");
    type(&terminal, CTRL_QUIT);
    expect(&terminal, "event 1");
    expect(&terminal, "next");
    kill(terminal.program, SIGKILL);
    end_of(&terminal, PATIENCE_MS);
}

static void a_request_to_end_is_an_event_that_nobody_refuses(void)
{
    struct terminal terminal = start("events", NULL);

    expect(&terminal, "ready");
    kill(terminal.program, SIGTERM);
    expect(&terminal, "event 6");
    expect_signal(&terminal, SIGTERM);
}

static void a_terminal_that_goes_is_a_close_event(void)
{
    struct terminal terminal = start("events", NULL);

    expect(&terminal, "ready");
    close(terminal.fd);
    terminal.fd = -1;
    expect_signal(&terminal, SIGHUP);
}

static void a_handler_that_takes_too_long_is_ended(void)
{
    struct terminal terminal = start("slow", NULL);
    long begin;

    expect(&terminal, "ready");
    begin = now_ms();
    kill(terminal.program, SIGTERM);
    expect(&terminal, "event 6");

    int status = end_of(&terminal, 8000);

    if (status == -1 || !WIFSIGNALED(status) || now_ms() - begin < 4000) {
        printf("# status %#x after %ld ms\n", (unsigned)status, now_ms() - begin);
        failed = true;
    }
}

static void without_handlers_ctrl_c_kills_as_ever(void)
{
    struct terminal terminal = start("no_handler", NULL);

    expect(&terminal, "ready");
    type(&terminal, CTRL_C);
    expect_signal(&terminal, SIGINT);
}

static void ignore_hang_up(void)
{
    signal(SIGHUP, SIG_IGN);
}

static void what_is_ignored_from_the_beginning_stays_ignored(void)
{
    struct terminal terminal = start("events", ignore_hang_up);

    expect(&terminal, "ready");
    kill(terminal.program, SIGHUP);
    type(&terminal, CTRL_C);
    expect(&terminal, "event 0");
    if (strstr(terminal.seen, "event 2"))
        wrong("an event of an ignored signal", &terminal);
    kill(terminal.program, SIGKILL);
    end_of(&terminal, PATIENCE_MS);
}

static void ctrl_c_ends_a_read_with_nothing(void)
{
    struct terminal terminal = start("read", NULL);

    expect(&terminal, "ready");
    usleep(100000); /* until it reads */
    type(&terminal, CTRL_C);

    size_t before = terminal.at;

    expect(&terminal, "read 1 0 995");
    terminal.at = before; /* the other one's thread may have been faster */
    expect(&terminal, "event 0");
    type(&terminal, "ab\n");
    expect(&terminal, "read 1 4 0");
    type(&terminal, CTRL_D);
    expect(&terminal, "read 1 0 0");
    kill(terminal.program, SIGKILL);
    end_of(&terminal, PATIENCE_MS);
}

static void lines_end_with_cr_and_lf_and_come_in_pieces(void)
{
    struct terminal terminal = start("lines", NULL);

    expect(&terminal, "ready");
    type(&terminal, "abc\n");
    expect(&terminal, "A 4 [abc] 13");
    expect(&terminal, "rest 1 10");
    type(&terminal, "\xc3\xa4\xf0\x9f\x98\x80\n");
    expect(&terminal, "W e4 d83d de00 d a end");
    type(&terminal, "\n");
    expect(&terminal, "last 2");
    if (end_of(&terminal, PATIENCE_MS) != 0)
        wrong("the end", &terminal);
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
    if (end_of(&terminal, PATIENCE_MS) != 0)
        wrong("the end", &terminal);
    if (strstr(terminal.seen, "echo without lines"))
        wrong("a mode that is none", &terminal);
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
    if (end_of(&terminal, PATIENCE_MS) != 0)
        wrong("the end", &terminal);
}

#define CASE(name)  \
    {               \
#name, name \
    }

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
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
};

/* A chroot may have no /dev/pts. */
static bool has_terminals(void)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY);
    bool is_there = fd >= 0 && grantpt(fd) == 0 && unlockpt(fd) == 0 && ptsname(fd) &&
                    access(ptsname(fd), F_OK) == 0;

    if (fd >= 0)
        close(fd);
    return is_there;
}

int main(int argc, char **argv)
{
    size_t count = sizeof(cases) / sizeof(cases[0]);
    int result = 0;

    for (size_t i = 0; argc > 2 && i < sizeof(roles) / sizeof(roles[0]); i++)
        if (strcmp(argv[2], roles[i].name) == 0)
            return roles[i].run();
    if (!has_terminals()) {
        printf("1..0 # SKIP no pseudo-terminals here\n");
        return 0;
    }
    printf("1..%zu\n", count);
    for (size_t i = 0; i < count; i++) {
        failed = false;
        fflush(stdout);
        cases[i].run();
        printf("%s %zu - %s\n", failed ? "not ok" : "ok", i + 1, cases[i].name);
        result |= failed;
    }
    return result;
}
