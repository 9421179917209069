/* SPDX-License-Identifier: MIT */
/*
 * A mailslot with writers who lie between the slot's own loads, ring when nobody asked, and go. Their
 * memory is plain memory: what is behind it is seen by AddressSanitizer.
 *
 * Promised: no message is longer than the slot allows or than the buffer is; who was not lied to by a
 * writer gets all of that one's messages, in their order; the slot is never busy for long; nothing is
 * left when it closes. In half of the runs other processes have the slot as well.
 */
#include "fuzz.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "mailslot/mailslot.h"

#define LOADS_MAX   400000 /* in one call */
#define CAPACITY    4096u
#define LINKS_MAX   4
#define MESSAGE_MAX 300u

static void peer_acts(void);

#ifdef __clang__
#define REAL_LOAD(object, order) __c11_atomic_load(object, order)
#else
#define REAL_LOAD(object, order) __atomic_load_n(object, order)
#endif
#undef atomic_load_explicit
#define atomic_load_explicit(object, order) (peer_acts(), REAL_LOAD(object, order))
#include "channel/ring.c"
#undef HEADER_SIZE
#define frame_at keep_frame_at
#include "channel/ring_keep.c"
#undef frame_at
#include "mailslot/mailslot_intake.c"
#include "mailslot/mailslot_link.c"
#include "mailslot/mailslot_merge.c"
#include "mailslot/mailslot_queue.c"
#undef atomic_load_explicit
#define atomic_load_explicit(object, order) REAL_LOAD(object, order)

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

/* ---- writers of plain memory ---- */

static struct peer {
    struct tsm_channel channel;
    struct tsm_ring_writer writer;
    struct tsm_mailslot_link *link; /* NULL: the slot has let go of it */
    uint32_t sent, read;
    bool is_there, has_lied, has_gone;
    uint8_t event; /* 1 bell, 2 hung up */
} peers[LINKS_MAX];

static struct peer *peer_of(const struct tsm_channel *channel)
{
    return tsm_container_of((struct tsm_channel *)(uintptr_t)channel, struct peer, channel);
}

void tsm_channel_close(struct tsm_channel *channel, enum tsm_side_state state)
{
    struct peer *peer = peer_of(channel);

    MUST(peer->is_there);
    free(channel->header);
    free(channel->data[0]);
    peer->is_there = false;
}

void tsm_channel_drop(struct tsm_channel *channel)
{
    tsm_channel_close(channel, TSM_SIDE_CLOSED);
}

struct tsm_ring_header *tsm_channel_incoming(struct tsm_channel *of, uint8_t **data, uint64_t *size)
{
    *data = of->data[0];
    *size = CAPACITY;
    return &of->header->ring[0];
}

void tsm_mailslot_share_commit(struct tsm_mailslot *slot, const struct tsm_mailslot_link *link)
{
}

NTSTATUS tsm_mailslot_share_add(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    return STATUS_SUCCESS;
}

void tsm_mailslot_share_remove(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
}

void tsm_mailslot_share_unload(struct tsm_mailslot *slot, const struct tsm_mailslot_link *link)
{
}

NTSTATUS tsm_mailslot_door_accept(struct tsm_mailslot_door *door, int *socket)
{
    return STATUS_PIPE_LISTENING;
}

NTSTATUS tsm_mailslot_door_greet(int socket, bool stays, struct tsm_channel **out)
{
    return STATUS_PIPE_LISTENING;
}

uint32_t tsm_poll_set_take(struct tsm_poll_set *set, struct tsm_poll_event *out, uint32_t capacity)
{
    uint32_t count = 0;

    for (int i = 0; i < LINKS_MAX; i++)
        if (peers[i].is_there && peers[i].event)
            out[count++] = (struct tsm_poll_event){peers[i].link, peers[i].event & 1,
                                                   (peers[i].event & 2) != 0};
    return count;
}

NTSTATUS tsm_poll_set_add(struct tsm_poll_set *set, int fd, void *context)
{
    return STATUS_SUCCESS;
}

void tsm_poll_set_remove(struct tsm_poll_set *set, int fd)
{
    if (fd >= 0)
        peers[fd].event = 0;
}

