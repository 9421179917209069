/* SPDX-License-Identifier: MIT */
/*
 * Mailslot queue
 *
 * The links of a batch as a heap, the one with the oldest message first. Each link of the slot has its
 * place, so that none is missing when it is needed.
 */
#include <stdlib.h>

#include "mailslot/mailslot_inside.h"

bool tsm_mailslot_queue_grow_locked(struct tsm_mailslot *slot)
{
    uint32_t larger = slot->queue_capacity ? 2 * slot->queue_capacity : 16;

    if (slot->link_total < slot->queue_capacity)
        return true;

    struct tsm_mailslot_link **moved = realloc(slot->queue, larger * sizeof(*moved));

    if (!moved)
        return false;
    slot->queue = moved;
    slot->queue_capacity = larger;
    return true;
}

void tsm_mailslot_queue_sink_locked(struct tsm_mailslot *slot)
{
    struct tsm_mailslot_link *link = slot->queue[0];
    uint32_t at = 0;

    for (;;) {
        uint32_t child = 2 * at + 1;

        if (child >= slot->queued)
            break;
        if (child + 1 < slot->queued && slot->queue[child + 1]->stamp < slot->queue[child]->stamp)
            child++;
        if (slot->queue[child]->stamp >= link->stamp)
            break;
        slot->queue[at] = slot->queue[child];
        at = child;
    }
    slot->queue[at] = link;
}

void tsm_mailslot_queue_add_locked(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    uint32_t at = slot->queued++;

    link->is_queued = true;
    for (; at > 0 && slot->queue[(at - 1) / 2]->stamp > link->stamp; at = (at - 1) / 2)
        slot->queue[at] = slot->queue[(at - 1) / 2];
    slot->queue[at] = link;
}

void tsm_mailslot_forget_locked(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    uint32_t count = slot->queued;

    if (!link->is_queued)
        return;
    slot->queued = 0;
    link->is_queued = false;
    for (uint32_t i = 0; i < count; i++)
        if (slot->queue[i] != link)
            tsm_mailslot_queue_add_locked(slot, slot->queue[i]);
}

void tsm_mailslot_queue_join_locked(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    tsm_mailslot_queue_add_locked(slot, link);
    if (!tsm_mailslot_link_has_left(link))
        return;
    /* Nothing is added to it: its messages are counted once. */
    link->left_messages = tsm_mailslot_link_count(link);
    slot->left_messages += link->left_messages;
    link->state = TSM_LINK_LEFT;
    tsm_list_unlink(&link->node);
    tsm_list_append(&slot->left, &link->node);
}

/* Something of it belongs to a later batch. */
static void leave_left(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    slot->left_messages -= link->left_messages;
    link->left_messages = 0;
    link->state = TSM_LINK_AWAKE;
    tsm_list_unlink(&link->node);
    tsm_list_append(&slot->awake, &link->node);
}

void tsm_mailslot_queue_leave_locked(struct tsm_mailslot *slot)
{
    struct tsm_mailslot_link *link = slot->queue[0];

    link->is_queued = false;
    slot->queue[0] = slot->queue[--slot->queued];
    if (slot->queued)
        tsm_mailslot_queue_sink_locked(slot);
    if (link->state == TSM_LINK_LEFT)
        leave_left(slot, link);
}

void tsm_mailslot_end_batch_locked(struct tsm_mailslot *slot)
{
    for (uint32_t i = 0; i < slot->queued; i++) {
        struct tsm_mailslot_link *link = slot->queue[i];

        link->is_queued = false;
        if (link->state == TSM_LINK_LEFT)
            leave_left(slot, link);
    }
    slot->queued = 0;
}
