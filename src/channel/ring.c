/* SPDX-License-Identifier: MIT */
/*
 * Ring
 *
 * Frames in shared memory, written by one end and read by the other. The peer may lie: every shared
 * word is loaded once, checked against what this end knows, and a contradiction marks the end
 * broken. Whatever the other side stores, no access leaves [0, capacity).
 *
 * Pairing:   word   released by tsm_ring_write(), acquired by frame_view_at(): how readers find frames
 *            head   released by tsm_ring_write(), acquired by tsm_ring_has_news(): before they sleep
 *            tail   released by tsm_ring_reader_publish(), acquired by writer_refresh()
 *            take   compare-and-swap by the reader, fetch-or by the canceller: one of them wins
 * Places:    a free place below a small limit is preferred, so that a conversation stays in a few
 *            warm pages however large the ring is. The writer keeps the unread stretches in runs.
 *            The first places may lie apart from the rest, with a gap between, in a page that both
 *            directions share: who says little, or little at a time, needs no other.
 * Windows:   data of a write over the quota is visible at once and can be taken back.
 */
#include "channel/ring.h"

#include <string.h>

#include "base/cpu.h"
#include "base/macros.h"

#define WARM_SIZE       (48u * 1024) /* leave the run for place 0 from here on */
#define WARM_FRAMES     16           /* or, for long ones, so many of them */
#define RUNS_FOR_WARMTH 4            /* jumps by choice only while so few runs are open */
#define PAGE            4096u
#define PAGE_FRAME      512u /* a frame of which several have room in a page */
#define FRAME_HEADER    ((uint32_t)sizeof(struct tsm_frame))
#define SHORT_LENGTH    4096
#define LINE            64 /* bytes that processors pass to each other in one piece */

void tsm_ring_writer_init(struct tsm_ring_writer *writer, struct tsm_ring_header *shared,
                          uint8_t *data, uint64_t capacity, uint64_t quota)
{
    *writer = (struct tsm_ring_writer){
        .shared = shared, .data = data, .capacity = capacity, .quota = quota, .run_count = 1};
}

void tsm_ring_reader_init(struct tsm_ring_reader *reader, struct tsm_ring_header *shared,
                          uint8_t *data, uint64_t capacity, uint64_t writer_quota)
{
    *reader = (struct tsm_ring_reader){
        .shared = shared, .data = data, .capacity = capacity, .writer_quota = writer_quota};
}

uint32_t tsm_ring_frame_limit(uint64_t capacity)
{
    return (uint32_t)tsm_min_u64(capacity / 4 - 64, TSM_FRAME_LENGTH);
}

static uint32_t frame_size(uint32_t length)
{
    return FRAME_HEADER + (uint32_t)tsm_align_up(length, 8);
}

static struct tsm_frame *frame_at(uint8_t *data, uint64_t place)
{
    return (struct tsm_frame *)(void *)(data + place);
}

/* ---- writing ---- */

static struct tsm_ring_run *run_last(struct tsm_ring_writer *writer)
{
    return &writer->runs[(writer->first_run + writer->run_count - 1) % TSM_RING_RUNS];
}

/* Loads the reader's position and forgets the runs it has left behind. */
static void writer_refresh(struct tsm_ring_writer *writer)
{
    uint64_t tail = atomic_load_explicit(&writer->shared->consumer.tail, memory_order_acquire);

    if (tail < writer->tail_seen || tail > writer->head) {
        writer->is_broken = true;
        return;
    }
    writer->tail_seen = tail;
    while (writer->run_count > 1) {
        struct tsm_ring_run *run = &writer->runs[writer->first_run];

        if (run->start + run->length > tail)
            break;
        writer->first_run = (writer->first_run + 1) % TSM_RING_RUNS;
        writer->run_count--;
    }
}

/* The first place at or behind from that an unread run occupies, or the end of the ring, or of its
 * first places. */
