/* SPDX-License-Identifier: MIT */
/*
 * Both directions of a ring, our end of each against a peer who lies.
 *
 * The input is a program: reads, writes and peeks of ours; honest work of the peer, so that deep
 * states are reached; and stores of the peer anywhere into the shared memory, between our
 * operations and, since ring.c is compiled in with its loads and copies replaced, in the middle of
 * them. The whole run is decided by the input, so what was found once is found again.
 *
 * Promised: no access outside the two blocks (AddressSanitizer sees it), no loop without end
 * although the peer goes on publishing, an end that met a contradiction stays broken and yields
 * nothing, and as long as nobody lied, what is read is what was written.
 */
#include "fuzz.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "channel/ring.h"

#define LOADS_MAX 40000 /* in one call; a ring of 8192 bytes has at most 1024 frames */

static void peer_acts(void);

static void *copy_with_peer(void *to, const void *from, size_t size)
{
    memcpy(to, from, size / 2);
    peer_acts();
    memcpy((uint8_t *)to + size / 2, (const uint8_t *)from + size / 2, size - size / 2);
    return to;
}

#ifdef __clang__
#define REAL_LOAD(object, order)    __c11_atomic_load(object, order)
#define REAL_FETCH_OR(object, bits) __c11_atomic_fetch_or(object, bits, memory_order_seq_cst)
#define REAL_EXCHANGE(object, old, value)                                          \
    __c11_atomic_compare_exchange_strong(object, old, value, memory_order_seq_cst, \
                                         memory_order_seq_cst)
#else
#define REAL_LOAD(object, order)    __atomic_load_n(object, order)
#define REAL_FETCH_OR(object, bits) __atomic_fetch_or(object, bits, memory_order_seq_cst)
#define REAL_EXCHANGE(object, old, value)                                        \
    __atomic_compare_exchange_n(object, old, value, false, memory_order_seq_cst, \
                                memory_order_seq_cst)
#endif
#undef atomic_load_explicit
#undef atomic_fetch_or
#undef atomic_compare_exchange_strong
#define atomic_load_explicit(object, order) (peer_acts(), REAL_LOAD(object, order))
#define atomic_fetch_or(object, bits)       (peer_acts(), REAL_FETCH_OR(object, bits))
#define atomic_compare_exchange_strong(object, old, value) \
    (peer_acts(), REAL_EXCHANGE(object, old, value))
#define memcpy copy_with_peer
#include "channel/ring.c"
#undef memcpy

/* ---- the input ---- */

static const uint8_t *program;
static size_t program_left;

static uint8_t next_u8(void)
{
    if (!program_left)
        return 0;
    program_left--;
    return *program++;
}

static uint32_t next_u16(void)
{
    uint32_t low = next_u8();

    return low | (uint32_t)next_u8() << 8;
}

static uint32_t next_u32(void)
{
    uint32_t low = next_u16();

    return low | next_u16() << 16;
}

/* ---- the two rings ---- */

#define FRAMES_MAX 512

struct frame_note {
    uint64_t place;
    uint32_t length; /* what of it is still to be read */
    uint32_t whole;
    bool is_revocable;
};

struct direction {
    struct tsm_ring_header *shared;
    uint8_t *data;
    struct tsm_ring_writer writer;
    struct tsm_ring_reader reader;
    struct frame_note frames[FRAMES_MAX]; /* as written; known good only while nobody lied */
    uint32_t written, read;
};

static struct direction to_us, from_us;
static uint64_t capacity, window, low; /* from window to low there is a gap, perhaps */
static bool has_lied;
static bool is_peer_at_work;
static uint32_t loads;

/* A lie waits until so many loads of ours have passed. */
static struct lie {
    uint32_t after;
    uint8_t kind, where;
    uint16_t offset;
    uint32_t value;
} lies[4];
static uint32_t lie_count;
static uint32_t standing_word; /* at every load, what our reader looks at becomes that */

static void direction_init(struct direction *direction)
{
    direction->shared = aligned_alloc(128, sizeof(struct tsm_ring_header));
    direction->data = calloc(1, capacity);
    MUST(direction->shared && direction->data);
    memset(direction->shared, 0, sizeof(*direction->shared));
    direction->written = direction->read = 0;
    tsm_ring_writer_init(&direction->writer, direction->shared, direction->data, capacity, 256);
    tsm_ring_writer_set_gap(&direction->writer, window, low);
    tsm_ring_reader_init(&direction->reader, direction->shared, direction->data, capacity, 256);
}

static void direction_deinit(struct direction *direction)
{
    free(direction->shared);
    free(direction->data);
}

static _Atomic uint64_t *word_of(struct direction *direction, uint32_t which)
{
    struct tsm_ring_header *shared = direction->shared;

    switch (which % 7) {
    case 0:
        return &shared->producer.head;
    case 1:
        return &shared->producer.payload;
    case 2:
        return &shared->producer.messages;
    case 3:
        return &shared->consumer.tail;
    case 4:
        return &shared->consumer.payload;
    case 5:
        return &shared->consumer.messages;
    default:
        return &shared->consumer.claim;
    }
}

