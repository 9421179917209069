/* SPDX-License-Identifier: MIT */
/*
 * Peers whose sides are programs of their own, built where this machine has what they need: what
 * the measuring program knows of them. What they do is in peer_zeromq.c, peer_winpr.c and
 * peer_wine.c; the names agree with those there.
 */
#include "bench.h"

static const char *one_variant(enum bench_kind kind, int number)
{
    return number == 0 ? "default" : NULL;
}

const struct bench_peer bench_zeromq = {
    .name = "zeromq",
    .title = "ZeroMQ",
    .variant = one_variant,
    .program = "side_zeromq",
};

const struct bench_peer bench_winpr = {
    .name = "winpr",
    .title = "WinPR",
    .variant = one_variant,
    .program = "side_winpr",
};

/* bench.sh builds it and names what runs it. */
const struct bench_peer bench_wine = {
    .name = "wine",
    .title = "Wine",
    .variant = one_variant,
    .program = "side_wine.exe",
    .runner = "TRANSOM_BENCH_WINE",
};
