/* SPDX-License-Identifier: MIT */
/*
 * Named pipes as a program from Windows uses them: message type, blocking, quotas of 1 MiB both
 * ways, one instance. One source for Transom, WinPR and Wine.
 */
#pragma once

#include "bench.h"

struct bench_windows_name {
    char text[64];
};
struct bench_windows_name bench_windows_name(const struct bench_link *link);

const char *bench_windows_variant(enum bench_kind kind, int number);
void bench_windows_listen(struct bench_link *link);
void bench_windows_accept(struct bench_link *link);
void bench_windows_connect(struct bench_link *link);
void bench_windows_send(struct bench_link *link, const char *data, size_t size);
void bench_windows_receive(struct bench_link *link, char *data, size_t size);
void bench_windows_hang_up(struct bench_link *link);
void bench_windows_unlisten(struct bench_link *link);
