/* SPDX-License-Identifier: MIT */
/* File: the base of every object that reads and writes. */
#pragma once

#include "base/teb.h"
#include "io/request.h"
#include "object/object.h"
#include "os/lock.h"

struct tsm_file;
struct tsm_port;

typedef bool tsm_io_filter(struct tsm_io *io, const void *context);

/*
 * What an object that reads and writes can do as well. An absent slot answers
 * STATUS_INVALID_DEVICE_REQUEST.
 */
struct tsm_file_ops {
    /* File lock held; never blocks. Returns the final status, with io->information set, or links
     * the request and returns STATUS_PENDING. */
    NTSTATUS (*submit)(struct tsm_file *file, struct tsm_io *io);
    /* No lock held. The caller of a pending request sleeps here until tsm_io_is_done(). Absent:
     * it sleeps on io->wake. A file whose operations block in the kernel (plain descriptors) does
     * the work here and returns; io->status and io->information are then final. */
    void (*park)(struct tsm_file *file, struct tsm_io *io);
    /* No lock held: an operation has been submitted, or waited for. May be absent. */
    void (*after)(struct tsm_file *file);
    /* No lock held. An overlapped request was kept: matches what it can, and sees to it that somebody
     * looks after the rest. May be absent. */
    void (*look_after)(struct tsm_file *file);
    /* No lock held. Takes back those pending requests that are meant, as far as that can be.
     * STATUS_NOT_FOUND: there was none. May be absent. */
    NTSTATUS (*cancel)(struct tsm_file *file, tsm_io_filter *is_meant, const void *context);
    /* GetFileType's answer: FILE_TYPE_PIPE and so on. */
    DWORD (*type)(struct tsm_file *file);
};

struct tsm_file {
    struct tsm_object object;
    const struct tsm_file_ops *ops;
    struct tsm_lock lock; /* guards everything of the derived object; see ARCHITECTURE.md, locks */
    struct tsm_list pending; /* every request that the file keeps, in the order they came; lock */
    struct tsm_list ended;   /* overlapped ones that nobody was told of yet, in the order; lock */
    _Atomic uint32_t
        teller;         /* the thread that tells of such, 0: none; private futex; set under lock */
    bool is_overlapped; /* opened with FILE_FLAG_OVERLAPPED */
    _Atomic uint8_t modes;         /* FILE_SKIP_... */
    _Atomic bool is_signaled;      /* an overlapped request has ended since the last one began */
    struct tsm_port *_Atomic port; /* that it is bound to, shared; set once */
    uint64_t port_key;
};

void tsm_file_init(struct tsm_file *file, const struct tsm_object_ops *object_ops,
                   const struct tsm_file_ops *ops);

/* File lock held: the file keeps the request, and tsm_io_batch_add() takes it out again. */
static inline void tsm_file_keep_locked(struct tsm_file *file, struct tsm_io *io)
{
    io->tid = tsm_teb_tid();
    tsm_list_append(&file->pending, &io->file_node);
}

/* File lock held: an overlapped request has its status, and tsm_file_tell() follows without the lock. */
static inline void tsm_file_ended_locked(struct tsm_file *file, struct tsm_io *io)
{
    tsm_list_append(&file->ended, &io->node);
}

/* No lock held, the file shared: tells of all overlapped requests that have ended, in that order. Also
 * those that another thread has begun to tell of have been told when it returns. */
void tsm_file_tell(struct tsm_file *file);

/* What tsm_file_init() and binding have taken. */
void tsm_file_deinit(struct tsm_file *file);

/* Binds an overlapped file to a port, which it shares: STATUS_INVALID_PARAMETER if it is not
 * overlapped or bound already. */
tsm_must_check NTSTATUS tsm_file_bind(struct tsm_file *file, struct tsm_port *port, uint64_t key);

/* The port that it is bound to, and with which key; NULL for none. Borrowed. */
struct tsm_port *tsm_file_port(struct tsm_file *file, uint64_t *key);

/* The file as something to wait for; the act as in tsm_event_signal_after(). */
void tsm_file_signal_after(struct tsm_file *file, void (*act)(void *), void *argument);
void tsm_file_unsignal(struct tsm_file *file);

/* NULL if the object is no file. Same reference. */
static inline struct tsm_file *tsm_file_from(struct tsm_object *object)
{
    return object->ops->is_file ? tsm_container_of(object, struct tsm_file, object) : NULL;
}

/*
 * Runs a request to its end: submit, then wait. Returns io->status. The caller holds a reference to
 * the file.
 */
NTSTATUS tsm_file_run(struct tsm_file *file, struct tsm_io *io);

/* The first half alone: STATUS_PENDING means that tsm_file_wait() must follow. Never blocks, so it may
 * be called on a pinned handle. */
NTSTATUS tsm_file_submit(struct tsm_file *file, struct tsm_io *io);
NTSTATUS tsm_file_wait(struct tsm_file *file, struct tsm_io *io);

/* An overlapped request. STATUS_PENDING: it was kept, and may be gone already. Otherwise it has ended
 * at once, on_finish() was told, and *information is valid. */
NTSTATUS tsm_file_submit_overlapped(struct tsm_file *file, struct tsm_io *io,
                                    uint64_t *information);

/* Handle to file: rights as in tsm_handle_ref(); an object that is no file is
 * STATUS_INVALID_DEVICE_REQUEST... the Windows code for a read of, say, an event is
 * STATUS_OBJECT_TYPE_MISMATCH. Returned owned. */
tsm_must_check NTSTATUS tsm_file_from_handle(HANDLE handle, uint32_t access, struct tsm_file **out);

static inline void tsm_file_unrefp(struct tsm_file **file)
{
    if (*file)
        tsm_object_unref(&(*file)->object);
    *file = NULL;
}