static uint64_t next_occupied(const struct tsm_ring_writer *writer, uint64_t from)
{
    uint64_t nearest = from < writer->low ? writer->window : writer->capacity;

    for (uint32_t i = 0; i < writer->run_count; i++) {
        const struct tsm_ring_run *run = &writer->runs[(writer->first_run + i) % TSM_RING_RUNS];
        uint64_t read = writer->tail_seen > run->start ? writer->tail_seen - run->start : 0;
        uint64_t begin = run->place + tsm_min_u64(read, run->length);
        uint64_t end = run->place + run->length;

        if (begin < end && end > from && begin < nearest)
            nearest = begin > from ? begin : from;
    }
    return nearest;
}

/* The lowest place with room for size bytes and a jump behind them; UINT64_MAX if there is none. Who
 * has left the first places does not go back: they are few. */
static uint64_t find_gap(const struct tsm_ring_writer *writer, uint64_t size)
{
    uint64_t candidate = writer->low;

    for (;;) {
        uint64_t limit = next_occupied(writer, candidate);

        /* Behind a run that ends with the ring, candidate is out of it. */
        if (limit > candidate && limit - candidate >= size + FRAME_HEADER)
            return candidate;
        if (limit >= writer->capacity)
            return UINT64_MAX;

        /* Behind the run that is in the way. */
        uint64_t behind = UINT64_MAX;

        for (uint32_t i = 0; i < writer->run_count; i++) {
            const struct tsm_ring_run *run = &writer->runs[(writer->first_run + i) % TSM_RING_RUNS];
            uint64_t end = run->place + run->length;

            if (run->place <= limit && end > limit && end < behind)
                behind = end;
        }
        if (behind == UINT64_MAX || behind <= candidate)
            return UINT64_MAX;
        candidate = behind + FRAME_HEADER; /* room for that run's own jump */
    }
}

/* Room for size bytes and a jump at the end of the last run. */
static bool run_can_grow(const struct tsm_ring_writer *writer, const struct tsm_ring_run *run,
                         uint64_t size)
{
    uint64_t end = run->place + run->length;

    return end + size + FRAME_HEADER <= next_occupied(writer, end);
}

/* Leads the stream from the end of a run to a place. Its word is stored when the frame there stands:
 * so one store publishes both. Returns the jump. */
static struct tsm_frame *jump_to(struct tsm_ring_writer *writer, struct tsm_ring_run *run,
                                 uint64_t place)
{
    struct tsm_frame *jump = frame_at(writer->data, run->place + run->length);

    run->length += FRAME_HEADER;
    writer->head += FRAME_HEADER;
    writer->run_count++;
    *run_last(writer) = (struct tsm_ring_run){.start = writer->head, .place = (uint32_t)place};
    return jump;
}

static void jump_publish(struct tsm_frame *jump, uint64_t place)
{
    atomic_store_explicit(&jump->take, TSM_FRAME_IS_JUMP, memory_order_relaxed);
    /* pairs with the acquire in frame_view_at() */
    atomic_store_explicit(&jump->word, (uint32_t)(place / 8) | TSM_FRAME_VALID,
                          memory_order_release);
}

