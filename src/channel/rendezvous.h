/* SPDX-License-Identifier: MIT */
/* The server's side of a rendezvous: an instance listens and takes its client. */
#pragma once

#include <stdbool.h>

#include "channel/channel.h"
#include "channel/own_name.h"
#include "object/name.h"
#include "os/name_entry.h"
#include "wire/instance_text.h"
#include "wire/pipe_hello.h"

/* A server end's place in the world, from creation to close. */
struct tsm_rendezvous {
    struct tsm_name name;
    struct tsm_name_folder folder;
    struct tsm_pipe_params params;
    char text[TSM_INSTANCE_TEXT_SIZE]; /* the same, in file names */
    bool is_open_to_all;               /* the descriptor grants everyone */
    int life_sign;                     /* K; -1 none */
    char life_sign_file[TSM_ENTRY_TEXT + 20];
    struct tsm_own_name *own;  /* this process' instances of the name; NULL none */
    struct tsm_listener *kept; /* while it does not listen: for the next time; NULL none */
};

/* The socket of an instance, shared by threads that poll it. */
struct tsm_listener {
    _Atomic uint32_t refs;
    int socket;
    int accepted; /* took a client that has not introduced itself yet; -1 none */
    struct tsm_deadline hello_deadline;
    bool is_shared;                  /* other processes poll it as well: not kept */
    char file[TSM_ENTRY_TEXT + 20];  /* S */
    char entry[TSM_ENTRY_TEXT + 20]; /* L; empty: not there */
    struct tsm_own_listener own;     /* its place among those of this process */
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
 * caller listens anew. Never blocks. Of a shared listener the hello stays in the channel's socket, so
 * that another process may take the same client until tsm_unix_skip().
 */
tsm_must_check NTSTATUS tsm_rendezvous_accept(struct tsm_rendezvous *rendezvous,
                                              struct tsm_listener *listener,
                                              struct tsm_channel **out, uint32_t *access);

/* What a waiting thread polls. */
int tsm_listener_poll_fd(const struct tsm_listener *listener);

/* Somebody has come and has not introduced himself; not for long: look again now and then. */
bool tsm_listener_has_client(const struct tsm_listener *listener);

/* No client is led here any more, one that waits is turned away, a thread that polls wakes. Takes
 * the caller's reference. */
void tsm_rendezvous_stop(struct tsm_rendezvous *rendezvous, struct tsm_listener *listener);
struct tsm_listener *tsm_listener_ref(struct tsm_listener *listener);
void tsm_listener_unref(struct tsm_listener *listener);

/* A listener that another process of the same end has; file and entry are its names, S and L. Takes
 * both descriptors, on failure too. */
tsm_must_check NTSTATUS tsm_listener_from_holder(int socket, int accepted, const char *file,
                                                 const char *entry,
                                                 struct tsm_deadline hello_deadline,
                                                 struct tsm_listener **out);

/* Removes what processes that were killed have left of the name. */
void tsm_rendezvous_sweep(struct tsm_rendezvous *rendezvous);

/* Others go on with the instance: this process gives its descriptors back. */
void tsm_rendezvous_leave(struct tsm_rendezvous *rendezvous);

/* It is about to stop listening and to end: no client shall find it busy in between. */
void tsm_rendezvous_retire(struct tsm_rendezvous *rendezvous);

/* The instance ends: the life sign goes, and the folder if it was the last. */
void tsm_rendezvous_close(struct tsm_rendezvous *rendezvous);

/* Live instances of the name, all processes of this user. */
tsm_must_check NTSTATUS tsm_rendezvous_count(const struct tsm_name *name, uint32_t *out);

/* Of the first instance among these entries: its parameters rule. False: there is none. */
bool tsm_rendezvous_ruling(const struct tsm_name_entry *entries, uint32_t count,
                           struct tsm_pipe_params *out);
