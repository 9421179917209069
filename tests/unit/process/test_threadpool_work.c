/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <semaphore.h>
#include <stdatomic.h>

#include "process/threadpool_work.h"

#define SUBMISSIONS 100
#define BLOCKERS    600 /* as many as the pool ever has threads, and more */

static _Atomic int calls, running;
static sem_t go_on;

static void CALLBACK count(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WORK work)
{
    atomic_fetch_add((_Atomic int *)context, 1);
}

static void CALLBACK block(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WORK work)
{
    running++;
    sem_wait(&go_on);
    calls++;
}

static struct _TP_WORK *work_new(PTP_WORK_CALLBACK callback)
{
    struct _TP_WORK *work = tsm_threadpool_work_new(callback, &calls);

    assert_non_null(work);
    assert_int_equal(sem_init(&go_on, 0, 0), 0);
    calls = running = 0;
    return work;
}

static void each_submission_is_a_call(void **state)
{
    struct _TP_WORK *work = work_new(count);

    for (int i = 0; i < SUBMISSIONS; i++)
        tsm_threadpool_work_submit(work);
    tsm_threadpool_work_wait(work, TSM_WORK_WAIT);
    assert_int_equal(calls, SUBMISSIONS);
    tsm_threadpool_work_close(work);
}

static void calls_of_one_work_run_side_by_side(void **state)
{
    struct _TP_WORK *work = work_new(block);

    for (int i = 0; i < 3; i++)
        tsm_threadpool_work_submit(work);
    for (int i = 0; i < 2000 && running < 3; i++)
        support_sleep_ms(5);
    assert_int_equal(running, 3);
    for (int i = 0; i < 3; i++)
        sem_post(&go_on);
    tsm_threadpool_work_wait(work, TSM_WORK_WAIT);
    assert_int_equal(calls, 3);
    tsm_threadpool_work_close(work);
}

static _Atomic bool is_over;

/* So slowly that they do not all begin while somebody is about to cancel them. */
static void *let_them_go_on(void *unused)
{
    for (int i = 0; i < BLOCKERS && !is_over; i++) {
        support_sleep_ms(20);
        sem_post(&go_on);
    }
    return NULL;
}

static void calls_that_have_not_begun_are_cancelled(void **state)
{
    struct _TP_WORK *work = work_new(block);
    pthread_t thread;

    for (int i = 0; i < BLOCKERS; i++)
        tsm_threadpool_work_submit(work);
    is_over = false;
    thread = support_thread(let_them_go_on, NULL);
    tsm_threadpool_work_wait(work, TSM_WORK_CANCEL);
    is_over = true;
    assert_int_equal(calls, running);
    assert_true(calls < BLOCKERS);
    pthread_join(thread, NULL);
    tsm_threadpool_work_close(work);
}

static void calls_that_were_submitted_outlive_the_work(void **state)
{
    struct _TP_WORK *work = work_new(count);

    for (int i = 0; i < SUBMISSIONS; i++)
        tsm_threadpool_work_submit(work);
    tsm_threadpool_work_close(work);
    for (int i = 0; i < 2000 && calls < SUBMISSIONS; i++)
        support_sleep_ms(5);
    assert_int_equal(calls, SUBMISSIONS);
}

/* A thread of the pool may have taken it, and find nothing to call. A sanitizer sees who comes late. */
static void work_is_closed_right_after_its_calls_were_cancelled(void **state)
{
    for (int i = 0; i < 5000; i++) {
        struct _TP_WORK *work = tsm_threadpool_work_new(count, &calls);

        assert_non_null(work);
        tsm_threadpool_work_submit(work);
        tsm_threadpool_work_submit(work);
        tsm_threadpool_work_wait(work, TSM_WORK_CANCEL);
        tsm_threadpool_work_close(work);
    }
}

static DWORD WINAPI count_once(LPVOID context)
{
    atomic_fetch_add((_Atomic int *)context, 1);
    return 0;
}

static void a_single_call_needs_no_work(void **state)
{
    calls = 0;
    assert_status(tsm_threadpool_call(NULL, count_once, &calls, TSM_WORK_SHORT), STATUS_SUCCESS);
    for (int i = 0; i < 2000 && calls < 1; i++)
        support_sleep_ms(5);
    assert_int_equal(calls, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_submission_is_a_call),
        TEST(calls_of_one_work_run_side_by_side),
        TEST(calls_that_have_not_begun_are_cancelled),
        TEST(calls_that_were_submitted_outlive_the_work),
        TEST(work_is_closed_right_after_its_calls_were_cancelled),
        TEST(a_single_call_needs_no_work),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