/* Chooses where the next size bytes go. *jump: what has to lead there; NULL: nothing. */
static bool make_room(struct tsm_ring_writer *writer, uint64_t size, struct tsm_frame **jump)
{
    struct tsm_ring_run *run = run_last(writer);
    uint64_t end = tsm_max_u64(run->place + run->length, writer->low) - writer->low;
    /* What the quota lets lie there unread is warm as well. */
    uint64_t warm = tsm_max_u64(2 * size, tsm_min_u64(WARM_FRAMES * size, writer->quota));
    bool is_cold = end >= tsm_max_u64(WARM_SIZE, warm);

    /* Who is answered each time needs no second page, nor any but the first places: see below. */
    if (!is_cold && size <= PAGE_FRAME && end % PAGE + size > PAGE) {
        writer_refresh(writer);
        run = run_last(writer);
        is_cold = writer->head - writer->tail_seen <= PAGE_FRAME;
    }
    if (!is_cold && run_can_grow(writer, run, size))
        return true;
    writer_refresh(writer);
    run = run_last(writer);
    if (is_cold && writer->run_count <= RUNS_FOR_WARMTH) {
        uint64_t place = find_gap(writer, size), at = place - writer->low;

        if (place != UINT64_MAX && at < end && (at < WARM_SIZE || at + size < end / 2)) {
            *jump = jump_to(writer, run, place);
            return true;
        }
    }
    if (run_can_grow(writer, run, size))
        return true;
    if (run->place + run->length > size + PAGE_FRAME && run->place < writer->window &&
        writer->head == writer->tail_seen) {
        *jump = jump_to(writer, run, 0);
        return true;
    }
    if (writer->run_count >= TSM_RING_RUNS)
        return false;

    uint64_t place = find_gap(writer, size);

    if (place == UINT64_MAX)
        return false;
    *jump = jump_to(writer, run, place);
    return true;
}

/* Bytes of a frame's data that lie in the line of its header, which has to come last and in one go: a
 * reader that polls it takes it away in between. */
static uint32_t length_in_first_line(const struct tsm_frame *frame, uint32_t length)
{
    return (uint32_t)tsm_min_u64(LINE - (uintptr_t)(frame + 1) % LINE, length);
}

static void publish_counters(const struct tsm_ring_writer *writer)
{
    struct tsm_ring_producer *shared = &writer->shared->producer;

    atomic_store_explicit(&shared->payload, writer->payload, memory_order_relaxed);
    atomic_store_explicit(&shared->messages, writer->messages, memory_order_relaxed);
}

