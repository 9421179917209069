/* SPDX-License-Identifier: MIT */
/* A mailslot that several processes read: what they agree on. */
#pragma once

#include "mailslot/mailslot_inside.h"
#include "object/import.h"

/*
 * The lock of everything of a slot, also between the processes that have it: what others have done
 * is known here afterwards. File lock held.
 */
void tsm_mailslot_share_lock(struct tsm_mailslot *slot);
void tsm_mailslot_share_unlock(struct tsm_mailslot *slot);

static inline void tsm_mailslot_lock(struct tsm_mailslot *slot)
{
    tsm_lock_acquire(&slot->file.lock);
    if (tsm_unlikely(slot->share != NULL))
        tsm_mailslot_share_lock(slot);
}

static inline void tsm_mailslot_unlock(struct tsm_mailslot *slot)
{
    if (tsm_unlikely(slot->share != NULL))
        tsm_mailslot_share_unlock(slot);
    tsm_lock_release(&slot->file.lock);
}

/* ---- a slot with a share, locked ---- */

/* The others get the link, whether it has said hello or not; and once more when it has, with its memory,
 * instead of what they had. STATUS_INSUFFICIENT_RESOURCES: there are so many. */
tsm_must_check NTSTATUS tsm_mailslot_share_add(struct tsm_mailslot *slot,
                                               struct tsm_mailslot_link *link);

/* It is about to be freed, for all. */
void tsm_mailslot_share_remove(struct tsm_mailslot *slot, struct tsm_mailslot_link *link);

/* It is about to be freed here, and is the others' still. */
void tsm_mailslot_share_unload(struct tsm_mailslot *slot, const struct tsm_mailslot_link *link);

/* How far it was read, and whether its writer has gone, counts from now on, whoever dies. */
void tsm_mailslot_share_commit(struct tsm_mailslot *slot, const struct tsm_mailslot_link *link);

/* The timeout of reads, for all. */
void tsm_mailslot_share_set_timeout(struct tsm_mailslot *slot);

/* No other process has the slot. */
bool tsm_mailslot_share_is_last(struct tsm_mailslot *slot);

/* This process has it no more; the slot can be locked until it is freed. */
void tsm_mailslot_share_go(struct tsm_mailslot *slot);

/* Not locked: frees slot->share. */
void tsm_mailslot_share_free(struct tsm_mailslot *slot);

/* tsm_object_ops.export of slots; the twin is registered by init. */
NTSTATUS tsm_mailslot_share_export(struct tsm_object *object, struct tsm_export *out);
void tsm_mailslot_share_init(void);
