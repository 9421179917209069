/* SPDX-License-Identifier: MIT */
#include "statistics.h"

#include <stdlib.h>
#include <string.h>

#define MOST_VALUES 64

static int compare_samples(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

static int compare_values(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

uint32_t bench_percentile(uint32_t *samples, size_t count, double share)
{
    double exact = share * (double)count;
    size_t rank = (size_t)exact;

    if (count == 0)
        return 0;
    qsort(samples, count, sizeof(*samples), compare_samples);
    if ((double)rank < exact)
        rank++; /* the nearest rank, counted from 1 */
    return samples[rank == 0 ? 0 : rank > count ? count - 1 : rank - 1];
}

struct bench_spread bench_spread_of(const double *values, size_t count)
{
    double sorted[MOST_VALUES];

    if (count == 0 || count > MOST_VALUES)
        return (struct bench_spread){0};
    memcpy(sorted, values, count * sizeof(*values));
    qsort(sorted, count, sizeof(*sorted), compare_values);
    return (struct bench_spread){
        .median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2,
        .least = sorted[0],
        .most = sorted[count - 1],
    };
}

double bench_median(const double *values, size_t count)
{
    return bench_spread_of(values, count).median;
}

struct bench_spread bench_spread_of_ratios(const double *ours, const double *theirs, size_t count)
{
    double ratios[MOST_VALUES];

    if (count > MOST_VALUES)
        return (struct bench_spread){0};
    for (size_t i = 0; i < count; i++)
        ratios[i] = ours[i] / theirs[i];
    return bench_spread_of(ratios, count);
}
