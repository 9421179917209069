/* SPDX-License-Identifier: MIT */
/* A terminal's input: its modes, and reading that can be interrupted. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct tsm_terminal_mode {
    bool has_signals; /* keys like Ctrl+C are signals */
    bool has_lines;   /* a line is there when it is complete */
    bool has_echo;
};

/* They belong to the terminal, whoever set them. */
tsm_must_check NTSTATUS tsm_terminal_get_mode(int fd, struct tsm_terminal_mode *out);
tsm_must_check NTSTATUS tsm_terminal_set_mode(int fd, const struct tsm_terminal_mode *mode);

/* Forgets what was typed and not read. */
tsm_must_check NTSTATUS tsm_terminal_flush_input(int fd);

/* A read would not wait: there is something, or nothing ever will be. */
bool tsm_terminal_has_input(int fd);

/* One who reads: what others know to interrupt it. */
struct tsm_terminal_wait {
    int event_fd;
};

tsm_must_check NTSTATUS tsm_terminal_wait_init(struct tsm_terminal_wait *wait);
void tsm_terminal_wait_deinit(struct tsm_terminal_wait *wait);

/* From another thread: the read returns with what it has, STATUS_ALERTED if that is nothing. */
void tsm_terminal_wait_interrupt(struct tsm_terminal_wait *wait);

/* Waits for input and reads some; 0 bytes: its end. A background job is stopped until it is in the
 * foreground. */
tsm_must_check NTSTATUS tsm_terminal_read(int fd, struct tsm_terminal_wait *wait, void *buffer,
                                          uint32_t length, uint32_t *count);
