/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <stdatomic.h>
#include <sys/epoll.h>

#include "os/reactor.h"

struct counted {
    struct tsm_reactor_watch watch;
    _Atomic int calls;
    _Atomic uint32_t events;
    _Atomic bool is_inside;
    int delay_ms;
    bool removes_itself;
};

static void on_event(struct tsm_reactor_watch *watch, uint32_t events)
{
    struct counted *counted = tsm_container_of(watch, struct counted, watch);

    atomic_store(&counted->is_inside, true);
    atomic_fetch_or(&counted->events, events);
    if (counted->delay_ms)
        support_sleep_ms(counted->delay_ms);
    if (counted->removes_itself)
        tsm_reactor_remove(watch);
    atomic_fetch_add(&counted->calls, 1);
    atomic_store(&counted->is_inside, false);
}

static void wait_for_calls(struct counted *counted, int calls)
{
    for (int i = 0; i < 5000 && atomic_load(&counted->calls) < calls; i++)
        support_sleep_ms(1);
    assert_true(atomic_load(&counted->calls) >= calls);
    while (atomic_load(&counted->is_inside))
        support_sleep_ms(1);
}

/* The service thread and its epoll descriptor stay: they are made before the first test. */
static int start(void **state)
{
    struct tsm_reactor_watch watch = {.on_event = on_event};
    int ends[2];

    if (pipe(ends) < 0)
        return 1;
    watch.fd = ends[0];
    if (!NT_SUCCESS(tsm_reactor_add(&watch, EPOLLIN)))
        return 1;
    tsm_reactor_remove(&watch);
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static void an_event_calls_back(void **state)
{
    struct counted counted = {.watch.on_event = on_event};
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    counted.watch.fd = ends[0];
    assert_status(tsm_reactor_add(&counted.watch, EPOLLIN | EPOLLET), STATUS_SUCCESS);
    assert_int_equal(write(ends[1], "x", 1), 1);
    wait_for_calls(&counted, 1);
    close(ends[1]);
    wait_for_calls(&counted, 2);
    assert_true(atomic_load(&counted.events) & EPOLLHUP);
    tsm_reactor_remove(&counted.watch);
    close(ends[0]);
}

static void a_removed_watch_is_not_called(void **state)
{
    struct counted counted = {.watch.on_event = on_event};
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    counted.watch.fd = ends[0];
    assert_status(tsm_reactor_add(&counted.watch, EPOLLIN), STATUS_SUCCESS);
    tsm_reactor_remove(&counted.watch);
    tsm_reactor_remove(&counted.watch); /* twice is fine */
    assert_int_equal(write(ends[1], "x", 1), 1);
    support_sleep_ms(20);
    assert_int_equal(atomic_load(&counted.calls), 0);
    close(ends[0]);
    close(ends[1]);
}

static void removing_waits_for_a_callback_that_runs(void **state)
{
    struct counted counted = {.watch.on_event = on_event, .delay_ms = 50};
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    counted.watch.fd = ends[0];
    assert_status(tsm_reactor_add(&counted.watch, EPOLLIN | EPOLLET), STATUS_SUCCESS);
    assert_int_equal(write(ends[1], "x", 1), 1);
    while (!atomic_load(&counted.is_inside))
        support_sleep_ms(1);
    tsm_reactor_remove(&counted.watch);
    assert_false(atomic_load(&counted.is_inside));
    assert_int_equal(atomic_load(&counted.calls), 1);
    close(ends[0]);
    close(ends[1]);
}

static void a_callback_may_remove_its_own_watch(void **state)
{
    struct counted counted = {.watch.on_event = on_event, .removes_itself = true};
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    counted.watch.fd = ends[0];
    assert_status(tsm_reactor_add(&counted.watch, EPOLLIN), STATUS_SUCCESS);
    assert_int_equal(write(ends[1], "x", 1), 1);
    wait_for_calls(&counted, 1);
    support_sleep_ms(20);
    assert_int_equal(atomic_load(&counted.calls), 1);
    close(ends[0]);
    close(ends[1]);
}

static void a_descriptor_that_cannot_be_watched_is_an_error(void **state)
{
    struct counted counted = {.watch.on_event = on_event, .watch.fd = -1};

    assert_status(tsm_reactor_add(&counted.watch, EPOLLIN), STATUS_INVALID_HANDLE);
    tsm_reactor_remove(&counted.watch);
}

static void events_can_be_turned_off_and_on(void **state)
{
    struct counted counted = {.watch.on_event = on_event};
    int ends[2], calls;

    assert_int_equal(pipe(ends), 0);
    counted.watch.fd = ends[0];
    assert_status(tsm_reactor_add(&counted.watch, EPOLLIN), STATUS_SUCCESS);
    tsm_reactor_change(&counted.watch, 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    support_sleep_ms(30);
    calls = atomic_load(&counted.calls);
    assert_int_equal(calls, 0);
    tsm_reactor_change(&counted.watch, EPOLLIN | EPOLLET);
    wait_for_calls(&counted, 1);
    tsm_reactor_remove(&counted.watch);
    close(ends[0]);
    close(ends[1]);
}

static void a_deadline_calls_back_once_and_without_events(void **state)
{
    struct counted counted = {.watch.on_event = on_event};
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    counted.watch.fd = ends[0];
    assert_status(tsm_reactor_add(&counted.watch, EPOLLIN), STATUS_SUCCESS);
    tsm_reactor_set_deadline(&counted.watch, tsm_deadline_in_ms(10000));
    tsm_reactor_set_deadline(&counted.watch, tsm_deadline_in_ms(20));
    wait_for_calls(&counted, 1);
    support_sleep_ms(50);
    assert_int_equal(atomic_load(&counted.calls), 1);
    assert_int_equal(atomic_load(&counted.events), 0);
    tsm_reactor_set_deadline(&counted.watch, tsm_deadline_in_ms(500));
    tsm_reactor_remove(&counted.watch);
    support_sleep_ms(700);
    assert_int_equal(atomic_load(&counted.calls), 1);
    close(ends[0]);
    close(ends[1]);
}

static void a_cancelled_watch_may_be_added_again(void **state)
{
    struct counted counted = {.watch.on_event = on_event};
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    counted.watch.fd = ends[0];
    assert_status(tsm_reactor_add(&counted.watch, EPOLLIN | EPOLLET), STATUS_SUCCESS);
    tsm_reactor_cancel(&counted.watch);
    assert_int_equal(write(ends[1], "x", 1), 1);
    support_sleep_ms(20);
    assert_int_equal(atomic_load(&counted.calls), 0);
    assert_status(tsm_reactor_add(&counted.watch, EPOLLIN | EPOLLET), STATUS_SUCCESS);
    wait_for_calls(&counted, 1);
    tsm_reactor_remove(&counted.watch);
    close(ends[0]);
    close(ends[1]);
}

static void many_watches_are_told_apart(void **state)
{
    enum { COUNT = 100 };
    static struct counted counted[COUNT];
    int ends[COUNT][2];

    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(pipe(ends[i]), 0);
        counted[i].watch.on_event = on_event;
        counted[i].watch.fd = ends[i][0];
        assert_status(tsm_reactor_add(&counted[i].watch, EPOLLIN | EPOLLET), STATUS_SUCCESS);
    }
    for (int i = 0; i < COUNT; i += 3)
        tsm_reactor_remove(&counted[i].watch);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(write(ends[i][1], "x", 1), 1);
    for (int i = 0; i < COUNT; i++)
        if (i % 3)
            wait_for_calls(&counted[i], 1);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(atomic_load(&counted[i].calls), i % 3 != 0);
        tsm_reactor_remove(&counted[i].watch);
        close(ends[i][0]);
        close(ends[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_event_calls_back),
        TEST(a_removed_watch_is_not_called),
        TEST(removing_waits_for_a_callback_that_runs),
        TEST(a_callback_may_remove_its_own_watch),
        TEST(events_can_be_turned_off_and_on),
        TEST(a_deadline_calls_back_once_and_without_events),
        TEST(a_cancelled_watch_may_be_added_again),
        TEST(events_can_be_turned_off_and_on),
        TEST(many_watches_are_told_apart),
        TEST(a_descriptor_that_cannot_be_watched_is_an_error),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
