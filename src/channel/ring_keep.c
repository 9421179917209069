/* SPDX-License-Identifier: MIT */
/*
 * Ring keep
 *
 * The copy has the frames one behind the other, without jumps. The reader goes on as before, and of
 * the writer's process nothing is needed any more: neither its memory nor a descriptor.
 */
#include "channel/ring_keep.h"

#include <string.h>

#include "base/macros.h"

#define HEADER_SIZE sizeof(struct tsm_frame)

static struct tsm_frame *frame_at(uint8_t *memory, uint64_t place)
{
    return (struct tsm_frame *)(void *)(memory + place);
}

uint64_t tsm_ring_keep_size(struct tsm_ring_reader *reader)
{
    struct tsm_ring_next next;

    if (!tsm_ring_peek(reader, &next))
        return 0;
    return reader->end - reader->tail + HEADER_SIZE; /* behind a frame there is always a word */
}

void tsm_ring_keep(struct tsm_ring_reader *reader, void *memory, uint64_t size, uint64_t *limit)
{
    uint64_t used = 0, new_limit = 0;
    struct tsm_ring_reader kept;
    struct tsm_ring_next next;

    tsm_ring_reader_init(&kept, NULL, memory, size, 0);
    kept.is_ended = true;
    kept.taken = size ? reader->taken : 0;
    for (uint32_t taken = kept.taken; size && tsm_ring_peek(reader, &next); taken = 0) {
        uint32_t length = taken + next.rest;
        uint64_t frame_size = HEADER_SIZE + tsm_align_up(length, 8);
        struct tsm_frame *frame = frame_at(memory, used);
        bool is_before_limit = reader->tail < *limit, was_cancelled;

        if (used + frame_size + HEADER_SIZE > size)
            break; /* it was shorter a moment ago: a lie */
        memset(frame + 1, 0, taken);
        tsm_ring_take(reader, (uint8_t *)(frame + 1) + taken, next.rest, &was_cancelled);
        if (was_cancelled)
            break;
        atomic_init(&frame->take, 0);
        atomic_init(&frame->word, length | TSM_FRAME_VALID | (next.is_last ? 0 : TSM_FRAME_MORE));
        used += frame_size;
        if (is_before_limit)
            new_limit = used;
    }
    if (size)
        atomic_init(&frame_at(memory, used)->word, 0);
    kept.end = used;
    *reader = kept;
    *limit = new_limit;
}
