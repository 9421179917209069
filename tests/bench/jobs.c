/* SPDX-License-Identifier: MIT */
#include "jobs.h"

#include <string.h>

const struct bench_job bench_jobs[] = {
    {.name = "round_trip_64", .kind = BENCH_ROUND_TRIP, .size = 64},
    {.name = "round_trip_4096", .kind = BENCH_ROUND_TRIP, .size = 4096},
    {.name = "round_trip_65536", .kind = BENCH_ROUND_TRIP, .size = 65536},
    {.name = "round_trip_1048576", .kind = BENCH_ROUND_TRIP, .size = 1048576},
    {.name = "rate_64", .kind = BENCH_ONE_WAY, .size = 64},
    {.name = "throughput_4096", .kind = BENCH_ONE_WAY, .size = 4096},
    {.name = "throughput_65536", .kind = BENCH_ONE_WAY, .size = 65536},
    {.name = "throughput_1048576", .kind = BENCH_ONE_WAY, .size = 1048576},
    {.name = "connect", .kind = BENCH_CONNECT, .size = 64},
    {.name = "sparse", .kind = BENCH_SPARSE, .size = 64},
    {.name = "idle", .kind = BENCH_IDLE, .size = 64},
    {.name = "busy", .kind = BENCH_LOADED, .size = 64, .has_busy = true},
    {.name = "idle_class",
     .kind = BENCH_LOADED,
     .size = 64,
     .has_busy = true,
     .is_idle_class = true},
    {.name = "pairs_8", .kind = BENCH_LOADED, .size = 64, .pairs = 8},
    {.name = "pairs_32", .kind = BENCH_LOADED, .size = 64, .pairs = 32},
};
const size_t bench_job_count = sizeof(bench_jobs) / sizeof(bench_jobs[0]);

const struct bench_job *bench_job_named(const char *name)
{
    for (size_t i = 0; i < bench_job_count; i++)
        if (strcmp(bench_jobs[i].name, name) == 0)
            return &bench_jobs[i];
    return NULL;
}

static double p50(const struct bench_job *job, const struct bench_sample *sample)
{
    return sample->p50_us;
}

static double p99(const struct bench_job *job, const struct bench_sample *sample)
{
    return sample->p99_us;
}

static double millions(const struct bench_job *job, const struct bench_sample *sample)
{
    return sample->count / sample->seconds / 1e6;
}

static double thousands(const struct bench_job *job, const struct bench_sample *sample)
{
    return sample->count / sample->seconds / 1e3;
}

static double gigabytes(const struct bench_job *job, const struct bench_sample *sample)
{
    return (double)job->size * sample->count / sample->seconds / 1e9;
}

static double cpu_a_message(const struct bench_job *job, const struct bench_sample *sample)
{
    return sample->cpu_us / sample->count / (job->kind == BENCH_ONE_WAY ? 1 : 2);
}

static double cpu_a_second(const struct bench_job *job, const struct bench_sample *sample)
{
    return sample->cpu_us / sample->seconds;
}

static double server_cpu_a_second(const struct bench_job *job, const struct bench_sample *sample)
{
    return sample->server_cpu_us / sample->seconds;
}

const struct bench_figure bench_figures[] = {
    {"round_trip_64", "us", "64 B round trip", "round_trip_64", p50, true},
    {"round_trip_64_p99", "us", "  99th percentile", "round_trip_64", p99, true},
    {"round_trip_4096", "us", "4 KiB round trip", "round_trip_4096", p50, true},
    {"round_trip_4096_p99", "us", "  99th percentile", "round_trip_4096", p99, true},
    {"round_trip_65536", "us", "64 KiB round trip", "round_trip_65536", p50, true},
    {"round_trip_1048576", "us", "1 MiB round trip", "round_trip_1048576", p50, true},
    {"rate_64", "M/s", "64 B messages", "rate_64", millions, false},
    {"throughput_4096", "GB/s", "4 KiB messages", "throughput_4096", gigabytes, false},
    {"throughput_65536", "GB/s", "64 KiB messages", "throughput_65536", gigabytes, false},
    {"throughput_1048576", "GB/s", "1 MiB messages", "throughput_1048576", gigabytes, false},
    {"connect", "us", "connect, use, close", "connect", p50, true},
    {"connect_p99", "us", "  99th percentile", "connect", p99, true},
    {"connect_rate", "k/s", "  cycles", "connect", thousands, false},
    {"cpu_rate_64", "us", "CPU a message, one way", "rate_64", cpu_a_message, true},
    {"cpu_round_trip_64", "us", "  round trips", "round_trip_64", cpu_a_message, true},
    {"cpu_sparse_64", "us", "  now and then", "sparse", cpu_a_message, true},
    {"busy_64", "k/s", "64 B, a busy third", "busy", thousands, false},
    {"idle_class_64", "k/s", "  and SCHED_IDLE", "idle_class", thousands, false},
    {"pairs_8_64", "k/s", "  8 pairs of threads", "pairs_8", thousands, false},
    {"pairs_32_64", "k/s", "  32 pairs of threads", "pairs_32", thousands, false},
    {"idle_connection", "us/s", "CPU while idle", "idle", cpu_a_second, true},
    {"idle_waiter", "us/s", "  of the waiter", "idle", server_cpu_a_second, true},
};
const size_t bench_figure_count = sizeof(bench_figures) / sizeof(bench_figures[0]);
