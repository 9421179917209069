/* SPDX-License-Identifier: MIT */
/* One end of a named pipe instance, seen as a file. */
#pragma once

#include "channel/rendezvous.h"
#include "io/file.h"
#include "pipe/pipe_state.h"
#include "sync/lookout.h"

/* What the waiting writers and flushers wait for, the smallest each; UINT64_MAX: nothing. */
struct tsm_pipe_needs {
    uint64_t tail, payload, messages;
};

struct tsm_pipe_share;

struct tsm_pipe_end {
    struct tsm_file file;
    bool is_server;
    bool is_message_read;
    bool is_nowait;
    bool was_closed;
    enum tsm_pipe_state state;
    struct tsm_pipe_params params;
    struct tsm_name name;
    uint32_t peer_access; /* server: what the client's handle may do; TSM_HELLO_... */
    uint32_t own_pid;     /* of the process that has this end */
    uint32_t peer_pid;
    bool had_peer;

    struct tsm_channel *channel; /* NULL without a connection */
    struct tsm_ring_writer writer;
    struct tsm_ring_reader reader;
    _Atomic uint32_t spin_us; /* what the next wait may spin; adapts */
    uint32_t sleeps;          /* of threads in pipe_park.c, ever */

    struct tsm_list reads;  /* also transactions waiting for their reply */
    struct tsm_list writes; /* over the quota, or not yet in the ring */
    struct tsm_list flushes;
    struct tsm_pipe_needs needs; /* of both; the peer gets a copy */
    struct tsm_list listens;

    struct tsm_pipe_share *share; /* NULL: this process alone has the end */

    struct tsm_rendezvous rendezvous; /* server only */
    struct tsm_listener *listener;    /* while listening */
    bool is_settling;                 /* pipe_watch.c is at work under the lock */
    struct tsm_pipe_watch *watch;     /* of the listener, for overlapped requests; made on need */
    struct tsm_beacon beacon;         /* of the ring that is read, for overlapped requests */
    NTSTATUS shortage; /* why a client was turned away, for the next who waits for one; or 0 */
};

extern const struct tsm_object_ops tsm_pipe_end_object_ops;
extern const struct tsm_file_ops tsm_pipe_end_file_ops;

/* NULL if the file is no end of a named pipe. Same reference. */
static inline struct tsm_pipe_end *tsm_pipe_end_from(struct tsm_file *file)
{
    return file->ops == &tsm_pipe_end_file_ops ? tsm_container_of(file, struct tsm_pipe_end, file)
                                               : NULL;
}

/* The shared memory contradicted itself: the next refresh closes the connection. */
static inline bool tsm_pipe_end_was_lied_to(const struct tsm_pipe_end *end)
{
    return end->reader.is_broken || end->writer.is_broken;
}

/* By our own record: the shared one is for the peer, who could spoil it. */
bool tsm_pipe_needs_are_met(const struct tsm_pipe_needs *needs, struct tsm_ring_header *ring);

/* An end without a connection; NULL without memory. One reference. */
struct tsm_pipe_end *tsm_pipe_end_new(bool is_server, const struct tsm_name *name,
                                      const struct tsm_pipe_params *params);

/* File lock held, or nobody else knows the end: takes the channel and is connected. */
void tsm_pipe_end_attach_locked(struct tsm_pipe_end *end, struct tsm_channel *channel);

/* File lock held: takes the connection away; pending requests go to the batch with that status. The
 * caller closes the channel with tsm_channel_close() after unlocking. */
tsm_must_check struct tsm_channel *tsm_pipe_end_detach_locked(struct tsm_pipe_end *end,
                                                              NTSTATUS status,
                                                              struct tsm_io_batch *batch);

/* File lock held: brings the state up to date with what the peer did, and a listening end notices
 * its client. */
void tsm_pipe_end_refresh_locked(struct tsm_pipe_end *end);

/* tsm_file_ops.submit of pipe ends. */
NTSTATUS tsm_pipe_end_submit(struct tsm_file *file, struct tsm_io *io);

/* File lock held: R + what pending reads ask for, of all processes that have the end; 0: none does. */
uint64_t tsm_pipe_end_claim(const struct tsm_pipe_end *end);
/* File lock held, connected: the writer is told what was consumed and claimed, and woken if it waits
 * for that; the reader is woken if it waits. */
void tsm_pipe_end_publish_reads_locked(struct tsm_pipe_end *end);
void tsm_pipe_end_wake_reader_locked(struct tsm_pipe_end *end);

/* File lock held: matches requests with data, room and events. */
void tsm_pipe_end_pump_locked(struct tsm_pipe_end *end, struct tsm_io_batch *batch);

/* Provided by pipe_server.c: a listening end looks for its client. File lock held. */
void tsm_pipe_server_notice_locked(struct tsm_pipe_end *end);
/* Provided by pipe_server.c: a process died while it changed how a listening end can be found: it
 * listens once more. File lock held. */
void tsm_pipe_server_renew_locked(struct tsm_pipe_end *end);
/* Provided by pipe_server.c: what is left of the instance goes. No lock held. */
void tsm_pipe_server_close(struct tsm_pipe_end *end);
/* Provided by pipe_server.c: the instance goes on in other processes. No lock held. */
void tsm_pipe_server_leave(struct tsm_pipe_end *end);
/* Provided by pipe_server.c: sleeps until a client may have come. No lock held. */
void tsm_pipe_server_park(struct tsm_pipe_end *end, struct tsm_io *io);
NTSTATUS tsm_pipe_server_listen_locked(struct tsm_pipe_end *end, struct tsm_io *io);
