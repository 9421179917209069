/* SPDX-License-Identifier: MIT */
/*
 * Mailslot share
 *
 * A slot that several processes read. Each of them has the rings of all writers; how far each ring
 * was read stands in memory that they share, under a lock, and whoever has the lock lets writers in
 * and takes messages as if it were alone. The descriptors of the links lie in rows that all can look
 * into: a link that one process has let in is everybody's before its first message is taken.
 *
 * Order:     a batch ends when another process gets the lock; the next one begins with what was left.
 *            Of the reads that wait in several processes, whichever looks first gets a message.
 * Waking:    all sleep on the sockets of the writers. Who has taken a bell or a message while others
 *            wait sees to it that all writers ring again, or rings for the others itself.
 * Death:     the kernel tells the next one that the lock's holder died. How far a ring was read is
 *            there twice, and one store says which counts; its writer hears of it afterwards. A
 *            process' number is tied to its open file. Sleepers look again now and then: a bell may
 *            have been taken by one who died.
 * Locking:   the file lock, then the one in the share. One who is stopped inside stops the others
 *            until it goes on.
 * Trust:     holders are processes of one user, each was given the slot by another. All the same
 *            numbers are checked, and nothing here is an address.
 */
#include "mailslot/mailslot_share.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/trace.h"
#include "mailslot/mailslot_share_core.h"
#include "os/fd.h"

#define DEAD_RECORDS 16 /* that may lie in a row, or as many as there are links */
#define LINK_FDS     2u /* socket and, if it is there, memory */

static uint32_t used_links(const struct tsm_slot_share_core *core)
{
    return (uint32_t)tsm_min_u64(*(const volatile uint32_t *)&core->used_links,
                                 TSM_MAILSLOT_WRITERS_MAX);
}

/* ---- holders ---- */

static void forget_holder(struct tsm_mailslot_share *share, uint32_t number)
{
    atomic_store_explicit(&share->core->waits[number], 0, memory_order_relaxed);
    tsm_holders_forget(&share->holders, number);
}

/* A living process other than this one; the number of a dead one is free again. */
static bool is_another(struct tsm_mailslot_share *share, uint32_t number)
{
    if (number == share->holders.self || !tsm_holders_has(&share->holders, number))
        return false;
    if (!tsm_holders_is_dead(&share->holders, number))
        return true;
    tsm_trace(TSM_TRACE_MAILSLOT, "process %u is gone from a shared slot",
              share->core->table.at[number].pid);
    forget_holder(share, number);
    return false;
}

static void forget_the_dead(struct tsm_mailslot_share *share)
{
    for (uint32_t i = 0; i < tsm_holders_end(&share->holders); i++)
        (void)is_another(share, i);
}