/* What our reader is looking at. */
static struct tsm_frame *at_reader(void)
{
    return frame_at(to_us.data, tsm_min_u64(to_us.reader.place, capacity - 8));
}

static void tell(const struct lie *lie)
{
    struct direction *direction = lie->where & 0x80 ? &from_us : &to_us;
    _Atomic uint64_t *word = word_of(direction, lie->where & 0x7f);
    struct tsm_frame *frame = frame_at(direction->data, lie->offset % (capacity - 8) & ~7u);
    uint32_t mark = lie->where & 0x40 ? TSM_FRAME_VALID : 0;

    has_lied = true;
    switch (lie->kind % 8) {
    case 0:
        *word = lie->value;
        break;
    case 1:
        *word += (uint64_t)(int64_t)(int32_t)lie->value;
        break;
    case 2:
        *word = (uint64_t)lie->value << 32 | lie->value;
        break;
    case 3:
        frame->word = lie->value | mark;
        break;
    case 4:
        frame->take = lie->value;
        break;
    case 5:
        frame->word = lie->value % (uint32_t)(capacity / 8) | TSM_FRAME_VALID;
        frame->take = TSM_FRAME_IS_JUMP;
        break;
    case 6:
        at_reader()->word = lie->value | mark;
        break;
    default:
        at_reader()->take = lie->value;
        break;
    }
}

static void peer_acts(void)
{
    if (is_peer_at_work)
        return;
    MUST(++loads < LOADS_MAX);
    if (standing_word) {
        has_lied = true;
        to_us.shared->producer.head += 8;
        at_reader()->word = standing_word;
    }
    for (uint32_t i = 0; i < lie_count; i++)
        if (lies[i].after-- == 0) {
            tell(&lies[i]);
            lies[i] = lies[--lie_count];
            break;
        }
}

static void plan_lie(void)
{
    struct lie lie = {.after = next_u8()};

    lie.kind = next_u8();
    lie.where = next_u8();
    lie.offset = (uint16_t)next_u16();
    lie.value = next_u32();
    if (lie.after == 0)
        tell(&lie);
    else if (lie_count < 4)
        lies[lie_count++] = lie;
}

/* ---- work ---- */

static uint8_t byte_of(uint32_t frame_number)
{
    return (uint8_t)(frame_number * 31 + 7);
}

static void put(struct direction *direction, uint32_t length, uint32_t flags)
{
    struct frame_note *note = &direction->frames[direction->written];

    if (direction->written == FRAMES_MAX)
        return;
    length %= tsm_ring_frame_limit(capacity - low) + 1;
    if (length == 0)
        flags = 0;
    if (flags & TSM_FRAME_MORE)
        flags = TSM_FRAME_MORE;

    uint8_t *bytes = malloc(length + 1);

    MUST(bytes);
    memset(bytes, byte_of(direction->written), length);
    if (tsm_ring_write(&direction->writer, bytes, length, flags, &note->place)) {
        MUST(note->place % 8 == 0 && note->place + 8 + length <= capacity);
        MUST(note->place >= low || note->place + 16 + length <= window);
        note->length = note->whole = length;
        note->is_revocable = flags & TSM_FRAME_REVOCABLE;
        direction->written++;
    } else if (!has_lied) {
        MUST(!direction->writer.is_broken);
    }
    free(bytes);
}

/* The frame that an honest read finds next: not empty after a cancel. */
static struct frame_note *next_note(struct direction *direction)
{
    while (direction->read < direction->written) {
        struct frame_note *note = &direction->frames[direction->read];

        if (!(note->is_revocable && note->length == 0))
            return note;
        direction->read++;
    }
    return NULL;
}

static void get(struct direction *direction, uint32_t length)
{
    struct tsm_ring_reader *reader = &direction->reader;
    struct tsm_ring_next next;
    bool was_cancelled = false, was_broken = reader->is_broken;
    bool is_there = tsm_ring_peek(reader, &next);
    struct frame_note *note = next_note(direction);

    MUST(!(is_there && was_broken));
    if (!has_lied) {
        MUST(!reader->is_broken);
        MUST(is_there == (note != NULL));
        MUST(!is_there || next.rest == note->length);
    }
    if (!is_there)
        return;

    uint8_t *bytes = malloc(length + 1);

    MUST(bytes);
    bytes[length] = 0xA5;

    uint32_t count = tsm_ring_take(reader, bytes, length, &was_cancelled);

    MUST(count <= length && bytes[length] == 0xA5);
    MUST(!(was_cancelled && count));
    if (!has_lied) {
        MUST(count == tsm_min_u64(length, note->length));
        for (uint32_t i = 0; i < count; i++)
            MUST(bytes[i] == byte_of(direction->read));
        note->length -= count;
        if (note->length == 0)
            direction->read++;
    }
    free(bytes);
    tsm_ring_reader_publish(reader, next_u8());
}

