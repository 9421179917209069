/* SPDX-License-Identifier: MIT */
/*
 * A side with many connections, and a thread for each. Each connection is one as the peer makes it,
 * with a place of its own; all are warm before the first is measured.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "side.h"
#include "system.h"

#define PLACE_SIZE 160

struct pair {
    const struct bench_side *side;
    struct bench_meeting meeting;
    struct bench_link link;
    char place[PLACE_SIZE];
    char *buffer;
    struct bench_sample found;
};

static pthread_barrier_t warm, counted;

static void *run_pair(void *argument)
{
    struct pair *pair = argument;
    const struct bench_side *side = pair->side;

    if (side->is_server)
        side->peer->accept(&pair->link);
    else
        side->peer->connect(&pair->link);
    if (side->is_server)
        bench_side_serve(side, &pair->link, pair->buffer);
    else
        bench_side_drive(side, &pair->link, pair->buffer, side->ms / BENCH_WARM_UP_SHARE, 0,
                         &pair->found);
    pthread_barrier_wait(&warm);
    if (side->is_server)
        bench_side_serve(side, &pair->link, pair->buffer);
    else
        bench_side_drive(side, &pair->link, pair->buffer, side->ms, 0, &pair->found);
    pthread_barrier_wait(&counted);
    side->peer->hang_up(&pair->link);
    return NULL;
}

static void prepare(struct pair *pair, const struct bench_side *side, int number)
{
    pair->side = side;
    if ((size_t)snprintf(pair->place, PLACE_SIZE, "%s.%d", side->meeting.place, number) >=
        PLACE_SIZE)
        bench_fail("the name of a place");
    pair->meeting = side->meeting;
    pair->meeting.place = pair->place;
    pair->link = (struct bench_link){.meeting = &pair->meeting, .is_server = side->is_server};
    pair->buffer = calloc(1, side->job->size);
    if (!pair->buffer)
        bench_fail("calloc");
    if (side->is_server)
        side->peer->listen(&pair->link);
}

/* The trips of all; the time is that of the last to end. */
static struct bench_sample sum_of(const struct pair *pairs, int count)
{
    struct bench_sample sum = {0};

    for (int i = 0; i < count; i++) {
        sum.count += pairs[i].found.count;
        if (pairs[i].found.seconds > sum.seconds)
            sum.seconds = pairs[i].found.seconds;
    }
    return sum;
}

void bench_side_pairs(const struct bench_side *side)
{
    int count = side->job->pairs;
    struct pair *pairs = calloc((size_t)count, sizeof(*pairs));
    pthread_t *threads = calloc((size_t)count, sizeof(*threads));
    struct bench_sample found;
    double before;

    if (!pairs || !threads || pthread_barrier_init(&warm, NULL, (unsigned int)count + 1) ||
        pthread_barrier_init(&counted, NULL, (unsigned int)count + 1))
        bench_fail("room for threads");
    for (int i = 0; i < count; i++)
        prepare(&pairs[i], side, i);
    if (side->is_server)
        bench_side_tell("", 1);
    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, run_pair, &pairs[i]))
            bench_fail("a thread");
    pthread_barrier_wait(&warm);
    before = bench_system_cpu_us();
    if (!side->is_server)
        bench_side_tell("", 1);
    pthread_barrier_wait(&counted);
    found = sum_of(pairs, count);
    found.cpu_us = bench_system_cpu_us() - before;
    found.server_cpu_us = side->is_server ? found.cpu_us : 0;
    bench_side_tell(&found, sizeof(found));
    for (int i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        if (side->is_server && side->peer->unlisten)
            side->peer->unlisten(&pairs[i].link);
        free(pairs[i].buffer);
    }
    free(threads);
    free(pairs);
}