NTSTATUS tsm_unix_receive(int socket, void *record, size_t capacity, size_t *length, int *fd)
{
    if (!(peers[socket].event & 1))
        return STATUS_PIPE_LISTENING;
    peers[socket].event &= (uint8_t)~1u;
    *length = 1;
    return STATUS_SUCCESS;
}

bool tsm_unix_has_hung_up(int socket)
{
    return false;
}

void tsm_unix_close(int socket)
{
}

void tsm_unix_shutdown(int socket)
{
}

/* ---- lies ---- */

static uint32_t loads;
static bool is_peer_at_work;
static struct lie {
    uint32_t after;
    uint8_t kind, who;
    uint16_t offset;
    uint32_t value;
} lies[4];
static uint32_t lie_count;

static void tell(const struct lie *lie)
{
    struct peer *peer = &peers[lie->who % LINKS_MAX];
    uint32_t mark = lie->kind & 0x40 ? TSM_FRAME_VALID : 0;

    if (!peer->is_there)
        return;

    struct tsm_frame *frame = frame_at(peer->channel.data[0], lie->offset % (CAPACITY - 8) & ~7u);
    uint64_t place = peer->link->reader.place & ~7u;
    struct tsm_frame *next = frame_at(peer->channel.data[0], place < CAPACITY - 8 ? place : 0);

    peer->has_lied = true;
    switch (lie->kind % 7) {
    case 0:
        memcpy((uint8_t *)peer->channel.header +
                   lie->offset % (sizeof(struct tsm_channel_header) - 4),
               &lie->value, 4);
        break;
    case 1:
        peer->channel.header->ring[0].producer.head = (uint64_t)(int64_t)(int32_t)lie->value;
        break;
    case 2:
        frame->word = lie->value | mark;
        break;
    case 3:
        frame->take = lie->value;
        break;
    case 4:
        frame->take = TSM_FRAME_IS_JUMP;
        frame->word = lie->value % (CAPACITY / 8) | TSM_FRAME_VALID;
        break;
    case 5:
        next->word = lie->value % 500 | mark;
        break;
    default: /* a stamp, or data */
        memcpy((uint8_t *)peer->channel.data[0] + lie->offset % (CAPACITY - 8), &lie->value, 4);
        break;
    }
}

static void peer_acts(void)
{
    if (is_peer_at_work)
        return;
    MUST(++loads < LOADS_MAX);
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
    lie.who = next_u8();
    lie.offset = (uint16_t)next_u16();
    lie.value = next_u32();
    if (lie.after == 0)
        tell(&lie);
    else if (lie_count < 4)
        lies[lie_count++] = lie;
}

/* ---- the slot ---- */

static struct tsm_mailslot slot;

static void peer_new(int number)
{
    struct peer *peer = &peers[number];

    *peer = (struct peer){.is_there = true};
    peer->channel.header = aligned_alloc(128, (sizeof(*peer->channel.header) + 127) & ~127u);
    peer->channel.data[0] = calloc(1, CAPACITY);
    MUST(peer->channel.header && peer->channel.data[0]);
    memset(peer->channel.header, 0, sizeof(*peer->channel.header));
    tsm_ring_writer_init(&peer->writer, &peer->channel.header->ring[0], peer->channel.data[0],
                         CAPACITY, CAPACITY);
    MUST(tsm_mailslot_queue_grow_locked(&slot));
    peer->link = tsm_mailslot_link_new(number, MESSAGE_MAX);
    MUST(peer->link);
    peer->link->is_polled = true;
    slot.link_count++;
    slot.link_total++;
    tsm_list_append(&slot.greeting, &peer->link->node);
    tsm_mailslot_link_attach(peer->link, &peer->channel, slot.now);
    set_allowance(&slot, peer->link);
    wake_up(&slot, peer->link);
}

/* The message says who and which. */
static void peer_writes(struct peer *peer)
{
    uint8_t message[MESSAGE_MAX] = {(uint8_t)(peer - peers), (uint8_t)peer->sent,
                                    (uint8_t)(peer->sent >> 8)};
    _Atomic uint32_t *wait = &peer->channel.header->ring[0].consumer_wait.wait;
    uint32_t length = 3 + next_u8() % (MESSAGE_MAX - 3);

    if (!peer->is_there || peer->has_gone)
        return;
    is_peer_at_work = true;
    if (tsm_ring_write_stamped(&peer->writer, (uint64_t)tsm_monotonic_ns(), message, length)) {
        peer->sent++;
        if (*wait) {
            *wait = 0;
            peer->event |= 1;
        }
    }
    is_peer_at_work = false;
}

