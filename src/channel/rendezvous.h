/* SPDX-License-Identifier: MIT */
/* How a client finds and claims a listening instance and hands over the memory. */
#pragma once

#include <stdbool.h>

#include "channel/channel.h"
#include "object/name.h"
#include "os/name_registry.h"
#include "wire/instance_text.h"
#include "wire/pipe_hello.h"

/* A server end's place in the world, from creation to close. */
struct tsm_rendezvous {
    struct tsm_name name;
    struct tsm_name_folder folder;
    struct tsm_pipe_params params;
    bool is_open_to_all; /* the descriptor grants everyone */
    int life_sign;       /* K; -1 none */
    char life_sign_file[TSM_ENTRY_TEXT + 20];
};

/* The socket of one listening, shared by threads that poll it. */
struct tsm_listener {
    _Atomic uint32_t refs;
    int socket;
    int accepted; /* took a client that has not introduced itself yet; -1 none */
    struct tsm_deadline hello_deadline;
    char file[TSM_ENTRY_TEXT + 20];
};

struct tsm_rendezvous_request {
    bool is_first_only; /* FILE_FLAG_FIRST_PIPE_INSTANCE */
    bool is_open_to_all;
    struct tsm_pipe_params params;
};

/*
 * Creates an instance of a name and begins to listen. Limit, direction and first-instance rules are
 * checked between processes; type, limit and timeout of the first instance stay in force and
 * replace what request says. out is filled on success only.
 */
tsm_must_check NTSTATUS tsm_rendezvous_create(const struct tsm_name *name,
                                              const struct tsm_rendezvous_request *request,
                                              struct tsm_rendezvous *out,
                                              struct tsm_listener **listener);

/* Listens again; the instance goes to the end of the queue. */
tsm_must_check NTSTATUS tsm_rendezvous_listen(struct tsm_rendezvous *rendezvous,
                                              struct tsm_listener **out);

/*
 * Takes the client if one came: STATUS_SUCCESS with its channel and what its handle may do;
 * STATUS_PIPE_LISTENING if none did; any other status: the client was no good or is gone, and the
 * caller listens anew. Never blocks.
 */
tsm_must_check NTSTATUS tsm_rendezvous_accept(struct tsm_rendezvous *rendezvous,
                                              struct tsm_listener *listener,
                                              struct tsm_channel **out, uint32_t *access);

/* What a waiting thread polls. */
int tsm_listener_poll_fd(const struct tsm_listener *listener);

/* Somebody has come and has not introduced himself; not for long: look again now and then. */
bool tsm_listener_has_client(const struct tsm_listener *listener);

/* No client can come any more; a thread that polls wakes. Drops the caller's reference. */
void tsm_rendezvous_stop(struct tsm_rendezvous *rendezvous, struct tsm_listener *listener);
struct tsm_listener *tsm_listener_ref(struct tsm_listener *listener);
void tsm_listener_unref(struct tsm_listener *listener);

/* A listener that another process of the same end has. Takes both descriptors, on failure too. */
tsm_must_check NTSTATUS tsm_listener_from_holder(int socket, int accepted, const char *file,
                                                 struct tsm_deadline hello_deadline,
                                                 struct tsm_listener **out);

/* Removes what processes that were killed have left of the name. */
void tsm_rendezvous_sweep(struct tsm_rendezvous *rendezvous);

/* Others go on with the instance: this process gives its descriptors back. */
void tsm_rendezvous_leave(struct tsm_rendezvous *rendezvous);

/* The instance ends: the life sign goes, and the folder if it was the last. */
void tsm_rendezvous_close(struct tsm_rendezvous *rendezvous);

/* Live instances of the name, all processes of this user. */
uint32_t tsm_rendezvous_count(const struct tsm_name *name);

/*
 * Client: claims the instance that has listened longest. STATUS_OBJECT_NAME_NOT_FOUND: no such
 * pipe; STATUS_PIPE_NOT_AVAILABLE: nobody listens; STATUS_ACCESS_DENIED also for an access
 * (TSM_HELLO_...) against the pipe's direction.
 */
tsm_must_check NTSTATUS tsm_rendezvous_connect(const struct tsm_name *name, uint32_t access,
                                               struct tsm_pipe_params *params,
                                               struct tsm_channel **out);

/* timeout_ms 0: the server's default. STATUS_IO_TIMEOUT, STATUS_OBJECT_NAME_NOT_FOUND. */
tsm_must_check NTSTATUS tsm_rendezvous_wait(const struct tsm_name *name, uint32_t timeout_ms);
