/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "process/thread.h"
#include "sync/apc.h"
#include "sync/dispatcher.h"
#include "sync/timer.h"
#include "sync/timer_routine.h"
#include "sync/wait.h"

struct probe {
    struct tsm_apc apc;
    int taken, lost;
};

static void probe_run(const struct tsm_apc_call *call)
{
}

static void probe_take(struct tsm_apc *apc, struct tsm_apc_call *call)
{
    struct probe *probe = tsm_container_of(apc, struct probe, apc);

    if (call)
        call->run = probe_run;
    probe->taken += call != NULL;
    probe->lost += call == NULL;
}

static struct probe probe_of(void)
{
    return (struct probe){.apc.take = probe_take};
}

static bool add(struct tsm_apc_queue *queue, struct probe *probe)
{
    bool was_added;

    tsm_list_init(&probe->apc.node);
    tsm_dispatcher_lock();
    was_added = tsm_apc_add_locked(queue, &probe->apc);
    tsm_dispatcher_unlock();
    return was_added;
}

static void an_apc_can_be_taken_back_until_its_turn(void **state)
{
    struct probe first = probe_of(), second = probe_of();
    struct tsm_apc_queue *queue;

    tsm_thread_attach();
    queue = tsm_apc_queue_current();
    assert_true(add(queue, &first));
    assert_true(add(queue, &second));
    tsm_dispatcher_lock();
    tsm_list_unlink(&first.apc.node);
    tsm_dispatcher_unlock();
    assert_status(tsm_wait_delay(true, tsm_deadline_in_ms(0)), STATUS_USER_APC);
    tsm_apc_deliver();
    assert_int_equal(first.taken, 0);
    assert_int_equal(second.taken, 1);
    assert_status(tsm_wait_delay(true, tsm_deadline_in_ms(0)), STATUS_SUCCESS);
}

static void *queue_to_itself(void *probe)
{
    tsm_thread_attach();
    assert_true(add(tsm_apc_queue_current(), probe));
    return NULL;
}

static void the_end_of_a_thread_drops_what_is_queued(void **state)
{
    struct probe probe = probe_of();

    pthread_join(support_thread(queue_to_itself, &probe), NULL);
    assert_int_equal(probe.lost, 1);
    assert_int_equal(probe.taken, 0);
}

static DWORD WINAPI end(LPVOID unused)
{
    return 0;
}

static void a_thread_that_has_ended_takes_no_more(void **state)
{
    struct probe probe = probe_of();
    struct tsm_object *thread;

    assert_status(tsm_thread_new(end, NULL, 0, false, &thread), STATUS_SUCCESS);
    assert_status(tsm_wait_objects(&thread, 1, false, false, tsm_deadline_in_ms(10000)),
                  STATUS_WAIT_0);
    assert_false(add(tsm_thread_apcs(thread), &probe));
    assert_status(tsm_apc_add_user(tsm_thread_apcs(thread), NULL, 0), STATUS_UNSUCCESSFUL);
    tsm_object_unref(thread);
}

static void CALLBACK count_routine(LPVOID count, DWORD low, DWORD high)
{
    ++*(int *)count;
}

static void a_timer_that_goes_takes_its_routine_along(void **state)
{
    struct tsm_object *timer = tsm_timer_new(true);
    int count = 0;

    tsm_thread_attach();
    tsm_timer_set(timer, -1, 0, tsm_timer_routine_new(count_routine, &count));
    support_sleep_ms(2);
    tsm_object_unref(timer);
    assert_status(tsm_wait_delay(true, tsm_deadline_in_ms(5)), STATUS_SUCCESS);
    assert_int_equal(count, 0);
}

static void a_routine_is_one_call_for_one_time(void **state)
{
    struct tsm_object *timer = tsm_timer_new(true);
    int count = 0;

    tsm_thread_attach();
    tsm_timer_set(timer, -1, 0, tsm_timer_routine_new(count_routine, &count));
    assert_status(tsm_wait_delay(true, TSM_DEADLINE_NEVER), STATUS_USER_APC);
    tsm_apc_deliver();
    assert_int_equal(count, 1);
    assert_status(tsm_wait_delay(true, tsm_deadline_in_ms(5)), STATUS_SUCCESS);
    tsm_object_unref(timer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_apc_can_be_taken_back_until_its_turn),
        TEST(the_end_of_a_thread_drops_what_is_queued),
        TEST(a_thread_that_has_ended_takes_no_more),
        TEST(a_timer_that_goes_takes_its_routine_along),
        TEST(a_routine_is_one_call_for_one_time),
    };

    tsm_thread_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