static void take(uint32_t capacity)
{
    struct tsm_mailslot_link *link = tsm_mailslot_next_locked(&slot);
    uint8_t *out = malloc(MESSAGE_MAX + 1);
    uint32_t size = link ? link->size : 0;

    MUST(out && size <= MESSAGE_MAX);
    out[size] = 0xA5;
    if (link && size <= capacity && tsm_mailslot_take_locked(&slot, out)) {
        MUST(out[size] == 0xA5);
        if (size >= 3 && out[0] < LINKS_MAX) {
            struct peer *peer = &peers[out[0]];
            bool is_clean = true;

            /* A liar may say that it is somebody else. */
            for (int i = 0; i < LINKS_MAX; i++)
                is_clean &= !peers[i].has_lied;
            MUST(!is_clean || (uint32_t)(out[1] | out[2] << 8) == peer->read++);
        }
    }
    free(out);
}

static void step(void)
{
    uint8_t code = next_u8();
    struct peer *peer = &peers[code >> 6];

    loads = 0;
    switch (code % 12) {
    case 0:
    case 1:
    case 2:
        peer_writes(peer);
        break;
    case 3:
    case 4:
    case 5:
        take(next_u16() % (2 * MESSAGE_MAX));
        break;
    case 6:
        (void)tsm_mailslot_count_locked(&slot);
        break;
    case 7:
        (void)tsm_mailslot_rest_locked(&slot);
        break;
    case 8:
    case 9:
        plan_lie();
        break;
    case 10:
        if (peer->is_there && !peer->has_gone && (code & 0x10)) {
            peer->has_lied = true;
            peer->event |= 1;
        } else if (peer->is_there) {
            peer->event |= peer->has_gone ? 0 : 2;
            peer->has_gone = true;
        }
        break;
    default:
        if (code & 0x20)
            tsm_mailslot_end_batch_locked(&slot);
        (void)tsm_mailslot_has_news_locked(&slot);
        tsm_mailslot_collect_locked(&slot);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    bool is_clean = true;

    program = input;
    program_left = size;
    lie_count = 0;
    loads = 0;
    memset(&slot, 0, sizeof(slot));
    slot.is_open = true;
    if (size && (input[size - 1] & 1))
        slot.share = (struct tsm_mailslot_share *)&slot; /* nobody looks into it */
    slot.max_message = MESSAGE_MAX;
    slot.allowance = TSM_MAILSLOT_WRITER_BYTES;
    tsm_list_init(&slot.greeting);
    tsm_list_init(&slot.awake);
    tsm_list_init(&slot.resting);
    tsm_list_init(&slot.left);
    tsm_list_init(&slot.reads);
    for (int i = 0; i < LINKS_MAX; i++)
        peer_new(i);
    for (int i = 0; i < 300 && program_left; i++)
        step();
    lie_count = 0;
    for (int i = 0; i < LINKS_MAX; i++)
        is_clean &= !peers[i].has_lied;
    if (is_clean) {
        uint64_t waiting = 0;

        for (int i = 0; i < LINKS_MAX; i++)
            waiting += peers[i].sent - peers[i].read;
        loads = 0;
        MUST(tsm_mailslot_count_locked(&slot) == waiting);
        for (; waiting; waiting--, loads = 0)
            take(MESSAGE_MAX);
        for (int i = 0; i < LINKS_MAX; i++)
            MUST(peers[i].read == peers[i].sent);
        loads = 0;
        MUST(!tsm_mailslot_next_locked(&slot) && tsm_mailslot_count_locked(&slot) == 0);
    }
    loads = 0;
    tsm_mailslot_drop_all_locked(&slot);
    MUST(slot.link_total == 0 && slot.link_count == 0 && slot.kept_bytes == 0);
    MUST(slot.left_messages == 0);
    for (int i = 0; i < LINKS_MAX; i++)
        MUST(!peers[i].is_there);
    free(slot.queue);
    return 0;
}
