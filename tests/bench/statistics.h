/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct bench_spread {
    double median, least, most;
};

/* Sorts the samples. The smallest sample that no less than this share (0..1) of them reach. */
uint32_t bench_percentile(uint32_t *samples, size_t count, double share);

/* Of an even count, the mean of the two in the middle; count is at least 1. */
double bench_median(const double *values, size_t count);
struct bench_spread bench_spread_of(const double *values, size_t count);

/* Spread of ours[i] / theirs[i], pair by pair: what disturbs a whole round cancels out. */
struct bench_spread bench_spread_of_ratios(const double *ours, const double *theirs, size_t count);
