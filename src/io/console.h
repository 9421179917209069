/* SPDX-License-Identifier: MIT */
/* The console: a terminal as Windows shows it. */
#pragma once

#include <uchar.h>

#include "io/fd_file.h"

/* Reads bytes, of one line at most where the mode is to read lines; it ends with CR LF.
 * STATUS_ALERTED: Ctrl+C or Ctrl+Break came, and nothing was read. */
tsm_must_check NTSTATUS tsm_console_read(struct tsm_fd_file *file, void *out, uint32_t length,
                                         uint32_t *count);

/* The same in UTF-16; a character that needs two units comes whole. */
tsm_must_check NTSTATUS tsm_console_read_wide(struct tsm_fd_file *file, char16_t *out,
                                              uint32_t length, uint32_t *count);

/* Dispatcher lock held: a read would find something. If not, who waits for the file is woken when
 * there is. */
bool tsm_console_has_input(struct tsm_fd_file *file);

/* Nobody waits for the file any more. */
void tsm_console_unwatch(struct tsm_fd_file *file);

/* STATUS_INVALID_HANDLE for what is no console. */
tsm_must_check NTSTATUS tsm_console_get_mode(struct tsm_fd_file *file, uint32_t *mode);
tsm_must_check NTSTATUS tsm_console_set_mode(struct tsm_fd_file *file, uint32_t mode);
tsm_must_check NTSTATUS tsm_console_flush_input(struct tsm_fd_file *file);

/* Whoever reads the console returns. Any thread. */
void tsm_console_interrupt(void);

/* That thread's read ends with STATUS_CANCELLED, if it is the one that waits. */
bool tsm_console_call_back(uint32_t tid);
