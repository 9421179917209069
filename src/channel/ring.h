/* SPDX-License-Identifier: MIT */
/*
 * Ring: one direction of a connection. One writing end, one reading end, in different processes;
 * each is called under its end's lock. Nothing here blocks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "channel/ring_layout.h"

#define TSM_RING_RUNS  16
#define TSM_RING_SMALL 80 /* a frame up to this size lies in two lines, most often */

/* A stretch of frames that lie one behind the other. */
struct tsm_ring_run {
    uint64_t start; /* stream position of its first byte */
    uint32_t place;
    uint32_t length;
};

struct tsm_ring_journal;

/* The writing end's own view. */
struct tsm_ring_writer {
    struct tsm_ring_header *shared;
    uint8_t *data;
    uint64_t capacity;
    uint64_t window, low; /* the first places end at window, the others begin at low; 0: no gap */
    uint64_t quota;
    uint64_t head, tail_seen;
    uint64_t payload, messages;
    uint64_t consumed_seen; /* R when last looked at */
    struct tsm_ring_run runs[TSM_RING_RUNS];
    uint32_t first_run, run_count;
    bool is_broken;                   /* the peer told a lie */
    struct tsm_ring_journal *journal; /* of an end that several processes share; else NULL */
};

/* The reading end's own view. */
struct tsm_ring_reader {
    struct tsm_ring_header *shared;
    uint8_t *data;
    uint64_t capacity;
    uint64_t tail;
    uint64_t end; /* where the stream ends, if is_ended */
    uint64_t payload, messages;
    uint32_t place;        /* of the frame at tail */
    uint32_t taken;        /* bytes of that frame already consumed */
    uint32_t last_size;    /* of the frame before it */
    uint64_t writer_quota; /* to tell which writes of a dead writer were still pending */
    uint64_t dropped;      /* bytes that a dead writer's pending writes had in the ring */
    bool is_ended;         /* nothing will be added: the writer is gone */
    bool is_broken;
    bool had_dead; /* one who shared this end died: it may have claimed what it did not consume */
};

/* What a writing end is about to become by publishing one frame: if it dies then, the others see by
 * the word at place whether it did. */
struct tsm_ring_journal {
    _Atomic uint32_t is_set;
    uint32_t flags, length; /* of the frame */
    uint64_t frame;         /* where it lies */
    uint64_t place;         /* of its word, or of that of the jump to it */
    struct tsm_ring_writer writer;
};

void tsm_ring_writer_init(struct tsm_ring_writer *writer, struct tsm_ring_header *shared,
                          uint8_t *data, uint64_t capacity, uint64_t quota);
void tsm_ring_reader_init(struct tsm_ring_reader *reader, struct tsm_ring_header *shared,
                          uint8_t *data, uint64_t capacity, uint64_t writer_quota);

/* The places from window to low are not this ring's. Before the first frame. */
static inline void tsm_ring_writer_set_gap(struct tsm_ring_writer *writer, uint64_t window,
                                           uint64_t low)
{
    writer->window = window;
    writer->low = low;
}

/* The longest frame that a ring of this capacity takes at once. */
uint32_t tsm_ring_frame_limit(uint64_t capacity);

/* Lays one frame into the ring and publishes it. False: no room now. */
bool tsm_ring_write(struct tsm_ring_writer *writer, const void *data, uint32_t length,
                    uint32_t flags, uint64_t *frame_place);

/* The same for a message that carries when it was sent: eight bytes before the data, of which length
 * says nothing. Both together must not be longer than a frame may be. */
#define TSM_RING_STAMP_SIZE 8u
bool tsm_ring_write_stamped(struct tsm_ring_writer *writer, uint64_t stamp, const void *data,
                            uint32_t length);

/* Bytes of frames that the reader has not done with. */
uint64_t tsm_ring_writer_unread(struct tsm_ring_writer *writer);

/* How far the reader is, counting what its pending reads will take: max(R, claim). */
uint64_t tsm_ring_writer_consumed(struct tsm_ring_writer *writer);

/* Messages the reader has consumed. */
uint64_t tsm_ring_writer_messages_read(struct tsm_ring_writer *writer);

/* Takes the unread rest of a revocable frame of that length back; returns the rest's length. */
uint32_t tsm_ring_cancel(struct tsm_ring_writer *writer, uint64_t frame_place, uint32_t length);

