/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "base/teb.h"
#include "sync/critical_section.h"

static void *try_once(void *argument)
{
    bool is_mine = tsm_critical_section_try(argument);

    if (is_mine)
        tsm_critical_section_leave(argument);
    return is_mine ? argument : NULL;
}

/* Whether another thread could enter now. */
static bool is_free(CRITICAL_SECTION *section)
{
    pthread_t thread = support_thread(try_once, section);
    void *result;

    pthread_join(thread, &result);
    return result != NULL;
}

static void a_free_section_shows_minus_one(void **state)
{
    CRITICAL_SECTION section;

    tsm_critical_section_init(&section, 0);
    assert_int_equal(section.LockCount, -1);
    assert_int_equal(section.RecursionCount, 0);
    assert_null(section.OwningThread);
    assert_true(is_free(&section));
}

static void the_owner_enters_again_and_leaves_as_often(void **state)
{
    CRITICAL_SECTION section;

    tsm_critical_section_init(&section, 100);
    for (int i = 1; i <= 3; i++) {
        if (i == 2)
            assert_true(tsm_critical_section_try(&section));
        else
            tsm_critical_section_enter(&section);
        assert_int_equal(section.RecursionCount, i);
    }
    assert_int_equal((uintptr_t)section.OwningThread, tsm_teb_tid());
    for (int i = 0; i < 3; i++) {
        assert_false(is_free(&section));
        tsm_critical_section_leave(&section);
    }
    assert_true(is_free(&section));
    assert_int_equal(section.LockCount, -1);
}

#define ROUNDS 50000

struct shared {
    CRITICAL_SECTION section;
    volatile long counter;
};

static void *count_up(void *argument)
{
    struct shared *shared = argument;

    for (int i = 0; i < ROUNDS; i++) {
        tsm_critical_section_enter(&shared->section);
        shared->counter = shared->counter + 1;
        tsm_critical_section_leave(&shared->section);
    }
    return NULL;
}

static void count_with(uint32_t spin_count)
{
    struct shared shared = {.counter = 0};
    pthread_t threads[3];

    tsm_critical_section_init(&shared.section, spin_count);
    for (int i = 0; i < 3; i++)
        threads[i] = support_thread(count_up, &shared);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(shared.counter, 3 * ROUNDS);
    assert_int_equal(shared.section.LockCount, -1);
}

static void threads_are_kept_apart_without_spinning(void **state)
{
    count_with(0);
}

static void threads_are_kept_apart_with_spinning(void **state)
{
    count_with(4000);
}

static void *enter_and_leave(void *argument)
{
    tsm_critical_section_enter(argument);
    tsm_critical_section_leave(argument);
    return NULL;
}

static void a_sleeping_thread_is_woken_when_the_owner_leaves(void **state)
{
    CRITICAL_SECTION section;
    pthread_t thread;

    tsm_critical_section_init(&section, 0);
    tsm_critical_section_enter(&section);
    thread = support_thread(enter_and_leave, &section);
    support_sleep_ms(20);
    tsm_critical_section_leave(&section);
    pthread_join(thread, NULL);
    assert_true(is_free(&section));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_free_section_shows_minus_one),
        TEST(the_owner_enters_again_and_leaves_as_often),
        TEST(threads_are_kept_apart_without_spinning),
        TEST(threads_are_kept_apart_with_spinning),
        TEST(a_sleeping_thread_is_woken_when_the_owner_leaves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
