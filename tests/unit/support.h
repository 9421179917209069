/* SPDX-License-Identifier: MIT */
/*
 * What every unit test includes. A test that leaves a descriptor or a handle behind fails.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <ntstatus.h>
#include <windows.h>

#include "object/handle_table.h"
#include "os/fd_limit.h"

struct support_counts {
    int descriptors;
    uint32_t handles;
};

static inline struct support_counts support_count(void)
{
    struct support_counts counts = {.handles = tsm_handle_count()};
    DIR *folder;

    /* What is kept for the next time is no leak. */
    tsm_fd_limit_give_back();
    folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        counts.descriptors++;
    closedir(folder);
    return counts;
}

static inline int support_begin(void **state)
{
    struct support_counts *counts = malloc(sizeof(*counts));

    assert_non_null(counts);
    *counts = support_count();
    *state = counts;
    alarm(60); /* a test that hangs ends here */
    return 0;
}

static inline void support_sleep_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static inline int support_end(void **state)
{
    struct support_counts *before = *state, after = support_count();

    /* The service thread may be the last one to let go of something. */
    for (int i = 0; i < 5000 && after.descriptors != before->descriptors; i++) {
        support_sleep_ms(1);
        after = support_count();
    }
    alarm(0);
    assert_int_equal(after.descriptors, before->descriptors);
    assert_int_equal(after.handles, before->handles);
    free(before);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, support_begin, support_end)

#define assert_status(actual, expected) \
    assert_int_equal((uint32_t)(NTSTATUS)(actual), (uint32_t)(NTSTATUS)(expected))

static inline pthread_t support_thread(void *(*run)(void *), void *argument)
{
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, run, argument), 0);
    return thread;
}