NTSTATUS tsm_slot_share_holder_new(struct tsm_mailslot_share *share, int memfd, uint32_t pid,
                                   uint32_t *out)
{
    uint32_t number;
    NTSTATUS status;

    forget_the_dead(share);
    status = tsm_holders_claim(&share->holders, memfd, &number);
    if (!NT_SUCCESS(status))
        return status;
    atomic_store_explicit(&share->core->waits[number], 0, memory_order_relaxed);
    tsm_holders_enter(&share->holders, number, pid);
    *out = number;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_slot_share_holder_join(struct tsm_mailslot_share *share)
{
    return tsm_slot_share_holder_new(share, share->holders.memfd, (uint32_t)getpid(),
                                     &share->holders.self);
}

bool tsm_mailslot_share_is_last(struct tsm_mailslot *slot)
{
    forget_the_dead(slot->share);
    return !tsm_holders_has_others(&slot->share->holders);
}

static bool others_wait(struct tsm_mailslot_share *share)
{
    for (uint32_t i = 0; i < tsm_holders_end(&share->holders); i++)
        if (atomic_load_explicit(&share->core->waits[i], memory_order_relaxed) &&
            is_another(share, i))
            return true;
    return false;
}

/* ---- the rows ---- */

static const struct tsm_fd_box *row_of(const struct tsm_mailslot_share *share, uint32_t row,
                                       unsigned int *place)
{
    *place = row & 1;
    return &share->boxes[row / 2];
}

static NTSTATUS row_look(const struct tsm_mailslot_share *share, uint32_t row, uint32_t index,
                         uint64_t *id, int fds[LINK_FDS])
{
    int found[TSM_FD_BOX_FDS];
    unsigned int place;
    uint32_t count = 0;
    const struct tsm_fd_box *box = row_of(share, row, &place);
    NTSTATUS status = tsm_fd_box_look_at(box, place, index, id, sizeof(*id), found, &count);

    if (!NT_SUCCESS(status))
        return status;
    fds[0] = fds[1] = -1;
    for (uint32_t i = 0; i < count; i++)
        if (count <= LINK_FDS)
            fds[i] = found[i];
        else
            tsm_fd_close(found[i]);
    return fds[0] >= 0 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static void close_both(const int fds[LINK_FDS])
{
    for (uint32_t i = 0; i < LINK_FDS; i++)
        if (fds[i] >= 0)
            tsm_fd_close(fds[i]);
}

static NTSTATUS row_append(struct tsm_mailslot_share *share, uint32_t row, uint64_t id,
                           const int fds[LINK_FDS])
{
    unsigned int place;
    const struct tsm_fd_box *box = row_of(share, row, &place);
    NTSTATUS status =
        tsm_fd_box_post(box, place, &id, sizeof(id), fds, fds[1] >= 0 ? LINK_FDS : LINK_FDS - 1);

    if (NT_SUCCESS(status))
        share->core->row_length[row]++;
    return status;
}

static void row_drop_first(struct tsm_mailslot_share *share, uint32_t row)
{
    unsigned int place;
    const struct tsm_fd_box *box = row_of(share, row, &place);

    if (tsm_fd_box_drop_first(box, place) && share->core->row_length[row])
        share->core->row_length[row]--;
}

/* Which of the row's links has that id; TSM_SLOT_SHARE_ROW: none. */
static uint32_t row_find(const struct tsm_slot_share_core *core, uint32_t row, uint64_t id)
{
    uint32_t i = 0;

    while (i < TSM_SLOT_SHARE_ROW &&
           (id == 0 || atomic_load_explicit(&core->links[row * TSM_SLOT_SHARE_ROW + i].id,
                                            memory_order_relaxed) != id))
        i++;
    return i;
}

/*
 * Goes once around: what belongs to a link is laid down behind the others before it is taken away in
 * front, the rest goes. One who died at it has left something twice.
 */
static void row_tidy(struct tsm_mailslot_share *share, uint32_t row)
{
    bool was_seen[TSM_SLOT_SHARE_ROW] = {false};
    uint32_t length = 0, original;
    NTSTATUS status;
    int fds[LINK_FDS];
    uint64_t id;

    while (length < 2 * TSM_SLOT_SHARE_ROW) {
        status = row_look(share, row, length, &id, fds);
        if (!NT_SUCCESS(status))
            break;
        close_both(fds);
        length++;
    }
    if (status != STATUS_NOT_FOUND)
        return; /* no descriptors: another time */
    share->core->row_length[row] = original = length;
    while (original--) {
        uint32_t at;

        if (!NT_SUCCESS(row_look(share, row, 0, &id, fds)))
            return;
        at = row_find(share->core, row, id);
        status = STATUS_SUCCESS;
        if (at < TSM_SLOT_SHARE_ROW && !was_seen[at]) {
            was_seen[at] = true;
            status = row_append(share, row, id, fds);
        }
        close_both(fds);
        if (!NT_SUCCESS(status))
            return;
        row_drop_first(share, row);
    }
}

static uint32_t row_links(const struct tsm_slot_share_core *core, uint32_t row)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < TSM_SLOT_SHARE_ROW; i++)
        count += core->links[row * TSM_SLOT_SHARE_ROW + i].id != 0;
    return count;
}

/* ---- links ---- */

void tsm_mailslot_share_commit(struct tsm_mailslot *slot, const struct tsm_mailslot_link *link)
{
    struct tsm_slot_share_link *shared = &slot->share->core->links[link->place];
    uint32_t next;

    if (link->id == 0 || !link->channel)
        return;
    next = (atomic_load_explicit(&shared->current, memory_order_relaxed) & 1) ^ 1;
    tsm_ring_reader_save(&link->reader, &shared->at[next].reader);
    shared->at[next].has_left = tsm_mailslot_link_has_left(link);
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&shared->current, next, memory_order_release);
    atomic_signal_fence(memory_order_seq_cst);
}

static void tell_batch(struct tsm_slot_share_link *shared, const struct tsm_mailslot_link *link)
{
    atomic_store_explicit(&shared->limit, link->limit, memory_order_relaxed);
    atomic_store_explicit(&shared->looked, link->looked, memory_order_relaxed);
    atomic_store_explicit(&shared->floor, link->floor, memory_order_relaxed);
    atomic_store_explicit(&shared->stamp, link->stamp, memory_order_relaxed);
}

