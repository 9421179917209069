/* SPDX-License-Identifier: MIT */
/*
 * Object: what a HANDLE stands for.
 *
 * Three ends of life, three words: close (a handle goes), last_handle_closed (nobody can name it
 * any more: stop, cancel, wake), destroy (nobody points to it: free).
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <ntstatus.h>
#include <winnt.h>

#include "base/list.h"
#include "base/macros.h"
#include "base/status.h"

struct tsm_object;
struct tsm_poll;
struct tsm_lookout;
struct tsm_export;

/* What every object can do. Called without locks unless a line says so. */
struct tsm_object_ops {
    const char *type_name; /* for traces: "NamedPipe" */
    uint32_t valid_access; /* rights that a handle may carry */
    bool is_file;          /* the object begins with a struct tsm_file */
    bool is_state;         /* it begins with a struct tsm_state */
    bool wakes_last_first; /* of those who wait the last one comes first */
    /* Dispatcher lock held. Absent: the object cannot be waited for. */
    bool (*is_signaled)(struct tsm_object *object, uint32_t tid);
    /* Dispatcher lock held; a wait of thread tid was satisfied. Returns true if it was abandoned.
     * Absent: a wait changes nothing. */
    bool (*consume)(struct tsm_object *object, uint32_t tid);
    /* May take the object's own locks, must not block for long. */
    void (*last_handle_closed)(struct tsm_object *object);
    void (*destroy)(struct tsm_object *object);
    /* The process ends, other threads still run: takes away what would outlive it. May be absent. */
    void (*process_exits)(struct tsm_object *object);
    /* Describes the object to a child process. Absent: it cannot be inherited. */
    NTSTATUS (*export)(struct tsm_object *object, struct tsm_export *out);
};

struct tsm_object {
    const struct tsm_object_ops *ops;
    _Atomic uint32_t refs;
    _Atomic uint32_t handles;
    struct tsm_list waiters;       /* wait blocks, first come first; dispatcher lock */
    struct tsm_poll *_Atomic poll; /* NULL until somebody polls it: sync/poll.c */
    void (*poll_free)(struct tsm_poll *poll);
    struct tsm_lookout *_Atomic lookout; /* NULL until there is something to see: sync/lookout.c */
    void (*lookout_drop)(struct tsm_object *object);
};

/* One reference, no handle. */
void tsm_object_init(struct tsm_object *object, const struct tsm_object_ops *ops);

struct tsm_object *tsm_object_ref(struct tsm_object *object);

/* For tables that borrow: false if the last reference is gone already. */
bool tsm_object_try_ref(struct tsm_object *object);

/* NULL is fine. Always returns NULL. The last one calls ops->destroy. */
void *tsm_object_unref(struct tsm_object *object);

static inline void tsm_object_unrefp(struct tsm_object **object)
{
    *object = tsm_object_unref(*object);
}
