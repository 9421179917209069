/* SPDX-License-Identifier: MIT */
/* What is measured, and which figures are made of it. */
#pragma once

#include <stdbool.h>

#include "bench.h"

#define BENCH_IDLE_FACTOR   25 /* idle connections are watched so much longer than busy ones */
#define BENCH_LOADED_FACTOR 5  /* and those whose processes wait for their turn */

struct bench_figure {
    const char *name, *unit, *title;
    const char *job;
    double (*value)(const struct bench_job *job, const struct bench_sample *sample);
    bool is_less_better;
};

extern const struct bench_job bench_jobs[];
extern const size_t bench_job_count;
const struct bench_job *bench_job_named(const char *name);

extern const struct bench_figure bench_figures[];
extern const size_t bench_figure_count;
