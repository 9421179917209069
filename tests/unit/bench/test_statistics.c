/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "../../bench/statistics.h"

#define assert_close(actual, expected) \
    assert_true((actual) - (expected) < 1e-9 && (expected) - (actual) < 1e-9)

static void the_median_of_an_odd_count_is_the_middle_one(void **state)
{
    const double values[] = {5, 1, 100, 3, 4};

    assert_close(bench_median(values, 5), 4);
    assert_close(bench_median(values, 1), 5);
}

static void the_median_of_an_even_count_lies_between_the_two_in_the_middle(void **state)
{
    const double values[] = {10, 1, 2, 4};

    assert_close(bench_median(values, 4), 3);
    assert_close(bench_median(values, 2), 5.5);
}

static void values_stay_in_their_order(void **state)
{
    const double values[] = {3, 1, 2};

    bench_median(values, 3);
    assert_close(values[0], 3);
    assert_close(values[1], 1);
    assert_close(values[2], 2);
}

static void the_spread_is_from_the_least_to_the_most(void **state)
{
    const double values[] = {7, -2, 9, 3};
    struct bench_spread spread = bench_spread_of(values, 4);

    assert_close(spread.least, -2);
    assert_close(spread.most, 9);
    assert_close(spread.median, 5);
}

static void nothing_and_too_much_have_no_spread(void **state)
{
    static const double values[1000] = {1};
    struct bench_spread spread = bench_spread_of(values, 1000);

    assert_close(spread.most, 0);
    assert_close(bench_median(values, 0), 0);
    assert_close(bench_spread_of_ratios(values, values, 1000).most, 0);
}

/* A slow round is slow for both: each ratio is 2, the ratio of the medians is not. */
static void ratios_are_taken_round_by_round(void **state)
{
    const double ours[] = {2, 20, 200}, theirs[] = {1, 10, 100};
    const double uneven[] = {1, 5, 400};
    struct bench_spread spread = bench_spread_of_ratios(ours, theirs, 3);

    assert_close(spread.least, 2);
    assert_close(spread.median, 2);
    assert_close(spread.most, 2);
    spread = bench_spread_of_ratios(ours, uneven, 3);
    assert_close(spread.least, 0.5);
    assert_close(spread.median, 2);
    assert_close(spread.most, 4);
}

static void a_percentile_is_the_sample_of_the_nearest_rank(void **state)
{
    uint32_t samples[100];

    for (uint32_t i = 0; i < 100; i++)
        samples[i] = (i * 37 + 11) % 100 + 1; /* 1 to 100, shuffled */
    assert_int_equal(bench_percentile(samples, 100, 0.50), 50);
    assert_int_equal(bench_percentile(samples, 100, 0.99), 99);
    assert_int_equal(bench_percentile(samples, 100, 0.995), 100);
    assert_int_equal(bench_percentile(samples, 100, 1), 100);
    assert_int_equal(bench_percentile(samples, 100, 0), 1);
}

static void a_percentile_of_few_samples_is_one_of_them(void **state)
{
    uint32_t samples[] = {UINT32_MAX, 3};

    assert_int_equal(bench_percentile(samples, 2, 0.50), 3);
    assert_int_equal(bench_percentile(samples, 2, 0.99), UINT32_MAX);
    assert_int_equal(bench_percentile(samples, 1, 0.01), 3);
    assert_int_equal(bench_percentile(samples, 0, 0.50), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_median_of_an_odd_count_is_the_middle_one),
        TEST(the_median_of_an_even_count_lies_between_the_two_in_the_middle),
        TEST(values_stay_in_their_order),
        TEST(the_spread_is_from_the_least_to_the_most),
        TEST(nothing_and_too_much_have_no_spread),
        TEST(ratios_are_taken_round_by_round),
        TEST(a_percentile_is_the_sample_of_the_nearest_rank),
        TEST(a_percentile_of_few_samples_is_one_of_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
