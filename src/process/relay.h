/* SPDX-License-Identifier: MIT */
/* An end of a named pipe as standard input, output or error of a program that knows descriptors. */
#pragma once

#include "io/file.h"

/*
 * Starts a process that carries bytes between the end and a pipe(2) as long as somebody is at the
 * other side of both, whether or not this process lives. *fd: the child's descriptor, owned.
 * STATUS_NOT_SUPPORTED: the file cannot be shared, or this program cannot be started again.
 */
tsm_must_check NTSTATUS tsm_relay_start(struct tsm_file *file, unsigned int std_index, int *fd);

/* One of our programs reads the handle that it is given: a relay would take its data away. */
bool tsm_relay_is_needless(const char *program, unsigned int std_index);

/* At the start of a process that is to be a relay: first of all, and when it has its handles. The
 * second does not return. */
bool tsm_relay_prepare(void);
void tsm_relay_run(void) __attribute__((noreturn));
