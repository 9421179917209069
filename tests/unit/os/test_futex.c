/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <limits.h>

#include "os/futex.h"
#include "os/lock.h"

static void another_value_does_not_sleep(void **state)
{
    _Atomic uint32_t word = 1, own = 0;

    assert_true(tsm_futex_wait(&word, 0, TSM_FUTEX_PRIVATE, TSM_DEADLINE_NEVER));
    assert_true(tsm_futex_wait_two(&word, 0, &own, 0, TSM_DEADLINE_NEVER));
    assert_true(tsm_futex_wait_two(&word, 1, &own, 7, TSM_DEADLINE_NEVER));
}

static void a_deadline_ends_the_sleep(void **state)
{
    _Atomic uint32_t word = 0, own = 0;
    int64_t start = tsm_monotonic_ns();

    assert_false(tsm_futex_wait(&word, 0, TSM_FUTEX_SHARED, tsm_deadline_in_ms(20)));
    assert_true(tsm_monotonic_ns() - start >= 20000000);
    start = tsm_monotonic_ns();
    assert_false(tsm_futex_wait_two(&word, 0, &own, 0, tsm_deadline_in_ms(20)));
    assert_true(tsm_monotonic_ns() - start >= 20000000);
    assert_false(tsm_futex_wait(&word, 0, TSM_FUTEX_PRIVATE, tsm_deadline_in_ms(0)));
}

struct sleeper {
    _Atomic uint32_t shared, own;
};

static void *wake_shared(void *argument)
{
    struct sleeper *sleeper = argument;

    support_sleep_ms(20);
    atomic_store(&sleeper->shared, 1);
    tsm_futex_wake(&sleeper->shared, INT_MAX, TSM_FUTEX_SHARED);
    return NULL;
}

static void *wake_own(void *argument)
{
    struct sleeper *sleeper = argument;

    support_sleep_ms(20);
    atomic_store(&sleeper->own, 1);
    tsm_futex_wake(&sleeper->own, 1, TSM_FUTEX_PRIVATE);
    return NULL;
}

static void either_of_two_words_wakes(void **state)
{
    void *(*const wakers[])(void *) = {wake_shared, wake_own};

    for (int i = 0; i < 2; i++) {
        struct sleeper sleeper = {0};
        pthread_t waker = support_thread(wakers[i], &sleeper);

        while (atomic_load(&sleeper.shared) == 0 && atomic_load(&sleeper.own) == 0)
            assert_true(
                tsm_futex_wait_two(&sleeper.shared, 0, &sleeper.own, 0, tsm_deadline_in_ms(10000)));
        pthread_join(waker, NULL);
    }
}

static struct tsm_lock lock;
static uint32_t counter;

static void *count_under_lock(void *argument)
{
    for (int i = 0; i < 50000; i++) {
        tsm_lock_acquire(&lock);
        counter++;
        tsm_lock_release(&lock);
    }
    return NULL;
}

static void a_lock_lets_one_in_at_a_time(void **state)
{
    pthread_t threads[4];

    counter = 0;
    for (int i = 0; i < 4; i++)
        threads[i] = support_thread(count_under_lock, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(counter, 200000);
    assert_int_equal(atomic_load(&lock.word), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(another_value_does_not_sleep),
        TEST(a_deadline_ends_the_sleep),
        TEST(either_of_two_words_wakes),
        TEST(a_lock_lets_one_in_at_a_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
