/* SPDX-License-Identifier: MIT */
/*
 * Tests that need the signals of faults for themselves: cmocka takes those of its own process, so
 * that each test is a child. Nothing of src/seh runs in the parent.
 */
#pragma once

#include "support.h"

#include <sys/wait.h>

#define require(condition)                                           \
    do {                                                             \
        if (!(condition)) {                                          \
            printf("# %s:%d: %s\n", __FILE__, __LINE__, #condition); \
            fflush(stdout);                                          \
            _exit(99);                                               \
        }                                                            \
    } while (0)

/* What waitpid() says of a child that runs a function and ends with 0. */
static inline int status_of_child(void (*run)(void))
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGALRM};

        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
            signal(numbers[i], SIG_DFL);
        alarm(10);
        fclose(stderr);
        run();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static inline int signal_of_child(void (*run)(void))
{
    int status = status_of_child(run);

    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

#define CHILD_TEST(name)                                       \
    static void name##_in_child(void);                         \
    static void name(void **state)                             \
    {                                                          \
        assert_int_equal(status_of_child(name##_in_child), 0); \
    }                                                          \
    static void name##_in_child(void)
