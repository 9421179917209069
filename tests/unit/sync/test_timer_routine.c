/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "process/thread.h"
#include "sync/apc.h"
#include "sync/timer.h"
#include "sync/timer_routine.h"
#include "sync/wait.h"

#define MS(count) (INT64_C(-10000) * (count)) /* from now */

static int calls;
static int64_t came_at;

static void CALLBACK on_time(LPVOID argument, DWORD low, DWORD high)
{
    calls += *(int *)argument;
    came_at = (int64_t)((uint64_t)high << 32 | low);
}

static int one = 1, ten = 10;

static struct tsm_object *timer_new(void)
{
    struct tsm_object *timer = tsm_timer_new(false);

    tsm_thread_attach();
    calls = 0;
    assert_non_null(timer);
    return timer;
}

static void set(struct tsm_object *timer, int64_t due, uint32_t period_ms, int *argument)
{
    struct tsm_timer_routine *routine = tsm_timer_routine_new(on_time, argument);

    assert_non_null(routine);
    tsm_timer_set(timer, due, period_ms, routine);
}

/* False: the time was over. */
static bool wait_alertably(int ms)
{
    NTSTATUS status = tsm_wait_delay(true, tsm_deadline_in_ms((uint32_t)ms));

    tsm_apc_deliver();
    return status == STATUS_USER_APC;
}

static void a_routine_runs_in_the_wait_of_its_thread(void **state)
{
    struct tsm_object *timer = timer_new();

    set(timer, MS(10), 0, &one);
    support_sleep_ms(20);
    assert_int_equal(calls, 0);
    assert_true(wait_alertably(5000));
    assert_int_equal(calls, 1);
    assert_true(came_at > 0);
    assert_false(wait_alertably(30));
    assert_int_equal(calls, 1);
    tsm_object_unref(timer);
}

static void periods_that_nobody_saw_are_one_call(void **state)
{
    struct tsm_object *timer = timer_new();

    set(timer, MS(1), 2, &one);
    support_sleep_ms(50);
    assert_true(wait_alertably(5000));
    assert_int_equal(calls, 1);
    for (int i = 2; i <= 4; i++) {
        assert_true(wait_alertably(5000));
        assert_int_equal(calls, i);
    }
    tsm_timer_cancel(timer);
    assert_false(wait_alertably(20));
    tsm_object_unref(timer);
}

static void setting_a_timer_again_takes_its_call_back(void **state)
{
    struct tsm_object *timer = timer_new();

    set(timer, MS(0), 0, &one);
    support_sleep_ms(10);
    set(timer, MS(10), 0, &ten);
    assert_true(wait_alertably(5000));
    assert_int_equal(calls, 10);
    assert_false(wait_alertably(20));
    tsm_object_unref(timer);
}

static void a_cancelled_timer_makes_no_call(void **state)
{
    struct tsm_object *timer = timer_new();

    set(timer, MS(0), 0, &one);
    support_sleep_ms(10);
    tsm_timer_cancel(timer);
    assert_false(wait_alertably(20));
    assert_int_equal(calls, 0);
    tsm_object_unref(timer);
}

static void a_timer_that_goes_takes_its_routine_along(void **state)
{
    struct tsm_object *timer = timer_new();

    set(timer, MS(0), 1, &one);
    support_sleep_ms(5);
    tsm_object_unref(timer);
    assert_false(wait_alertably(20));
    assert_int_equal(calls, 0);
}

static void of_several_the_first_that_is_due_comes_first(void **state)
{
    struct tsm_object *late = timer_new(), *soon = timer_new();

    set(late, MS(1500), 0, &ten);
    set(soon, MS(5), 0, &one);
    assert_true(wait_alertably(5000));
    assert_int_equal(calls, 1);
    assert_true(wait_alertably(5000));
    assert_int_equal(calls, 11);
    tsm_object_unref(late);
    tsm_object_unref(soon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_routine_runs_in_the_wait_of_its_thread),
        TEST(periods_that_nobody_saw_are_one_call),
        TEST(setting_a_timer_again_takes_its_call_back),
        TEST(a_cancelled_timer_makes_no_call),
        TEST(a_timer_that_goes_takes_its_routine_along),
        TEST(of_several_the_first_that_is_due_comes_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
