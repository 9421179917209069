/* SPDX-License-Identifier: MIT */
/*
 * POSIX message queues, one for each direction, as deep as everybody may have them and as deep as
 * RLIMIT_MSGQUEUE allows. The system bounds the size of a message: longer ones are left out.
 * There is nothing to connect.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME_SIZE 64

static const struct {
    const char *name;
    int messages;
} depths[] = {{"default", 10}, {"100", 100}, {"1000", 1000}};

static const char *variant(enum bench_kind kind, int number)
{
    size_t count = kind == BENCH_ONE_WAY ? sizeof(depths) / sizeof(depths[0]) : 1;

    return (size_t)number < count && kind != BENCH_CONNECT ? depths[number].name : NULL;
}

/* A descriptor that is inherited; the name is gone at once. -1: the system forbids it. */
static int make_queue(const struct bench_meeting *meeting, char direction)
{
    struct mq_attr attributes = {.mq_maxmsg = depths[meeting->variant].messages,
                                 .mq_msgsize = (long)meeting->size};
    const char *last = strrchr(meeting->place, '/');
    char name[NAME_SIZE];
    mqd_t queue;

    snprintf(name, sizeof(name), "/bench.%s.%c", last ? last + 1 : meeting->place, direction);
    queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes);
    if (queue < 0)
        return -1;
    if (mq_unlink(name) || fcntl(queue, F_SETFD, 0))
        bench_fail("a message queue");
    return queue;
}

static bool prepare(struct bench_meeting *meeting)
{
    meeting->fds[0] = make_queue(meeting, 'a');
    meeting->fds[1] = make_queue(meeting, 'b');
    return meeting->fds[0] >= 0 && meeting->fds[1] >= 0;
}

/* The first queue leads to the server, the second to the client. */
static void take(struct bench_link *link)
{
    const int *fds = link->meeting->fds;

    link->in = fds[!link->is_server];
    link->out = fds[link->is_server];
}

static void accept_nothing(struct bench_link *link)
{
}

static void send_message(struct bench_link *link, const char *data, size_t size)
{
    if (mq_send(link->out, data, size, 0))
        bench_fail("mq_send");
}

/* The system wants room for the longest message, whatever comes. */
static void receive_message(struct bench_link *link, char *data, size_t size)
{
    if (mq_receive(link->in, data, link->meeting->size, NULL) != (ssize_t)size)
        bench_fail("mq_receive");
}

static void hang_up(struct bench_link *link)
{
    mq_close(link->in);
    mq_close(link->out);
}

const struct bench_peer bench_mq = {
    .name = "mq",
    .title = "POSIX mq",
    .variant = variant,
    .prepare = prepare,
    .listen = take,
    .accept = accept_nothing,
    .connect = take,
    .send = send_message,
    .receive = receive_message,
    .hang_up = hang_up,
};
