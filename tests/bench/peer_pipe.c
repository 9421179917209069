/* SPDX-License-Identifier: MIT */
/* pipe(2), one for each direction, as it is and enlarged to our quota. There is nothing to connect. */
#include "bench.h"

#include <fcntl.h>
#include <unistd.h>

#define ENLARGED (1 << 20)

static const char *variant(enum bench_kind kind, int number)
{
    static const char *const names[] = {"default", "1M"};

    if (kind == BENCH_CONNECT)
        return NULL;
    return number < (kind == BENCH_SPARSE || kind == BENCH_IDLE ? 1 : 2) ? names[number] : NULL;
}

static bool prepare(struct bench_meeting *meeting)
{
    if (pipe(meeting->fds) || pipe(meeting->fds + 2))
        bench_fail("pipe");
    for (int i = 0; meeting->variant == 1 && i < BENCH_FDS; i += 2)
        if (fcntl(meeting->fds[i], F_SETPIPE_SZ, ENLARGED) < 0)
            return false;
    return true;
}

/* The first pipe leads to the server, the second to the client. */
static void take(struct bench_link *link)
{
    const int *fds = link->meeting->fds;

    link->in = link->is_server ? fds[0] : fds[2];
    link->out = link->is_server ? fds[3] : fds[1];
    close(link->is_server ? fds[1] : fds[0]);
    close(link->is_server ? fds[2] : fds[3]);
}

static void accept_nothing(struct bench_link *link)
{
}

static void send_all(struct bench_link *link, const char *data, size_t size)
{
    while (size) {
        ssize_t count = write(link->out, data, size);

        if (count <= 0)
            bench_fail("write");
        data += count;
        size -= (size_t)count;
    }
}

static void receive_all(struct bench_link *link, char *data, size_t size)
{
    while (size) {
        ssize_t count = read(link->in, data, size);

        if (count <= 0)
            bench_fail("read");
        data += count;
        size -= (size_t)count;
    }
}

static void hang_up(struct bench_link *link)
{
    close(link->in);
    close(link->out);
}

const struct bench_peer bench_pipe = {
    .name = "pipe",
    .title = "pipe(2)",
    .variant = variant,
    .prepare = prepare,
    .listen = take,
    .accept = accept_nothing,
    .connect = take,
    .send = send_all,
    .receive = receive_all,
    .hang_up = hang_up,
};
