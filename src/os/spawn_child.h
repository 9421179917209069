/* SPDX-License-Identifier: MIT */
/* The first steps of a program that posix_spawn() cannot make. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "os/spawn.h"

/* Starts the program; is_traced: it stops before its first instruction, for its parent, who has to
 * wait for that. An errno, or 0. *child is -1 where none was made, else it has to be waited for, also
 * where it failed to become the program. */
int tsm_spawn_child(const struct tsm_spawn *spawn, bool is_traced, pid_t *child);