static void look(struct direction *direction, uint32_t length, bool one_message)
{
    uint8_t *bytes = malloc(length + 1);
    uint64_t rest = 0;

    MUST(bytes);
    bytes[length] = 0xA5;

    uint32_t count = tsm_ring_look(&direction->reader, bytes, length, one_message, &rest);

    uint64_t available = tsm_ring_available(&direction->reader);

    MUST(count <= length && bytes[length] == 0xA5);
    if (one_message)
        MUST(count <= rest);
    if (!has_lied) {
        struct frame_note *note = next_note(direction);

        MUST(!direction->reader.is_broken);
        if (note)
            for (uint32_t i = 0; i < tsm_min_u64(count, note->length); i++)
                MUST(bytes[i] == byte_of(direction->read));
        MUST(available >= count);
    }
    free(bytes);
}

static void take_back(struct direction *direction, uint32_t which)
{
    if (!direction->written)
        return;

    struct frame_note *note = &direction->frames[which % direction->written];

    if (!note->is_revocable)
        return;

    uint64_t before = direction->writer.payload;
    uint32_t rest = tsm_ring_cancel(&direction->writer, note->place, note->whole);

    MUST(rest <= note->whole && direction->writer.payload == before - rest);
    if (!has_lied)
        MUST(rest == note->length);
    note->length = 0;
    note->is_revocable = true;
    note->whole = 0; /* once only: its place belongs to others soon */
}

/* A cancel is legal while the frame is unread or partly read. */
static bool can_take_back(struct direction *direction, uint32_t which)
{
    if (!direction->written)
        return false;
    which %= direction->written;
    return direction->frames[which].is_revocable && direction->frames[which].length > 0 &&
           which >= direction->read;
}

static void check(const struct direction *direction)
{
    const struct tsm_ring_reader *reader = &direction->reader;
    const struct tsm_ring_writer *writer = &direction->writer;

    /* A waiter looks at the word there. */
    MUST(reader->place % 8 == 0 && reader->place <= capacity - 8);
    MUST(!reader->is_ended || reader->is_broken || reader->tail <= reader->end);
    MUST(writer->tail_seen <= writer->head);
    MUST(writer->run_count >= 1 && writer->run_count <= TSM_RING_RUNS);
    for (uint32_t i = 0; i < writer->run_count; i++) {
        const struct tsm_ring_run *run = &writer->runs[(writer->first_run + i) % TSM_RING_RUNS];

        MUST((uint64_t)run->place + run->length <= capacity);
    }
}

static void step(void)
{
    uint8_t code = next_u8();
    uint32_t flags = (code & 0x10 ? TSM_FRAME_REVOCABLE : 0) | (code & 0x20 ? TSM_FRAME_MORE : 0);

    loads = 0;
    switch (code % 16) {
    case 0:
    case 1:
        put(&from_us, next_u16(), flags);
        break;
    case 2:
    case 3:
        get(&to_us, next_u16());
        break;
    case 4:
        look(&to_us, next_u16(), code & 0x10);
        break;
    case 5: {
        uint32_t which = next_u8();

        if (can_take_back(&from_us, which))
            take_back(&from_us, which);
        break;
    }
    case 6:
        tsm_ring_writer_consumed(&from_us.writer);
        tsm_ring_writer_messages_read(&from_us.writer);
        tsm_ring_available(&to_us.reader);
        break;
    case 7:
        if (code >= 0xF0) {  /* the peer dies */
            has_lied = true; /* what is left to read is another question */
            tsm_ring_reader_drop_pending(&to_us.reader);
        } else if (code & 0x40) {
            tsm_ring_reader_doubt(&to_us.reader);
            MUST(has_lied || !to_us.reader.is_broken);
        } else {
            standing_word = code & 0x80 ? next_u32() : 0;
        }
        break;
    case 8:
    case 9:
    case 10:
        plan_lie();
        break;
    default: /* the peer's honest work */
        is_peer_at_work = true;
        switch (code % 16) {
        case 11:
        case 12:
            put(&to_us, next_u16(), flags);
            break;
        case 13:
        case 14:
            if (!has_lied)
                get(&from_us, next_u16());
            break;
        default: {
            uint32_t which = next_u8();

            if (!has_lied && can_take_back(&to_us, which))
                take_back(&to_us, which);
            break;
        }
        }
        is_peer_at_work = false;
        break;
    }
    check(&to_us);
    check(&from_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    program = input;
    program_left = size;
    has_lied = is_peer_at_work = false;
    lie_count = standing_word = 0;

    uint8_t shape = next_u8();

    capacity = shape & 1 ? 8192 : 512;
    window = shape & 2 ? 64 : 0;
    low = shape & 2 ? 128 : 0;
    direction_init(&to_us);
    direction_init(&from_us);
    for (int i = 0; i < 300 && program_left; i++)
        step();
    direction_deinit(&to_us);
    direction_deinit(&from_us);
    return 0;
}
