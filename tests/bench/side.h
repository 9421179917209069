/* SPDX-License-Identifier: MIT */
/*
 * A side is a process that uses one end of a connection. It is started anew for each measurement,
 * pinned before it does anything, and tells the starter over a pipe: a byte when it is ready (the
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
    int cpu;    /* -1: any */
    int ms;     /* how long to measure */
    int report; /* descriptor */
};

#define BENCH_SETTLE_MS 200 /* before a waiter counts as idle */

/* Exit status of the process. */
int bench_side_run(const struct bench_side *side);
