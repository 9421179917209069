/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <semaphore.h>
#include <stdatomic.h>

#include "process/registered_wait.h"
#include "sync/event.h"
#include "sync/wait.h"

static sem_t called, go_on;
static _Atomic int calls, late_calls;

static void CALLBACK on_call(PVOID context, BOOLEAN is_late)
{
    calls++;
    late_calls += is_late != 0;
    sem_post(&called);
}

static void CALLBACK on_call_and_block(PVOID context, BOOLEAN is_late)
{
    on_call(context, is_late);
    sem_wait(&go_on);
}

static struct tsm_object *wait_new(struct tsm_object *object, WAITORTIMERCALLBACK callback,
                                   uint32_t timeout_ms, uint32_t flags)
{
    const struct tsm_registered_wait_request request = {
        .object = object,
        .callback = callback,
        .timeout_ms = timeout_ms,
        .flags = flags,
    };
    struct tsm_object *wait;

    assert_status(tsm_registered_wait_new(&request, &wait), STATUS_SUCCESS);
    return wait;
}

static struct tsm_object *event_begin(bool is_manual)
{
    struct tsm_object *event = tsm_event_new(is_manual, false);

    assert_non_null(event);
    assert_int_equal(sem_init(&called, 0, 0) | sem_init(&go_on, 0, 0), 0);
    calls = late_calls = 0;
    return event;
}

static void wait_end(struct tsm_object *wait)
{
    assert_status(tsm_registered_wait_end_and_join(wait), STATUS_SUCCESS);
    tsm_object_unref(wait);
}

static void each_signal_makes_a_call(void **state)
{
    struct tsm_object *event = event_begin(false);
    struct tsm_object *wait = wait_new(event, on_call, INFINITE, WT_EXECUTEDEFAULT);

    for (int i = 1; i <= 5; i++) {
        tsm_event_signal(event);
        assert_int_equal(sem_wait(&called), 0);
        assert_int_equal(calls, i);
    }
    assert_int_equal(late_calls, 0);
    wait_end(wait);
    tsm_event_signal(event);
    support_sleep_ms(50);
    assert_int_equal(calls, 5);
    tsm_object_unref(event);
}

static void one_that_is_meant_once_calls_once(void **state)
{
    struct tsm_object *event = event_begin(true);
    struct tsm_object *wait = wait_new(event, on_call, INFINITE, WT_EXECUTEONLYONCE);

    tsm_event_signal(event);
    assert_int_equal(sem_wait(&called), 0);
    support_sleep_ms(50);
    assert_int_equal(calls, 1);
    wait_end(wait);
    tsm_object_unref(event);
}

static void time_that_passes_makes_calls(void **state)
{
    struct tsm_object *event = event_begin(false);
    struct tsm_object *wait = wait_new(event, on_call, 5, WT_EXECUTEDEFAULT);

    for (int i = 0; i < 3; i++)
        assert_int_equal(sem_wait(&called), 0);
    wait_end(wait);
    assert_true(late_calls >= 3);
    assert_int_equal(late_calls, calls);
    tsm_object_unref(event);
}

static void an_end_tells_of_the_call_that_is_being_made(void **state)
{
    struct tsm_object *event = event_begin(false), *ended = tsm_event_new(true, false);
    struct tsm_object *wait = wait_new(event, on_call_and_block, INFINITE, WT_EXECUTEDEFAULT);

    tsm_event_signal(event);
    assert_int_equal(sem_wait(&called), 0);
    assert_status(tsm_registered_wait_end(wait, ended), STATUS_PENDING);
    assert_int_equal(tsm_wait_objects(&ended, 1, false, false, tsm_deadline_in_ms(30)),
                     STATUS_TIMEOUT);
    sem_post(&go_on);
    assert_int_equal(tsm_wait_objects(&ended, 1, false, false, tsm_deadline_in_ms(10000)),
                     STATUS_WAIT_0);
    tsm_object_unref(wait);
    tsm_object_unref(ended);
    tsm_object_unref(event);
}

/* More than one thread can wait for. */
static void hundreds_of_objects_are_waited_for(void **state)
{
    struct tsm_object *events[200], *waits[200];

    tsm_object_unref(event_begin(false));
    for (int i = 0; i < 200; i++) {
        events[i] = tsm_event_new(false, false);
        waits[i] = wait_new(events[i], on_call, INFINITE, WT_EXECUTEDEFAULT);
    }
    for (int i = 0; i < 200; i++)
        tsm_event_signal(events[i]);
    for (int i = 0; i < 200; i++)
        assert_int_equal(sem_wait(&called), 0);
    for (int i = 0; i < 200; i++) {
        wait_end(waits[i]);
        tsm_object_unref(events[i]);
    }
    assert_int_equal(calls, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_signal_makes_a_call),           TEST(one_that_is_meant_once_calls_once),
        TEST(time_that_passes_makes_calls),       TEST(an_end_tells_of_the_call_that_is_being_made),
        TEST(hundreds_of_objects_are_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
