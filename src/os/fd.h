/* SPDX-License-Identifier: MIT */
/* Plain descriptors: open, read, write, sizes. Nothing here lets a SIGPIPE reach the program. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/status.h"

enum tsm_fd_kind { TSM_FD_DISK, TSM_FD_CHAR, TSM_FD_PIPE };

struct tsm_fd_open {
    bool reads, writes, appends;
    bool must_exist, must_be_new, truncates;
    bool sets_delete_on_close;
};

/* *existed: the file was there before. */
tsm_must_check NTSTATUS tsm_fd_open(const char *path, const struct tsm_fd_open *how, int *out,
                                    bool *existed);
tsm_must_check NTSTATUS tsm_fd_pipe(uint32_t size, int *read_end, int *write_end);
void tsm_fd_close(int fd);
enum tsm_fd_kind tsm_fd_kind_of(int fd);
bool tsm_fd_is_open(int fd);

/* offset -1: the descriptor's own position. A result of 0 bytes is the end of the file. */
tsm_must_check NTSTATUS tsm_fd_read(int fd, void *buffer, uint32_t length, int64_t offset,
                                    uint32_t *count);

/* Writes all of it; what a failing call had written is in *count. A pipe without reader:
 * STATUS_PIPE_CLOSING at once, STATUS_PIPE_BROKEN if it lost the reader while it waited. */
tsm_must_check NTSTATUS tsm_fd_write(int fd, const void *buffer, uint32_t length, int64_t offset,
                                     uint32_t *count);

/* Waits until a pipe has something to read; STATUS_PIPE_BROKEN if it never will. */
tsm_must_check NTSTATUS tsm_fd_wait_readable(int fd, bool may_block);
/* Returns when the reader has taken everything; STATUS_PIPE_BROKEN if it goes before. */
tsm_must_check NTSTATUS tsm_fd_pipe_drain(int fd);
tsm_must_check NTSTATUS tsm_fd_pipe_free(int fd, uint32_t *bytes);
tsm_must_check NTSTATUS tsm_fd_pipe_waiting(int fd, uint32_t *bytes);

/* Copies what a pipe holds without consuming it. */
tsm_must_check NTSTATUS tsm_fd_pipe_peek(int fd, void *buffer, uint32_t length, uint32_t *count);

tsm_must_check NTSTATUS tsm_fd_seek(int fd, int64_t distance, int whence, int64_t *position);
tsm_must_check NTSTATUS tsm_fd_size(int fd, int64_t *size);
tsm_must_check NTSTATUS tsm_fd_truncate_here(int fd);
tsm_must_check NTSTATUS tsm_fd_sync(int fd);
tsm_must_check NTSTATUS tsm_fd_unlink(const char *path);
tsm_must_check NTSTATUS tsm_fd_path_mode(const char *path, mode_t *mode, bool *is_writable);
