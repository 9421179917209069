/* SPDX-License-Identifier: MIT */
/*
 * AF_UNIX sockets, SOCK_SEQPACKET and SOCK_STREAM, with several sizes of SO_SNDBUF. The server keeps
 * its listener, with room for clients that are early: it need not say for each client that it is
 * ready for one, as an instance of a named pipe does, and that is its advantage. The third peer has
 * not got it: its server makes a socket for each client and binds it, and takes it away again.
 */
#include "bench.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define EARLY_CLIENTS 16
#define OVERHEAD      32 /* of a message in its buffer */

static const struct {
    const char *name;
    int size; /* 0: as it is */
} buffers[] = {
    {"default", 0}, {"1.1M", 1126 << 10}, {"2M", 2 << 20}, {"4M", 4 << 20}, {"8M", 8 << 20},
};

static const char *variant(enum bench_kind kind, int number)
{
    size_t count = sizeof(buffers) / sizeof(buffers[0]);

    if (kind == BENCH_CONNECT || kind == BENCH_SPARSE || kind == BENCH_IDLE || kind == BENCH_LOADED)
        count = 1;
    return (size_t)number < count ? buffers[number].name : NULL;
}

/* The kernel doubles what is asked for, and silently gives less than an administrator forbids. */
static void enlarge(const struct bench_link *link, int fd)
{
    int size = buffers[link->meeting->variant].size, now = 0;
    socklen_t length = sizeof(now);

    if (size == 0)
        return;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) &&
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)))
        bench_fail("setsockopt");
    if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &now, &length) || now < 2 * size)
        bench_unsupported();
}

static struct sockaddr_un address_of(const struct bench_link *link)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if ((size_t)snprintf(address.sun_path, sizeof(address.sun_path), "%s", link->meeting->place) >=
        sizeof(address.sun_path))
        bench_fail("the name of a socket");
    return address;
}

static void listen_on(struct bench_link *link, int type)
{
    struct sockaddr_un address = address_of(link);

    link->listener = socket(AF_UNIX, type, 0);
    if (link->listener < 0 || bind(link->listener, (struct sockaddr *)&address, sizeof(address)) ||
        listen(link->listener, EARLY_CLIENTS))
        bench_fail("listen");
    enlarge(link, link->listener); /* here only to learn early whether it is allowed */
}

static void connect_by(struct bench_link *link, int type)
{
    struct sockaddr_un address = address_of(link);

    link->in = link->out = socket(AF_UNIX, type, 0);
    if (link->in < 0 || connect(link->in, (struct sockaddr *)&address, sizeof(address)))
        bench_fail("connect");
    enlarge(link, link->in);
}

/* A message has to fit into the buffer whole. */
static void listen_seqpacket(struct bench_link *link)
{
    int room = 0;
    socklen_t length = sizeof(room);

    listen_on(link, SOCK_SEQPACKET);
    if (getsockopt(link->listener, SOL_SOCKET, SO_SNDBUF, &room, &length) ||
        (size_t)room < link->meeting->size + OVERHEAD)
        bench_unsupported();
}

static void listen_stream(struct bench_link *link)
{
    listen_on(link, SOCK_STREAM);
}

static void connect_seqpacket(struct bench_link *link)
{
    connect_by(link, SOCK_SEQPACKET);
}

static void connect_stream(struct bench_link *link)
{
    connect_by(link, SOCK_STREAM);
}

static void accept_one(struct bench_link *link)
{
    link->in = link->out = accept(link->listener, NULL, NULL);
    if (link->in < 0)
        bench_fail("accept");
    enlarge(link, link->in);
}

static void send_message(struct bench_link *link, const char *data, size_t size)
{
    if (send(link->out, data, size, 0) != (ssize_t)size)
        bench_fail("send");
}

static void receive_message(struct bench_link *link, char *data, size_t size)
{
    if (recv(link->in, data, size, 0) != (ssize_t)size)
        bench_fail("recv");
}

static void send_bytes(struct bench_link *link, const char *data, size_t size)
{
    while (size) {
        ssize_t count = send(link->out, data, size, 0);

        if (count <= 0)
            bench_fail("send");
        data += count;
        size -= (size_t)count;
    }
}

static void receive_bytes(struct bench_link *link, char *data, size_t size)
{
    while (size) {
        ssize_t count = recv(link->in, data, size, 0);

        if (count <= 0)
            bench_fail("recv");
        data += count;
        size -= (size_t)count;
    }
}

static void hang_up(struct bench_link *link)
{
    char end;

    if (link->is_server && recv(link->in, &end, 1, 0) > 0)
        bench_fail("the end of a connection");
    close(link->in);
}

/* --- a socket for each client --------------------------------------------------------------- */

static const char *bound_variant(enum bench_kind kind, int number)
{
    return kind == BENCH_CONNECT && number == 0 ? "default" : NULL;
}

static void listen_bound(struct bench_link *link)
{
    struct sockaddr_un address = address_of(link);

    link->listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    if (link->listener < 0 || bind(link->listener, (struct sockaddr *)&address, sizeof(address)) ||
        listen(link->listener, 0))
        bench_fail("listen");
}

static void accept_bound(struct bench_link *link)
{
    if (link->listener < 0)
        listen_bound(link);
    accept_one(link);
    close(link->listener);
    unlink(link->meeting->place);
    link->listener = -1;
}

/* Whoever finds nobody lets the other run, which is cheaper than being told. */
static void connect_bound(struct bench_link *link)
{
    struct sockaddr_un address = address_of(link);

    link->in = link->out = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    if (link->in < 0)
        bench_fail("socket");
    while (connect(link->in, (struct sockaddr *)&address, sizeof(address))) {
        if (errno != ENOENT && errno != ECONNREFUSED)
            bench_fail("connect");
        sched_yield();
    }
}

const struct bench_peer bench_seqpacket = {
    .name = "seqpacket",
    .title = "AF_UNIX SEQPACKET",
    .variant = variant,
    .listen = listen_seqpacket,
    .accept = accept_one,
    .connect = connect_seqpacket,
    .send = send_message,
    .receive = receive_message,
    .hang_up = hang_up,
};

const struct bench_peer bench_stream = {
    .name = "stream",
    .title = "AF_UNIX STREAM",
    .variant = variant,
    .listen = listen_stream,
    .accept = accept_one,
    .connect = connect_stream,
    .send = send_bytes,
    .receive = receive_bytes,
    .hang_up = hang_up,
};

const struct bench_peer bench_bound = {
    .name = "bound",
    .title = "AF_UNIX, bound for each",
    .variant = bound_variant,
    .listen = listen_bound,
    .accept = accept_bound,
    .connect = connect_bound,
    .send = send_message,
    .receive = receive_message,
    .hang_up = hang_up,
};
