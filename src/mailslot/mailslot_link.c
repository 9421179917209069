/* SPDX-License-Identifier: MIT */
/*
 * Mailslot link
 *
 * The order of arrival is that of the stamps, the sender's monotonic clock; the ring has them in
 * order for one writer. A batch is what was in the rings when it began and is stamped before that:
 * nothing can come any more that belongs among it, because a message whose write has returned before
 * another one began was visible before the other's stamp was taken.
 *
 * A stamp is a hint. One from the future counts as of now; one from the past counts at least as of
 * our last look, when the message was not there. So a liar moves its own messages within the time in
 * which they came, and no further.
 *
 * Ownership: the memory of a writer that has gone is left at once, with its descriptors: what it left
 *            unread is copied. However many writers come and go, only messages remain of them.
 * Locking:   the slot's file lock for everything here.
 */
#include "mailslot/mailslot_link.h"

#include <stdlib.h>
#include <string.h>

#include "base/trace.h"

#define HELLO_WAIT_MS 5000
#define JUMPS_BYTES   4096 /* more than the jumps of all runs */

struct tsm_mailslot_link *tsm_mailslot_link_new(int socket, uint32_t max_message)
{
    struct tsm_mailslot_link *link = calloc(1, sizeof(*link));

    if (!link)
        return NULL;
    tsm_list_init(&link->node);
    link->socket = socket;
    link->has_socket = true;
    link->max_message = max_message;
    link->hello_deadline = tsm_deadline_in_ms(HELLO_WAIT_MS);
    return link;
}

void tsm_mailslot_link_free(struct tsm_mailslot_link *link)
{
    tsm_list_unlink(&link->node);
    if (link->socket >= 0 && link->parting == TSM_PARTING_HUNG_UP)
        tsm_unix_shutdown(link->socket);
    if (link->channel && link->parting == TSM_PARTING_CLOSED)
        tsm_channel_close(link->channel, TSM_SIDE_CLOSED);
    else if (link->channel)
        tsm_channel_drop(link->channel);
    else if (link->socket >= 0)
        tsm_unix_close(link->socket);
    free(link->kept);
    free(link);
}

void tsm_mailslot_link_attach(struct tsm_mailslot_link *link, struct tsm_channel *channel,
                              uint64_t looked)
{
    uint64_t capacity;
    uint8_t *data;
    struct tsm_ring_header *shared = tsm_channel_incoming(channel, &data, &capacity);

    tsm_ring_reader_init(&link->reader, shared, data, capacity, 0);
    link->channel = channel;
    link->state = TSM_LINK_AWAKE;
    link->looked = looked;
}

bool tsm_mailslot_link_find(struct tsm_mailslot_link *link, uint64_t now)
{
    struct tsm_ring_next next;
    uint64_t stamp;

    if (link->has_next)
        return true;
    if (link->reader.tail >= link->limit || !tsm_ring_peek(&link->reader, &next))
        return false;
    if (!next.is_last || next.rest < TSM_RING_STAMP_SIZE ||
        next.rest - TSM_RING_STAMP_SIZE > link->max_message) {
        link->reader.is_broken = true;
        return false;
    }
    memcpy(&stamp, tsm_ring_peeked(&link->reader), sizeof(stamp));
    stamp = tsm_max_u64(stamp, tsm_max_u64(link->floor, link->stamp));
    if (tsm_unlikely(stamp > now))
        stamp = tsm_min_u64(stamp, (uint64_t)tsm_monotonic_ns());
    link->size = next.rest - TSM_RING_STAMP_SIZE;
    link->stamp = stamp;
    link->has_next = true;
    return true;
}

/* Where the writer is; one that has more unread than any may have does not look where we are. */
static uint64_t head_of(struct tsm_ring_reader *reader)
{
    uint64_t head;

    if (reader->is_ended)
        return reader->end;
    head = atomic_load_explicit(&reader->shared->producer.head, memory_order_acquire);
    if (head > reader->tail && head - reader->tail > TSM_MAILSLOT_WRITER_BYTES + JUMPS_BYTES)
        reader->is_broken = true;
    return head;
}

bool tsm_mailslot_link_look(struct tsm_mailslot_link *link, uint64_t now)
{
    const struct tsm_ring_reader *reader = &link->reader;

    /* What is left of the batch before was there at our last look. */
    if (reader->tail >= link->limit)
        link->floor = link->looked;
    link->limit = head_of(&link->reader);
    link->looked = now;
    if (tsm_mailslot_link_find(link, now)) {
        link->empty_looks = 0;
        return true;
    }
    link->empty_looks++;
    if (link->limit > reader->tail) /* a head without a frame? */
        tsm_ring_reader_doubt(&link->reader);
    return false;
}