/* From here on the frame is there once its word, or that of the jump to it, is not 0. */
static void journal_note(struct tsm_ring_writer *writer, const struct tsm_frame *jump,
                         uint64_t frame, uint32_t length, uint32_t flags)
{
    struct tsm_ring_journal *journal = writer->journal;

    atomic_store_explicit(&journal->is_set, 0, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    journal->flags = flags;
    journal->length = length;
    journal->frame = frame;
    journal->place = jump ? (uint64_t)((const uint8_t *)jump - writer->data) : frame;
    tsm_ring_writer_save(writer, &journal->writer);
    atomic_store_explicit(&journal->is_set, 1, memory_order_release);
    atomic_signal_fence(memory_order_seq_cst);
}

/* A frame of length bytes: the stamp, if there is one, and the data behind it. */
static inline bool write_frame(struct tsm_ring_writer *writer, const uint64_t *stamp,
                               const void *data, uint32_t length, uint32_t flags,
                               uint64_t *frame_place)
{
    uint32_t size = frame_size(length);
    uint32_t before = stamp ? TSM_RING_STAMP_SIZE : 0; /* always in the frame's first line */
    struct tsm_frame *jump = NULL;

    if (writer->is_broken || !make_room(writer, size, &jump))
        return false;

    struct tsm_ring_run *run = run_last(writer);
    struct tsm_frame *frame = frame_at(writer->data, run->place + run->length);
    uint32_t first = length_in_first_line(frame, length);

    /* One after the other they would come when the stores are due. */
    for (uint32_t at = LINE; size > TSM_RING_SMALL && at <= size && at <= 8 * LINE; at += LINE)
        tsm_prefetch_write((const uint8_t *)frame + at);
    *frame_place = run->place + run->length;
    run->length += size;
    writer->head += size;
    writer->payload += length;
    if (!(flags & TSM_FRAME_MORE))
        writer->messages++;
    /* Early, since that line takes its time too; but what is counted should be there soon. */
    if (length <= SHORT_LENGTH)
        publish_counters(writer);
    if (length > first)
        memcpy((uint8_t *)(frame + 1) + first, (const uint8_t *)data + (first - before),
               length - first);
    if (length > SHORT_LENGTH)
        publish_counters(writer);
    atomic_store_explicit(&frame_at(writer->data, run->place + run->length)->word, 0,
                          memory_order_relaxed);
    atomic_store_explicit(&frame->take, 0, memory_order_relaxed);
    if (stamp)
        memcpy(frame + 1, stamp, sizeof(*stamp));
    if (first > before)
        memcpy((uint8_t *)(frame + 1) + before, data, first - before);
    if (tsm_unlikely(writer->journal != NULL))
        journal_note(writer, jump, *frame_place, length, flags);
    /* pairs with the acquire in frame_view_at() */
    atomic_store_explicit(&frame->word, length | flags | TSM_FRAME_VALID, memory_order_release);
    if (tsm_unlikely(jump != NULL))
        jump_publish(jump, *frame_place);
    /* pairs with the acquire in tsm_ring_has_news() */
    atomic_store_explicit(&writer->shared->producer.head, writer->head, memory_order_release);
    return true;
}

bool tsm_ring_write(struct tsm_ring_writer *writer, const void *data, uint32_t length,
                    uint32_t flags, uint64_t *frame_place)
{
    return write_frame(writer, NULL, data, length, flags, frame_place);
}

bool tsm_ring_write_stamped(struct tsm_ring_writer *writer, uint64_t stamp, const void *data,
                            uint32_t length)
{
    uint64_t place;

    return write_frame(writer, &stamp, data, length + TSM_RING_STAMP_SIZE, 0, &place);
}

uint64_t tsm_ring_writer_unread(struct tsm_ring_writer *writer)
{
    writer_refresh(writer);
    return writer->head - writer->tail_seen;
}

uint64_t tsm_ring_writer_consumed(struct tsm_ring_writer *writer)
{
    const struct tsm_ring_consumer *shared = &writer->shared->consumer;
    uint64_t read = atomic_load_explicit(&shared->payload, memory_order_acquire);
    uint64_t claim = atomic_load_explicit(&shared->claim, memory_order_relaxed);

    if (read > writer->payload) /* a lie, or a cancel that the reader has not seen: no harm */
        read = writer->payload;
    writer->consumed_seen = read;
    return tsm_max_u64(read, claim);
}

uint64_t tsm_ring_writer_messages_read(struct tsm_ring_writer *writer)
{
    return atomic_load_explicit(&writer->shared->consumer.messages, memory_order_acquire);
}

uint32_t tsm_ring_cancel(struct tsm_ring_writer *writer, uint64_t frame_place, uint32_t length)
{
    struct tsm_frame *frame = frame_at(writer->data, frame_place);
    uint32_t taken = atomic_fetch_or(&frame->take, TSM_FRAME_CANCELLED);

    taken &= ~TSM_FRAME_CANCELLED;
    if (taken > length) {
        writer->is_broken = true;
        return 0;
    }

    uint32_t rest = length - taken;

    if (rest) {
        writer->payload -= rest;
        writer->messages--;
        atomic_store_explicit(&writer->shared->producer.payload, writer->payload,
                              memory_order_relaxed);
        atomic_store_explicit(&writer->shared->producer.messages, writer->messages,
                              memory_order_release);
    }
    return rest;
}

/* ---- reading ---- */

/* A frame in private memory, checked. */
struct frame_view {
    uint64_t place; /* of its header */
    uint32_t length;
    uint32_t flags;
    bool is_jump;
};

/* The frame that the stream has at this place. False: none yet, or it contradicts itself. */
static bool frame_view_at(struct tsm_ring_reader *reader, uint64_t position, uint64_t place,
                          struct frame_view *view)
{
    if (reader->is_ended && position == reader->end)
        return false;
    /* A lying writer leads in a circle: no more than the ring holds can be unread. */
    if (place > reader->capacity - FRAME_HEADER || position - reader->tail > reader->capacity) {
        reader->is_broken = true;
        return false;
    }

    struct tsm_frame *frame = frame_at(reader->data, place);
    /* pairs with the release in tsm_ring_write() */
    uint32_t word = atomic_load_explicit(&frame->word, memory_order_acquire);

    if (word == 0)
        return false;
    if (!(word & TSM_FRAME_VALID)) {
        reader->is_broken = true;
        return false;
    }

    uint32_t take = atomic_load_explicit(&frame->take, memory_order_relaxed);

    view->place = place;
    view->is_jump = take == TSM_FRAME_IS_JUMP;
    view->length = word & TSM_FRAME_LENGTH;
    if (view->is_jump) {
        if ((uint64_t)view->length * 8 <= reader->capacity - FRAME_HEADER)
            return true;
    } else {
        view->flags = word & ~TSM_FRAME_LENGTH;

        uint64_t size = FRAME_HEADER + tsm_align_up(view->length, 8);
        bool is_over_end = reader->is_ended && position + size > reader->end;

        /* Behind a frame there is always room for the next word. An empty piece would be taken for
         * ever without filling the reader's buffer. */
        if (size + FRAME_HEADER <= reader->capacity - place && !is_over_end &&
            (view->length > 0 || !(view->flags & TSM_FRAME_MORE)))
            return true;
    }
    reader->is_broken = true;
    return false;
}

/* Bytes of a frame that may still be read; a cancelled one has none. */
static uint32_t frame_rest(struct tsm_ring_reader *reader, const struct frame_view *view,
                           uint32_t taken)
{
    if (view->flags & TSM_FRAME_REVOCABLE) {
        uint32_t take =
            atomic_load_explicit(&frame_at(reader->data, view->place)->take, memory_order_acquire);

        if (take & TSM_FRAME_CANCELLED)
            return 0;
    }
    return taken <= view->length ? view->length - taken : 0;
}

static bool frame_is_cancelled(struct tsm_ring_reader *reader, const struct frame_view *view)
{
    return (view->flags & TSM_FRAME_REVOCABLE) &&
           (atomic_load_explicit(&frame_at(reader->data, view->place)->take, memory_order_acquire) &
            TSM_FRAME_CANCELLED);
}

static void reader_step(struct tsm_ring_reader *reader, const struct frame_view *view)
{
    if (view->is_jump) {
        reader->tail += FRAME_HEADER;
        reader->place = view->length * 8;
    } else {
        uint32_t size = frame_size(view->length);

        reader->tail += size;
        reader->place += size;
        reader->last_size = size;
    }
    reader->taken = 0;
}

/* The frame at tail, which may have been read in part: what is taken must still be there. */
static bool frame_view_at_tail(struct tsm_ring_reader *reader, struct frame_view *view)
{
    if (!frame_view_at(reader, reader->tail, reader->place, view))
        return false;
    if (reader->taken <= (view->is_jump ? 0 : view->length))
        return true;
    reader->is_broken = true;
    return false;
}

/* What one who died had claimed of a frame that was taken back, its writer counts as read. */
static void count_claims_of_dead(struct tsm_ring_reader *reader, const struct frame_view *view)
{
    uint32_t take =
        atomic_load_explicit(&frame_at(reader->data, view->place)->take, memory_order_relaxed) &
        ~TSM_FRAME_CANCELLED;

    if (take <= view->length && take > reader->taken)
        reader->payload += take - reader->taken;
}

/* Steps over jumps and cancelled frames to the first frame that can be read. */
static bool reader_settle(struct tsm_ring_reader *reader, struct frame_view *view)
{
    uint64_t start = reader->tail;
    bool was_jump = false;

    while (!reader->is_broken) {
        if (!frame_view_at_tail(reader, view))
            return false;
        if (!view->is_jump && !frame_is_cancelled(reader, view))
            return true;
        if (tsm_unlikely(reader->had_dead) && !view->is_jump)
            count_claims_of_dead(reader, view);
        reader_step(reader, view);
        /* Lies: a writer jumps when it has a frame to lay down, and no more than the ring holds can
         * be unread. They would keep us here under our lock. */
        reader->is_broken |= (view->is_jump && was_jump) || reader->tail - start > reader->capacity;
        was_jump = view->is_jump;
    }
    return false;
}

void tsm_ring_reader_doubt(struct tsm_ring_reader *reader)
{
    struct frame_view view;

    if (!reader->is_ended && !reader_settle(reader, &view) &&
        tsm_ring_has_news(reader->shared, reader->tail) && !reader_settle(reader, &view))
        reader->is_broken = true;
}

bool tsm_ring_peek(struct tsm_ring_reader *reader, struct tsm_ring_next *next)
{
    struct frame_view view;

    if (!reader_settle(reader, &view))
        return false;
    next->rest = view.length - (uint32_t)tsm_min_u64(reader->taken, view.length);
    next->is_last = !(view.flags & TSM_FRAME_MORE);
    return true;
}

/* Claims bytes of a revocable frame; false: the writer was faster. */
static bool frame_claim(struct tsm_ring_reader *reader, struct tsm_frame *frame, uint32_t from,
                        uint32_t to)
{
    uint32_t expected = from;

    if (atomic_compare_exchange_strong(&frame->take, &expected, to))
        return true;
    /* One who died had claimed them, and more perhaps, but not consumed. */
    if (reader->had_dead && expected > from && expected <= TSM_FRAME_LENGTH &&
        atomic_compare_exchange_strong(&frame->take, &expected, expected > to ? expected : to))
        return true;
    if (!(expected & TSM_FRAME_CANCELLED))
        reader->is_broken = true;
    return false;
}

uint32_t tsm_ring_take(struct tsm_ring_reader *reader, void *out, uint32_t length,
                       bool *was_cancelled)
{
    struct frame_view view;

    *was_cancelled = false;
    /* It was there a moment ago. */
    if (!frame_view_at_tail(reader, &view) || view.is_jump) {
        reader->is_broken = *was_cancelled = true;
        return 0;
    }

    struct tsm_frame *frame = frame_at(reader->data, view.place);
    uint32_t rest = frame_rest(reader, &view, reader->taken);
    uint32_t count = (uint32_t)tsm_min_u64(length, rest);

    if ((view.flags & TSM_FRAME_REVOCABLE) &&
        (frame_is_cancelled(reader, &view) ||
         (count && !frame_claim(reader, frame, reader->taken, reader->taken + count)))) {
        /* Passed by for good: a peer that changes its mind does not make us look again. */
        *was_cancelled = true;
        reader_step(reader, &view);
        return 0;
    }
    if (count && out)
        memcpy(out, (const uint8_t *)(frame + 1) + reader->taken, count);
    reader->taken += count;
    reader->payload += count;
    if (reader->taken == view.length) {
        if (!(view.flags & TSM_FRAME_MORE))
            reader->messages++;
        reader_step(reader, &view);
    }
    return count;
}

uint32_t tsm_ring_look(struct tsm_ring_reader *reader, void *out, uint32_t length, bool one_message,
                       uint64_t *message_rest)
{
    struct frame_view view;
    uint32_t copied = 0;
    bool is_first_message = true;

    *message_rest = 0;
    if (!reader_settle(reader, &view))
        return 0;

    uint64_t position = reader->tail, place = reader->place;
    uint32_t taken = reader->taken;

    while (frame_view_at(reader, position, place, &view)) {
        if (view.is_jump) {
            position += FRAME_HEADER;
            place = (uint64_t)view.length * 8;
            continue;
        }

        uint32_t rest = frame_rest(reader, &view, taken);
        uint32_t count = (uint32_t)tsm_min_u64(rest, length - copied);

        if (count)
            memcpy((uint8_t *)out + copied,
                   (const uint8_t *)frame_at(reader->data, view.place) + FRAME_HEADER + taken,
                   count);
        copied += count;
        if (is_first_message)
            *message_rest += rest;
        if (!frame_is_cancelled(reader, &view) && !(view.flags & TSM_FRAME_MORE)) {
            is_first_message = false;
            if (one_message)
                break;
        }
        if (copied == length && !is_first_message)
            break;
        position += frame_size(view.length);
        place += frame_size(view.length);
        taken = 0;
    }
    return copied;
}

uint64_t tsm_ring_count(struct tsm_ring_reader *reader, struct tsm_ring_scout *scout)
{
    struct frame_view view;
    bool was_jump = false;

    if (scout->position <= reader->tail)
        *scout = (struct tsm_ring_scout){reader->tail, reader->place, reader->messages};
    while (!reader->is_broken && frame_view_at(reader, scout->position, scout->place, &view)) {
        if (view.is_jump) {
            reader->is_broken |= was_jump; /* see reader_settle() */
            scout->position += FRAME_HEADER;
            scout->place = (uint64_t)view.length * 8;
        } else {
            scout->position += frame_size(view.length);
            scout->place += frame_size(view.length);
            scout->messages += !(view.flags & TSM_FRAME_MORE);
        }
        was_jump = view.is_jump;
    }
    return scout->messages - reader->messages;
}

uint64_t tsm_ring_available(struct tsm_ring_reader *reader)
{
    uint64_t written =
        atomic_load_explicit(&reader->shared->producer.payload, memory_order_acquire);

    uint64_t gone = reader->payload + reader->dropped;

    return written > gone ? written - gone : 0;
}

void tsm_ring_reader_drop_pending(struct tsm_ring_reader *reader)
{
    struct frame_view view;

    if (reader->is_ended)
        return;
    (void)reader_settle(reader, &view);

    uint64_t position = reader->tail, place = reader->place, whole_end = reader->tail;
    uint64_t unread = 0, unread_of_message = 0;
    uint32_t taken = reader->taken;

    while (frame_view_at(reader, position, place, &view)) {
        if (view.is_jump) {
            position += FRAME_HEADER;
            place = (uint64_t)view.length * 8;
            continue;
        }

        uint32_t rest = frame_rest(reader, &view, taken);

        unread_of_message += rest;
        if ((view.flags & TSM_FRAME_REVOCABLE) && unread + rest > reader->writer_quota) {
            atomic_fetch_or(&frame_at(reader->data, view.place)->take, TSM_FRAME_CANCELLED);
            unread_of_message -= rest;
        }
        position += frame_size(view.length);
        place += frame_size(view.length);
        taken = 0;
        if (!(view.flags & TSM_FRAME_MORE)) {
            unread += unread_of_message;
            unread_of_message = 0;
            whole_end = position;
        }
    }
    /* A message that its writer could not finish is no message, whatever it has counted. */
    uint64_t counted =
        atomic_load_explicit(&reader->shared->producer.payload, memory_order_acquire);

    reader->dropped = counted - tsm_min_u64(counted, reader->payload + unread);
    reader->end = whole_end;
    reader->is_ended = true;
}

void tsm_ring_reader_publish(struct tsm_ring_reader *reader, uint64_t claim)
{
    struct tsm_ring_consumer *shared = &reader->shared->consumer;

    atomic_store_explicit(&shared->payload, reader->payload, memory_order_relaxed);
    atomic_store_explicit(&shared->messages, reader->messages, memory_order_relaxed);
    atomic_store_explicit(&shared->claim, claim, memory_order_relaxed);
    /* pairs with the acquire in writer_refresh() */
    atomic_store_explicit(&shared->tail, reader->tail, memory_order_release);
}
