/* SPDX-License-Identifier: MIT */
/* AF_UNIX SOCK_SEQPACKET sockets in a folder: listen, claim, introduce, probe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/status.h"

/* Who is at the other end, as the kernel says. */
struct tsm_unix_peer {
    uint32_t pid; /* 0: in a PID namespace that we cannot see */
    uint32_t uid;
    bool is_own_user; /* the user of this process, and the pid is known */
};

/* A listening socket at folder/name, put there in one step; backlog 0 is for one client. */
tsm_must_check NTSTATUS tsm_unix_listen(int folder, const char *name, mode_t mode, int backlog,
                                        int *out);

/* A bound socket that nobody can connect to: while it is open, tsm_unix_is_alive() says so. */
tsm_must_check NTSTATUS tsm_unix_bind_life_sign(int folder, const char *name, mode_t mode,
                                                int *out);
bool tsm_unix_is_alive(int folder, const char *name);

/* STATUS_PIPE_NOT_AVAILABLE: it has a client already; STATUS_OBJECT_NAME_NOT_FOUND: nobody is
 * there; STATUS_ACCESS_DENIED. */
tsm_must_check NTSTATUS tsm_unix_connect(int folder, const char *name, int *out);

/* A listening socket for whoever comes, and one who came: STATUS_PIPE_LISTENING if nobody did. */
tsm_must_check NTSTATUS tsm_unix_listen_on(int folder, const char *name, int *out);
tsm_must_check NTSTATUS tsm_unix_accept(int listener, int *out);

/* Nobody is admitted any more, and who polls it wakes; one who waits can still be accepted. */
void tsm_unix_end_listening(int listener);

/* One record with at most one descriptor (-1 none). */
tsm_must_check NTSTATUS tsm_unix_send(int socket, const void *record, size_t length, int fd);

/* STATUS_PIPE_LISTENING: nothing came yet; STATUS_PIPE_BROKEN: hung up. Records longer than capacity
 * or with more than one descriptor are STATUS_INVALID_PARAMETER. *fd is owned by the caller. */
tsm_must_check NTSTATUS tsm_unix_receive(int socket, void *record, size_t capacity, size_t *length,
                                         int *fd);

/* The same, but it stays there, and *fd is a copy; tsm_unix_skip() takes it away. */
tsm_must_check NTSTATUS tsm_unix_peek(int socket, void *record, size_t capacity, size_t *length,
                                      int *fd);
/* False: nothing is there. */
bool tsm_unix_skip(int socket);

tsm_must_check NTSTATUS tsm_unix_peer(int socket, struct tsm_unix_peer *out);

/* The peer has hung up; there may be something to receive all the same. */
bool tsm_unix_has_hung_up(int socket);

/* A pidfd of the process that made the peer's socket, or listened on it; -1: it is gone, or the kernel
 * (before 6.5) cannot say. */
int tsm_unix_peer_pidfd(int socket);
bool tsm_unix_process_lives(int pidfd);

/* False: surely not; true: it does, or its number is another's. */
bool tsm_unix_peer_may_live(const struct tsm_unix_peer *peer);

/* Waits until the socket is readable or hung up; false on timeout. */
bool tsm_unix_wait_readable(int socket, struct tsm_deadline deadline);

/* The peer has hung up. */
bool tsm_unix_is_hung_up(int socket);

/* Says nothing, but the peer's poll and epoll notice. Lost when too many wait already. */
void tsm_unix_ring(int socket);

/* Takes what was rung. */
void tsm_unix_drain(int socket);

/* Both sides see a hang-up, although copies of the descriptor may be open elsewhere. */
void tsm_unix_shutdown(int socket);

/* The process is about to be forked. */
void tsm_unix_note_fork(void);
/* A forked child may have copies of sockets; without, closing is hanging up, and costs less. */
bool tsm_unix_was_forked(void);
void tsm_unix_close(int socket);
