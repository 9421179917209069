/* SPDX-License-Identifier: MIT */
/* SRW locks, condition variables, addresses and barriers under load; for the thread sanitizer too. */
#include "support.h"

#include "sync/address_wait.h"
#include "sync/barrier.h"
#include "sync/condition.h"
#include "sync/srw_lock.h"

#define THREADS 4
#define ROUNDS  3000

static SRWLOCK lock;
static CONDITION_VARIABLE condition;
static SYNCHRONIZATION_BARRIER barrier;
static _Alignas(8) volatile uint32_t words[2];
static long plain; /* guarded by whatever is tested */

static void run_threads(void *(*run)(void *))
{
    pthread_t threads[THREADS];

    plain = 0;
    for (long i = 0; i < THREADS; i++)
        threads[i] = support_thread(run, (void *)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void *write_and_read(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        tsm_srw_lock_exclusive(&lock);
        plain++;
        tsm_srw_unlock_exclusive(&lock);
        tsm_srw_lock_shared(&lock);
        if (plain <= i)
            abort();
        tsm_srw_unlock_shared(&lock);
    }
    return NULL;
}

static void writers_and_readers_lose_no_count(void **state)
{
    run_threads(write_and_read);
    assert_int_equal(plain, (long)THREADS * ROUNDS);
}

static void *pass_on(void *number)
{
    for (int i = 0; i < ROUNDS / 4; i++) {
        tsm_srw_lock_exclusive(&lock);
        while (plain % THREADS != (long)number) {
            uint32_t ticket = tsm_condition_prepare(&condition);

            tsm_srw_unlock_exclusive(&lock);
            if (!tsm_condition_sleep(&condition, ticket, tsm_deadline_in_ms(20000)))
                abort();
            tsm_srw_lock_exclusive(&lock);
        }
        plain++;
        tsm_srw_unlock_exclusive(&lock);
        tsm_condition_wake(&condition, INT32_MAX);
    }
    return NULL;
}

static void a_ring_of_threads_loses_no_wake(void **state)
{
    run_threads(pass_on);
    assert_int_equal(plain, (long)THREADS * (ROUNDS / 4));
}

static void *wait_for_turn(void *number)
{
    for (int i = 0; i < ROUNDS / 4; i++) {
        uint32_t seen;

        while ((seen = __atomic_load_n(&words[0], __ATOMIC_ACQUIRE)) % THREADS != (uintptr_t)number)
            if (tsm_address_wait(&words[0], &seen, 4, tsm_deadline_in_ms(20000)) != STATUS_SUCCESS)
                abort();
        plain++;
        __atomic_store_n(&words[0], seen + 1, __ATOMIC_RELEASE);
        tsm_address_wake((void *)(uintptr_t)&words[0], true);
    }
    return NULL;
}

static void threads_that_wait_on_an_address_lose_no_wake(void **state)
{
    run_threads(wait_for_turn);
    assert_int_equal(plain, (long)THREADS * (ROUNDS / 4));
}

static void *meet(void *unused)
{
    for (int i = 0; i < ROUNDS / 10; i++) {
        if (tsm_barrier_enter(&barrier, false, i % 2))
            plain++; /* the others do not come back before the next round is full */
        tsm_barrier_enter(&barrier, false, false);
    }
    return NULL;
}

static void a_barrier_tells_one_thread_a_round(void **state)
{
    tsm_barrier_init(&barrier, THREADS, 100);
    run_threads(meet);
    tsm_barrier_drain(&barrier);
    assert_int_equal(plain, ROUNDS / 10);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(writers_and_readers_lose_no_count),
        TEST(a_ring_of_threads_loses_no_wake),
        TEST(threads_that_wait_on_an_address_lose_no_wake),
        TEST(a_barrier_tells_one_thread_a_round),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