static uint32_t free_place(const struct tsm_slot_share_core *core)
{
    uint32_t place = 0;

    while (place < TSM_MAILSLOT_WRITERS_MAX && core->links[place].id)
        place++;
    return place;
}

NTSTATUS tsm_mailslot_share_add(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    struct tsm_mailslot_share *share = slot->share;
    struct tsm_slot_share_core *core = share->core;
    const int fds[LINK_FDS] = {link->socket, link->channel ? link->channel->memfd : -1};
    uint64_t id = ++core->last_id;
    uint32_t place = link->id ? link->place : free_place(core);

    if (place == TSM_MAILSLOT_WRITERS_MAX)
        return STATUS_INSUFFICIENT_RESOURCES;

    /* There is room for all links, but not for many more. */
    if (core->row_length[place / TSM_SLOT_SHARE_ROW] >= TSM_SLOT_SHARE_ROW)
        row_tidy(share, place / TSM_SLOT_SHARE_ROW);

    NTSTATUS status = row_append(share, place / TSM_SLOT_SHARE_ROW, id, fds);

    if (!NT_SUCCESS(status))
        return status;
    if (link->channel)
        tsm_channel_share_locked(link->channel);
    link->place = place;
    link->id = id;
    tsm_mailslot_share_commit(slot, link);
    tell_batch(&core->links[place], link);
    if (place >= used_links(core))
        core->used_links = place + 1;
    share->links[place] = link;
    atomic_store_explicit(&core->links[place].id, id, memory_order_release);
    return STATUS_SUCCESS;
}

void tsm_mailslot_share_remove(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    struct tsm_mailslot_share *share = slot->share;
    uint32_t row = link->place / TSM_SLOT_SHARE_ROW, links;

    atomic_store_explicit(&share->core->links[link->place].id, 0, memory_order_release);
    share->links[link->place] = NULL;
    link->id = 0;
    links = row_links(share->core, row);
    if (share->core->row_length[row] > links + DEAD_RECORDS &&
        share->core->row_length[row] > 2 * links)
        row_tidy(share, row);
}

void tsm_mailslot_share_unload(struct tsm_mailslot *slot, const struct tsm_mailslot_link *link)
{
    tell_batch(&slot->share->core->links[link->place], link);
    slot->share->links[link->place] = NULL;
}

/* Fetches a link that another one has let in. NULL: it cannot be had now. */
static struct tsm_mailslot_link *fetch(struct tsm_mailslot *slot, uint32_t place, uint64_t id)
{
    static const uint32_t quota[2] = {0, 0};
    struct tsm_mailslot_share *share = slot->share;
    uint32_t row = place / TSM_SLOT_SHARE_ROW, index = share->core->row_length[row];
    struct tsm_mailslot_link *link;
    struct tsm_channel *channel = NULL;
    int fds[LINK_FDS] = {-1, -1};
    uint64_t found = 0;

    /* The last ones are the new ones. */
    index = (uint32_t)tsm_min_u64(index, 2 * TSM_SLOT_SHARE_ROW);
    while (found != id) {
        if (index == 0 || !NT_SUCCESS(row_look(share, row, --index, &found, fds)))
            return NULL;
        if (found != id)
            close_both(fds);
    }
    if (fds[1] >= 0 &&
        !NT_SUCCESS(tsm_channel_from_holder(TSM_SIDE_SERVER, fds[1], fds[0], quota, &channel)))
        return NULL;
    link = tsm_mailslot_adopt_locked(slot, fds[0], channel);
    if (!link)
        return NULL;
    link->place = place;
    link->id = id;
    share->links[place] = link;
    return link;
}

/* What the others have done with it. */
static void load(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    const struct tsm_slot_share_link *shared = &slot->share->core->links[link->place];
    uint32_t current = atomic_load_explicit(&shared->current, memory_order_acquire) & 1;

    if (!tsm_ring_reader_restore(&link->reader, &shared->at[current].reader))
        link->reader.is_broken = true;
    link->limit = atomic_load_explicit(&shared->limit, memory_order_relaxed);
    link->looked = atomic_load_explicit(&shared->looked, memory_order_relaxed);
    link->floor = atomic_load_explicit(&shared->floor, memory_order_relaxed);
    link->stamp = atomic_load_explicit(&shared->stamp, memory_order_relaxed);
    link->scout = (struct tsm_ring_scout){0};
    link->has_next = false;
    link->empty_looks = 0;
    link->state = TSM_LINK_AWAKE;
    tsm_list_unlink(&link->node);
    tsm_list_append(&slot->awake, &link->node);
    if (*(const volatile uint8_t *)&shared->at[current].has_left)
        tsm_mailslot_part_locked(slot, link);
}

