/* SPDX-License-Identifier: MIT */
/* Transom's named pipes: once as they are, and once without spinning. */
#include "peer_windows.h"

#include <stdlib.h>

static void listen_no_spin(struct bench_link *link)
{
    setenv("TRANSOM_SPIN_US", "0", 1);
    bench_windows_listen(link);
}

static void connect_no_spin(struct bench_link *link)
{
    setenv("TRANSOM_SPIN_US", "0", 1);
    bench_windows_connect(link);
}

const struct bench_peer bench_transom = {
    .name = "transom",
    .title = "Transom",
    .variant = bench_windows_variant,
    .listen = bench_windows_listen,
    .accept = bench_windows_accept,
    .connect = bench_windows_connect,
    .send = bench_windows_send,
    .receive = bench_windows_receive,
    .hang_up = bench_windows_hang_up,
    .unlisten = bench_windows_unlisten,
};

const struct bench_peer bench_transom_no_spin = {
    .name = "transom_no_spin",
    .title = "Transom, spinning off",
    .variant = bench_windows_variant,
    .listen = listen_no_spin,
    .accept = bench_windows_accept,
    .connect = connect_no_spin,
    .send = bench_windows_send,
    .receive = bench_windows_receive,
    .hang_up = bench_windows_hang_up,
    .unlisten = bench_windows_unlisten,
};
