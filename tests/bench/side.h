/* SPDX-License-Identifier: MIT */
/*
 * A side is a process that uses one end of a connection. It is started anew for each measurement,
 * already pinned, and tells the starter over its standard output: a byte when it is ready (the
 * server: a client may come; the client: the measurement begins), and at its end what it found.
 */
#pragma once

#include <stdbool.h>

#include "bench.h"

struct bench_side {
    const struct bench_peer *peer;
    const struct bench_job *job;
    struct bench_meeting meeting;
    bool is_server;
    int ms; /* how long to measure */
};

#define BENCH_SETTLE_MS 200 /* before a waiter counts as idle */

/* A side as the arguments of a program: the first is left to the caller, the last is NULL. */
#define BENCH_SIDE_WORDS 12
#define BENCH_WORD_SIZE  32
struct bench_side_words {
    const char *words[BENCH_SIDE_WORDS + 1];
    char numbers[BENCH_SIDE_WORDS][BENCH_WORD_SIZE];
};
void bench_side_spell(const struct bench_side *side, struct bench_side_words *words);

bool bench_side_is_meant(int argc, char **argv);
/* Exit status of the process. */
int bench_side_main(char **argv);

/* --- what a side is made of ----------------------------------------------------------------- */

#define BENCH_WARM_UP_SHARE 5 /* of the measured time */

void bench_side_tell(const void *what, size_t size);
/* Server: answers until the client has sent its last. Client: operates for so long. */
void bench_side_serve(const struct bench_side *side, struct bench_link *link, char *buffer);
void bench_side_drive(const struct bench_side *side, struct bench_link *link, char *buffer, int ms,
                      double us_a_tick, struct bench_sample *found);

/* Instead of one connection, many, with a thread for each (side_pairs.c). */
void bench_side_pairs(const struct bench_side *side);
