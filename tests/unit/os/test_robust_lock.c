/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/teb.h"
#include "os/robust_lock.h"

#define THREADS 4
#define ROUNDS  20000

static struct tsm_robust_lock lock;
static unsigned long sum;

static void *add(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        assert_false(tsm_robust_lock_acquire(&lock));
        sum++;
        tsm_robust_lock_release(&lock);
    }
    return NULL;
}

static void one_at_a_time_is_inside(void **state)
{
    pthread_t threads[THREADS];

    sum = 0;
    for (int i = 0; i < THREADS; i++)
        threads[i] = support_thread(add, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(sum, THREADS * ROUNDS);
}

static void *die_inside(void *unused)
{
    (void)tsm_robust_lock_acquire(&lock);
    return NULL;
}

static void the_next_one_hears_of_a_death_inside_and_the_others_do_not(void **state)
{
    pthread_join(support_thread(die_inside, NULL), NULL);
    assert_true(tsm_robust_lock_acquire(&lock));
    tsm_robust_lock_release(&lock);
    assert_false(tsm_robust_lock_acquire(&lock));
    tsm_robust_lock_release(&lock);
}

static void *wait_for_it(void *has_died)
{
    *(bool *)has_died = tsm_robust_lock_acquire(&lock);
    tsm_robust_lock_release(&lock);
    return NULL;
}

static _Atomic bool is_held;

static void *die_while_others_wait(void *unused)
{
    (void)tsm_robust_lock_acquire(&lock);
    is_held = true;
    support_sleep_ms(100);
    return NULL;
}

static void one_that_sleeps_is_woken_by_a_death(void **state)
{
    bool has_died[2] = {false, false};
    pthread_t holder = support_thread(die_while_others_wait, NULL), waiters[2];

    while (!is_held)
        support_sleep_ms(1);
    for (int i = 0; i < 2; i++)
        waiters[i] = support_thread(wait_for_it, &has_died[i]);
    pthread_join(holder, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(waiters[i], NULL);
    assert_int_equal(has_died[0] + has_died[1], 1);
}

/* What the calling thread holds when it ends is nobody's business. */
static void hide_from_kernel(void)
{
    assert_int_equal(syscall(SYS_set_robust_list, NULL, sizeof(struct robust_list_head)), 0);
}

static void *die_unseen(void *unused)
{
    hide_from_kernel();
    return die_inside(unused);
}

static void *wait_unseen(void *has_died)
{
    hide_from_kernel();
    return wait_for_it(has_died);
}

static void where_the_kernel_does_not_look_those_who_wait_do(void **state)
{
    bool has_died[2] = {false, false};
    pthread_t waiters[2];

    pthread_join(support_thread(die_unseen, NULL), NULL);
    for (int i = 0; i < 2; i++)
        waiters[i] = support_thread(wait_unseen, &has_died[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(waiters[i], NULL);
    assert_int_equal(has_died[0] + has_died[1], 1);
}

static void *wait_for_shared(void *shared)
{
    hide_from_kernel();
    assert_true(tsm_robust_lock_acquire(shared));
    tsm_robust_lock_release(shared);
    return NULL;
}

static void one_that_was_killed_and_is_still_waited_for_is_dead(void **state)
{
    struct tsm_robust_lock *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_t waiter;
    pid_t holder;

    assert_ptr_not_equal(shared, MAP_FAILED);
    holder = fork();
    if (holder == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        tsm_teb_after_fork();
        if (syscall(SYS_set_robust_list, NULL, sizeof(struct robust_list_head)) == 0)
            (void)tsm_robust_lock_acquire(shared);
        for (;;)
            pause();
    }
    while (shared->word == 0)
        support_sleep_ms(1);
    waiter = support_thread(wait_for_shared, shared);
    support_sleep_ms(100);
    assert_int_equal(shared->word & FUTEX_TID_MASK, holder);
    assert_int_equal(kill(holder, SIGKILL), 0);
    pthread_join(waiter, NULL);
    assert_int_equal(waitpid(holder, NULL, 0), holder);
    munmap(shared, sizeof(*shared));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_at_a_time_is_inside),
        TEST(the_next_one_hears_of_a_death_inside_and_the_others_do_not),
        TEST(one_that_sleeps_is_woken_by_a_death),
        TEST(where_the_kernel_does_not_look_those_who_wait_do),
        TEST(one_that_was_killed_and_is_still_waited_for_is_dead),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
