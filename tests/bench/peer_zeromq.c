/* SPDX-License-Identifier: MIT */
/*
 * ZeroMQ over ipc://, which is AF_UNIX and a thread of its own on each side. A PAIR where one
 * connection lives; REQ and REP where clients come and go, since a PAIR refuses the next one as long
 * as it believes in the last. Queues of 1000 messages, as they are: longer ones are no faster.
 */
#include "bench.h"

#include <stdio.h>
#include <zmq.h>

#define ADDRESS_SIZE 160

static void *context, *listener;

static const char *variant(enum bench_kind kind, int number)
{
    return number == 0 ? "default" : NULL;
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, zmq_strerror(zmq_errno()));
    bench_fail(what);
}

static bool is_visited(const struct bench_link *link)
{
    return link->meeting->kind == BENCH_CONNECT;
}

static void *open_socket(const struct bench_link *link, int type, char address[ADDRESS_SIZE])
{
    void *socket;

    if (!context && !(context = zmq_ctx_new()))
        fail("zmq_ctx_new");
    socket = zmq_socket(context, type);
    if (!socket)
        fail("zmq_socket");
    snprintf(address, ADDRESS_SIZE, "ipc://%s", link->meeting->place);
    return socket;
}

static void listen_on(struct bench_link *link)
{
    char address[ADDRESS_SIZE];

    listener = open_socket(link, is_visited(link) ? ZMQ_REP : ZMQ_PAIR, address);
    if (zmq_bind(listener, address))
        fail("zmq_bind");
}

static void accept_nothing(struct bench_link *link)
{
    link->handle = listener;
}

static void connect_to(struct bench_link *link)
{
    char address[ADDRESS_SIZE];

    link->handle = open_socket(link, is_visited(link) ? ZMQ_REQ : ZMQ_PAIR, address);
    if (zmq_connect(link->handle, address))
        fail("zmq_connect");
}

static void send_message(struct bench_link *link, const char *data, size_t size)
{
    if (zmq_send(link->handle, data, size, 0) != (int)size)
        fail("zmq_send");
}

static void receive_message(struct bench_link *link, char *data, size_t size)
{
    if (zmq_recv(link->handle, data, size, 0) != (int)size)
        fail("zmq_recv");
}

/* A listener learns nothing of a client that goes, and keeps its socket for the next. */
static void hang_up(struct bench_link *link)
{
    if (!link->is_server && zmq_close(link->handle))
        fail("zmq_close");
}

/* The last answer leaves before the process does. */
static void unlisten(struct bench_link *link)
{
    if (zmq_close(listener) || zmq_ctx_term(context))
        fail("the end of a context");
}

const struct bench_peer bench_own_peer = {
    .name = "zeromq",
    .title = "ZeroMQ",
    .variant = variant,
    .listen = listen_on,
    .accept = accept_nothing,
    .connect = connect_to,
    .send = send_message,
    .receive = receive_message,
    .hang_up = hang_up,
    .unlisten = unlisten,
};
