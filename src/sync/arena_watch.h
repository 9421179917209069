/* SPDX-License-Identifier: MIT */
/* Notices the end of processes that own what somebody here waits for. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Makes sure that the end of another owner is noticed: if it has come already, its mutexes are
 * abandoned on return, and true is returned. */
bool tsm_arena_watch(uint32_t holder);
