/* SPDX-License-Identifier: MIT */
/* Beacons whose owner is a test: each signals its object when it is attended to. */
#include "support.h"

#include <sys/epoll.h>

#include "os/reactor.h"
#include "sync/event.h"
#include "sync/lookout.h"
#include "sync/wait.h"

#define MANY 100

struct request {
    struct tsm_beacon beacon;
    _Atomic uint32_t word;
    struct tsm_object *object;
    struct tsm_gong_address gong;
    _Atomic int held, attended;
    bool is_going, signals, is_set;
};

static bool hold(struct tsm_beacon *beacon)
{
    struct request *request = tsm_container_of(beacon, struct request, beacon);

    request->held++;
    return !request->is_going;
}

static bool set(struct request *request)
{
    const struct tsm_beacon_view view = {&request->word, UINT32_MAX - 1};

    return tsm_beacon_set(&request->beacon, request->object, &view, &request->gong);
}

static void attend(struct tsm_beacon *beacon)
{
    struct request *request = tsm_container_of(beacon, struct request, beacon);

    if (request->is_set) {
        request->word = 0;
        (void)set(request);
    } else {
        tsm_beacon_darken(beacon);
    }
    request->attended++;
    if (request->signals)
        tsm_event_signal(request->object);
}

static void request_init(struct request *request, struct tsm_object *object)
{
    *request = (struct request){.object = object, .signals = true};
    tsm_beacon_init(&request->beacon, hold, attend);
    assert_false(set(request)); /* nobody has looked yet */
    assert_true(request->gong.at != 0);
}

static NTSTATUS wait_for(struct tsm_object *object, uint32_t ms)
{
    return tsm_wait_objects(&object, 1, false, false, tsm_deadline_in_ms(ms));
}

static void who_waits_attends_to_what_is_lit(void **state)
{
    struct tsm_object *event = tsm_event_new(false, false);
    struct request request;

    request_init(&request, event);
    request.word = 1;
    assert_status(wait_for(event, 10000), STATUS_WAIT_0);
    assert_int_equal(request.attended, 1);
    assert_status(wait_for(event, 0), STATUS_TIMEOUT);
    assert_int_equal(request.attended, 1); /* it was darkened */
    (void)set(&request);
    assert_status(wait_for(event, 0), STATUS_WAIT_0); /* a glance without waiting */
    assert_int_equal(request.attended, 2);
    tsm_beacon_clear(&request.beacon);
    tsm_beacon_clear(&request.beacon);
    tsm_object_unref(event);
}

static void what_is_about_to_go_is_left_alone(void **state)
{
    struct tsm_object *event = tsm_event_new(false, false);
    struct request request;

    request_init(&request, event);
    request.word = 1;
    request.is_going = true;
    assert_status(wait_for(event, 5), STATUS_TIMEOUT);
    assert_true(request.held > 0);
    assert_int_equal(request.attended, 0);
    tsm_beacon_clear(&request.beacon);
    tsm_object_unref(event);
}

static void beacons_outlive_their_object_and_move(void **state)
{
    struct tsm_object *first = tsm_event_new(false, false), *second = tsm_event_new(false, false);
    struct request request;

    request_init(&request, first);
    tsm_object_unref(first);
    request.object = second;
    (void)set(&request);
    request.word = 1;
    assert_status(wait_for(second, 10000), STATUS_WAIT_0);
    tsm_beacon_clear(&request.beacon);
    assert_status(wait_for(second, 0), STATUS_TIMEOUT);
    assert_int_equal(request.attended, 1);
    tsm_object_unref(second);
}

static void all_that_are_lit_are_attended_to_in_one_look(void **state)
{
    static struct request requests[MANY];
    struct tsm_object *event = tsm_event_new(true, false);

    for (int i = 0; i < MANY; i++) {
        request_init(&requests[i], event);
        requests[i].word = i % 3 != 0;
    }
    tsm_beacon_clear(&requests[1].beacon); /* another one takes its place */
    tsm_lookout_look(event);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(requests[i].attended, i % 3 != 0 && i != 1);
    for (int i = 0; i < MANY; i++)
        tsm_beacon_clear(&requests[i].beacon);
    tsm_object_unref(event);
}

/* ---- the gong ---- */

static struct tsm_gong_words *words_of(const struct request *request,
                                       struct tsm_gong_memory **memory)
{
    *memory = tsm_gong_memory_get((uint32_t)getpid(), request->gong);
    assert_non_null(*memory);
    return tsm_gong_memory_words(*memory, request->gong);
}

static void *wait_long(void *object)
{
    return (void *)(uintptr_t)wait_for(object, 10000);
}

static void sleep_until(const struct tsm_gong_words *words, uint32_t gong_state)
{
    for (int i = 0; i < 5000 && atomic_load(&words->state) != gong_state; i++)
        support_sleep_ms(1);
    assert_int_equal(words->state, gong_state);
}

