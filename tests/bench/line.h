/* SPDX-License-Identifier: MIT */
/* A line of a program that measures one thing: on the screen, and in the table of --tsv. */
#pragma once

#include <stdio.h>

#include "statistics.h"

struct bench_line {
    const char *figure, *peer, *placement, *unit;
    double value;
    const struct bench_spread *ratio; /* ours in this peer's; NULL: there is none */
};

/* table NULL: the screen alone. */
void bench_line_tell(const struct bench_line *line, FILE *table);
