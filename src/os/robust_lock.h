/* SPDX-License-Identifier: MIT */
/* A lock in shared memory that outlives its holders. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct tsm_robust_lock {
    _Atomic uint32_t word; /* the holder's thread id, and the kernel's two bits */
};

/* True: its last holder died inside, what it guards has to be put right. A thread holds at most one
 * such lock at a time. All users are in one PID namespace. */
bool tsm_robust_lock_acquire(struct tsm_robust_lock *lock);
void tsm_robust_lock_release(struct tsm_robust_lock *lock);
