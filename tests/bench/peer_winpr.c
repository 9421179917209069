/* SPDX-License-Identifier: MIT */
/*
 * The named pipes of WinPR, FreeRDP's Windows API for other systems, used by the very source that
 * uses Transom's. In a program of its own: both libraries export the same names.
 */
#include <windows.h>

#include "peer_windows.h"

#include <stdlib.h>
#include <unistd.h>

/* The socket of a pipe stays behind when the pipe is gone. */
static void unlisten(struct bench_link *link)
{
    char *path = GetNamedPipeUnixDomainSocketFilePathA(bench_windows_name(link).text);

    bench_windows_unlisten(link);
    if (path)
        unlink(path);
    free(path);
}

const struct bench_peer bench_own_peer = {
    .name = "winpr",
    .title = "WinPR",
    .variant = bench_windows_variant,
    .listen = bench_windows_listen,
    .accept = bench_windows_accept,
    .connect = bench_windows_connect,
    .send = bench_windows_send,
    .receive = bench_windows_receive,
    .hang_up = bench_windows_hang_up,
    .unlisten = unlisten,
};
