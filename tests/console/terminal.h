/* SPDX-License-Identifier: MIT */
/* A pseudo-terminal from the keyboard's side, and the cases that use one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PATIENCE_MS 20000 /* a machine may be busy */
#define CTRL_C      "\x03"
#define CTRL_D      "\x04"
#define CTRL_QUIT   "\x1c"

struct terminal {
    int fd;
    pid_t program;
    char seen[16384];
    size_t length, at; /* what was found so far ends at */
};

/* The case that runs has failed; what it saw is shown. */
void fail(const char *what, const struct terminal *terminal);

long now_ms(void);

/* This program with a role, as the foreground of a new terminal; prepare runs before it, may be NULL. */
struct terminal start(const char *role, void (*prepare)(void));

/* The same when it has written "ready". */
struct terminal start_ready(const char *role, void (*prepare)(void));

/* The first for any program. */
struct terminal start_command(char *const *arguments, void (*prepare)(void));

/* Waits until the program has written that, behind what was found before. */
void expect(struct terminal *terminal, const char *text);

/* It was not written so far. */
void expect_not(struct terminal *terminal, const char *text);

void type(struct terminal *terminal, const char *keys);

/* Waits until the program sleeps for a while, as one does that reads. */
void expect_rest(struct terminal *terminal);

/* Waits until the shell that was started has given the terminal to a job. */
void expect_job(struct terminal *terminal);

/* The status as a shell gets it; -1: it did not end in time, and was killed. Closes the terminal. */
int end_of(struct terminal *terminal, long patience_ms);
void expect_signal(struct terminal *terminal, int number);
void expect_exit(struct terminal *terminal, int code);

/* Ends a program that goes on. */
void kill_program(struct terminal *terminal);

struct test_case {
    const char *name;
    void (*run)(void);
};

#define CASE(name)  \
    {               \
#name, name \
    }

/* As TAP; what main() returns. */
int run_cases(const struct test_case *cases, size_t count);
