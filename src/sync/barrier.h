/* SPDX-License-Identifier: MIT */
/* SYNCHRONIZATION_BARRIER: threads that wait for each other. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>

/* threads > 0. */
void tsm_barrier_init(SYNCHRONIZATION_BARRIER *barrier, uint32_t threads, uint32_t spins);

/* True for the last of them. */
bool tsm_barrier_enter(SYNCHRONIZATION_BARRIER *barrier, bool spins_only, bool blocks_only);

/* Waits until those that were let go have left. */
void tsm_barrier_drain(SYNCHRONIZATION_BARRIER *barrier);
