/* SPDX-License-Identifier: MIT */
/* Wine's named pipes: the source that uses Transom's, built with mingw-w64. */
#include "peer_windows.h"

const struct bench_peer bench_own_peer = {
    .name = "wine",
    .title = "Wine",
    .variant = bench_windows_variant,
    .listen = bench_windows_listen,
    .accept = bench_windows_accept,
    .connect = bench_windows_connect,
    .send = bench_windows_send,
    .receive = bench_windows_receive,
    .hang_up = bench_windows_hang_up,
    .unlisten = bench_windows_unlisten,
};
