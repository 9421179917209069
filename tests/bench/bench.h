/* SPDX-License-Identifier: MIT */
/*
 * A peer is one way in which two processes can exchange bytes; each has a file of its own
 * (peer_*.c) and the table below. Add the table to bench_peers in bench.c and it takes part.
 *
 * Every measurement starts two new processes, a server and a client (side.c), each of which uses
 * one end of one connection. Peers report what goes wrong with bench_fail, which ends the process.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bench_kind {
    BENCH_ROUND_TRIP, /* a message there and one back, again and again */
    BENCH_ONE_WAY,    /* messages from the client to the server as fast as they go */
    BENCH_CONNECT,    /* connect, one round trip, close */
    BENCH_SPARSE,     /* round trips with a pause before each, as of a connection in little use */
    BENCH_IDLE,       /* the server waits for a message that does not come */
    BENCH_LOADED,     /* round trips while others want the processors too */
    BENCH_KINDS
};

struct bench_job {
    const char *name;
    enum bench_kind kind;
    size_t size; /* of a message */
    /* BENCH_LOADED: connections, with a thread at each end (0: one); another process computes
     * on each processor; both ends are SCHED_IDLE. */
    int pairs;
    bool has_busy, is_idle_class;
};

#define BENCH_FDS 4

/* Where the two sides meet. */
struct bench_meeting {
    const char *place; /* an absolute path that nothing else uses: names are made of it */
    int variant;
    enum bench_kind kind;
    size_t size;        /* of the messages */
    int fds[BENCH_FDS]; /* what prepare() made; -1: nothing */
};

/* One side's end. A peer uses what it needs. */
struct bench_link {
    const struct bench_meeting *meeting;
    bool is_server;
    int listener, in, out;
    void *handle;
};

struct bench_sample; /* below */

struct bench_peer {
    const char *name;  /* in the machine-readable lines */
    const char *title; /* for people */
    /* The names of the ways to configure this peer, best of which counts; NULL after the last. */
    const char *(*variant)(enum bench_kind kind, int number);
    /* The sides are run by this program beside the measuring one, which has all below; NULL: by
     * the measuring program itself. And the variable that names what runs it, if it needs that. */
    const char *program, *runner;
    /* Optional, before the sides are started: makes descriptors that both inherit. False, and
     * none: this machine does not allow the variant. */
    bool (*prepare)(struct bench_meeting *meeting);
    /* Server. After listen() a client may call connect(). */
    void (*listen)(struct bench_link *link);
    void (*accept)(struct bench_link *link);
    void (*connect)(struct bench_link *link);
    void (*send)(struct bench_link *link, const char *data, size_t size);
    void (*receive)(struct bench_link *link, char *data, size_t size); /* exactly size bytes */
    /* Client: closes. Server: waits until the client has closed; accept() may follow. */
    void (*hang_up)(struct bench_link *link);
    /* Optional. Server: at the end, after hang_up(). */
    void (*unlisten)(struct bench_link *link);
    /* Instead of all the above, for what is no connection but a limit of the machine: false where
     * it says nothing about this job. The processors are -1 for any. */
    bool (*limit)(const struct bench_job *job, const int cpus[2], int ms,
                  struct bench_sample *sample);
};

/* What one measurement found; 0 in a field: nothing. */
struct bench_sample {
    double count;   /* round trips, messages or cycles */
    double seconds; /* for all of them */
    double p50_us, p99_us;
    double cpu_us;        /* of both processes; NaN: not known */
    double server_cpu_us; /* of the server alone */
};

extern const struct bench_peer bench_transom, bench_transom_no_spin, bench_pipe, bench_seqpacket,
    bench_stream, bench_bound, bench_mq, bench_zeromq, bench_winpr, bench_wine, bench_memcpy,
    bench_cache_line;
extern const struct bench_peer *const bench_peers[];
const struct bench_peer *bench_peer_named(const char *name);

/* The peer of a program that is nothing but a side. */
extern const struct bench_peer bench_own_peer;

#define BENCH_UNSUPPORTED 77 /* exit status of a side whose variant this machine does not allow */

_Noreturn void bench_fail(const char *what);
_Noreturn void bench_unsupported(void);

/* Pins the calling process; -1: to nothing. (measure.c, not for sides) */
void bench_pin(int cpu);
