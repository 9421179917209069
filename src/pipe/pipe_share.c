/* SPDX-License-Identifier: MIT */
/*
 * Pipe share
 *
 * An end of a pipe that several processes have. What they must agree on (the state, the modes, where
 * each ring stands) lies in memory of their own; each takes a copy with the lock and puts it back
 * before it gives the lock up. So the rest of the pipe works on private memory, shared or not.
 *
 * Order:     waiting reads draw tickets, and so do writes that are not in the ring yet: each process
 *            finishes its own requests, and only when no other one's comes before. Who has to let
 *            others go first sleeps on the turn word.
 * Death:     the kernel tells the next one that the lock's holder died. Two states lie side by side,
 *            one store makes the new one count; what a ring's peer may see is made visible after
 *            that (reads) or can be found out (writes: see struct tsm_ring_journal). A process'
 *            number is tied to its open file: who finds it free takes back what the dead one had
 *            pending, ends the message that it had begun, and lets go of its turn.
 * Locking:   the file lock, then the one in the share, which a thread holds for some microseconds.
 *            One who is stopped inside stops the others until it goes on.
 * Trust:     holders are processes of one user, each was given the end by another. All the same
 *            numbers are checked, and nothing here is an address.
 */
#include "pipe/pipe_share.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/trace.h"
#include "os/futex.h"
#include "pipe/pipe_share_core.h"
#include "pipe/pipe_watch.h"

static struct tsm_io *io_at(struct tsm_list *node)
{
    return TSM_LIST_ENTRY(node, struct tsm_io, node);
}

/* ---- this process as a holder ---- */

static bool others_wait(const struct tsm_pipe_share *share, bool is_write)
{
    for (uint32_t i = 0; i < tsm_holders_end(&share->holders); i++) {
        const struct tsm_share_holder *holder = &share->core->holders[i];

        if (i != share->holders.self && (is_write ? holder->write_ticket : holder->read_ticket))
            return true;
    }
    return false;
}

static void note_reads(struct tsm_pipe_end *end, struct tsm_share_holder *own)
{
    uint64_t ticket = 0, claim = 0;

    TSM_LIST_FOR_EACH(node, &end->reads)
    {
        const struct tsm_io *io = io_at(node);

        if (ticket == 0)
            ticket = io->pending.target;
        claim += io->out_length - io->information;
    }
    if (own->read_ticket && own->read_ticket != ticket)
        end->share->must_bump |= others_wait(end->share, false);
    own->read_ticket = ticket;
    own->claim = claim;
}

static uint32_t record_count(uint32_t word)
{
    return (uint32_t)tsm_min_u64(word & ~TSM_SHARE_SECOND_SET, TSM_SHARE_RECORDS);
}

static void note_writes(struct tsm_pipe_end *end, struct tsm_share_holder *own)
{
    struct tsm_pipe_share *share = end->share;
    uint32_t before = atomic_load_explicit(&own->record_count, memory_order_relaxed);
    uint32_t set = (before & TSM_SHARE_SECOND_SET) ^ TSM_SHARE_SECOND_SET, count = 0;
    uint64_t ticket = 0;

    if (tsm_list_is_empty(&end->writes) && record_count(before) == 0 && own->write_ticket == 0)
        return;
    TSM_LIST_FOR_EACH(node, &end->writes)
    {
        const struct tsm_io *io = io_at(node);

        if (!io->pending.is_placed) {
            ticket = io->pending.target;
            if (io->pending.placed)
                share->unfinished = share->holders.self + 1;
            break;
        }
        if (io->pending.is_revocable && count < TSM_SHARE_RECORDS)
            own->records[set != 0][count++] = (struct tsm_share_record){
                .position = io->pending.position,
                .place = (uint32_t)io->pending.frame,
                .length = io->in_length,
            };
    }
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&own->record_count, count | set, memory_order_release);
    if (own->write_ticket && own->write_ticket != ticket)
        share->must_bump |= others_wait(share, true);
    own->write_ticket = ticket;
}

