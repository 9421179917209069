/* SPDX-License-Identifier: MIT */
/*
 * The memory that the processes of one slot share, and what each of them has beside it. No writer ever
 * maps it. For mailslot_share.c and mailslot_handover.c alone.
 */
#pragma once

#include "mailslot/mailslot_share.h"
#include "os/holders.h"
#include "os/robust_lock.h"

#define TSM_SLOT_SHARE_MAGIC   0x53534d54u /* "TMSS" */
#define TSM_SLOT_SHARE_VERSION 2u
#define TSM_SLOT_SHARE_BOXES   2u
#define TSM_SLOT_SHARE_ROWS    (2 * TSM_SLOT_SHARE_BOXES)
#define TSM_SLOT_SHARE_ROW     (TSM_MAILSLOT_WRITERS_MAX / TSM_SLOT_SHARE_ROWS)

/* A link. Its memory and its socket lie in a row of descriptors, with its id. */
struct tsm_slot_share_link {
    _Atomic uint64_t id;                          /* never used twice; 0: nothing here */
    _Atomic uint64_t limit, looked, floor, stamp; /* as in the link */
    _Atomic uint32_t current;                     /* which of the two counts */
    struct {
        struct tsm_ring_reader reader;
        bool has_left;
    } at[2];
};

struct tsm_slot_share_core {
    struct tsm_holder_table table;
    /* Of the slot's birth; constant. */
    uint32_t max_message;
    uint32_t folder_owner, folder_is_shared;
    char listener_file[TSM_ENTRY_TEXT + 20], life_sign_file[TSM_ENTRY_TEXT + 20];
    struct tsm_name name;

    _Alignas(64) struct tsm_robust_lock lock;
    _Atomic uint32_t last_holder; /* number of the one who had the lock before */
    _Atomic uint32_t read_timeout_ms;
    uint32_t used_links;
    uint32_t
        row_length[TSM_SLOT_SHARE_ROWS]; /* records that lie there, for which there is none too */
    uint64_t last_id;
    _Atomic uint32_t waits[TSM_HOLDERS_MAX]; /* that holder has reads that found nothing */
    struct tsm_slot_share_link links[TSM_MAILSLOT_WRITERS_MAX];
};

static_assert(offsetof(struct tsm_slot_share_core, table) == 0, "holders find their table there");

#define TSM_SLOT_SHARE_SIZE tsm_align_up(sizeof(struct tsm_slot_share_core), 4096)

struct tsm_mailslot_share {
    struct tsm_slot_share_core *core;
    struct tsm_holders holders; /* of the core */
    int bell;                   /* rung for all who have the slot */
    struct tsm_fd_box boxes[TSM_SLOT_SHARE_BOXES];
    bool is_gone;  /* this process has the slot no more */
    bool is_blind; /* a link could not be had: it is tried again */
    struct tsm_mailslot_link *links[TSM_MAILSLOT_WRITERS_MAX]; /* in the places of the core's */
};

/* Lock held: a number for the process that will use that open file. */
tsm_must_check NTSTATUS tsm_slot_share_holder_new(struct tsm_mailslot_share *share, int memfd,
                                                  uint32_t pid, uint32_t *out);

/* Lock held: this process becomes a holder. */
tsm_must_check NTSTATUS tsm_slot_share_holder_join(struct tsm_mailslot_share *share);
