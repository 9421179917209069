/* SPDX-License-Identifier: MIT */
/*
 * Mailslot merge
 *
 * Many rings become one queue, in the order of arrival. A batch begins with the time; then come those
 * who have rung, then a look at each link that is awake. Its messages are taken from a heap, oldest
 * first, without another look at anything else: hundreds of writers cost what those cost who write.
 *
 * A link that had nothing in several batches goes to rest: its writer rings with the next message, and
 * does so before its call returns.
 */
#include "mailslot/mailslot.h"
#include "mailslot/mailslot_share.h"

#define LOOKS_BEFORE_REST 16

/* ---- the heap ---- */

static void queue_sink(struct tsm_mailslot *slot, uint32_t at)
{
    struct tsm_mailslot_link *link = slot->queue[at];

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

static void queue_add(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    uint32_t at = slot->queued++;

    link->is_queued = true;
    for (; at > 0 && slot->queue[(at - 1) / 2]->stamp > link->stamp; at = (at - 1) / 2)
        slot->queue[at] = slot->queue[(at - 1) / 2];
    slot->queue[at] = link;
}

static void queue_remove_first(struct tsm_mailslot *slot)
{
    slot->queue[0]->is_queued = false;
    slot->queue[0] = slot->queue[--slot->queued];
    if (slot->queued)
        queue_sink(slot, 0);
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
            queue_add(slot, slot->queue[i]);
}

/* ---- batches ---- */

/* A link that has nothing: it goes, or to rest, or is looked at again. */
static void set_aside(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    if (tsm_mailslot_link_lies(link) || tsm_mailslot_link_has_left(link)) {
        tsm_mailslot_drop_locked(slot, link);
    } else if (link->empty_looks >= LOOKS_BEFORE_REST && tsm_mailslot_link_rest(link)) {
        tsm_list_unlink(&link->node);
        tsm_list_append(&slot->resting, &link->node);
    }
}

static void join_batch(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    queue_add(slot, link);
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

static void begin_batch(struct tsm_mailslot *slot)
{
    uint64_t now = (uint64_t)tsm_monotonic_ns();

    tsm_mailslot_collect_locked(slot);
    slot->now = now;
    slot->has_more = false;
    TSM_LIST_FOR_EACH(node, &slot->awake)
    {
        struct tsm_mailslot_link *link = TSM_LIST_ENTRY(node, struct tsm_mailslot_link, node);

        if (!tsm_mailslot_link_look(link, now))
            set_aside(slot, link);
        else if (link->stamp <= now)
            join_batch(slot, link);
        else
            slot->has_more = true;
    }
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

uint64_t tsm_mailslot_gather_locked(struct tsm_mailslot *slot, struct tsm_ring_writer *ring)
{
    uint64_t now = (uint64_t)tsm_monotonic_ns(), lost = 0;
    struct tsm_mailslot_link *link;

    tsm_mailslot_end_batch_locked(slot);
    TSM_LIST_FOR_EACH(node, &slot->awake)
    {
        link = TSM_LIST_ENTRY(node, struct tsm_mailslot_link, node);
        if (!tsm_mailslot_link_has_left(link))
            continue;
        if (tsm_mailslot_link_look(link, now))
            queue_add(slot, link);
        else
            tsm_mailslot_drop_locked(slot, link);
    }
    while (slot->queued) {
        link = slot->queue[0];
        lost += !tsm_ring_write_stamped(
            ring, link->stamp, tsm_ring_peeked(&link->reader) + TSM_RING_STAMP_SIZE, link->size);
        (void)tsm_mailslot_link_take(link, NULL);
        if (tsm_mailslot_link_find(link, now))
            queue_sink(slot, 0);
        else
            tsm_mailslot_drop_locked(slot, link);
    }
    return lost;
}

struct tsm_mailslot_link *tsm_mailslot_next_locked(struct tsm_mailslot *slot)
{
    while (slot->queued == 0) {
        begin_batch(slot);
        if (slot->queued == 0 && !slot->has_more)
            return NULL;
    }
    return slot->queue[0];
}

bool tsm_mailslot_take_locked(struct tsm_mailslot *slot, void *out)
{
    struct tsm_mailslot_link *link = slot->queue[0];
    bool is_good = tsm_mailslot_link_take(link, out);

    slot->has_touched = true;
    if (slot->share)
        tsm_mailslot_share_commit(slot, link);
    if (is_good)
        tsm_mailslot_link_publish(link);
    if (link->state == TSM_LINK_LEFT) {
        link->left_messages--;
        slot->left_messages--;
    }
    if (is_good && tsm_mailslot_link_find(link, slot->now) && link->stamp <= slot->now) {
        if (slot->queued > 1)
            queue_sink(slot, 0);
        return true;
    }
    queue_remove_first(slot);
    if (link->state == TSM_LINK_LEFT)
        leave_left(slot, link);
    if (tsm_mailslot_link_lies(link) || tsm_mailslot_link_is_over(link))
        tsm_mailslot_drop_locked(slot, link);
    return is_good;
}

uint64_t tsm_mailslot_count_locked(struct tsm_mailslot *slot)
{
    uint64_t count;

    tsm_mailslot_collect_locked(slot);
    count = slot->left_messages;
    TSM_LIST_FOR_EACH(node, &slot->awake)
    {
        count += tsm_mailslot_link_count(TSM_LIST_ENTRY(node, struct tsm_mailslot_link, node));
    }
    return count;
}

bool tsm_mailslot_rest_locked(struct tsm_mailslot *slot)
{
    bool all_rest = true;

    TSM_LIST_FOR_EACH(node, &slot->awake)
    {
        struct tsm_mailslot_link *link = TSM_LIST_ENTRY(node, struct tsm_mailslot_link, node);

        if (tsm_mailslot_link_has_left(link) || !tsm_mailslot_link_rest(link)) {
            all_rest = false;
            continue;
        }
        tsm_list_unlink(&link->node);
        tsm_list_append(&slot->resting, &link->node);
    }
    return all_rest;
}

bool tsm_mailslot_has_news_locked(struct tsm_mailslot *slot)
{
    TSM_LIST_FOR_EACH(node, &slot->awake)
    {
        if (tsm_mailslot_link_has_news(TSM_LIST_ENTRY(node, struct tsm_mailslot_link, node)))
            return true;
    }
    return false;
}

bool tsm_mailslot_writer_cpu_locked(struct tsm_mailslot *slot, uint32_t *cpu)
{
    struct tsm_list *first = tsm_list_first(&slot->awake);

    if (!first)
        return false;

    const struct tsm_mailslot_link *link = TSM_LIST_ENTRY(first, struct tsm_mailslot_link, node);

    if (tsm_mailslot_link_has_left(link))
        return false;
    *cpu = atomic_load_explicit(&link->reader.shared->producer_wait.cpu, memory_order_relaxed);
    return true;
}
