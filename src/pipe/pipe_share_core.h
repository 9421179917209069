/* SPDX-License-Identifier: MIT */
/*
 * The memory that the processes of one end share, and what each of them has beside it. The peer never
 * maps it: it goes only with the end, by inheritance or DuplicateHandle. For pipe_share.c and
 * pipe_handover.c alone.
 */
#pragma once

#include "os/holders.h"
#include "os/robust_lock.h"
#include "pipe/pipe_share.h"

#define TSM_SHARE_MAGIC      0x45534d54u /* "TMSE" */
#define TSM_SHARE_VERSION    4u
#define TSM_SHARE_RECORDS    8u
#define TSM_SHARE_SECOND_SET 0x100u
#define TSM_SHARE_TAKEN      32u
#define TSM_SHARE_DEAD       UINT32_MAX

/* A frame that a pending write has laid and that can be taken back if its writer dies. */
struct tsm_share_record {
    uint64_t position; /* of the stream, behind it */
    uint32_t place, length;
};

/* What a process that has the end waits for; written by itself, with the lock. Numbers of 0: nothing. */
struct tsm_share_holder {
    _Alignas(64) uint64_t read_ticket;
    uint64_t write_ticket; /* of its first write that is not in the ring as a whole */
    uint64_t claim;        /* bytes that its reads ask for */
    struct tsm_pipe_needs needs;
    _Atomic uint32_t record_count; /* and TSM_SHARE_SECOND_SET, if the second of the sets counts */
    struct tsm_share_record records[2][TSM_SHARE_RECORDS];
};

/* A frame that was taken back: what was counted behind it moves down. */
struct tsm_share_taken {
    uint64_t position;
    uint64_t bytes;
};

/* What lies in the box, and so what the end has. */
enum tsm_share_post_kind { TSM_SHARE_NOTHING, TSM_SHARE_LISTENER, TSM_SHARE_CHANNEL };

/* Everything that holders have to agree on. */
struct tsm_share_state {
    uint64_t commits;
    uint64_t generation; /* of the connection or listener; what lies in the box has the same */
    uint32_t post;       /* enum tsm_share_post_kind */
    uint32_t state;      /* enum tsm_pipe_state */
    uint32_t is_message_read, is_nowait, had_peer;
    uint32_t peer_access, peer_pid;
    uint32_t unfinished; /* number + 1 of the holder amid a message of several frames */
    uint64_t taken_count;
    struct tsm_ring_writer writer;
    struct tsm_ring_reader reader;
};

struct tsm_share_core {
    struct tsm_holder_table table;
    /* Of the end's birth; constant. */
    uint32_t is_server, own_pid;
    uint32_t is_open_to_all, folder_owner, folder_is_shared;
    char params[TSM_INSTANCE_TEXT_SIZE];
    char life_sign_file[TSM_ENTRY_TEXT + 20];
    struct tsm_name name;

    _Alignas(64) struct tsm_robust_lock lock;
    _Atomic uint32_t turn; /* changes when others have reason to look again */
    uint64_t last_ticket;
    _Atomic uint32_t current; /* which of the two states counts */
    _Alignas(64) struct tsm_share_state states[2];
    struct tsm_ring_journal journal;
    uint64_t journal_commits; /* the journal counts if nothing was committed since */
    struct tsm_share_taken taken[TSM_SHARE_TAKEN];
    struct tsm_share_holder holders[TSM_HOLDERS_MAX];
};

/* The record in the box. */
struct tsm_share_post {
    uint64_t generation;
    uint32_t kind;
    uint32_t access;       /* channel: what the client's handle may do */
    int64_t hello_at_ns;   /* listener */
    uint32_t has_accepted; /* listener: its second descriptor is a client */
    uint32_t unused;
    char file[TSM_ENTRY_TEXT + 20]; /* listener: the one it is found by; empty: none */
    char socket_file[TSM_ENTRY_TEXT + 20];
};

/* What is to be done when the locks are dropped. */
struct tsm_share_aftermath {
    struct tsm_io_batch ended;
    struct tsm_channel *left; /* another holder has ended it */
    struct tsm_channel *cut;  /* a holder died while it ended it */
};

struct tsm_pipe_share {
    struct tsm_share_core *core;
    struct tsm_holders holders; /* of the core */
    struct tsm_fd_box box;
    uint64_t generation; /* of what this process has */
    uint32_t post;
    uint32_t unfinished; /* as in the state; TSM_SHARE_DEAD: its writer is dead */
    uint64_t taken_count, taken_seen;
    bool is_blind; /* it could not get what lies in the box: it looks on */
    bool is_gone;  /* it is no holder any more */
    bool must_bump;
    struct tsm_share_aftermath aftermath;
};

static_assert(offsetof(struct tsm_share_core, table) == 0, "holders find their table there");

#define TSM_SHARE_SIZE tsm_align_up(sizeof(struct tsm_share_core), 4096)

static inline struct tsm_share_state *tsm_share_current(struct tsm_share_core *core)
{
    return &core->states[atomic_load_explicit(&core->current, memory_order_acquire) & 1];
}

/* Lock held: a number for the process that will use that open file. */
tsm_must_check NTSTATUS tsm_share_holder_new(struct tsm_pipe_end *end, int memfd, uint32_t pid,
                                             uint32_t *out);

/* Lock held: this process becomes a holder. */
tsm_must_check NTSTATUS tsm_share_holder_join(struct tsm_pipe_end *end);

/* Lock held. In pipe_handover.c: makes what lies in the box this process' own, and lets go of what it
 * had. */
void tsm_share_follow(struct tsm_pipe_end *end, const struct tsm_share_state *now);

/* Lock held, whose holder died. In pipe_handover.c: ends what it had begun with the box. */
void tsm_share_repair(struct tsm_pipe_end *end);