bool tsm_mailslot_link_take(struct tsm_mailslot_link *link, void *out)
{
    struct tsm_ring_reader *reader = &link->reader;
    uint32_t whole = link->size + TSM_RING_STAMP_SIZE;
    uint64_t messages = reader->messages;
    bool was_cancelled;

    link->has_next = false;
    if (link->size && out)
        memcpy(out, tsm_ring_peeked(reader) + TSM_RING_STAMP_SIZE, link->size);
    /* It is gone now, if it still is what it was. */
    if (tsm_ring_take(reader, NULL, whole, &was_cancelled) != whole ||
        reader->messages != messages + 1)
        reader->is_broken = true;
    return !reader->is_broken;
}

void tsm_mailslot_link_publish(struct tsm_mailslot_link *link)
{
    if (!link->reader.is_ended)
        tsm_ring_reader_publish(&link->reader, 0);
}

uint64_t tsm_mailslot_link_count(struct tsm_mailslot_link *link)
{
    return tsm_ring_count(&link->reader, &link->scout);
}

bool tsm_mailslot_link_has_news(const struct tsm_mailslot_link *link)
{
    const struct tsm_ring_reader *reader = &link->reader;

    if (reader->is_ended)
        return reader->tail < reader->end;
    return atomic_load_explicit(tsm_ring_next_word(reader), memory_order_acquire) != 0 ||
           tsm_ring_has_news(reader->shared, reader->tail);
}

bool tsm_mailslot_link_rest(struct tsm_mailslot_link *link)
{
    _Atomic uint32_t *wait = &link->reader.shared->consumer_wait.wait;

    atomic_store(wait, TSM_WAIT_BELL);
    /* pairs with the fence in the writer's ring_bell() */
    atomic_thread_fence(memory_order_seq_cst);
    /* If the writer was faster at the word, it is about to ring. */
    if (tsm_mailslot_link_has_news(link) && atomic_exchange(wait, 0) != 0)
        return false;
    link->state = TSM_LINK_RESTING;
    return true;
}

uint64_t tsm_mailslot_link_dropped(const struct tsm_mailslot_link *link)
{
    return link->channel
               ? atomic_load_explicit(&link->reader.shared->producer.dropped, memory_order_relaxed)
               : 0;
}

uint64_t tsm_mailslot_link_seal(struct tsm_mailslot_link *link, uint64_t room)
{
    struct tsm_ring_reader *reader = &link->reader;
    uint64_t size, lost = 0;

    tsm_ring_reader_drop_pending(reader);
    size = tsm_ring_keep_size(reader);
    if (size > room) {
        lost = tsm_mailslot_link_count(link);
        reader->tail = reader->end;
        link->has_next = false;
        size = 0;
    }
    link->kept_size = size;
    link->scout = (struct tsm_ring_scout){0};
    link->state = TSM_LINK_AWAKE;
    return lost;
}

/* What was found before the copy was made is in it, or it was a lie. */
static void check_next(struct tsm_mailslot_link *link)
{
    struct tsm_ring_next next;

    if (!link->has_next || (tsm_ring_peek(&link->reader, &next) && next.is_last &&
                            next.rest == link->size + TSM_RING_STAMP_SIZE))
        return;
    link->has_next = false;
    link->reader.is_broken = true;
}

uint64_t tsm_mailslot_link_end(struct tsm_mailslot_link *link, uint64_t room)
{
    struct tsm_channel *channel = link->channel;
    uint64_t size, lost = 0;

    tsm_ring_reader_drop_pending(&link->reader);
    size = tsm_ring_keep_size(&link->reader);
    link->kept = size && size <= room ? malloc(size) : NULL;
    if (size && !link->kept)
        lost = tsm_mailslot_link_count(link);
    if (link->kept)
        link->kept_size = size;
    else
        link->has_next = false;
    tsm_ring_keep(&link->reader, link->kept, link->kept_size, &link->limit);
    check_next(link);
    link->scout = (struct tsm_ring_scout){0};
    link->state = TSM_LINK_AWAKE;
    link->channel = NULL;
    link->socket = -1;
    tsm_channel_close(channel, TSM_SIDE_CLOSED);
    return lost;
}
