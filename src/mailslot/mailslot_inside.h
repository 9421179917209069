/* SPDX-License-Identifier: MIT */
/*
 * A mailslot from inside: what the files of this room have in common. The file lock, and that of the
 * share, is held in all functions but one.
 */
#pragma once

#include "io/file.h"
#include "mailslot/mailslot_door.h"
#include "mailslot/mailslot_link.h"
#include "os/poll_set.h"

/* What all writers together may have unread: see docs/protocol/mailslot.md. */
#define TSM_MAILSLOT_SLOT_BYTES    (UINT64_C(256) << 20)
#define TSM_MAILSLOT_WRITERS_MAX   1024u
#define TSM_MAILSLOT_KEPT_BYTES    (UINT64_C(64) << 20) /* of writers that have gone */
#define TSM_MAILSLOT_MESSAGE_BYTES ((uint32_t)TSM_MAILSLOT_WRITER_BYTES - 4096u)

struct tsm_mailslot_share;

struct tsm_mailslot {
    struct tsm_file file;
    struct tsm_mailslot_door door;
    struct tsm_poll_set poll;
    struct tsm_reactor_watch watch; /* on the poll set, while nobody sleeps on that */
    bool is_open, is_door_shut, has_opened_door;
    bool is_short; /* the door is shut because something was missing that may be there again */
    uint32_t max_message; /* as asked for; 0: any */
    uint32_t read_timeout_ms;

    struct tsm_list greeting, awake, resting; /* links, by their state */
    struct tsm_list left;            /* whose writers have gone, and which are in the queue */
    uint32_t link_count, link_total; /* with a writer; all */
    uint64_t left_messages;          /* in all of left */
    uint64_t allowance;              /* what each writer has been told */
    uint64_t kept_bytes;
    uint64_t lost; /* messages that found no room, of writers that have gone */

    /* The batch: links whose next message belongs to it, the oldest message first (a heap). */
    struct tsm_mailslot_link **queue;
    uint32_t queued, queue_capacity;
    uint64_t now;  /* when it began */
    bool has_more; /* something was there that came later */

    struct tsm_list reads;
    struct tsm_io *leader; /* its owner sleeps on the poll set, for everybody */
    _Atomic uint32_t spin_us;

    struct tsm_mailslot_share *share; /* other processes have the slot as well; NULL: they do not */
    bool has_touched;                 /* a bell or a message was taken, since the slot was locked */
};

/* The longest message that is let in. */
static inline uint32_t tsm_mailslot_limit(const struct tsm_mailslot *slot)
{
    return slot->max_message && slot->max_message < TSM_MAILSLOT_MESSAGE_BYTES
               ? slot->max_message
               : TSM_MAILSLOT_MESSAGE_BYTES;
}

/* ---- mailslot_queue.c: the links whose next message belongs to the batch ---- */

/* The link's next message belongs to the batch. */
void tsm_mailslot_queue_join_locked(struct tsm_mailslot *slot, struct tsm_mailslot_link *link);

/* Only that: the link stays among those that are awake, also if its writer has gone. */
void tsm_mailslot_queue_add_locked(struct tsm_mailslot *slot, struct tsm_mailslot_link *link);

/* The first link has another message next, of the same batch. */
void tsm_mailslot_queue_sink_locked(struct tsm_mailslot *slot);

/* The first link has none. */
void tsm_mailslot_queue_leave_locked(struct tsm_mailslot *slot);

/* Makes a place for one more link, which the slot is about to have. */
tsm_must_check bool tsm_mailslot_queue_grow_locked(struct tsm_mailslot *slot);

/* It is going to be freed, or has nothing any more. */
void tsm_mailslot_forget_locked(struct tsm_mailslot *slot, struct tsm_mailslot_link *link);

/* The batch is over, what is left of it belongs to the next one. */
void tsm_mailslot_end_batch_locked(struct tsm_mailslot *slot);

/* ---- mailslot_intake.c: writers that come, ring and go ---- */

/* Lets in who knocks, hears who rings, lets go who has gone. */
void tsm_mailslot_collect_locked(struct tsm_mailslot *slot);

/* The link told a lie, or has nothing left: it goes, and is not in the queue. */
void tsm_mailslot_drop_locked(struct tsm_mailslot *slot, struct tsm_mailslot_link *link);
void tsm_mailslot_drop_all_locked(struct tsm_mailslot *slot);

/* A writer whom another process has let in; takes the channel or, as long as it has not said hello and
 * there is none, the socket. NULL: it cannot be had here. */
struct tsm_mailslot_link *tsm_mailslot_adopt_locked(struct tsm_mailslot *slot, int socket,
                                                    struct tsm_channel *channel);

/* Only here: the link goes on in other processes, or has been ended by one of them. */
void tsm_mailslot_unload_locked(struct tsm_mailslot *slot, struct tsm_mailslot_link *link);
void tsm_mailslot_unload_all_locked(struct tsm_mailslot *slot);

/* The writer has gone; another process has noticed it, and what it has left is as it found it. */
void tsm_mailslot_part_locked(struct tsm_mailslot *slot, struct tsm_mailslot_link *link);

/* The writer has closed its handle or is dead. */
void tsm_mailslot_hang_up_locked(struct tsm_mailslot *slot, struct tsm_mailslot_link *link);

/* Somebody came or went elsewhere. */
void tsm_mailslot_recount_locked(struct tsm_mailslot *slot);

/* Nothing came to the links that are awake: they go to rest. False: something did. */
bool tsm_mailslot_rest_locked(struct tsm_mailslot *slot);

/* ---- mailslot_merge.c: batches ---- */

/* The link with the message that is next; NULL: there is none. */
struct tsm_mailslot_link *tsm_mailslot_next_locked(struct tsm_mailslot *slot);

/* Takes that message; out has room for it. False: it was a lie, and the link is gone. */
bool tsm_mailslot_take_locked(struct tsm_mailslot *slot, void *out);

/* Moves what writers who have gone have left, and what was copied, into a ring. Returns the number of
 * messages for which that had no room. */
uint64_t tsm_mailslot_gather_locked(struct tsm_mailslot *slot, struct tsm_ring_writer *ring);

/* All messages that wait. */
uint64_t tsm_mailslot_count_locked(struct tsm_mailslot *slot);

/* A look without system calls at the links that are awake; *cpu: where one of them writes. */
bool tsm_mailslot_has_news_locked(struct tsm_mailslot *slot);
bool tsm_mailslot_writer_cpu_locked(struct tsm_mailslot *slot, uint32_t *cpu);

/* ---- mailslot.c: reads ---- */

/* A pending read ends; whoever sleeps for it hears of it. */
void tsm_mailslot_finish_locked(struct tsm_mailslot *slot, struct tsm_io_batch *batch,
                                struct tsm_io *io, NTSTATUS status);

/* The same as pumping, and sees to it that the service thread goes on with overlapped reads. */
void tsm_mailslot_settle_locked(struct tsm_mailslot *slot, struct tsm_io_batch *batch);

/* When to look again at the latest who could sleep until then: what happens may not be told. */
struct tsm_deadline tsm_mailslot_look_again_locked(const struct tsm_mailslot *slot,
                                                   struct tsm_deadline deadline);

/* Matches messages with reads. */
void tsm_mailslot_pump_locked(struct tsm_mailslot *slot, struct tsm_io_batch *batch);

/* ---- mailslot_park.c ---- */

/* The owner of a pending read sleeps. No lock. */
void tsm_mailslot_park(struct tsm_file *file, struct tsm_io *io);
