/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdio.h>

#include "measure.h"

/*
 * Lines for programs, a figure each, on the screen and in a file (NULL: none). The ratio says how
 * many times better Transom is: in the same placement, or, for placement=best, Transom on two cores
 * against the peer in its best placement and variant. It is the median of the rounds' ratios; low
 * and high are the smallest and the largest. On the screen stands the best variant of each peer.
 */
void bench_report_tsv_begin(FILE *tsv);
void bench_report_lines(const struct bench_measured *measured, FILE *tsv);

/* For people: all figures side by side, and what the project wants to reach. */
void bench_report_tables(const struct bench_measured *measured, size_t count);
void bench_report_targets(const struct bench_measured *measured, size_t count);

/* The 64 B round trip alone. */
void bench_report_demo(const struct bench_measured *measured);
