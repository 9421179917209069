/* SPDX-License-Identifier: MIT */
/* A program that is nothing but a side, of one peer that the measuring program cannot hold. */
#include <stdio.h>
#include <string.h>

#include "side.h"

const struct bench_peer *bench_peer_named(const char *name)
{
    return strcmp(bench_own_peer.name, name) == 0 ? &bench_own_peer : NULL;
}

int main(int argc, char **argv)
{
    if (!bench_side_is_meant(argc, argv)) {
        fputs("The bench starts this program; ./run bench starts the bench.\n", stderr);
        return 2;
    }
    return bench_side_main(argv);
}
