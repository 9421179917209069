/* SPDX-License-Identifier: MIT */
/*
 * Pipe park
 *
 * The caller of a pending request looks, spins and sleeps until somebody has finished it; most often
 * it finishes it itself, when the peer has moved.
 *
 * Locking:   looks under the file lock, spins and sleeps without it. It is a user of the channel
 *            meanwhile, since another thread may disconnect.
 */
#include "pipe/pipe_park.h"

#include "base/cpu.h"
#include "base/deadline.h"
#include "os/futex.h"
#include "os/spin.h"
#include "pipe/pipe_share.h"

#define BYTES_PER_PAUSE 256
#define PAUSES_MAX      32
#define LOOK_AGAIN_MS   100 /* whether those before it live */

/* What a waiter saw before it let the lock go. */
struct park_view {
    struct tsm_channel *channel;
    struct tsm_ring_header *ring;
    _Atomic uint32_t *wait;             /* the word of this end it sleeps on */
    const _Atomic uint32_t *frame_word; /* reader: of the frame to come */
    uint64_t tail;               /* reader: where it stands; writer: where its reader stood */
    struct tsm_pipe_needs needs; /* writer */
    uint32_t pauses;             /* reader: before it looks again */
    bool is_read;
    bool fetches_ahead; /* frames come that end in the line behind the word's */
    uint32_t sleep;     /* its number */

    _Atomic uint32_t *turn; /* shared end: changes when there is news of the other processes */
    uint32_t turn_seen;
    bool is_behind; /* one of them comes first */
};

static struct park_view park_view(struct tsm_pipe_end *end, struct tsm_channel *channel,
                                  bool is_read)
{
    struct tsm_ring_header *ring = is_read ? end->reader.shared : end->writer.shared;

    return (struct park_view){
        .channel = channel,
        .ring = ring,
        .wait = is_read ? &ring->consumer_wait.wait : &ring->producer_wait.wait,
        .frame_word = is_read ? tsm_ring_next_word(&end->reader) : NULL,
        .tail = is_read ? end->reader.tail
                        : atomic_load_explicit(&ring->consumer.tail, memory_order_relaxed),
        .needs = end->needs,
        .pauses = is_read
                      ? (uint32_t)tsm_min_u64(end->reader.last_size / BYTES_PER_PAUSE, PAUSES_MAX)
                      : 0,
        .is_read = is_read,
        .fetches_ahead = is_read && end->reader.last_size <= TSM_RING_SMALL,
    };
}

/* The peer has moved on. Sure, unlike the word of a frame that another thread may have read. */
static bool has_moved(const struct park_view *view)
{
    if (view->is_read)
        return tsm_ring_has_news(view->ring, view->tail);
    return tsm_pipe_needs_are_met(&view->needs, view->ring) ||
           atomic_load_explicit(&view->ring->consumer.tail, memory_order_acquire) != view->tail;
}

static bool is_over(const struct park_view *view, struct tsm_io *io)
{
    return tsm_io_has_news(io) || tsm_channel_peer_state(view->channel) != TSM_SIDE_OPEN;
}

/* Looks for a while; a reader looks at a word that comes with the data. */
static bool spin(const struct park_view *view, struct tsm_io *io, _Atomic uint32_t *budget_us)
{
    uint32_t peer_cpu = atomic_load_explicit(view->is_read ? &view->ring->producer_wait.cpu
                                                           : &view->ring->consumer_wait.cpu,
                                             memory_order_relaxed);
    struct tsm_spin spin;
    bool was_fruitful = false;

    tsm_spin_begin(&spin, budget_us, peer_cpu);
    /* The like of a long frame takes its time: who looks meanwhile takes lines from its writer. */
    for (uint32_t i = view->pauses; i > 0 && spin.until_ns != 0; i--)
        tsm_cpu_relax();
    while (!was_fruitful && tsm_spin_again(&spin)) {
        if (view->fetches_ahead)
            __builtin_prefetch((const char *)view->frame_word + 64);
        was_fruitful =
            (view->is_read && atomic_load_explicit(view->frame_word, memory_order_relaxed) != 0) ||
            is_over(view, io) || ((!view->is_read || tsm_spin_is_round(&spin)) && has_moved(view));
    }
    tsm_spin_end(&spin, was_fruitful);
    return was_fruitful;
}

/* A reader of long messages that is woken soon would have done better to look on: to copy one takes
 * about as long as to wake somebody, and both sides would sleep for ever. 0: it does not matter. */
static int64_t begin_sleep(const struct park_view *view)
{
    return view->pauses == PAUSES_MAX ? tsm_monotonic_ns() : 0;
}

static void learn_from_sleep(struct tsm_pipe_end *end, int64_t began_ns)
{
    if (began_ns && tsm_monotonic_ns() - began_ns < TSM_SPIN_SOON_NS)
        tsm_spin_regret(&end->spin_us);
}

/* The same for an end of several processes. */
static void end_park_shared(struct tsm_pipe_end *end, const struct park_view *view,
                            struct tsm_io *io)
{
    struct tsm_futex_word words[] = {{view->turn, view->turn_seen}, {view->wait, 0}};