void tsm_pipe_share_commit(struct tsm_pipe_end *end)
{
    struct tsm_pipe_share *share = end->share;
    struct tsm_share_core *core = share->core;

    if (share->is_gone || share->is_blind)
        return;
    if (share->unfinished == share->holders.self + 1)
        share->unfinished = 0;
    if (share->holders.self != TSM_HOLDERS_NOBODY) {
        note_reads(end, &core->holders[share->holders.self]);
        note_writes(end, &core->holders[share->holders.self]);
    }

    uint32_t next = (atomic_load_explicit(&core->current, memory_order_relaxed) & 1) ^ 1;
    uint64_t commits = core->states[!next].commits + 1;
    struct tsm_share_state *state = &core->states[next];

    state->commits = commits;
    state->generation = share->generation;
    state->post = share->post;
    state->state = end->state;
    state->is_message_read = end->is_message_read;
    state->is_nowait = end->is_nowait;
    state->had_peer = end->had_peer;
    state->peer_access = end->peer_access;
    state->peer_pid = end->peer_pid;
    state->unfinished = share->unfinished;
    state->taken_count = share->taken_count;
    tsm_ring_writer_save(&end->writer, &state->writer);
    tsm_ring_reader_save(&end->reader, &state->reader);
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&core->current, next, memory_order_release);
    atomic_signal_fence(memory_order_seq_cst);
    core->journal_commits = commits;
    atomic_store_explicit(&core->journal.is_set, 0, memory_order_relaxed);
}

/* ---- others ---- */

/* What was counted behind a frame that was taken back moves down. */
static void follow_taken(struct tsm_pipe_end *end)
{
    struct tsm_pipe_share *share = end->share;
    uint64_t begin = share->taken_seen;

    if (share->taken_count - begin > TSM_SHARE_TAKEN)
        begin = share->taken_count - TSM_SHARE_TAKEN;
    for (; begin != share->taken_count; begin++) {
        const struct tsm_share_taken taken = share->core->taken[begin % TSM_SHARE_TAKEN];

        tsm_pipe_follow_taken_locked(end, taken.position, taken.bytes);
    }
    share->taken_seen = share->taken_count;
}

static bool was_taken(const struct tsm_pipe_share *share, uint64_t position)
{
    uint64_t count = tsm_min_u64(share->taken_count, TSM_SHARE_TAKEN);

    for (uint64_t i = 1; i <= count; i++)
        if (share->core->taken[(share->taken_count - i) % TSM_SHARE_TAKEN].position == position)
            return true;
    return false;
}

void tsm_pipe_share_taken(struct tsm_pipe_end *end, uint64_t position, uint32_t bytes)
{
    struct tsm_pipe_share *share = end->share;

    share->core->taken[share->taken_count % TSM_SHARE_TAKEN] =
        (struct tsm_share_taken){position, bytes};
    atomic_signal_fence(memory_order_seq_cst);
    share->taken_count++;
    follow_taken(end);
    share->must_bump = true;
    /* Before the record goes, so that nobody takes it back twice. */
    tsm_pipe_share_commit(end);
}

static void take_back_one(struct tsm_pipe_end *end, const struct tsm_share_record *record)
{
    struct tsm_pipe_share *share = end->share;
    uint64_t tail = atomic_load_explicit(&end->writer.shared->consumer.tail, memory_order_acquire);

    if (record->place % 8 || record->position > end->writer.head || tail >= record->position ||
        (uint64_t)record->place + record->length + 2 * sizeof(struct tsm_frame) >
            end->writer.capacity ||
        was_taken(share, record->position))
        return;

    uint32_t rest = tsm_ring_cancel(&end->writer, record->place, record->length);

    if (rest == 0)
        return;
    tsm_pipe_share_taken(end, record->position, rest);
    tsm_pipe_end_wake_reader_locked(end);
}

static void take_back(struct tsm_pipe_end *end, struct tsm_share_holder *holder)
{
    uint32_t word = atomic_load_explicit(&holder->record_count, memory_order_acquire);

    for (uint32_t i = 0; i < record_count(word) && end->channel; i++) {
        const struct tsm_share_record record =
            *(volatile struct tsm_share_record *)&holder
                 ->records[(word & TSM_SHARE_SECOND_SET) != 0][i];

        take_back_one(end, &record);
    }
    atomic_store_explicit(&holder->record_count, 0, memory_order_release);
}

