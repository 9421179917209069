/* SPDX-License-Identifier: MIT */
#include "support.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_at_a_time_is_inside),
        TEST(the_next_one_hears_of_a_death_inside_and_the_others_do_not),
        TEST(one_that_sleeps_is_woken_by_a_death),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