    if (view->is_behind) {
        if (tsm_io_fall_asleep(io))
            tsm_futex_wait_many(words, 1, &io->wake, TSM_IO_ASLEEP,
                                tsm_deadline_in_ms(LOOK_AGAIN_MS));
        return;
    }
    if (spin(view, io, &end->spin_us))
        return;
    words[1].expected = atomic_fetch_or(view->wait, TSM_WAIT_FUTEX) | TSM_WAIT_FUTEX;
    /* pairs with the fences in wake_reader() and publish_reads() */
    atomic_thread_fence(memory_order_seq_cst);
    if (has_moved(view) || is_over(view, io) || !tsm_io_fall_asleep(io))
        return;

    int64_t began_ns = begin_sleep(view);

    tsm_futex_wait_many(words, 2, &io->wake, TSM_IO_ASLEEP, tsm_channel_deadline(view->channel));
    learn_from_sleep(end, began_ns);
}

/* Asks to be woken. A thread of ours that takes the bit away, see tsm_io_batch_add(), may ask for itself
 * before this one sleeps: so the bit comes with a number that never was there, or stays with its own. */
static uint32_t ask_for_wake(const struct park_view *view)
{
    uint32_t before = atomic_load_explicit(view->wait, memory_order_relaxed), asleep;

    /* A stranger might never let it succeed. */
    if (!view->channel->peer.is_own_user)
        return atomic_fetch_or(view->wait, TSM_WAIT_FUTEX) | TSM_WAIT_FUTEX;
    do
        asleep = before & TSM_WAIT_FUTEX
                     ? before
                     : view->sleep * TSM_WAIT_SLEEP | (before & TSM_WAIT_BELL) | TSM_WAIT_FUTEX;
    while (!atomic_compare_exchange_weak(view->wait, &before, asleep));
    return asleep;
}

/* Spins, then sleeps, until something may have changed.
 *
 * Two words are slept on where the peer is a stranger, who could keep the shared one as it is and us
 * asleep when a thread of ours has news. A peer of our own user could stop or kill us anyway: there
 * one word does, and that thread changes it too, see tsm_io_batch_add(). It is a tenth faster. */
static void end_park(struct tsm_pipe_end *end, const struct park_view *view, struct tsm_io *io)
{
    if (spin(view, io, &end->spin_us))
        return;

    uint32_t asleep = ask_for_wake(view);

    /* pairs with the fences in tsm_pipe_end_wake_reader() and tsm_pipe_end_publish_reads() */
    atomic_thread_fence(memory_order_seq_cst);
    if (has_moved(view) || is_over(view, io))
        return;

    struct tsm_deadline deadline = tsm_channel_deadline(view->channel);
    int64_t began_ns = begin_sleep(view);

    if (view->channel->peer.is_own_user)
        tsm_futex_wait(view->wait, asleep, TSM_FUTEX_SHARED, deadline);
    else if (tsm_io_fall_asleep(io))
        tsm_futex_wait_two(view->wait, asleep, &io->wake, TSM_IO_ASLEEP, deadline);
    learn_from_sleep(end, began_ns);
}

/* What the owner of a request sees under the lock each time it is up. */
static struct park_view look(struct tsm_pipe_end *end, struct tsm_io *io, bool is_read,
                             struct tsm_channel **channel)
{
    struct park_view view = {0};

    if (!end->channel)
        return view;
    if (!*channel) {
        *channel = end->channel;
        tsm_channel_use_locked(*channel);
    } else if (is_read && !tsm_list_is_empty(&end->reads)) {
        tsm_ring_reader_doubt(&end->reader);
    }
    view = park_view(end, *channel, is_read);
    view.sleep = ++end->sleeps;
    if (end->share) {
        view.turn = tsm_pipe_share_turn(end, &view.turn_seen);
        view.is_behind = (is_read || (io->kind == TSM_IO_WRITE && !io->pending.is_placed)) &&
                         !tsm_pipe_share_is_next(end, io);
    } else if (view.channel->peer.is_own_user) {
        io->sleeps_on = view.wait;
    }
    return view;
}

void tsm_pipe_park(struct tsm_file *file, struct tsm_io *io)
{
    struct tsm_pipe_end *end = tsm_pipe_end_from(file);

    if (io->kind == TSM_IO_LISTEN) {
        tsm_pipe_server_park(end, io);
        return;
    }

    bool is_read = io->kind == TSM_IO_READ || io->kind == TSM_IO_TRANSACT;
    struct tsm_channel *channel = NULL, *left_last = NULL;

    while (channel || !tsm_io_is_done(io)) {
        struct park_view view = {0};
        struct tsm_io_batch batch;

        tsm_io_batch_init(&batch);
        tsm_pipe_end_lock(end);
        io->sleeps_on = NULL;
        tsm_io_get_up(io);
        /* The first time a reader has looked a moment ago; a writer has to say what it needs. */
        if (channel || !is_read)
            tsm_pipe_end_pump_locked(end, &batch);
        if (io->status == STATUS_PENDING) {
            view = look(end, io, is_read, &channel);
        } else if (channel) {
            left_last = tsm_channel_leave_locked(channel) ? channel : NULL;
            channel = NULL;
        }
        tsm_pipe_end_unlock(end);
        tsm_io_batch_finish(&batch, io);
        if (view.turn)
            end_park_shared(end, &view, io);
        else if (view.channel)
            end_park(end, &view, io);
        else if (tsm_io_fall_asleep(io)) /* another thread has finished it but for the last word */
            tsm_futex_wait(&io->wake, TSM_IO_ASLEEP, TSM_FUTEX_PRIVATE, TSM_DEADLINE_NEVER);
    }
    if (left_last)
        tsm_channel_unref(left_last);
}
