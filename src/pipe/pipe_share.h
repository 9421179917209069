/* SPDX-License-Identifier: MIT */
/* An end of a named pipe that several processes have: what they agree on, and in which order. */
#pragma once

#include "object/import.h"
#include "pipe/pipe_end.h"

/*
 * The lock of everything of an end, also between the processes that have it. Unlocking may finish
 * requests and close a connection, so no other lock may be held.
 */
void tsm_pipe_share_lock(struct tsm_pipe_end *end);
void tsm_pipe_share_unlock(struct tsm_pipe_end *end);

static inline void tsm_pipe_end_lock(struct tsm_pipe_end *end)
{
    tsm_lock_acquire(&end->file.lock);
    if (tsm_unlikely(end->share != NULL))
        tsm_pipe_share_lock(end);
}

static inline void tsm_pipe_end_unlock(struct tsm_pipe_end *end)
{
    if (tsm_unlikely(end->share != NULL))
        tsm_pipe_share_unlock(end);
    else
        tsm_lock_release(&end->file.lock);
}

/* All below: an end with a share, locked. */

/* What was done so far counts from now on, whoever dies. */
void tsm_pipe_share_commit(struct tsm_pipe_end *end);

/* Takes back what dead holders had pending. To be called before new work. */
void tsm_pipe_share_look_after(struct tsm_pipe_end *end);

/* So many bytes of the frame that ends at that position were taken back: the others follow. */
void tsm_pipe_share_taken(struct tsm_pipe_end *end, uint64_t position, uint32_t bytes);

/* A request begins to wait for its turn to read or to lay its frames. */
void tsm_pipe_share_queue(struct tsm_pipe_end *end, struct tsm_io *io);

/* Nobody in another process comes before it. */
bool tsm_pipe_share_is_next(struct tsm_pipe_end *end, const struct tsm_io *io);

/* Somebody in another process waits to read, or to lay frames. */
bool tsm_pipe_share_others_read(struct tsm_pipe_end *end);
bool tsm_pipe_share_others_write(struct tsm_pipe_end *end);

/* A read or write of another process is pending. */
bool tsm_pipe_share_others_wait(struct tsm_pipe_end *end);

/* Bytes that the pending reads of other processes ask for. */
uint64_t tsm_pipe_share_claims(const struct tsm_pipe_end *end);

/* Notes what waiters of this process need; out: the smallest of all. */
void tsm_pipe_share_needs(struct tsm_pipe_end *end, struct tsm_pipe_needs *needs);

/* The word that changes when this process should look again. */
_Atomic uint32_t *tsm_pipe_share_turn(struct tsm_pipe_end *end, uint32_t *value);

/* The end has another listener, another channel, or none: the others follow. */
tsm_must_check NTSTATUS tsm_pipe_share_post(struct tsm_pipe_end *end);

/* No other process has the end. */
bool tsm_pipe_share_is_last(struct tsm_pipe_end *end);

/* This process is no holder any more; the end can be locked until it is freed. */
void tsm_pipe_share_go(struct tsm_pipe_end *end);

/* Not locked: frees end->share. */
void tsm_pipe_share_free(struct tsm_pipe_end *end);

/* tsm_object_ops.export of pipe ends; the twin is registered by init. */
NTSTATUS tsm_pipe_share_export(struct tsm_object *object, struct tsm_export *out);
void tsm_pipe_share_init(void);
