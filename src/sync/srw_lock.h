/* SPDX-License-Identifier: MIT */
/* SRWLOCK: one pointer in the program, zero at rest. */
#pragma once

#include <stdbool.h>

#include <windows.h>

void tsm_srw_lock_exclusive(SRWLOCK *lock);
void tsm_srw_lock_shared(SRWLOCK *lock);
bool tsm_srw_try_exclusive(SRWLOCK *lock);
bool tsm_srw_try_shared(SRWLOCK *lock);
void tsm_srw_unlock_exclusive(SRWLOCK *lock);
void tsm_srw_unlock_shared(SRWLOCK *lock);
