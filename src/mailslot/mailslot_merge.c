/* SPDX-License-Identifier: MIT */
/*
 * Mailslot merge
 *
 * Many rings become one queue, in the order of arrival. A batch begins with the time; then come those
 * who have rung, then a look at each link that is awake. Its messages are taken from the queue, without
 * another look at anything else: hundreds of writers cost what those cost who write.
 *
 * A link that had nothing in several batches goes to rest: its writer rings with the next message, and
 * does so before its call returns.
 */
#include "mailslot/mailslot_inside.h"
#include "mailslot/mailslot_share.h"

#define LOOKS_BEFORE_REST 16

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
            tsm_mailslot_queue_join_locked(slot, link);
        else
            slot->has_more = true;
    }
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
            tsm_mailslot_queue_add_locked(slot, link);
        else
            tsm_mailslot_drop_locked(slot, link);
    }
    while (slot->queued) {
        link = slot->queue[0];
        lost += !tsm_ring_write_stamped(
            ring, link->stamp, tsm_ring_peeked(&link->reader) + TSM_RING_STAMP_SIZE, link->size);
        (void)tsm_mailslot_link_take(link, NULL);
        if (tsm_mailslot_link_find(link, now))
            tsm_mailslot_queue_sink_locked(slot);
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
            tsm_mailslot_queue_sink_locked(slot);
        return true;
    }
    tsm_mailslot_queue_leave_locked(slot);
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
