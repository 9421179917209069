/* SPDX-License-Identifier: MIT */
#pragma once

#include "sync/state.h"

extern const struct tsm_object_ops tsm_mutex_ops;

struct tsm_cell tsm_mutex_cell(void);

/* NULL without memory. owner_tid 0: free. One reference. */
struct tsm_object *tsm_mutex_new(uint32_t owner_tid);

/* A mutex that was just made belongs to a thread of this process. */
void tsm_mutex_give(struct tsm_object *mutex, uint32_t tid);

/* STATUS_MUTANT_NOT_OWNED if the thread does not own it. */
tsm_must_check NTSTATUS tsm_mutex_release(struct tsm_object *mutex, uint32_t tid);

/* The thread has ended: its mutexes become free, and whoever gets one next is told. */
void tsm_mutex_abandon_all(uint32_t tid);
