/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "os/poll_set.h"

static void what_is_ready_is_told_with_its_context(void **state)
{
    struct tsm_poll_set set = TSM_POLL_SET_INIT;
    struct tsm_poll_event events[4];
    int first[2], second[2];

    assert_status(tsm_poll_set_init(&set), STATUS_SUCCESS);
    assert_int_equal(pipe(first) | pipe(second), 0);
    assert_status(tsm_poll_set_add(&set, first[0], first), STATUS_SUCCESS);
    assert_status(tsm_poll_set_add(&set, second[0], second), STATUS_SUCCESS);
    assert_int_equal(tsm_poll_set_take(&set, events, 4), 0);
    assert_int_equal(write(second[1], "x", 1), 1);
    assert_int_equal(tsm_poll_set_take(&set, events, 4), 1);
    assert_ptr_equal(events[0].context, second);
    assert_true(events[0].is_readable && !events[0].has_hung_up);
    close(second[1]);
    assert_int_equal(tsm_poll_set_take(&set, events, 4), 1);
    assert_true(events[0].is_readable && events[0].has_hung_up);
    tsm_poll_set_remove(&set, second[0]);
    assert_int_equal(tsm_poll_set_take(&set, events, 4), 0);
    close(first[0]);
    close(first[1]);
    close(second[0]);
    tsm_poll_set_deinit(&set);
    tsm_poll_set_deinit(&set);
}

static void those_that_stay_ready_take_turns(void **state)
{
    struct tsm_poll_set set = TSM_POLL_SET_INIT;
    struct tsm_poll_event event;
    bool was_seen[5] = {false};
    int pipes[5][2];

    assert_status(tsm_poll_set_init(&set), STATUS_SUCCESS);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(pipe(pipes[i]), 0);
        assert_int_equal(write(pipes[i][1], "x", 1), 1);
        assert_status(tsm_poll_set_add(&set, pipes[i][0], pipes[i]), STATUS_SUCCESS);
    }
    for (int i = 0; i < 5; i++) {
        assert_int_equal(tsm_poll_set_take(&set, &event, 1), 1);
        was_seen[(int(*)[2])event.context - pipes] = true;
    }
    for (int i = 0; i < 5; i++) {
        assert_true(was_seen[i]);
        tsm_poll_set_remove(&set, pipes[i][0]);
        close(pipes[i][0]);
        close(pipes[i][1]);
    }
    tsm_poll_set_deinit(&set);
}

static void *nudge(void *set)
{
    support_sleep_ms(30);
    tsm_poll_set_nudge(set);
    return NULL;
}

static void a_nudge_ends_the_wait_once(void **state)
{
    struct tsm_poll_set set = TSM_POLL_SET_INIT;
    struct tsm_poll_event event;
    pthread_t thread;

    assert_status(tsm_poll_set_init(&set), STATUS_SUCCESS);
    assert_false(tsm_poll_set_wait(&set, tsm_deadline_in_ms(10)));
    thread = support_thread(nudge, &set);
    assert_true(tsm_poll_set_wait(&set, tsm_deadline_in_ms(5000)));
    pthread_join(thread, NULL);
    assert_int_equal(tsm_poll_set_take(&set, &event, 1), 0);
    assert_false(tsm_poll_set_wait(&set, tsm_deadline_in_ms(10)));
    tsm_poll_set_deinit(&set);
}

static void a_bell_nudges_each_set_once(void **state)
{
    struct tsm_poll_set sets[2] = {TSM_POLL_SET_INIT, TSM_POLL_SET_INIT};
    struct tsm_poll_event event;
    int bell;

    assert_status(tsm_poll_bell_new(&bell), STATUS_SUCCESS);
    for (int i = 0; i < 2; i++) {
        assert_status(tsm_poll_set_init(&sets[i]), STATUS_SUCCESS);
        assert_status(tsm_poll_set_add_bell(&sets[i], bell), STATUS_SUCCESS);
    }
    for (int round = 0; round < 2; round++) {
        assert_false(tsm_poll_set_wait(&sets[0], tsm_deadline_in_ms(10)));
        tsm_poll_bell_ring(bell);
        for (int i = 0; i < 2; i++) {
            assert_true(tsm_poll_set_wait(&sets[i], tsm_deadline_in_ms(5000)));
            assert_int_equal(tsm_poll_set_take(&sets[i], &event, 1), 0);
            assert_false(tsm_poll_set_wait(&sets[i], tsm_deadline_in_ms(10)));
        }
    }
    for (int i = 0; i < 2; i++) {
        tsm_poll_set_remove(&sets[i], bell);
        tsm_poll_set_deinit(&sets[i]);
    }
    close(bell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_ready_is_told_with_its_context),
        TEST(those_that_stay_ready_take_turns),
        TEST(a_nudge_ends_the_wait_once),
        TEST(a_bell_nudges_each_set_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
