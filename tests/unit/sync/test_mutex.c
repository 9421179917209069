/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "base/teb.h"
#include "sync/mutex.h"
#include "sync/wait.h"

#define OTHER_THREAD 0x7FFFFFF0u /* an id that no thread has */

static NTSTATUS take(struct tsm_object *mutex)
{
    return tsm_wait_objects(&mutex, 1, false, false, tsm_deadline_in_ms(0));
}

static NTSTATUS release(struct tsm_object *mutex)
{
    return tsm_mutex_release(mutex, tsm_teb_tid());
}

static void a_free_mutex_can_be_taken_again_and_again_by_its_owner(void **state)
{
    struct tsm_object *mutex = tsm_mutex_new(0);

    for (int i = 0; i < 3; i++)
        assert_status(take(mutex), STATUS_WAIT_0);
    for (int i = 0; i < 3; i++)
        assert_status(release(mutex), STATUS_SUCCESS);
    assert_status(release(mutex), STATUS_MUTANT_NOT_OWNED);
    tsm_object_unref(mutex);
}

static void a_mutex_of_another_thread_cannot_be_taken_nor_released(void **state)
{
    struct tsm_object *mutex = tsm_mutex_new(OTHER_THREAD);

    assert_status(take(mutex), STATUS_TIMEOUT);
    assert_status(release(mutex), STATUS_MUTANT_NOT_OWNED);
    assert_status(tsm_mutex_release(mutex, OTHER_THREAD), STATUS_SUCCESS);
    assert_status(take(mutex), STATUS_WAIT_0);
    assert_status(release(mutex), STATUS_SUCCESS);
    tsm_object_unref(mutex);
}

static void a_free_mutex_is_owned_by_nobody(void **state)
{
    struct tsm_object *mutex = tsm_mutex_new(0);

    assert_status(tsm_mutex_release(mutex, 0), STATUS_MUTANT_NOT_OWNED);
    tsm_object_unref(mutex);
}

static void who_gets_an_abandoned_mutex_is_told_once(void **state)
{
    struct tsm_object *mutex = tsm_mutex_new(OTHER_THREAD);

    tsm_mutex_abandon_all(OTHER_THREAD);
    assert_status(take(mutex), STATUS_ABANDONED_WAIT_0);
    assert_status(release(mutex), STATUS_SUCCESS);
    assert_status(take(mutex), STATUS_WAIT_0);
    assert_status(release(mutex), STATUS_SUCCESS);
    tsm_object_unref(mutex);
}

static void abandoning_frees_all_mutexes_of_that_thread_and_no_others(void **state)
{
    struct tsm_object *mutexes[6];

    for (uint32_t i = 0; i < 6; i++)
        mutexes[i] = tsm_mutex_new(OTHER_THREAD + i % 2);
    tsm_mutex_abandon_all(OTHER_THREAD);
    for (uint32_t i = 0; i < 6; i++)
        assert_status(take(mutexes[i]), i % 2 ? STATUS_TIMEOUT : STATUS_ABANDONED_WAIT_0);
    tsm_mutex_abandon_all(OTHER_THREAD + 1);
    for (uint32_t i = 1; i < 6; i += 2)
        assert_status(take(mutexes[i]), STATUS_ABANDONED_WAIT_0);
    for (uint32_t i = 0; i < 6; i++)
        tsm_object_unref(mutexes[i]); /* owned by this thread: must not stay in any list */
    tsm_mutex_abandon_all(tsm_teb_tid());
}

static void *wait_and_release(void *argument)
{
    struct tsm_object *mutex = argument;
    NTSTATUS status = tsm_wait_objects(&mutex, 1, false, false, tsm_deadline_in_ms(60000));

    if (NT_SUCCESS(status) && !NT_SUCCESS(release(mutex)))
        return NULL;
    return (void *)(uintptr_t)(status + 1);
}

static void a_waiter_gets_a_mutex_that_is_abandoned_while_it_waits(void **state)
{
    struct tsm_object *mutex = tsm_mutex_new(OTHER_THREAD);
    pthread_t thread = support_thread(wait_and_release, mutex);
    void *result;

    support_sleep_ms(20);
    tsm_mutex_abandon_all(OTHER_THREAD);
    pthread_join(thread, &result);
    assert_int_equal((uintptr_t)result - 1, STATUS_ABANDONED_WAIT_0);
    tsm_object_unref(mutex);
}

#define ROUNDS 20000

struct shared {
    struct tsm_object *mutex;
    volatile long counter;
};

static void *count_up(void *argument)
{
    struct shared *shared = argument;

    for (int i = 0; i < ROUNDS; i++) {
        if (tsm_wait_objects(&shared->mutex, 1, false, false, TSM_DEADLINE_NEVER) != STATUS_WAIT_0)
            return shared;
        shared->counter = shared->counter + 1;
        if (!NT_SUCCESS(release(shared->mutex)))
            return shared;
    }
    return NULL;
}

static void a_mutex_keeps_threads_apart(void **state)
{
    struct shared shared = {.mutex = tsm_mutex_new(0)};
    pthread_t threads[3];
    void *failed;

    for (int i = 0; i < 3; i++)
        threads[i] = support_thread(count_up, &shared);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(shared.counter, 3 * ROUNDS);
    tsm_object_unref(shared.mutex);
}

static void waiting_for_all_reports_that_one_was_abandoned(void **state)
{
    struct tsm_object *mutexes[] = {tsm_mutex_new(0), tsm_mutex_new(OTHER_THREAD)};

    tsm_mutex_abandon_all(OTHER_THREAD);
    assert_status(tsm_wait_objects(mutexes, 2, true, false, tsm_deadline_in_ms(0)),
                  STATUS_ABANDONED_WAIT_0);
    assert_status(release(mutexes[0]), STATUS_SUCCESS);
    assert_status(release(mutexes[1]), STATUS_SUCCESS);
    tsm_object_unref(mutexes[0]);
    tsm_object_unref(mutexes[1]);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_free_mutex_can_be_taken_again_and_again_by_its_owner),
        TEST(a_mutex_of_another_thread_cannot_be_taken_nor_released),
        TEST(a_free_mutex_is_owned_by_nobody),
        TEST(who_gets_an_abandoned_mutex_is_told_once),
        TEST(abandoning_frees_all_mutexes_of_that_thread_and_no_others),
        TEST(a_waiter_gets_a_mutex_that_is_abandoned_while_it_waits),
        TEST(a_mutex_keeps_threads_apart),
        TEST(waiting_for_all_reports_that_one_was_abandoned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
