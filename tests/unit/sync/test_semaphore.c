/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "sync/semaphore.h"
#include "sync/wait.h"

static NTSTATUS take(struct tsm_object *semaphore)
{
    return tsm_wait_objects(&semaphore, 1, false, false, tsm_deadline_in_ms(0));
}

static void each_wait_takes_one(void **state)
{
    struct tsm_object *semaphore = tsm_semaphore_new(2, 2);

    assert_status(take(semaphore), STATUS_WAIT_0);
    assert_status(take(semaphore), STATUS_WAIT_0);
    assert_status(take(semaphore), STATUS_TIMEOUT);
    tsm_object_unref(semaphore);
}

static void a_release_tells_the_count_before_it(void **state)
{
    struct tsm_object *semaphore = tsm_semaphore_new(1, 10);
    int32_t previous = -1;

    assert_status(tsm_semaphore_release(semaphore, 4, &previous), STATUS_SUCCESS);
    assert_int_equal(previous, 1);
    assert_status(tsm_semaphore_release(semaphore, 5, NULL), STATUS_SUCCESS);
    for (int i = 0; i < 10; i++)
        assert_status(take(semaphore), STATUS_WAIT_0);
    assert_status(take(semaphore), STATUS_TIMEOUT);
    tsm_object_unref(semaphore);
}

static void a_release_over_the_limit_changes_nothing(void **state)
{
    struct tsm_object *semaphore = tsm_semaphore_new(1, 2);
    int32_t previous = -1;

    assert_status(tsm_semaphore_release(semaphore, 2, &previous), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    assert_status(tsm_semaphore_release(semaphore, INT32_MAX, &previous),
                  STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    assert_int_equal(previous, -1);
    assert_status(take(semaphore), STATUS_WAIT_0);
    assert_status(take(semaphore), STATUS_TIMEOUT);
    tsm_object_unref(semaphore);
}

static void the_largest_maximum_does_not_overflow(void **state)
{
    struct tsm_object *semaphore = tsm_semaphore_new(INT32_MAX, INT32_MAX);

    assert_status(tsm_semaphore_release(semaphore, 1, NULL), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
    assert_status(take(semaphore), STATUS_WAIT_0);
    assert_status(tsm_semaphore_release(semaphore, 1, NULL), STATUS_SUCCESS);
    tsm_object_unref(semaphore);
}

static void *wait_for_one(void *argument)
{
    struct tsm_object *semaphore = argument;

    return (void *)(uintptr_t)(tsm_wait_objects(&semaphore, 1, false, false,
                                                tsm_deadline_in_ms(60000)) +
                               1);
}

static void a_release_wakes_as_many_as_it_adds(void **state)
{
    struct tsm_object *semaphore = tsm_semaphore_new(0, 10);
    pthread_t threads[5];
    void *result;

    for (int i = 0; i < 5; i++)
        threads[i] = support_thread(wait_for_one, semaphore);
    support_sleep_ms(20);
    assert_status(tsm_semaphore_release(semaphore, 6, NULL), STATUS_SUCCESS);
    for (int i = 0; i < 5; i++) {
        pthread_join(threads[i], &result);
        assert_int_equal((uintptr_t)result - 1, STATUS_WAIT_0);
    }
    assert_status(take(semaphore), STATUS_WAIT_0);
    assert_status(take(semaphore), STATUS_TIMEOUT);
    tsm_object_unref(semaphore);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(each_wait_takes_one),
        TEST(a_release_tells_the_count_before_it),
        TEST(a_release_over_the_limit_changes_nothing),
        TEST(the_largest_maximum_does_not_overflow),
        TEST(a_release_wakes_as_many_as_it_adds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
