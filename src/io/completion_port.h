/* SPDX-License-Identifier: MIT */
/* I/O completion port: a queue of packets, and the threads that take them. */
#pragma once

#include "base/deadline.h"
#include "base/list.h"
#include "base/status.h"
#include "object/object.h"
#include "os/work_pool.h"

extern const struct tsm_object_ops tsm_port_ops;

struct tsm_port;

/* What happened: posted by the program, or a request that has finished. */
struct tsm_packet {
    struct tsm_list node;
    uint64_t key;
    void *overlapped; /* passed on, never looked at */
    uint64_t status;
    uint64_t information;
    uint32_t taker;            /* the thread it was given to */
    struct tsm_work_item work; /* of a port that delivers */
    /* No lock held: it was taken, or nobody will take it. */
    void (*dispose)(struct tsm_packet *packet);
};

/* As OVERLAPPED_ENTRY. */
struct tsm_packet_entry {
    uint64_t key;
    void *overlapped;
    uint64_t status;
    uint32_t information;
};

/* A port without a queue: each packet is delivered at once, on the thread that brings it and without
 * locks. deliver takes the packet; owner is told to it, and ended with the port. NULL without
 * memory. */
struct tsm_port_sink {
    void (*deliver)(struct tsm_port_sink *sink, struct tsm_packet *packet);
    void (*end)(struct tsm_port_sink *sink);
};

struct tsm_port *tsm_port_new_sink(struct tsm_port_sink *sink);

/* limit: how many threads may run at a time, 0 for one a processor. NULL without memory. */
struct tsm_port *tsm_port_new(uint32_t limit);

struct tsm_object *tsm_port_object(struct tsm_port *port);

/* What those wait for who take packets; NULL: each packet is delivered. Part of the port. */
struct tsm_object *tsm_port_queue(struct tsm_port *port);
struct tsm_port *tsm_port_from(struct tsm_object *object);

/* Takes the packet, also when the port has been closed. No lock held. */
void tsm_port_add(struct tsm_port *port, struct tsm_packet *packet);

tsm_must_check NTSTATUS tsm_port_post(struct tsm_port *port, uint64_t key, void *overlapped,
                                      uint32_t information);

/*
 * Takes 1..capacity packets, waiting for the first one. STATUS_TIMEOUT, STATUS_USER_APC as in
 * tsm_wait_objects(), STATUS_ABANDONED_WAIT_0 when the port is closed meanwhile. The caller holds a
 * reference to the port, and counts as one that runs for it until it takes again or ends.
 */
tsm_must_check NTSTATUS tsm_port_take(struct tsm_port *port, struct tsm_packet_entry *entries,
                                      uint32_t capacity, uint32_t *count, bool alertable,
                                      struct tsm_deadline deadline);
