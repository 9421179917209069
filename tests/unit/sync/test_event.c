/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "sync/dispatcher.h"
#include "sync/event.h"
#include "sync/wait.h"

static NTSTATUS poll_object(struct tsm_object *object)
{
    return tsm_wait_objects(&object, 1, false, false, tsm_deadline_in_ms(0));
}

struct waiter {
    struct tsm_object *event;
    uint32_t timeout_ms;
    NTSTATUS result;
};

static void *wait_for_event(void *argument)
{
    struct waiter *waiter = argument;

    waiter->result =
        tsm_wait_objects(&waiter->event, 1, false, false, tsm_deadline_in_ms(waiter->timeout_ms));
    return NULL;
}

/* Until so many threads wait for the object. */
static void await_waiters(struct tsm_object *object, int wanted)
{
    for (int count = -1; count != wanted; support_sleep_ms(1)) {
        count = 0;
        tsm_dispatcher_lock();
        TSM_LIST_FOR_EACH(node, &object->waiters)
        count++;
        tsm_dispatcher_unlock();
    }
}

static void an_auto_reset_event_is_taken_by_one_wait(void **state)
{
    struct tsm_object *event = tsm_event_new(false, true);

    assert_status(poll_object(event), STATUS_WAIT_0);
    assert_status(poll_object(event), STATUS_TIMEOUT);
    tsm_event_signal(event);
    tsm_event_signal(event); /* once is all it can be */
    assert_status(poll_object(event), STATUS_WAIT_0);
    assert_status(poll_object(event), STATUS_TIMEOUT);
    tsm_object_unref(event);
}

static void a_manual_reset_event_stays_until_it_is_reset(void **state)
{
    struct tsm_object *event = tsm_event_new(true, false);

    assert_status(poll_object(event), STATUS_TIMEOUT);
    tsm_event_signal(event);
    assert_status(poll_object(event), STATUS_WAIT_0);
    assert_status(poll_object(event), STATUS_WAIT_0);
    tsm_event_reset(event);
    assert_status(poll_object(event), STATUS_TIMEOUT);
    tsm_object_unref(event);
}

static void an_auto_reset_event_releases_one_of_many(void **state)
{
    struct tsm_object *event = tsm_event_new(false, false);
    struct waiter waiters[4];
    pthread_t threads[4];

    for (int i = 0; i < 4; i++) {
        waiters[i] = (struct waiter){event, 60000, 0};
        threads[i] = support_thread(wait_for_event, &waiters[i]);
    }
    await_waiters(event, 4);
    for (int released = 1; released <= 4; released++) {
        tsm_event_signal(event);
        await_waiters(event, 4 - released);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_status(waiters[i].result, STATUS_WAIT_0);
    }
    assert_status(poll_object(event), STATUS_TIMEOUT);
    tsm_object_unref(event);
}

static void pulsing_a_manual_reset_event_releases_all_who_wait_now(void **state)
{
    struct tsm_object *event = tsm_event_new(true, false);
    struct waiter waiters[3];
    pthread_t threads[3];

    for (int i = 0; i < 3; i++) {
        waiters[i] = (struct waiter){event, 60000, 0};
        threads[i] = support_thread(wait_for_event, &waiters[i]);
    }
    await_waiters(event, 3);
    tsm_event_pulse(event);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        assert_status(waiters[i].result, STATUS_WAIT_0);
    }
    assert_status(poll_object(event), STATUS_TIMEOUT);
    tsm_object_unref(event);
}

static void pulsing_an_event_that_nobody_waits_for_leaves_it_reset(void **state)
{
    struct tsm_object *event = tsm_event_new(false, false);

    tsm_event_pulse(event);
    assert_status(poll_object(event), STATUS_TIMEOUT);
    tsm_object_unref(event);
}

static void a_wait_ends_when_its_time_is_over(void **state)
{
    struct tsm_object *event = tsm_event_new(false, false);
    int64_t begin = tsm_monotonic_ns();

    assert_status(tsm_wait_objects(&event, 1, false, false, tsm_deadline_in_ms(30)),
                  STATUS_TIMEOUT);
    assert_true(tsm_monotonic_ns() - begin >= 30 * INT64_C(1000000));
    assert_true(tsm_list_is_empty(&event->waiters));
    tsm_object_unref(event);
}

static void waiting_for_all_takes_nothing_until_all_are_there(void **state)
{
    struct tsm_object *events[] = {tsm_event_new(false, true), tsm_event_new(false, false)};

    assert_status(tsm_wait_objects(events, 2, true, false, tsm_deadline_in_ms(5)), STATUS_TIMEOUT);
    assert_status(poll_object(events[0]), STATUS_WAIT_0);
    tsm_event_signal(events[0]);
    tsm_event_signal(events[1]);
    assert_status(tsm_wait_objects(events, 2, true, false, tsm_deadline_in_ms(5)), STATUS_WAIT_0);
    assert_status(poll_object(events[0]), STATUS_TIMEOUT);
    assert_status(poll_object(events[1]), STATUS_TIMEOUT);
    tsm_object_unref(events[0]);
    tsm_object_unref(events[1]);
}

static void waiting_for_any_takes_the_first_alone(void **state)
{
    struct tsm_object *events[] = {tsm_event_new(false, false), tsm_event_new(false, true),
                                   tsm_event_new(false, true)};

    assert_status(tsm_wait_objects(events, 3, false, false, tsm_deadline_in_ms(0)), STATUS_WAIT_1);
    assert_status(poll_object(events[2]), STATUS_WAIT_0);
    for (int i = 0; i < 3; i++)
        tsm_object_unref(events[i]);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(an_auto_reset_event_is_taken_by_one_wait),
        TEST(a_manual_reset_event_stays_until_it_is_reset),
        TEST(an_auto_reset_event_releases_one_of_many),
        TEST(pulsing_a_manual_reset_event_releases_all_who_wait_now),
        TEST(pulsing_an_event_that_nobody_waits_for_leaves_it_reset),
        TEST(a_wait_ends_when_its_time_is_over),
        TEST(waiting_for_all_takes_nothing_until_all_are_there),
        TEST(waiting_for_any_takes_the_first_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
