/* SPDX-License-Identifier: MIT */
/* Pipes of the system, and sockets that stand for one. Nothing here lets a SIGPIPE reach the program, or
 * sets O_NONBLOCK on a descriptor that other processes may share. */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/status.h"

/* A pipe that takes size bytes, however small the pieces, if the system allows that many. */
tsm_must_check NTSTATUS tsm_fd_pipe(uint32_t size, int *read_end, int *write_end);

/* For this room: write(2) without the signal, errno as there. flags: RWF_NOWAIT or 0; a file or kernel
 * that does not know that one: EOPNOTSUPP or EINVAL. */
ssize_t tsm_fd_write_quietly(int fd, const void *buffer, size_t length, int flags);

/* What is there, at least a byte; STATUS_PIPE_BROKEN when nothing is left and no writer. */
tsm_must_check NTSTATUS tsm_fd_pipe_read(int fd, void *buffer, uint32_t length, uint32_t *count);

/* Writes all of it. STATUS_PIPE_CLOSING: there was no reader; STATUS_PIPE_BROKEN: it went while
 * this waited. */
tsm_must_check NTSTATUS tsm_fd_pipe_write(int fd, const void *buffer, uint32_t length,
                                          uint32_t *count);

/* The same without waiting. A read: STATUS_PIPE_EMPTY. A write: as much as there is room for;
 * of nothing: STATUS_PIPE_CLOSING without a reader. */
tsm_must_check NTSTATUS tsm_fd_pipe_read_now(int fd, void *buffer, uint32_t length,
                                             uint32_t *count);
tsm_must_check NTSTATUS tsm_fd_pipe_write_now(int fd, const void *buffer, uint32_t length,
                                              uint32_t *count);

/* STATUS_SUCCESS: something to read; STATUS_PIPE_BROKEN if there never will be; without may_block
 * also STATUS_PIPE_EMPTY. */
tsm_must_check NTSTATUS tsm_fd_pipe_wait(int fd, bool may_block);

bool tsm_fd_pipe_has_lost_reader(int fd);
tsm_must_check NTSTATUS tsm_fd_pipe_waiting(int fd, uint32_t *bytes);
tsm_must_check NTSTATUS tsm_fd_pipe_capacity(int fd, uint32_t *bytes);

/* Waits until nobody can read any more what is written to this end. */
void tsm_fd_pipe_wait_unread(int write_end);

/* Copies what a pipe holds without consuming it. */
tsm_must_check NTSTATUS tsm_fd_pipe_peek(int fd, void *buffer, uint32_t length, uint32_t *count);

/* For this room: the last call had a flag that the file or the kernel does not know. */
static inline bool tsm_fd_is_unknown_flag(void)
{
    return errno == EOPNOTSUPP || errno == EINVAL || errno == ENOSYS;
}
