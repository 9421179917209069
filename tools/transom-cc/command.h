/* SPDX-License-Identifier: MIT */
/* Other programs, started and waited for. */
#pragma once

#include <stdio.h>
#include <sys/types.h>

#include "list.h"

/* Runs a command to its end; its exit status, or 128 and the signal. */
int cc_command_run(const struct cc_list *command);

/* Starts a command whose output the caller reads; what it says on stderr is dropped. */
FILE *cc_command_read(const struct cc_list *command, pid_t *pid);

/* Waits for a command; its exit status, or 128 and the signal. */
int cc_command_wait(pid_t pid);

/* Writes a command to stderr in a form that a shell understands. */
void cc_command_show(const struct cc_list *command);
