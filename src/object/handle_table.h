/* SPDX-License-Identifier: MIT */
/*
 * Handle table: HANDLE -> object + granted access.
 *
 * A handle is (index << 2) with a generation above the index, never 0, below 2^31, low two bits
 * clear (programs tag them; they are ignored on the way in). A freed slot is reused last and under
 * another generation, so a stale handle is STATUS_INVALID_HANDLE and not somebody else's object.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <winnt.h>

#include "object/object.h"

#define TSM_HANDLE_INHERIT            0x1u /* HANDLE_FLAG_INHERIT */
#define TSM_HANDLE_PROTECT_FROM_CLOSE 0x2u /* HANDLE_FLAG_PROTECT_FROM_CLOSE */

/* Shares the object. access is stored as it is: generic rights must be mapped before. */
tsm_must_check NTSTATUS tsm_handle_insert(struct tsm_object *object, uint32_t access,
                                          uint32_t flags, HANDLE *out);

/* The same under a value chosen by another process; STATUS_INVALID_PARAMETER if it is taken or no
 * possible handle. */
tsm_must_check NTSTATUS tsm_handle_insert_at(HANDLE value, struct tsm_object *object,
                                             uint32_t access, uint32_t flags);

/*
 * Looks a handle up; *out is returned owned. ops: the object's type, NULL for any; a handle to
 * another type is STATUS_OBJECT_TYPE_MISMATCH. access: rights the handle must carry, else
 * STATUS_ACCESS_DENIED. The pseudo handles of the process and the thread are resolved here.
 */
tsm_must_check NTSTATUS tsm_handle_ref(HANDLE handle, const struct tsm_object_ops *ops,
                                       uint32_t access, struct tsm_object **out);

/*
 * The short form for the data path: the object stays alive, and CloseHandle waits, until unpin.
 * Never block, and never call into the program, while a handle is pinned: turn the pin into a
 * reference first (tsm_object_ref, then unpin). granted may be NULL. Pseudo handles are refused.
 */
struct tsm_handle_pin {
    struct tsm_object *object;
    _Atomic uint64_t *state;
};

tsm_must_check NTSTATUS tsm_handle_pin(HANDLE handle, uint32_t access, struct tsm_handle_pin *pin);
void tsm_handle_unpin(struct tsm_handle_pin *pin);

/* STATUS_HANDLE_NOT_CLOSABLE for a protected one. */
tsm_must_check NTSTATUS tsm_handle_close(HANDLE handle);

tsm_must_check NTSTATUS tsm_handle_get_flags(HANDLE handle, uint32_t *flags);
tsm_must_check NTSTATUS tsm_handle_set_flags(HANDLE handle, uint32_t mask, uint32_t flags);
tsm_must_check NTSTATUS tsm_handle_get_access(HANDLE handle, uint32_t *access);

/* A second handle to the same object of this process; access must be within what the type knows
 * and, for files, within what the source carries. */
tsm_must_check NTSTATUS tsm_handle_duplicate(HANDLE source, uint32_t access, bool same_access,
                                             uint32_t flags, HANDLE *out);

/* Calls visit for each handle that has TSM_HANDLE_INHERIT, in order of value. The object is
 * borrowed. Stops at the first status that is no success and returns it. */
struct tsm_handle_info {
    HANDLE handle;
    struct tsm_object *object;
    uint32_t access;
    uint32_t flags;
};

tsm_must_check NTSTATUS tsm_handle_for_each_inheritable(
    NTSTATUS (*visit)(const struct tsm_handle_info *info, void *context), void *context);

/* Calls visit for each object that has a handle, without locks; once for each handle. */
void tsm_handle_for_each_object(void (*visit)(struct tsm_object *object, void *context),
                                void *context);

/* The process ends: ops->process_exits of every object that has a handle. */
void tsm_handle_process_exits(void);

/* How many handles are open; for tests. */
uint32_t tsm_handle_count(void);

/* Upper rooms tell what the pseudo handles mean; each returns the object owned, or NULL. */
struct tsm_handle_pseudo {
    struct tsm_object *(*current_process)(void);
    struct tsm_object *(*current_thread)(void);
};

void tsm_handle_set_pseudo(const struct tsm_handle_pseudo *pseudo);