/* What the next read would find. */
struct tsm_ring_next {
    uint32_t rest; /* unread bytes of the first frame */
    bool is_last;  /* of its message */
};

/* False: nothing to read. Skips what was cancelled and jumps. */
bool tsm_ring_peek(struct tsm_ring_reader *reader, struct tsm_ring_next *next);

/* Where the bytes lie that tsm_ring_peek() has found, next.rest of them. The writer may change them
 * at any time. */
static inline const uint8_t *tsm_ring_peeked(const struct tsm_ring_reader *reader)
{
    return reader->data + reader->place + sizeof(struct tsm_frame) + reader->taken;
}

/* Copies from the first frame, after tsm_ring_peek() said true, and consumes what it copied; without
 * out it consumes only.
 * Returns the bytes copied; less than asked if the writer took them back meanwhile: *was_cancelled.
 * The frame is done when nothing of it is left; tsm_ring_reader_publish() tells the writer. */
uint32_t tsm_ring_take(struct tsm_ring_reader *reader, void *out, uint32_t length,
                       bool *was_cancelled);

/* Copies across frames without consuming: at most length bytes, of the first message only if
 * one_message. *message_rest: unread bytes of the first message as far as it is in the ring. */
uint32_t tsm_ring_look(struct tsm_ring_reader *reader, void *out, uint32_t length, bool one_message,
                       uint64_t *message_rest);

/* Goes over frames ahead of the reader, each once; all zeros at first. */
struct tsm_ring_scout {
    uint64_t position, place;
    uint64_t messages; /* whole ones before position, ever */
};

/* Unread messages as far as they are in the ring, the one that was read in part included. */
uint64_t tsm_ring_count(struct tsm_ring_reader *reader, struct tsm_ring_scout *scout);

/* All unread bytes, also those of writes that still wait. */
uint64_t tsm_ring_available(struct tsm_ring_reader *reader);

/* The writer is gone: takes back what its pending writes had laid down, and a message that it did
 * not finish. To be called once; nothing new is seen afterwards. */
void tsm_ring_reader_drop_pending(struct tsm_ring_reader *reader);

/* Makes tail, R, Rm and claim visible. */
void tsm_ring_reader_publish(struct tsm_ring_reader *reader, uint64_t claim);

/* The word that tells of the next frame, for a reader that found nothing: not 0 when it is there.
 * Only a hint once another thread has read on. */
static inline const _Atomic uint32_t *tsm_ring_next_word(const struct tsm_ring_reader *reader)
{
    uint64_t place =
        reader->place <= reader->capacity - sizeof(struct tsm_frame) ? reader->place : 0;

    return (const _Atomic uint32_t *)(const void *)(reader->data + place);
}

/* True if the writer says that it has published frames beyond this position. */
static inline bool tsm_ring_has_news(const struct tsm_ring_header *shared, uint64_t tail)
{
    /* pairs with the release in tsm_ring_write(): who sees the new head sees the frame */
    uint64_t head = atomic_load_explicit(&shared->producer.head, memory_order_acquire);

    return head > tail;
}

/* To be called when tsm_ring_has_news() said so and nothing was found: finds the lie. */
void tsm_ring_reader_doubt(struct tsm_ring_reader *reader);

/* An end's view, on its way between the processes that share the end; addresses stay at home. */
void tsm_ring_writer_save(const struct tsm_ring_writer *writer, struct tsm_ring_writer *out);
void tsm_ring_reader_save(const struct tsm_ring_reader *reader, struct tsm_ring_reader *out);

/* Onto a view of the same ring. False: it is none that a ring can have. */
tsm_must_check bool tsm_ring_writer_restore(struct tsm_ring_writer *writer,
                                            const struct tsm_ring_writer *saved);
tsm_must_check bool tsm_ring_reader_restore(struct tsm_ring_reader *reader,
                                            const struct tsm_ring_reader *saved);

/* Lock's last holder died: makes good what the journal says, if it was done. True: it was. */
bool tsm_ring_writer_recover(struct tsm_ring_writer *writer);

/* Says everything again that the peer may not have heard. */
void tsm_ring_writer_publish(const struct tsm_ring_writer *writer);