/* Ends the message that one began who died. False: there is no room for its end now. */
static bool settle_unfinished(struct tsm_pipe_end *end)
{
    struct tsm_pipe_share *share = end->share;
    uint64_t place;

    if (share->unfinished != TSM_SHARE_DEAD)
        return share->unfinished == 0 || share->unfinished == share->holders.self + 1;
    if (end->channel && end->params.is_message_type) {
        if (!tsm_ring_write(&end->writer, NULL, 0, 0, &place))
            return end->writer.is_broken;
        tsm_pipe_end_wake_reader_locked(end);
    }
    share->unfinished = 0;
    share->must_bump = true;
    return true;
}

static void forget_holder(struct tsm_pipe_end *end, uint32_t number)
{
    struct tsm_share_holder *holder = &end->share->core->holders[number];

    take_back(end, holder);
    if (end->share->unfinished == number + 1)
        end->share->unfinished = TSM_SHARE_DEAD;
    (void)settle_unfinished(end);
    tsm_pipe_share_commit(end);
    holder->read_ticket = holder->write_ticket = holder->claim = 0;
    holder->needs = (struct tsm_pipe_needs){UINT64_MAX, UINT64_MAX, UINT64_MAX};
    tsm_holders_forget(&end->share->holders, number);
    end->share->must_bump = true;
    if (end->channel)
        tsm_ring_reader_publish(&end->reader, tsm_pipe_end_claim(end));
}

static void reap(struct tsm_pipe_end *end, uint32_t number)
{
    if (end->share->is_blind)
        return;
    tsm_trace(TSM_TRACE_PIPE, "process %u is gone from a shared end",
              end->share->core->table.at[number].pid);
    forget_holder(end, number);
}

static void reap_all(struct tsm_pipe_end *end)
{
    for (uint32_t i = 0; i < tsm_holders_end(&end->share->holders); i++)
        if (tsm_holders_is_dead(&end->share->holders, i))
            reap(end, i);
}

NTSTATUS tsm_share_holder_new(struct tsm_pipe_end *end, int memfd, uint32_t pid, uint32_t *out)
{
    struct tsm_pipe_share *share = end->share;
    uint32_t number;
    NTSTATUS status = tsm_holders_claim(&share->holders, memfd, &number);

    if (!NT_SUCCESS(status)) {
        reap_all(end);
        status = tsm_holders_claim(&share->holders, memfd, &number);
    }
    if (!NT_SUCCESS(status))
        return status;
    share->core->holders[number] =
        (struct tsm_share_holder){.needs = {UINT64_MAX, UINT64_MAX, UINT64_MAX}};
    tsm_holders_enter(&share->holders, number, pid);
    *out = number;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_share_holder_join(struct tsm_pipe_end *end)
{
    struct tsm_holders *holders = &end->share->holders;

    return tsm_share_holder_new(end, holders->memfd, (uint32_t)getpid(), &holders->self);
}

void tsm_pipe_share_look_after(struct tsm_pipe_end *end)
{
    const struct tsm_share_core *core = end->share->core;

    if (end->share->is_gone)
        return;
    for (uint32_t i = 0; i < tsm_holders_end(&end->share->holders); i++)
        if ((record_count(core->holders[i].record_count) || core->holders[i].claim) &&
            tsm_holders_is_dead(&end->share->holders, i))
            reap(end, i);
}

bool tsm_pipe_share_is_last(struct tsm_pipe_end *end)
{
    reap_all(end);
    return !tsm_holders_has_others(&end->share->holders);
}

/* ---- turns ---- */

void tsm_pipe_share_queue(struct tsm_pipe_end *end, struct tsm_io *io)
{
    io->pending.target = ++end->share->core->last_ticket;
}

/* A living process has a ticket below that one. */
static bool somebody_is_before(struct tsm_pipe_end *end, bool is_write, uint64_t ticket)
{
    const struct tsm_holders *holders = &end->share->holders;

    for (uint32_t i = 0; i < tsm_holders_end(holders); i++) {
        const struct tsm_share_holder *holder = &end->share->core->holders[i];
        uint64_t its = is_write ? holder->write_ticket : holder->read_ticket;

        if (i == holders->self || its == 0 || its >= ticket || !tsm_holders_has(holders, i))
            continue;
        if (!tsm_holders_is_dead(holders, i))
            return true;
        reap(end, i);
    }
    return is_write && !settle_unfinished(end);
}

bool tsm_pipe_share_is_next(struct tsm_pipe_end *end, const struct tsm_io *io)
{
    return !somebody_is_before(end, io->kind == TSM_IO_WRITE, io->pending.target);
}

bool tsm_pipe_share_others_read(struct tsm_pipe_end *end)
{
    return somebody_is_before(end, false, UINT64_MAX);
}

bool tsm_pipe_share_others_write(struct tsm_pipe_end *end)
{
    return somebody_is_before(end, true, UINT64_MAX);
}

bool tsm_pipe_share_others_wait(struct tsm_pipe_end *end)
{
    const struct tsm_pipe_share *share = end->share;

    reap_all(end);
    for (uint32_t i = 0; i < tsm_holders_end(&share->holders); i++)
        if (i != share->holders.self && record_count(share->core->holders[i].record_count))
            return true;
    return others_wait(share, false) || others_wait(share, true);
}

uint64_t tsm_pipe_share_claims(const struct tsm_pipe_end *end)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < tsm_holders_end(&end->share->holders); i++)
        if (i != end->share->holders.self)
            sum += end->share->core->holders[i].claim;
    return sum;
}

