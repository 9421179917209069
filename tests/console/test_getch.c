/* SPDX-License-Identifier: MIT */
/* The kit's keys on a terminal, beside what reads lines and what makes events of keys. */
#include <signal.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "terminal.h"

static char *program;

static struct terminal start_role(const char *role)
{
    char *arguments[] = {program, (char *)role, NULL};

    return start_command(arguments, NULL);
}

/* Keys are typed when somebody waits for one: before that they have their meaning as ever. */
static void when_ready(struct terminal *terminal)
{
    struct termios mode;

    expect(terminal, "ready");
    for (long until = now_ms() + PATIENCE_MS; now_ms() < until; usleep(2000))
        if (tcgetattr(terminal->fd, &mode) == 0 && !(mode.c_lflag & ICANON))
            return;
    fail("nobody waits for keys", terminal);
}

static void keys_come_one_by_one_and_ctrl_c_is_one(void)
{
    struct terminal terminal = start_role("keys");

    expect(&terminal, "hit 0");
    when_ready(&terminal);
    type(&terminal, "x");
    expect(&terminal, "key 120");
    when_ready(&terminal);
    type(&terminal, CTRL_C);
    expect(&terminal, "key 3");
    when_ready(&terminal);
    type(&terminal, "\x1a");
    expect(&terminal, "key 26");
    when_ready(&terminal);
    type(&terminal, "\r");
    expect(&terminal, "key 13");
    expect_not(&terminal, "event 0");
    expect(&terminal, "typing");
    type(&terminal, "y");
    expect(&terminal, "key 121");
    expect_exit(&terminal, 0);
}

static void ctrl_break_is_an_event_also_while_keys_are_read(void)
{
    struct terminal terminal = start_role("keys");

    when_ready(&terminal);
    type(&terminal, CTRL_QUIT);
    expect(&terminal, "event 1");
    type(&terminal, "x");
    expect(&terminal, "key 120");
    kill_program(&terminal);
}

static void the_rest_of_a_line_is_for_who_reads_lines(void)
{
    struct terminal terminal = start_role("lines");

    expect(&terminal, "ready");
    type(&terminal, "ab\n");
    expect(&terminal, "line ab");
    expect(&terminal, "hit 0");
    type(&terminal, "k");
    expect(&terminal, "key 107");
    expect(&terminal, "rest 2 13");
    expect_exit(&terminal, 0);
}

static void who_exits_while_keys_are_read_leaves_the_terminal_as_it_was(void)
{
    struct terminal terminal = start_role("exits");
    struct termios mode;
    long until = now_ms() + PATIENCE_MS;

    do
        usleep(2000);
    while (tcgetattr(terminal.fd, &mode) == 0 && (mode.c_lflag & ICANON) && now_ms() < until);
    if (mode.c_lflag & ICANON)
        fail("nobody waits for keys", &terminal);
    type(&terminal, CTRL_QUIT);
    do
        usleep(2000);
    while (tcgetattr(terminal.fd, &mode) == 0 && !(mode.c_lflag & ICANON) && now_ms() < until);
    if (!(mode.c_lflag & ICANON) || !(mode.c_lflag & ECHO) || mode.c_cc[VINTR] != 3)
        fail("another mode", &terminal);
    expect_exit(&terminal, 5);
}

static const struct test_case cases[] = {
    CASE(keys_come_one_by_one_and_ctrl_c_is_one),
    CASE(ctrl_break_is_an_event_also_while_keys_are_read),
    CASE(the_rest_of_a_line_is_for_who_reads_lines),
    CASE(who_exits_while_keys_are_read_leaves_the_terminal_as_it_was),
};

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    program = argv[1];
    return run_cases(cases, sizeof(cases) / sizeof(cases[0]));
}
