/* SPDX-License-Identifier: MIT */
/* How the overlapped requests of a pipe end get on: nobody waits for them, so the service thread
 * looks after the end. */
#pragma once

#include "pipe/pipe_end.h"

struct tsm_pipe_watch;

/* Of tsm_file_ops. */
void tsm_pipe_look_after(struct tsm_file *file);
void tsm_pipe_after(struct tsm_file *file);
NTSTATUS tsm_pipe_cancel(struct tsm_file *file, tsm_io_filter *is_meant, const void *context);

/* File lock held: so many bytes of the frame that ended at that position were taken out of the ring;
 * what waits behind it follows. */
void tsm_pipe_follow_taken_locked(struct tsm_pipe_end *end, uint64_t position, uint64_t bytes);

/* File lock held: the end was pumped; what is to come next lies elsewhere. */
void tsm_pipe_pumped_locked(struct tsm_pipe_end *end);

/* Of the end's beacon. */
bool tsm_pipe_beacon_hold(struct tsm_beacon *beacon);
void tsm_pipe_beacon_attend(struct tsm_beacon *beacon);

/* Of the channel's watch; context is the end. */
void tsm_pipe_on_news(void *context);

/* File lock held: a listening end has changed, whichever operation has noticed it. */
void tsm_pipe_noticed_locked(struct tsm_pipe_end *end);

/* File lock held: the listener is about to go. */
void tsm_pipe_unwatch_listener_locked(struct tsm_pipe_end *end);

/* No lock held: the end is about to go. */
void tsm_pipe_watch_end(struct tsm_pipe_end *end);