static void follow(struct tsm_mailslot *slot)
{
    struct tsm_mailslot_share *share = slot->share;

    tsm_mailslot_end_batch_locked(slot);
    share->is_blind = false;
    for (uint32_t i = 0; i < used_links(share->core); i++) {
        uint64_t id = atomic_load_explicit(&share->core->links[i].id, memory_order_acquire);
        struct tsm_mailslot_link *link = share->links[i];

        if (link && link->id != id) {
            share->links[i] = NULL;
            tsm_mailslot_unload_locked(slot, link);
            link = NULL;
        }
        if (id && !link) {
            link = fetch(slot, i, id);
            share->is_blind |= !link;
        }
        if (link && link->channel)
            load(slot, link);
    }
    if (share->is_blind)
        tsm_trace(TSM_TRACE_MAILSLOT, "a writer of a shared slot cannot be had here");
    slot->read_timeout_ms =
        atomic_load_explicit(&share->core->read_timeout_ms, memory_order_relaxed);
    tsm_mailslot_recount_locked(slot);
}

void tsm_mailslot_share_set_timeout(struct tsm_mailslot *slot)
{
    atomic_store_explicit(&slot->share->core->read_timeout_ms, slot->read_timeout_ms,
                          memory_order_relaxed);
}

/* ---- the lock ---- */

/* The last one died with the lock: what was taken is taken, and its writer may not know it. */
static void recover(struct tsm_mailslot *slot)
{
    struct tsm_mailslot_share *share = slot->share;

    tsm_trace(TSM_TRACE_MAILSLOT, "somebody died with the lock of a shared slot");
    for (uint32_t i = 0; i < TSM_SLOT_SHARE_ROWS; i++)
        row_tidy(share, i);
    follow(slot);
    slot->has_touched = true;
    for (uint32_t i = 0; i < TSM_MAILSLOT_WRITERS_MAX; i++)
        if (share->links[i] && share->links[i]->channel)
            tsm_mailslot_link_publish(share->links[i]);
}

void tsm_mailslot_share_lock(struct tsm_mailslot *slot)
{
    struct tsm_mailslot_share *share = slot->share;
    struct tsm_slot_share_core *core = share->core;

    if (share->is_gone)
        return;

    bool has_died = tsm_robust_lock_acquire(&core->lock);

    slot->has_touched = false;
    if (tsm_unlikely(has_died))
        recover(slot);
    else if (share->is_blind || core->last_holder != share->holders.self)
        follow(slot);
    atomic_store_explicit(&core->last_holder, share->holders.self, memory_order_relaxed);
}

void tsm_mailslot_share_unlock(struct tsm_mailslot *slot)
{
    struct tsm_mailslot_share *share = slot->share;
    struct tsm_slot_share_core *core = share->core;
    bool must_ring;

    if (share->is_gone)
        return;
    if (share->holders.self != TSM_HOLDERS_NOBODY)
        atomic_store_explicit(&core->waits[share->holders.self], !tsm_list_is_empty(&slot->reads),
                              memory_order_relaxed);
    must_ring = slot->has_touched && others_wait(share) && !tsm_mailslot_rest_locked(slot);
    for (uint32_t i = 0; i < used_links(core); i++)
        if (share->links[i])
            tell_batch(&core->links[i], share->links[i]);
    tsm_robust_lock_release(&core->lock);
    if (must_ring)
        tsm_poll_bell_ring(share->bell);
}

void tsm_mailslot_share_go(struct tsm_mailslot *slot)
{
    struct tsm_mailslot_share *share = slot->share;
    uint32_t number = share->holders.self;

    share->holders.self = TSM_HOLDERS_NOBODY;
    if (number != TSM_HOLDERS_NOBODY)
        forget_holder(share, number);
    tsm_mailslot_share_unlock(slot);
    share->is_gone = true;
    /* They may count on us. */
    tsm_poll_bell_ring(share->bell);
}

void tsm_mailslot_share_free(struct tsm_mailslot *slot)
{
    struct tsm_mailslot_share *share = slot->share;

    slot->share = NULL;
    if (!share)
        return;
    tsm_holders_close(&share->holders);
    if (share->bell >= 0) {
        tsm_poll_set_remove(&slot->poll, share->bell);
        tsm_fd_close(share->bell);
    }
    for (uint32_t i = 0; i < TSM_SLOT_SHARE_BOXES; i++)
        tsm_fd_box_close(&share->boxes[i]);
    free(share);
}
