/* SPDX-License-Identifier: MIT */
/* Exit codes with 32 bits, told beside the kernel, which keeps eight. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct tsm_exit_page; /* one word that a process and its parent share */

/* The page in a descriptor that carries a handle blob; NULL if there is none to be had. */
struct tsm_exit_page *tsm_exit_page_map(int blob_fd);
void tsm_exit_page_unmap(struct tsm_exit_page *page);

/* This process was started with one. */
void tsm_exit_page_adopt(int blob_fd);

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
