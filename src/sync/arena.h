/* SPDX-License-Identifier: MIT */
/* The memory in which a user's processes keep the objects that they share. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uchar.h>

#include "base/status.h"

#define TSM_ARENA_SLOTS         16384u
#define TSM_ARENA_HOLDERS       2048u
#define TSM_ARENA_NAME_CAPACITY 264u

enum tsm_cell_kind {
    TSM_CELL_FREE,
    TSM_CELL_EVENT,
    TSM_CELL_MUTEX,
    TSM_CELL_SEMAPHORE,
    TSM_CELL_TIMER,
    TSM_CELL_KINDS
};

/* The state of an event, mutex, semaphore or timer, shared or not. */
struct tsm_cell {
    uint32_t flags; /* TSM_CELL_... */
    uint32_t owner; /* mutex: holder + 1; 0 in a process' own */
    int32_t count;  /* event, timer: 1 = set; mutex: how often it is owned; semaphore */
    int32_t limit;  /* semaphore: the most; mutex: the owner's thread id; timer: how often set */
    int64_t due;    /* timer: when, in ns; event: how often it was pulsed */
    int64_t period; /* timer: ns, 0 = once; event: 1 = the last pulse is for one waiter to take */
};

#define TSM_CELL_MANUAL    1u /* event, timer: a wait leaves it set */
#define TSM_CELL_ABANDONED 2u /* mutex: the next owner is told */
#define TSM_CELL_ARMED     4u /* timer: due is a time to come */
#define TSM_CELL_ABSOLUTE  8u /* timer: due is of the clock on the wall */

/* On first need; STATUS_NOT_SUPPORTED where shared objects cannot be. */
tsm_must_check NTSTATUS tsm_arena_attach(void);

/* At the end of the process: removes what nobody else uses. */
void tsm_arena_leave(void);

/* All below, up to unlock, with the lock held. Never block here. */
void tsm_arena_lock(void);
void tsm_arena_unlock(void);

/* Before a slot's cell changes: what a killed process has half changed can be put back. */
void tsm_arena_touch(uint32_t slot);

/* touch, and whoever sleeps on the slot looks again. Comes before the change: one that is killed
 * in between has woken the others for nothing, not changed something that nobody hears of. */
void tsm_arena_announce(uint32_t slot);

/* Another process' slot may hold anything: NULL if it is not (any more) of that kind and life. */
struct tsm_cell *tsm_arena_cell(uint32_t slot, enum tsm_cell_kind kind, uint32_t generation);

/* The word that a change of the slot changes, and its value; the caller is about to sleep on it. */
_Atomic uint32_t *tsm_arena_word(uint32_t slot, uint32_t *value);

/* A slot of that name and whatever kind, used by a living process; names of length 0 are none.
 * False: there is none. */
bool tsm_arena_find(const char16_t *name, uint32_t length, uint32_t *slot, enum tsm_cell_kind *kind,
                    uint32_t *generation);

/* A new slot, used by this process. */
tsm_must_check NTSTATUS tsm_arena_new(enum tsm_cell_kind kind, const char16_t *name,
                                      uint32_t length, const struct tsm_cell *cell, uint32_t *slot,
                                      uint32_t *generation);

/* This process begins or ends to use a slot; it goes with its last user. */
void tsm_arena_use(uint32_t slot);
void tsm_arena_drop(uint32_t slot);

/* Without the lock: */

/* This process as an owner. */
uint32_t tsm_arena_self(void);

/* Another owner, below TSM_ARENA_HOLDERS. */
uint32_t tsm_arena_holder_pid(uint32_t holder);
bool tsm_arena_holder_is_dead(uint32_t holder);

/* Takes everything from a dead process, if that number is still its, and wakes who waits for it. */
void tsm_arena_bury(uint32_t holder, uint32_t pid);

/* Names live in one directory; false if this process got its arena from a parent with another. */
bool tsm_arena_has_our_names(void);

/* A membership made for a child: its descriptor, to be closed after the child has it, keeps what was
 * added alive until the child, or whoever else has the descriptor, ends. */
tsm_must_check NTSTATUS tsm_arena_heir_new(int *fd, uint32_t *holder);
void tsm_arena_heir_add(uint32_t holder, uint32_t slot);

/* In the child, first of all: this is our membership. Takes fd on success. */
tsm_must_check NTSTATUS tsm_arena_adopt(int fd, uint32_t holder);
