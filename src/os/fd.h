/* SPDX-License-Identifier: MIT */
/* Plain descriptors: open, read, write, sizes. Nothing here lets a SIGPIPE reach the program, or
 * sets O_NONBLOCK on a descriptor that other processes may share. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/status.h"

enum tsm_fd_kind { TSM_FD_DISK, TSM_FD_CHAR, TSM_FD_PIPE };

struct tsm_fd_open {
    bool reads, writes, appends;
    bool must_exist, must_be_new, truncates;
    bool is_read_only;   /* a new file is */
    bool writes_through; /* a write ends when the data are on the medium */
    bool may_be_folder;
};

/* *existed: the file was there before. */
tsm_must_check NTSTATUS tsm_fd_open(const char *path, const struct tsm_fd_open *how, int *out,
                                    bool *existed);

/* A pipe that takes size bytes, however small the pieces, if the system allows that many. */
tsm_must_check NTSTATUS tsm_fd_pipe(uint32_t size, int *read_end, int *write_end);
void tsm_fd_close(int fd);
enum tsm_fd_kind tsm_fd_kind_of(int fd);
bool tsm_fd_is_open(int fd);

/* The same file, opened once more: locks and claims of the one are not those of the other. */
tsm_must_check NTSTATUS tsm_fd_reopen(int fd, int *out);

/* Ties a number to an open file, until the last descriptor of it is closed; false if another one has
 * it. */
bool tsm_fd_claim(int fd, uint32_t number);

/* True while some other open file of the same file has claimed the number. */
bool tsm_fd_is_claimed(int fd, uint32_t number);
bool tsm_fd_is_terminal(int fd);

/* ---- files and devices ---- */

/* offset -1: the descriptor's own position. A result of 0 bytes is the end of the file. */
tsm_must_check NTSTATUS tsm_fd_read(int fd, void *buffer, uint32_t length, int64_t offset,
                                    uint32_t *count);

/* Writes all of it; *count says what a failing call had written. */
tsm_must_check NTSTATUS tsm_fd_write(int fd, const void *buffer, uint32_t length, int64_t offset,
                                     uint32_t *count);

tsm_must_check NTSTATUS tsm_fd_seek(int fd, int64_t distance, int whence, int64_t *position);
tsm_must_check NTSTATUS tsm_fd_size(int fd, int64_t *size);
tsm_must_check NTSTATUS tsm_fd_truncate_here(int fd);
tsm_must_check NTSTATUS tsm_fd_sync(int fd);

/* ---- pipes and sockets ---- */

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

/* ---- paths ---- */

/* STATUS_ACCESS_DENIED for a folder, a device and a file that nobody may write. */
tsm_must_check NTSTATUS tsm_fd_unlink(const char *path);
tsm_must_check NTSTATUS tsm_fd_path_mode(const char *path, mode_t *mode, bool *is_writable);

/* The file's full path, heap; it stays right when the current folder changes. */
tsm_must_check NTSTATUS tsm_fd_full_path(const char *path, char **out);