void tsm_pipe_share_needs(struct tsm_pipe_end *end, struct tsm_pipe_needs *needs)
{
    const struct tsm_holders *holders = &end->share->holders;
    struct tsm_share_core *core = end->share->core;

    if (holders->self != TSM_HOLDERS_NOBODY)
        core->holders[holders->self].needs = *needs;
    for (uint32_t i = 0; i < tsm_holders_end(holders); i++) {
        const struct tsm_pipe_needs *its = &core->holders[i].needs;

        if (!tsm_holders_has(holders, i))
            continue;
        needs->tail = tsm_min_u64(needs->tail, its->tail);
        needs->payload = tsm_min_u64(needs->payload, its->payload);
        needs->messages = tsm_min_u64(needs->messages, its->messages);
    }
}

_Atomic uint32_t *tsm_pipe_share_turn(struct tsm_pipe_end *end, uint32_t *value)
{
    *value = atomic_load_explicit(&end->share->core->turn, memory_order_relaxed);
    return &end->share->core->turn;
}

/* ---- the lock ---- */

static void load(struct tsm_pipe_end *end)
{
    struct tsm_pipe_share *share = end->share;
    const struct tsm_share_state *now = tsm_share_current(share->core);

    if (now->generation != share->generation)
        tsm_share_follow(end, now);
    share->unfinished = now->unfinished;
    share->taken_count = now->taken_count;
    end->is_message_read = now->is_message_read != 0;
    end->is_nowait = now->is_nowait != 0;
    end->had_peer = now->had_peer != 0;
    end->peer_access = now->peer_access;
    end->peer_pid = now->peer_pid;

    uint32_t state = *(const volatile uint32_t *)&now->state;

    end->state = state >= TSM_PIPE_DISCONNECTED && state <= TSM_PIPE_CLOSING
                     ? (enum tsm_pipe_state)state
                     : TSM_PIPE_DISCONNECTED;
    if (!end->channel && (state == TSM_PIPE_CONNECTED || state == TSM_PIPE_CLOSING))
        end->state = TSM_PIPE_DISCONNECTED;
    if (!end->channel)
        return;
    end->writer.journal = &share->core->journal;
    if (!tsm_ring_writer_restore(&end->writer, &now->writer) ||
        !tsm_ring_reader_restore(&end->reader, &now->reader))
        end->writer.is_broken = true;
    follow_taken(end);
}

