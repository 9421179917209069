/* SPDX-License-Identifier: MIT */
/*
 * The client decides how long; the first byte of a message tells the server whether it is the last.
 * Each measurement is preceded by a shorter one of the same kind on the same connection, so that
 * memory is touched, branches are learned and waiters know how busy their peer is.
 */
#include "side.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "statistics.h"

#define MOST_SAMPLES    (1 << 18)
#define WARM_UP_SHARE   5
#define SPARSE_PAUSE_MS 4
#define BYTES_PER_LOOK  4096 /* one way: sent between two looks at the clock */
#define HUNG_AFTER_S    60

static uint32_t *samples; /* ticks of each operation */

static double cpu_us(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void sleep_ms(int ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&time, NULL);
}

static void tell(const struct bench_side *side, const void *what, size_t size)
{
    if (write(side->report, what, size) != (ssize_t)size)
        bench_fail("the report to the starter");
}

/* --- the server ----------------------------------------------------------------------------- */

static void serve(const struct bench_side *side, struct bench_link *link, char *buffer)
{
    const struct bench_peer *peer = side->peer;
    size_t size = side->job->size;

    switch (side->job->kind) {
    case BENCH_ONE_WAY:
        do
            peer->receive(link, buffer, size);
        while (!buffer[0]);
        peer->send(link, buffer, 1);
        break;
    case BENCH_CONNECT:
        do {
            peer->accept(link);
            peer->receive(link, buffer, size);
            peer->send(link, buffer, size);
            peer->hang_up(link);
        } while (!buffer[0]);
        break;
    default:
        do {
            peer->receive(link, buffer, size);
            peer->send(link, buffer, size);
        } while (!buffer[0]);
    }
}

/* --- the client ----------------------------------------------------------------------------- */

static void operate(const struct bench_side *side, struct bench_link *link, char *buffer)
{
    const struct bench_peer *peer = side->peer;
    size_t size = side->job->size;

    switch (side->job->kind) {
    case BENCH_ONE_WAY:
        peer->send(link, buffer, size);
        break;
    case BENCH_CONNECT:
        peer->connect(link);
        peer->send(link, buffer, size);
        peer->receive(link, buffer, size);
        peer->hang_up(link);
        break;
    default:
        peer->send(link, buffer, size);
        peer->receive(link, buffer, size);
    }
}

/* Counters of two processors may be a little apart. */
static uint32_t sample_of(uint64_t begin, uint64_t end)
{
    if (end <= begin)
        return 0;
    return end - begin < UINT32_MAX ? (uint32_t)(end - begin) : UINT32_MAX;
}

/* Operations until their time is over; a sample of each, unless they go one way. */
static void drive(const struct bench_side *side, struct bench_link *link, char *buffer, int ms,
                  double us_a_tick, struct bench_sample *found)
{
    enum bench_kind kind = side->job->kind;
    bool is_one_way = kind == BENCH_ONE_WAY;
    size_t per_look = is_one_way ? 1 + BYTES_PER_LOOK / side->job->size : 1, count = 0;
    double cpu_before = cpu_us();
    struct bench_moment begin = bench_now(), end;
    uint64_t last = begin.ticks, now;
    uint64_t until = us_a_tick > 0 ? begin.ticks + (uint64_t)(ms * 1e3 / us_a_tick) : 0;
    uint64_t until_ns = begin.ns + (uint64_t)ms * 1000000u;
    bool is_last;

    do {
        /* Before a tick is known to be how long, the dear clock is asked. */
        is_last = count % per_look == 0 &&
                  (until ? (int64_t)(last - until) >= 0 : bench_ns() >= until_ns);
        if (count + 1 == MOST_SAMPLES && !is_one_way)
            is_last = true;
        if (kind == BENCH_SPARSE) {
            sleep_ms(SPARSE_PAUSE_MS);
            last = bench_ticks();
        }
        buffer[0] = (char)is_last;
        operate(side, link, buffer);
        if (!is_one_way || (count + 1) % per_look == 0) {
            now = bench_ticks();
            if (!is_one_way)
                samples[count] = sample_of(last, now);
            last = now;
        }
        count++;
    } while (!is_last);
    if (is_one_way)
        side->peer->receive(link, buffer, 1);
    end = bench_now();

    found->cpu_us = cpu_us() - cpu_before;
    found->count = (double)count;
    found->seconds = (double)(end.ns - begin.ns) / 1e9;
    us_a_tick = bench_us_a_tick(begin, end);
    if (!is_one_way) {
        found->p50_us = bench_percentile(samples, count, 0.50) * us_a_tick;
        found->p99_us = bench_percentile(samples, count, 0.99) * us_a_tick;
    }
}

static void run_client(const struct bench_side *side, struct bench_link *link, char *buffer)
{
    struct bench_sample found = {0};
    struct bench_moment begin;
    double us_a_tick;

    samples = malloc(MOST_SAMPLES * sizeof(*samples));
    if (!samples)
        bench_fail("malloc");
    memset(samples, 0xff, MOST_SAMPLES * sizeof(*samples));
    begin = bench_now();
    if (side->job->kind != BENCH_CONNECT)
        side->peer->connect(link);
    drive(side, link, buffer, side->ms / WARM_UP_SHARE, 0, &found);
    us_a_tick = bench_us_a_tick(begin, bench_now());
    found = (struct bench_sample){0};

    if (side->job->kind == BENCH_IDLE) {
        sleep_ms(BENCH_SETTLE_MS);
        tell(side, "", 1);
        sleep_ms(side->ms + BENCH_SETTLE_MS);
        buffer[0] = 1;
        operate(side, link, buffer);
        found.count = 1;
        found.seconds = side->ms / 1e3;
    } else {
        tell(side, "", 1);
        drive(side, link, buffer, side->ms, us_a_tick, &found);
    }
    tell(side, &found, sizeof(found));
    if (side->job->kind != BENCH_CONNECT)
        side->peer->hang_up(link);
}

static void run_server(const struct bench_side *side, struct bench_link *link, char *buffer)
{
    struct bench_sample found = {0};
    double before;

    side->peer->listen(link);
    tell(side, "", 1);
    if (side->job->kind != BENCH_CONNECT)
        side->peer->accept(link);
    serve(side, link, buffer);
    before = cpu_us();
    serve(side, link, buffer);
    found.cpu_us = found.server_cpu_us = cpu_us() - before;
    tell(side, &found, sizeof(found));
    if (side->job->kind != BENCH_CONNECT)
        side->peer->hang_up(link);
}

int bench_side_run(const struct bench_side *side)
{
    struct bench_link link = {.meeting = &side->meeting, .is_server = side->is_server};
    char *buffer = calloc(1, side->job->size);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(HUNG_AFTER_S);
    bench_pin(side->cpu);
    if (!buffer)
        bench_fail("calloc");
    if (side->is_server)
        run_server(side, &link, buffer);
    else
        run_client(side, &link, buffer);
    free(buffer);
    return 0;
}
