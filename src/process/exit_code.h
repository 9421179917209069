/* SPDX-License-Identifier: MIT */
/* Exit codes with 32 bits, told beside the kernel, which keeps eight. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct tsm_exit_page; /* one word that a process shares with those who have a handle to it */

/* For a child that is about to be started. */
tsm_must_check NTSTATUS tsm_exit_page_new(struct tsm_exit_page **out);

/* The one behind a descriptor that another process has passed on, and which stays the caller's. */
tsm_must_check NTSTATUS tsm_exit_page_open(int memfd, struct tsm_exit_page **out);
void tsm_exit_page_free(struct tsm_exit_page *page);

/* To pass on; the page's. */
int tsm_exit_page_fd(const struct tsm_exit_page *page);

/* This process was started with one. Closes the descriptor, if that is what it is. */
void tsm_exit_page_adopt(int memfd);

/* That one, or NULL: nobody of ours has started this process. */
const struct tsm_exit_page *tsm_exit_page_own(void);

/* The calling process is about to end with that code. */
void tsm_exit_page_tell(uint32_t code);

/* The calling process is about to end with an exception's code: by a signal, or else by _exit(). In
 * a signal handler. */
void tsm_exit_page_tell_exception(uint32_t code, bool by_signal);

/* Whoever ends the process says with what code. */
void tsm_exit_page_tell_killed(struct tsm_exit_page *page, uint32_t code);

/* The code behind what the kernel kept of it: the low eight bits of an exit, or a kill. */
uint32_t tsm_exit_page_code(const struct tsm_exit_page *page, uint32_t kernel_code,
                            bool was_killed);

/* Called by the constructor: exit() and the end of main() tell their code, too. */
void tsm_exit_code_init(void);