static void a_stroke_makes_a_sleeper_look(void **state)
{
    struct tsm_object *event = tsm_event_new(false, false);
    struct tsm_gong_memory *memory;
    struct tsm_gong_words *words;
    struct request request;
    pthread_t thread;
    void *result;

    request_init(&request, event);
    words = words_of(&request, &memory);
    assert_int_equal(words->state, TSM_GONG_NOBODY);
    thread = support_thread(wait_long, event);
    sleep_until(words, TSM_GONG_ASLEEP);
    assert_false(set(&request));         /* news are not looked for */
    assert_true(tsm_gong_strike(words)); /* in vain */
    support_sleep_ms(5);
    request.word = 1;
    assert_true(tsm_gong_strike(words));
    pthread_join(thread, &result);
    assert_status((uintptr_t)result, STATUS_WAIT_0);
    assert_int_equal(request.attended, 1);
    assert_int_not_equal(words->state, TSM_GONG_ASLEEP);
    tsm_gong_memory_put(memory);
    tsm_beacon_clear(&request.beacon);
    tsm_object_unref(event);
}

static void a_sleeper_is_woken_by_its_object_too(void **state)
{
    struct tsm_object *event = tsm_event_new(false, false);
    struct tsm_gong_memory *memory;
    struct tsm_gong_words *words;
    struct request request;
    pthread_t thread;
    void *result;

    request_init(&request, event);
    words = words_of(&request, &memory);
    thread = support_thread(wait_long, event);
    sleep_until(words, TSM_GONG_ASLEEP);
    tsm_event_signal(event);
    pthread_join(thread, &result);
    assert_status((uintptr_t)result, STATUS_WAIT_0);
    assert_int_not_equal(words->state, TSM_GONG_ASLEEP);
    tsm_gong_memory_put(memory);
    tsm_beacon_clear(&request.beacon);
    tsm_object_unref(event);
}

static void who_found_something_may_be_back_and_is_not_waited_for_long(void **state)
{
    struct tsm_object *event = tsm_event_new(false, false);
    struct tsm_gong_memory *memory;
    struct tsm_gong_words *words;
    struct request request;

    request_init(&request, event);
    words = words_of(&request, &memory);
    request.word = 1;
    assert_status(wait_for(event, 10000), STATUS_WAIT_0);
    request.word = 0;
    /* The service thread may have taken over already. */
    if (set(&request)) {
        request.word = 1; /* nobody has to be told */
        for (int i = 0; i < 5000 && request.attended < 2; i++)
            support_sleep_ms(1);
        assert_int_equal(request.attended, 2);
    }
    sleep_until(words, TSM_GONG_NOBODY);
    tsm_gong_memory_put(memory);
    tsm_beacon_clear(&request.beacon);
    tsm_object_unref(event);
}

static void of_several_sleepers_one_goes_and_the_others_are_woken_still(void **state)
{
    struct tsm_object *event = tsm_event_new(false, false);
    struct tsm_gong_memory *memory;
    struct tsm_gong_words *words;
    struct request request;
    pthread_t threads[3];
    void *result;

    request_init(&request, event);
    request.is_set = true;
    words = words_of(&request, &memory);
    for (int i = 0; i < 3; i++)
        threads[i] = support_thread(wait_long, event);
    for (int i = 0; i < 3; i++) {
        sleep_until(words, TSM_GONG_ASLEEP);
        support_sleep_ms(5);
        request.word = 1;
        assert_true(tsm_gong_strike(words));
        for (int k = 0; k < 5000 && request.attended <= i; k++)
            support_sleep_ms(1);
    }
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], &result);
        assert_status((uintptr_t)result, STATUS_WAIT_0);
    }
    tsm_gong_memory_put(memory);
    tsm_beacon_clear(&request.beacon);
    tsm_object_unref(event);
}

static void nothing(struct tsm_reactor_watch *watch, uint32_t events)
{
}

/* The service thread and its descriptors stay. */
static int start(void **state)
{
    struct tsm_reactor_watch watch = {.fd = TSM_REACTOR_NO_FD, .on_event = nothing};

    if (!NT_SUCCESS(tsm_reactor_add(&watch, 0)))
        return 1;
    tsm_reactor_remove(&watch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_waits_attends_to_what_is_lit),
        TEST(what_is_about_to_go_is_left_alone),
        TEST(beacons_outlive_their_object_and_move),
        TEST(all_that_are_lit_are_attended_to_in_one_look),
        TEST(a_stroke_makes_a_sleeper_look),
        TEST(a_sleeper_is_woken_by_its_object_too),
        TEST(who_found_something_may_be_back_and_is_not_waited_for_long),
        TEST(of_several_sleepers_one_goes_and_the_others_are_woken_still),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
