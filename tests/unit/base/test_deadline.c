/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <limits.h>

#include "base/deadline.h"

static void infinite_is_never(void **state)
{
    struct tsm_deadline never = tsm_deadline_in_ms(INFINITE);
    struct timespec at;

    assert_true(tsm_deadline_is_never(never));
    assert_false(tsm_deadline_has_passed(never));
    assert_int_equal(tsm_deadline_poll_ms(never), -1);
    assert_null(tsm_deadline_timespec(never, &at));
}

static void zero_has_passed_at_once(void **state)
{
    struct tsm_deadline now = tsm_deadline_in_ms(0);

    assert_false(tsm_deadline_is_never(now));
    assert_true(tsm_deadline_has_passed(now));
    assert_int_equal(tsm_deadline_poll_ms(now), 0);
}

static void what_is_left_is_rounded_up(void **state)
{
    struct tsm_deadline soon = {tsm_monotonic_ns() + 1};
    struct tsm_deadline later = tsm_deadline_in_ms(100000);

    /* 0 would spin until it has passed. */
    assert_in_range(tsm_deadline_poll_ms(soon), 0, 1);
    assert_in_range(tsm_deadline_poll_ms(later), 99000, 100000);
    assert_false(tsm_deadline_has_passed(later));
}

static void the_longest_timeout_is_49_days_and_fits(void **state)
{
    struct tsm_deadline longest = tsm_deadline_in_ms(INFINITE - 1);
    struct timespec at;

    assert_false(tsm_deadline_is_never(longest));
    assert_false(tsm_deadline_has_passed(longest));
    assert_int_equal(tsm_deadline_poll_ms(longest), INT_MAX);
    assert_ptr_equal(tsm_deadline_timespec(longest, &at), &at);
    assert_in_range(at.tv_nsec, 0, 999999999);
    assert_int_equal(at.tv_sec * 1000000000 + at.tv_nsec, longest.at_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(infinite_is_never),
        TEST(zero_has_passed_at_once),
        TEST(what_is_left_is_rounded_up),
        TEST(the_longest_timeout_is_49_days_and_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
