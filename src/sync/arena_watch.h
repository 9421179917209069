/* SPDX-License-Identifier: MIT */
/* Notices the end of processes that own what somebody here waits for. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Makes sure that tsm_arena_bury() is called at the end of a process; cheap when it is so already.
 * False: there is no such process any more. */
bool tsm_arena_watch_process(uint32_t holder, uint32_t pid);

/* The arena's: takes everything from a dead process, if that number is still its, and wakes who
 * waits for it. */
void tsm_arena_bury(uint32_t holder, uint32_t pid);
