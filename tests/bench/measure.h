/* SPDX-License-Identifier: MIT */
/*
 * One job, measured for several peers in several placements and rounds. All of a round is measured
 * before the next begins, so that what disturbs the machine for a while disturbs everybody.
 */
#pragma once

#include <stdbool.h>

#include "bench.h"

enum bench_placement { BENCH_ONE_CORE, BENCH_TWO_CORES, BENCH_UNPINNED, BENCH_PLACEMENTS };

#define BENCH_MOST_ROUNDS      15
#define BENCH_MOST_CONTESTANTS 32

/* A peer in one of its variants. */
struct bench_contestant {
    const struct bench_peer *peer;
    const char *variant;
    int number; /* of the variant */
    bool is_there[BENCH_PLACEMENTS];
    struct bench_sample samples[BENCH_PLACEMENTS][BENCH_MOST_ROUNDS];
};

struct bench_measured {
    const struct bench_job *job;
    int rounds, count;
    struct bench_contestant contestants[BENCH_MOST_CONTESTANTS];
};

struct bench_plan {
    const struct bench_peer *const *peers; /* NULL after the last */
    bool placements[BENCH_PLACEMENTS];
    int rounds, ms;
    bool has_all_variants; /* else the first alone */
};

extern const char *const bench_placement_names[BENCH_PLACEMENTS];

/* Once, first: finds the processors, and a folder for names, removed at the end of the process. */
void bench_measure_begin(void);
bool bench_has_two_cores(void);

/* Is there what the sides of this peer need? */
bool bench_has_peer(const struct bench_peer *peer);

void bench_measure(const struct bench_plan *plan, const struct bench_job *job,
                   struct bench_measured *measured);