/* The last one died with the lock: what it had told the peer counts, the rest never was. */
static void recover(struct tsm_pipe_end *end)
{
    struct tsm_pipe_share *share = end->share;
    const struct tsm_share_state *now = tsm_share_current(share->core);

    tsm_trace(TSM_TRACE_PIPE, "somebody died with the lock of a shared end");
    share->must_bump = true;
    if (share->is_blind)
        return;
    if (end->channel) {
        const struct tsm_ring_journal journal = share->core->journal;
        bool has_written =
            share->core->journal_commits == now->commits && tsm_ring_writer_recover(&end->writer);

        if (has_written)
            share->unfinished = journal.flags & TSM_FRAME_MORE ? TSM_SHARE_DEAD : 0;
        end->reader.had_dead = true;
        tsm_pipe_share_commit(end);
        /* It was going to wait until there is room for that. */
        if (has_written && (journal.flags & TSM_FRAME_REVOCABLE))
            take_back_one(end, &(struct tsm_share_record){end->writer.head, (uint32_t)journal.frame,
                                                          journal.length});
        tsm_ring_writer_publish(&end->writer);
        tsm_ring_reader_publish(&end->reader, tsm_pipe_end_claim(end));
        /* pairs with the fences of those who have set their wait words in end_park() */
        atomic_thread_fence(memory_order_seq_cst);
        tsm_channel_wake_anyway(end->channel, &end->writer.shared->consumer_wait.wait);
        tsm_channel_wake_anyway(end->channel, &end->reader.shared->producer_wait.wait);
    }
    if (end->channel && end->is_server &&
        tsm_channel_own_state(end->channel) == TSM_SIDE_DISCONNECTED) {
        share->aftermath.cut =
            tsm_pipe_end_detach_locked(end, STATUS_PIPE_DISCONNECTED, &share->aftermath.ended);
        (void)!NT_SUCCESS(tsm_pipe_share_post(end));
    }
    if (end->state == TSM_PIPE_LISTENING)
        tsm_pipe_server_renew_locked(end);
    reap_all(end);
}

void tsm_pipe_share_lock(struct tsm_pipe_end *end)
{
    struct tsm_pipe_share *share = end->share;

    if (share->is_gone)
        return;

    bool has_died = tsm_robust_lock_acquire(&share->core->lock);

    share->is_blind = false;
    if (tsm_unlikely(has_died))
        tsm_share_repair(end);
    load(end);
    if (tsm_unlikely(has_died))
        recover(end);
}

static void release(struct tsm_pipe_share *share)
{
    /* Under the lock: if this process dies between the two, the next one does it again. */
    if (share->must_bump) {
        atomic_fetch_add_explicit(&share->core->turn, 1, memory_order_relaxed);
        tsm_futex_wake(&share->core->turn, INT_MAX, TSM_FUTEX_SHARED);
    }
    share->must_bump = false;
    tsm_robust_lock_release(&share->core->lock);
}

void tsm_pipe_share_unlock(struct tsm_pipe_end *end)
{
    struct tsm_pipe_share *share = end->share;
    struct tsm_channel *left = share->aftermath.left, *cut = share->aftermath.cut;
    struct tsm_io_batch ended;

    if (!share->is_gone) {
        tsm_pipe_share_commit(end);
        release(share);
    }
    tsm_io_batch_move(&share->aftermath.ended, &ended);
    share->aftermath.left = share->aftermath.cut = NULL;
    tsm_lock_release(&end->file.lock);
    tsm_channel_drop(left);
    tsm_channel_close(cut, TSM_SIDE_DISCONNECTED);
    tsm_io_batch_finish(&ended, NULL);
}

void tsm_pipe_share_go(struct tsm_pipe_end *end)
{
    struct tsm_pipe_share *share = end->share;

    uint32_t number = share->holders.self;

    tsm_pipe_share_commit(end);
    share->holders.self = TSM_HOLDERS_NOBODY;
    if (!share->is_blind && number != TSM_HOLDERS_NOBODY)
        forget_holder(end, number);
    release(share);
    share->is_gone = true;
}

void tsm_pipe_share_free(struct tsm_pipe_end *end)
{
    struct tsm_pipe_share *share = end->share;

    end->share = NULL;
    if (!share)
        return;
    tsm_holders_close(&share->holders);
    tsm_fd_box_close(&share->box);
    free(share);
}
