/* SPDX-License-Identifier: MIT */
/*
 * The base of objects that are nothing but a state: events, mutexes, semaphores, timers.
 *
 * A state begins as the process' own. When another process shall have it too, or when it has a name,
 * it lives in the arena. The code of the four kinds is the same for both.
 */
#pragma once

#include "sync/state_cell.h"

/* NULL without memory. One reference. */
struct tsm_state *tsm_state_new(const struct tsm_object_ops *ops, enum tsm_cell_kind kind,
                                const struct tsm_cell *cell);

/* The locks for changing a state from outside a wait, in the order of the locks. end: also those
 * who wait for it here have been told. */
void tsm_state_begin(struct tsm_state *state);
void tsm_state_end(struct tsm_state *state);

/* A name without Global\\ and Local\\: its first unit tells which it was. */
struct tsm_state_name {
    uint32_t length;
    char16_t units[TSM_ARENA_NAME_CAPACITY];
};

/* STATUS_OBJECT_PATH_NOT_FOUND for a backslash in it, STATUS_NAME_TOO_LONG. */
tsm_must_check NTSTATUS tsm_state_parse_name(const char16_t *text, struct tsm_state_name *out);

/* STATUS_OBJECT_NAME_EXISTS, a success: it was there, and cell and owner_tid do not count.
 * STATUS_OBJECT_TYPE_MISMATCH: the name is of something else. owner_tid: the thread here that a new
 * mutex belongs to at once; 0 none. */
tsm_must_check NTSTATUS tsm_state_create(const struct tsm_object_ops *ops, enum tsm_cell_kind kind,
                                         const struct tsm_state_name *name,
                                         const struct tsm_cell *cell, uint32_t owner_tid,
                                         struct tsm_state **out);

/* STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_TYPE_MISMATCH. */
tsm_must_check NTSTATUS tsm_state_open(enum tsm_cell_kind kind, const struct tsm_state_name *name,
                                       struct tsm_state **out);

/* Each kind tells its table, so that a slot can become an object. */
void tsm_state_register(enum tsm_cell_kind kind, const struct tsm_object_ops *ops);

/* Of the tables. */
tsm_must_check NTSTATUS tsm_state_export(struct tsm_object *object, struct tsm_export *out);
void tsm_state_destroy(struct tsm_object *object);

/* Called by the constructor. */
void tsm_state_init(void);

/* data[] of an exported state. */
enum { TSM_STATE_SLOT, TSM_STATE_GENERATION, TSM_STATE_KIND, TSM_STATE_HOLDER };
