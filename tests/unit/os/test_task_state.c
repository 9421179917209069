/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/task_state.h"

static void one_that_asks_runs(void **state)
{
    assert_int_equal(tsm_task_state((uint32_t)getpid(), NULL), 'R');
}

static void *ask_for_own(void *out)
{
    *(char *)out = tsm_task_state((uint32_t)syscall(SYS_gettid), NULL);
    return NULL;
}

static void a_thread_has_a_state_of_its_own(void **state)
{
    char its = 0;

    pthread_join(support_thread(ask_for_own, &its), NULL);
    assert_int_equal(its, 'R');
}

static void one_that_is_still_waited_for_tells_how_it_ended(void **state)
{
    pid_t child = fork();
    siginfo_t info;
    int status = 0;

    if (child == 0)
        _exit(7);
    assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(tsm_task_state((uint32_t)child, &status), 'Z');
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void what_is_not_there_has_no_state(void **state)
{
    assert_int_equal(tsm_task_state(UINT32_MAX, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_that_asks_runs),
        TEST(a_thread_has_a_state_of_its_own),
        TEST(one_that_is_still_waited_for_tells_how_it_ended),
        TEST(what_is_not_there_has_no_state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
