/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing a pipe in steps that do not wait, and waiting from which another thread can call
 * one back. For pipes and sockets whose descriptors others may have: nothing is set on them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* What is there. STATUS_PIPE_EMPTY: nothing now; STATUS_PIPE_BROKEN: nothing ever. On kernels that
 * cannot read a pipe without waiting it may wait if another reader is faster. */
tsm_must_check NTSTATUS tsm_fd_call_read(int fd, void *buffer, uint32_t length, uint32_t *count);

/* As much as there is room for, perhaps nothing. STATUS_PIPE_CLOSING: there is no reader.
 * STATUS_NOT_SUPPORTED: the kernel cannot. */
tsm_must_check NTSTATUS tsm_fd_call_write(int fd, const void *buffer, uint32_t length,
                                          uint32_t *count);

/* Until a step gets on, or the other side is gone. STATUS_ALERTED: somebody rang the bell (see
 * os/poll_set.h; -1: there is none). */
tsm_must_check NTSTATUS tsm_fd_call_wait(int fd, bool is_write, int bell);

/* Until everything was read; STATUS_PIPE_BROKEN: the reader went while this waited. Without a reader
 * there is nothing to wait for. STATUS_ALERTED as above. */
tsm_must_check NTSTATUS tsm_fd_call_drain(int fd, int bell);
