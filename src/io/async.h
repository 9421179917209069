/* SPDX-License-Identifier: MIT */
/* Overlapped requests: started by one call, finished later, told through an OVERLAPPED. */
#pragma once

#include <minwinbase.h>

#include "io/file.h"

/*
 * Starts what is described: kind, file, buffers and lengths; the file must be overlapped. routine
 * may be NULL: then the event, or the file, and the port tell.
 *
 * STATUS_PENDING: it was kept, and may be finished already. A success or a warning: finished at once,
 * *information valid, everything told but what the file's modes spare. An error: never begun, nothing
 * will be told.
 */
tsm_must_check NTSTATUS tsm_async_submit(const struct tsm_io *what, OVERLAPPED *overlapped,
                                         LPOVERLAPPED_COMPLETION_ROUTINE routine,
                                         uint64_t *information);

/* Resets the event of an OVERLAPPED, whose low bit is for ports; *event is returned owned, NULL
 * without one. */
tsm_must_check NTSTATUS tsm_async_take_event(const OVERLAPPED *overlapped,
                                             struct tsm_object **event);

/* What is signaled, or given a packet, when a pending overlapped request ends; NULL: nothing that
 * threads wait for. Borrowed, as long as the request pends. */
struct tsm_object *tsm_async_object(struct tsm_io *io);

/* What CancelIo and its kin take back; zero means any. */
struct tsm_cancel {
    uint32_t tid;                 /* issued by this thread */
    const OVERLAPPED *overlapped; /* with this one */
    enum { TSM_CANCEL_ALL, TSM_CANCEL_OVERLAPPED, TSM_CANCEL_BLOCKING, TSM_CANCEL_OF_THREAD } which;
};

/* STATUS_NOT_FOUND: there was none. TSM_CANCEL_OF_THREAD: overlapped ones that no port waits for. */
tsm_must_check NTSTATUS tsm_async_cancel(struct tsm_file *file, const struct tsm_cancel *cancel);

/* The same in all files that have a handle. */
tsm_must_check NTSTATUS tsm_async_cancel_everywhere(const struct tsm_cancel *cancel);

/* The calling thread ends: takes back what it has begun and nobody else waits for. */
void tsm_async_thread_ends(void);
