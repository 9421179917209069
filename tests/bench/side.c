/* SPDX-License-Identifier: MIT */
/*
 * The client decides how long; the first byte of a message tells the server whether it is the last.
 * Each measurement is preceded by a shorter one of the same kind on the same connection, so that
 * memory is touched, branches are learned and waiters know how busy their peer is.
 */
#include "side.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "jobs.h"
#include "statistics.h"
#include "system.h"

#define MOST_SAMPLES    (1 << 18)
#define SPARSE_PAUSE_MS 4
#define BYTES_PER_LOOK  4096 /* one way: sent between two looks at the clock */
#define SIDE_WORD       "--side"

static uint32_t *samples; /* ticks of each operation */

static void sleep_ms(int ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&time, NULL);
}

void bench_side_tell(const void *what, size_t size)
{
    if (write(STDOUT_FILENO, what, (unsigned int)size) != (int)size)
        bench_fail("the report to the starter");
}

/* --- the server ----------------------------------------------------------------------------- */

void bench_side_serve(const struct bench_side *side, struct bench_link *link, char *buffer)
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

/* Operations until their time is over; a sample of each, where each is looked at. */
void bench_side_drive(const struct bench_side *side, struct bench_link *link, char *buffer, int ms,
                      double us_a_tick, struct bench_sample *found)
{
    enum bench_kind kind = side->job->kind;
    bool is_one_way = kind == BENCH_ONE_WAY, has_samples = !is_one_way && kind != BENCH_LOADED;
    size_t per_look = is_one_way ? 1 + BYTES_PER_LOOK / side->job->size : 1, count = 0;
    double cpu_before = bench_system_cpu_us();
    struct bench_moment begin = bench_now(), end;
    uint64_t last = begin.ticks, now;
    uint64_t until = us_a_tick > 0 ? begin.ticks + (uint64_t)(ms * 1e3 / us_a_tick) : 0;
    uint64_t until_ns = begin.ns + (uint64_t)ms * 1000000u;
    bool is_last;

    do {
        /* Before a tick is known to be how long, the dear clock is asked. */
        is_last = count % per_look == 0 &&
                  (until ? (int64_t)(last - until) >= 0 : bench_ns() >= until_ns);
        if (count + 1 == MOST_SAMPLES && has_samples)
            is_last = true;
        if (kind == BENCH_SPARSE) {
            sleep_ms(SPARSE_PAUSE_MS);
            last = bench_ticks();
        }
        buffer[0] = (char)is_last;
        operate(side, link, buffer);
        if (!is_one_way || (count + 1) % per_look == 0) {
            now = bench_ticks();
            if (has_samples)
                samples[count] = sample_of(last, now);
            last = now;
        }
        count++;
    } while (!is_last);
    if (is_one_way)
        side->peer->receive(link, buffer, 1);
    end = bench_now();

    found->cpu_us = bench_system_cpu_us() - cpu_before;
    found->count = (double)count;
    found->seconds = (double)(end.ns - begin.ns) / 1e9;
    us_a_tick = bench_us_a_tick(begin, end);
    if (has_samples) {
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
    bench_side_drive(side, link, buffer, side->ms / BENCH_WARM_UP_SHARE, 0, &found);
    us_a_tick = bench_us_a_tick(begin, bench_now());
    found = (struct bench_sample){0};

    if (side->job->kind == BENCH_IDLE) {
        sleep_ms(BENCH_SETTLE_MS);
        bench_side_tell("", 1);
        sleep_ms(side->ms + BENCH_SETTLE_MS);
        buffer[0] = 1;
        operate(side, link, buffer);
        found.count = 1;
        found.seconds = side->ms / 1e3;
    } else {
        if (side->job->is_idle_class)
            bench_system_give_way();
        bench_side_tell("", 1);
        bench_side_drive(side, link, buffer, side->ms, us_a_tick, &found);
    }
    bench_side_tell(&found, sizeof(found));
    if (side->job->kind != BENCH_CONNECT)
        side->peer->hang_up(link);
}

static void run_server(const struct bench_side *side, struct bench_link *link, char *buffer)
{
    struct bench_sample found = {0};
    double before;

    side->peer->listen(link);
    bench_side_tell("", 1);
    if (side->job->kind != BENCH_CONNECT)
        side->peer->accept(link);
    bench_side_serve(side, link, buffer);
    if (side->job->is_idle_class)
        bench_system_give_way();
    before = bench_system_cpu_us();
    bench_side_serve(side, link, buffer);
    found.cpu_us = found.server_cpu_us = bench_system_cpu_us() - before;
    bench_side_tell(&found, sizeof(found));
    if (side->job->kind != BENCH_CONNECT)
        side->peer->hang_up(link);
    if (side->peer->unlisten)
        side->peer->unlisten(link);
}

static int run_side(const struct bench_side *side)
{
    struct bench_link link = {.meeting = &side->meeting, .is_server = side->is_server};
    char *buffer = calloc(1, side->job->size);

    bench_system_begin();
    if (!buffer)
        bench_fail("calloc");
    if (side->job->pairs)
        bench_side_pairs(side);
    else if (side->is_server)
        run_server(side, &link, buffer);
    else
        run_client(side, &link, buffer);
    free(buffer);
    return 0;
}

/* --- its arguments -------------------------------------------------------------------------- */

enum { WORD_SIDE = 1, WORD_PEER, WORD_JOB, WORD_PLACE, WORD_NUMBERS };
enum { NUMBER_VARIANT, NUMBER_MS, NUMBER_IS_SERVER, NUMBER_FDS };

static_assert(WORD_NUMBERS + NUMBER_FDS + BENCH_FDS == BENCH_SIDE_WORDS, "each word has its place");

void bench_side_spell(const struct bench_side *side, struct bench_side_words *words)
{
    int values[NUMBER_FDS + BENCH_FDS] = {[NUMBER_VARIANT] = side->meeting.variant,
                                          [NUMBER_MS] = side->ms,
                                          [NUMBER_IS_SERVER] = side->is_server};

    memcpy(values + NUMBER_FDS, side->meeting.fds, sizeof(side->meeting.fds));
    *words = (struct bench_side_words){0};
    words->words[WORD_SIDE] = SIDE_WORD;
    words->words[WORD_PEER] = side->peer->name;
    words->words[WORD_JOB] = side->job->name;
    words->words[WORD_PLACE] = side->meeting.place;
    for (int i = 0; i < NUMBER_FDS + BENCH_FDS; i++) {
        snprintf(words->numbers[i], BENCH_WORD_SIZE, "%d", values[i]);
        words->words[WORD_NUMBERS + i] = words->numbers[i];
    }
}

bool bench_side_is_meant(int argc, char **argv)
{
    return argc == BENCH_SIDE_WORDS && strcmp(argv[WORD_SIDE], SIDE_WORD) == 0;
}

int bench_side_main(char **argv)
{
    char **numbers = argv + WORD_NUMBERS;
    struct bench_side side = {
        .peer = bench_peer_named(argv[WORD_PEER]),
        .job = bench_job_named(argv[WORD_JOB]),
        .meeting = {.place = argv[WORD_PLACE], .variant = atoi(numbers[NUMBER_VARIANT])},
        .ms = atoi(numbers[NUMBER_MS]),
        .is_server = atoi(numbers[NUMBER_IS_SERVER]),
    };

    if (!side.peer || !side.job)
        bench_fail("the name of a peer or job");
    for (int i = 0; i < BENCH_FDS; i++)
        side.meeting.fds[i] = atoi(numbers[NUMBER_FDS + i]);
    side.meeting.kind = side.job->kind;
    side.meeting.size = side.job->size;
    return run_side(&side);
}
