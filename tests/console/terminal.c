/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool failed;

void fail(const char *what, const struct terminal *terminal)
{
    printf("# %s; seen: ", what);
    for (size_t i = 0; i < terminal->length; i++)
        printf(terminal->seen[i] < ' ' ? "\\x%02x" : "%c", terminal->seen[i]);
    printf("\n");
    failed = true;
}

long now_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

struct terminal start(const char *role, void (*prepare)(void))
{
    char *arguments[] = {(char *)"/proc/self/exe", (char *)"--role", (char *)role, NULL};

    return start_command(arguments, prepare);
}

struct terminal start_command(char *const *arguments, void (*prepare)(void))
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
        execvp(arguments[0], arguments);
        _exit(127);
    }
    if (terminal.program < 0) {
        printf("Bail out! no pseudo-terminal: %s\n", strerror(errno));
        exit(1);
    }
    return terminal;
}

void expect(struct terminal *terminal, const char *text)
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
    fail(text, terminal);
}

struct terminal start_ready(const char *role, void (*prepare)(void))
{
    struct terminal terminal = start(role, prepare);

    expect(&terminal, "ready");
    return terminal;
}

void expect_not(struct terminal *terminal, const char *text)
{
    if (strstr(terminal->seen, text))
        fail(text, terminal);
}

void type(struct terminal *terminal, const char *keys)
{
    if (write(terminal->fd, keys, strlen(keys)) != (ssize_t)strlen(keys))
        fail("typing", terminal);
}

static bool is_asleep(pid_t program)
{
    char path[40], text[256], *state;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)program);
    file = fopen(path, "r");
    if (!file)
        return false;
    text[fread(text, 1, sizeof(text) - 1, file)] = 0;
    fclose(file);
    state = strrchr(text, ')');
    return state && state[2] == 'S';
}

void expect_rest(struct terminal *terminal)
{
    long until = now_ms() + PATIENCE_MS;

    for (int asleep = 0; asleep < 20; asleep = is_asleep(terminal->program) ? asleep + 1 : 0) {
        if (now_ms() > until) {
            fail("it does not rest", terminal);
            return;
        }
        usleep(5000);
    }
}

void expect_job(struct terminal *terminal)
{
    long until = now_ms() + PATIENCE_MS;

    while (tcgetpgrp(terminal->fd) == terminal->program) {
        if (now_ms() > until) {
            fail("no job has the terminal", terminal);
            return;
        }
        usleep(2000);
    }
}

int end_of(struct terminal *terminal, long patience_ms)
{
    long until = now_ms() + patience_ms;
    int status;

    while (waitpid(terminal->program, &status, WNOHANG) != terminal->program) {
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

void expect_signal(struct terminal *terminal, int number)
{
    int status = end_of(terminal, PATIENCE_MS);

    if (status == -1 || !WIFSIGNALED(status) || WTERMSIG(status) != number) {
        printf("# status %#x, should be signal %d\n", (unsigned)status, number);
        fail("another end", terminal);
    }
}

void expect_exit(struct terminal *terminal, int code)
{
    int status = end_of(terminal, PATIENCE_MS);

    if (status == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != code) {
        printf("# status %#x, should be exit code %d\n", (unsigned)status, code);
        fail("another end", terminal);
    }
}

void kill_program(struct terminal *terminal)
{
    kill(terminal->program, SIGKILL);
    end_of(terminal, PATIENCE_MS);
}

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

int run_cases(const struct test_case *cases, size_t count)
{
    int result = 0;

    if (!has_terminals()) {
        printf("1..0 # SKIP no pseudo-terminals here\n");
        return 0;
    }
    if (getenv("TRANSOM_TEST_EMULATED")) {
        printf("1..0 # SKIP the emulator of another processor does not pass on what signals do\n");
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
