/* SPDX-License-Identifier: MIT */
/* Plain descriptors: open, read, write, sizes. Nothing here sets O_NONBLOCK on a descriptor that other
 * processes may share. */
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

/* For this room: sleeps until the descriptor is ready; somebody who shares it may have set
 * O_NONBLOCK. */
void tsm_fd_wait_ready(int fd, short events);

/* ---- paths ---- */

/* STATUS_ACCESS_DENIED for a folder, a device and a file that nobody may write. */
tsm_must_check NTSTATUS tsm_fd_unlink(const char *path);
tsm_must_check NTSTATUS tsm_fd_path_mode(const char *path, mode_t *mode, bool *is_writable);

/* The file's full path, heap; it stays right when the current folder changes. */
tsm_must_check NTSTATUS tsm_fd_full_path(const char *path, char **out);
