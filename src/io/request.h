/* SPDX-License-Identifier: MIT */
/*
 * Request: one operation on a file, from its start to its single completion.
 *
 *   new -> pending -> done        or        new -> done
 *
 * The contract. Submit may finish at once or return STATUS_PENDING. Pending means: linked on one of
 * the file's lists. Whoever unlinks it (matcher, canceller, disconnect, close) owns it, gives it a
 * status with tsm_io_batch_add(), and calls tsm_io_batch_finish() after every lock is dropped.
 * Nobody touches it afterwards: a blocking caller's request lives on its stack, an overlapped one is
 * freed: see async.h.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/status.h"
#include "os/work_pool.h"

struct tsm_file;

enum tsm_io_kind {
    TSM_IO_READ,
    TSM_IO_WRITE,
    TSM_IO_FLUSH,
    TSM_IO_LISTEN,   /* a server end waits for its client */
    TSM_IO_TRANSACT, /* write in, then read out */
};

/* Words of tsm_io.wake, on which a blocked caller sleeps; a caller that looks or spins is awake and
 * costs nobody a system call. */
enum { TSM_IO_AWAKE, TSM_IO_ASLEEP, TSM_IO_LOOK_AGAIN, TSM_IO_DONE };

struct tsm_io {
    struct tsm_list node;      /* in one of the file's lists while pending, then in a batch */
    struct tsm_list file_node; /* in tsm_file.pending while pending */
    struct tsm_file *file;
    enum tsm_io_kind kind;
    NTSTATUS status;      /* valid when done */
    uint64_t information; /* bytes transferred */
    const void *in;       /* write, transact: borrowed until done */
    void *out;            /* read, transact: borrowed until done */
    uint32_t in_length;
    uint32_t out_length;
    int64_t offset; /* overlapped: in an ordinary file */
    uint32_t tid;   /* who began it, while it is pending */
    /* No lock held: it is done. Takes the request. NULL: a blocked caller sleeps on wake. */
    void (*on_finish)(struct tsm_io *io);
    _Atomic uint32_t wake; /* TSM_IO_... ; private futex */
    bool is_called_back;   /* plain descriptor: it is to end as cancelled; file lock */
    bool is_at_once;       /* overlapped: it ended in the call that began it */
    /* Where a blocked owner sleeps if not on wake: a word of shared memory. File lock; it is NULL
     * whenever the owner is up, and the memory stays while it is not. */
    _Atomic uint32_t *sleeps_on;
#define TSM_IO_SLEEP_BIT 1u /* of that word: somebody sleeps on it */

    /* Of the file that keeps the request, while it is pending. */
    union {
        struct {
            uint64_t target;   /* position at which the request is complete; before: its turn */
            uint64_t position; /* of the stream, behind its frame; flush: when it came */
            uint64_t frame;    /* where its frame lies */
            uint32_t placed;   /* bytes that are already in the ring */
            bool is_placed;    /* all of them are */
            bool is_revocable; /* its frame can be taken back */
        } pending;
        struct tsm_work_item work; /* of a plain descriptor */
    };
};

static inline void tsm_io_init(struct tsm_io *io, struct tsm_file *file, enum tsm_io_kind kind)
{
    tsm_list_init(&io->node);
    tsm_list_init(&io->file_node);
    io->file = file;
    io->kind = kind;
    io->status = STATUS_PENDING;
    io->information = 0;
    io->in = NULL;
    io->out = NULL;
    io->in_length = 0;
    io->out_length = 0;
    io->offset = 0;
    io->tid = 0;
    io->on_finish = NULL;
    io->is_called_back = io->is_at_once = false;
    atomic_init(&io->wake, TSM_IO_AWAKE);
    io->sleeps_on = NULL;
}

/*
 * Requests that have their status and only wait for the locks to be dropped. All are of one file.
 * Overlapped ones wait at their file, not here: their ends are told in the order in which they came,
 * by whichever thread is there first, see tsm_file_tell().
 */
struct tsm_io_batch {
    struct tsm_list requests;
    struct tsm_file *file; /* has overlapped ones to tell of; NULL: it has none */
};

static inline void tsm_io_batch_init(struct tsm_io_batch *batch)
{
    tsm_list_init(&batch->requests);
    batch->file = NULL;
}

/* Moves a request from its file's list into the batch. The file lock is held. A request whose owner
 * sleeps in shared memory is finished at once: the owner takes the lock before it leaves. */
void tsm_io_batch_add(struct tsm_io_batch *batch, struct tsm_io *io, NTSTATUS status,
                      uint64_t information);

/* The batch is empty afterwards, and what was in it is in the other one, which is not initialised. */
void tsm_io_batch_move(struct tsm_io_batch *batch, struct tsm_io_batch *to);

/* Tells each request's owner. No lock is held, the file is shared. own: a request of the calling
 * thread, or NULL. */
void tsm_io_batch_finish(struct tsm_io_batch *batch, const struct tsm_io *own);

static inline bool tsm_io_is_done(struct tsm_io *io)
{
    /* pairs with the release in tsm_io_batch_finish() */
    return atomic_load_explicit(&io->wake, memory_order_acquire) == TSM_IO_DONE;
}

/* The owner is about to sleep on io->wake while it is TSM_IO_ASLEEP. False: there is news. */
bool tsm_io_fall_asleep(struct tsm_io *io);

/* The owner is up and looks at everything again. */
void tsm_io_get_up(struct tsm_io *io);

/* Somebody has news for the owner. */
static inline bool tsm_io_has_news(struct tsm_io *io)
{
    return atomic_load_explicit(&io->wake, memory_order_relaxed) >= TSM_IO_LOOK_AGAIN;
}

/* Lets the blocked owner of a pending request look at the world again. The file lock is held. */
void tsm_io_poke(struct tsm_io *io);
