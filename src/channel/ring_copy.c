/* SPDX-License-Identifier: MIT */
/*
 * Ring copies
 *
 * The view of a ring's end, as it goes from one process that shares the end to another. Where it has
 * been in between, others of the same user may have written: numbers are checked, addresses and
 * sizes are the receiver's own.
 */
#include "channel/ring.h"

#include <string.h>

#include "base/macros.h"

void tsm_ring_writer_save(const struct tsm_ring_writer *writer, struct tsm_ring_writer *out)
{
    *out = *writer;
    out->shared = NULL;
    out->data = NULL;
    out->journal = NULL;
}

void tsm_ring_reader_save(const struct tsm_ring_reader *reader, struct tsm_ring_reader *out)
{
    *out = *reader;
    out->shared = NULL;
    out->data = NULL;
}

/* A byte that somebody may have written to need not be a bool. */
static bool flag_at(const bool *place)
{
    uint8_t byte;

    memcpy(&byte, place, sizeof(byte));
    return byte != 0;
}

bool tsm_ring_writer_restore(struct tsm_ring_writer *writer, const struct tsm_ring_writer *saved)
{
    struct tsm_ring_writer copy = *saved;

    atomic_signal_fence(memory_order_seq_cst); /* what is checked below is what is used */
    copy.shared = writer->shared;
    copy.data = writer->data;
    copy.capacity = writer->capacity;
    copy.window = writer->window;
    copy.low = writer->low;
    copy.quota = writer->quota;
    copy.journal = writer->journal;
    copy.is_broken = flag_at(&copy.is_broken);
    if (copy.run_count < 1 || copy.run_count > TSM_RING_RUNS || copy.first_run >= TSM_RING_RUNS ||
        copy.tail_seen > copy.head)
        return false;
    for (uint32_t i = 0; i < copy.run_count; i++) {
        const struct tsm_ring_run *run = &copy.runs[(copy.first_run + i) % TSM_RING_RUNS];

        /* Behind a run there is always room for a word. */
        if (run->place % 8 || run->length % 8 ||
            (uint64_t)run->place + run->length > copy.capacity - sizeof(struct tsm_frame))
            return false;
    }
    *writer = copy;
    return true;
}

bool tsm_ring_reader_restore(struct tsm_ring_reader *reader, const struct tsm_ring_reader *saved)
{
    struct tsm_ring_reader copy = *saved;

    atomic_signal_fence(memory_order_seq_cst);
    copy.shared = reader->shared;
    copy.data = reader->data;
    copy.capacity = reader->capacity;
    copy.writer_quota = reader->writer_quota;
    copy.is_ended = flag_at(&copy.is_ended);
    copy.is_broken = flag_at(&copy.is_broken);
    copy.had_dead = flag_at(&copy.had_dead);
    /* The place itself is looked at with each frame. */
    if (copy.place % 8)
        return false;
    *reader = copy;
    return true;
}

bool tsm_ring_writer_recover(struct tsm_ring_writer *writer)
{
    const struct tsm_ring_journal *journal = writer->journal;

    if (!atomic_load_explicit(&journal->is_set, memory_order_acquire))
        return false;

    uint64_t place = *(const volatile uint64_t *)&journal->place;

    if (place % 8 || place > writer->capacity - sizeof(struct tsm_frame))
        return false;

    const struct tsm_frame *frame = (const struct tsm_frame *)(const void *)(writer->data + place);

    return atomic_load_explicit(&frame->word, memory_order_acquire) != 0 &&
           tsm_ring_writer_restore(writer, &journal->writer);
}

void tsm_ring_writer_publish(const struct tsm_ring_writer *writer)
{
    struct tsm_ring_producer *shared = &writer->shared->producer;

    atomic_store_explicit(&shared->payload, writer->payload, memory_order_relaxed);
    atomic_store_explicit(&shared->messages, writer->messages, memory_order_relaxed);
    atomic_store_explicit(&shared->head, writer->head, memory_order_release);
}
