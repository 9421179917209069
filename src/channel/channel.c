/* SPDX-License-Identifier: MIT */
#include "channel/channel.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/assert.h"
#include "base/trace.h"
#include "os/futex.h"
#include "os/memfd.h"

#define CAPACITY_MIN         (UINT64_C(64) << 20)
#define CAPACITY_MAX         (UINT64_C(256) << 20)
#define BELLS_MAX            32
#define GONG_FAILURES_MAX    8 /* a peer that has a new one for each message is not believed */
#define LOOKS_MAX            8 /* then a watch is cheaper */
#define LOOK_AGAIN_NS        20000
#define BYTES_PER_QUOTA_BYTE 16 /* a frame with one byte of data takes that much */

uint64_t tsm_channel_capacity(uint32_t quota)
{
    uint64_t wanted = (uint64_t)quota * BYTES_PER_QUOTA_BYTE;

    wanted = tsm_align_up(wanted, 4096);
    return wanted < CAPACITY_MIN ? CAPACITY_MIN : wanted > CAPACITY_MAX ? CAPACITY_MAX : wanted;
}

struct tsm_channel *tsm_channel_alloc(enum tsm_side side, int socket,
                                      const struct tsm_unix_peer *peer, const uint64_t capacity[2])
{
    struct tsm_channel *channel = calloc(1, sizeof(*channel));

    if (!channel)
        return NULL;
    atomic_init(&channel->refs, 1);
    channel->side = side;
    channel->memfd = channel->server_pidfd = -1;
    channel->socket = socket;
    channel->peer = *peer;
    tsm_list_init(&channel->node);
    channel->size = TSM_CHANNEL_HEADER_SIZE;
    for (int i = 0; i < 2; i++) {
        channel->capacity[i] = capacity[i];
        channel->size += capacity[i];
    }
    return channel;
}

NTSTATUS tsm_channel_map(struct tsm_channel *channel)
{
    void *memory;
    NTSTATUS status = tsm_memfd_map(channel->memfd, channel->size, &memory);

    if (!NT_SUCCESS(status))
        return status;
    channel->header = memory;
    for (int i = 0; i < 2; i++) {
        uint64_t window = TSM_CHANNEL_WINDOWS + (uint64_t)i * TSM_CHANNEL_WINDOW;

        channel->data[i] = (uint8_t *)memory + window;
        channel->low[i] = TSM_CHANNEL_HEADER_SIZE + (i ? channel->capacity[0] : 0) - window;
    }
    return STATUS_SUCCESS;
}

static void channel_on_event(struct tsm_reactor_watch *watch, uint32_t events)
{
    struct tsm_channel *channel = tsm_container_of(watch, struct tsm_channel, watch);

    /* A look may have found it before; those who sleep do not know yet. */
    if (events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR))
        atomic_store_explicit(&channel->peer_gone, TSM_PEER_IS_GONE, memory_order_release);
    channel->on_news(channel->context);
}

void tsm_channel_watch(struct tsm_channel *channel, void (*on_news)(void *context), void *context)
{
    channel->on_news = on_news;
    channel->context = context;
    channel->watch =
        (struct tsm_reactor_watch){.fd = channel->socket, .on_event = channel_on_event};
    channel->looks = channel->bells = 0;
    channel->begin_ns = tsm_monotonic_ns();
    atomic_store_explicit(&channel->peer_gone, TSM_PEER_IS_NOT_WATCHED, memory_order_relaxed);
}

static void begin_to_watch(struct tsm_channel *channel)
{
    uint32_t watched = TSM_PEER_IS_WATCHED;

    atomic_store(&channel->peer_gone, TSM_PEER_IS_WATCHED);

    NTSTATUS status = tsm_reactor_add(&channel->watch, EPOLLIN | EPOLLRDHUP | EPOLLET);

    if (NT_SUCCESS(status))
        return;
    tsm_trace(TSM_TRACE_PIPE, "a connection is not watched: %s", tsm_status_name(status));
    atomic_compare_exchange_strong(&channel->peer_gone, &watched, TSM_PEER_IS_NOT_WATCHED);
}

bool tsm_channel_look(struct tsm_channel *channel)
{
    int64_t now = tsm_monotonic_ns();
    bool is_old = channel->was_shared || channel->looks >= LOOKS_MAX ||
                  now - channel->begin_ns >= TSM_CHANNEL_UNWATCHED_MS * INT64_C(1000000);

    if (is_old)
        begin_to_watch(channel);
    else if (channel->looks > 0 && now - channel->looked_ns < LOOK_AGAIN_NS)
        return false;
    channel->looked_ns = now;
    channel->looks++;
    if (!tsm_unix_is_hung_up(channel->socket))
        return false;
    atomic_store_explicit(&channel->peer_gone, TSM_PEER_IS_GONE, memory_order_release);
    return true;
}

void tsm_channel_rewire_locked(struct tsm_channel *channel, int socket,
                               const struct tsm_unix_peer *server)
{
    tsm_reactor_remove(&channel->watch);
    tsm_unix_close(channel->socket);
    channel->socket = socket;
    channel->peer = *server;
    channel->may_be_kept = false;
    tsm_channel_watch(channel, channel->on_news, channel->context);
}

void tsm_channel_share_locked(struct tsm_channel *channel)
{
    channel->was_shared = true;
    channel->may_be_kept = false;
}

/* The peer's gong has moved: finds it again. */
static void gong_find(struct tsm_channel *channel, struct tsm_gong_address address)
{
    bool is_allowed = channel->peer.is_own_user && channel->gong_failures < GONG_FAILURES_MAX;

    tsm_gong_memory_put(channel->gong_memory);
    channel->gong_memory = is_allowed ? tsm_gong_memory_get(channel->peer.pid, address) : NULL;
    channel->gong =
        channel->gong_memory ? tsm_gong_memory_words(channel->gong_memory, address) : NULL;
    channel->gong_failures += channel->gong == NULL;
    channel->gong_address = address;
}

/* Tells the peer's reader by its gong. False: it has none, or there is nobody who hears it. */
static bool strike(struct tsm_channel *channel, const struct tsm_ring_consumer_wait *reader)
{
    struct tsm_gong_address address;

    address.at = atomic_load_explicit(&reader->gong_at, memory_order_acquire);
    if (address.at == 0)
        return false;
    address.memory = atomic_load_explicit(&reader->gong_memory, memory_order_relaxed);
    if (tsm_unlikely(address.at != channel->gong_address.at ||
                     address.memory != channel->gong_address.memory))
        gong_find(channel, address);
    return channel->gong && tsm_gong_strike(channel->gong);
}

void tsm_channel_wake_slow(struct tsm_channel *channel, _Atomic uint32_t *wait)
{
    struct tsm_ring_consumer_wait *reader =
        &channel->header->ring[channel->side == TSM_SIDE_SERVER].consumer_wait;

    if (wait == &reader->wait &&
        (atomic_load_explicit(wait, memory_order_relaxed) & TSM_WAIT_BELL) &&
        strike(channel, reader)) {
        if (atomic_fetch_and(wait, ~TSM_WAIT_FUTEX) & TSM_WAIT_FUTEX)
            tsm_futex_wake(wait, INT_MAX, TSM_FUTEX_SHARED);
        return;
    }

    uint32_t wanted = atomic_exchange(wait, 0);

    if (wanted & TSM_WAIT_FUTEX)
        tsm_futex_wake(wait, INT_MAX, TSM_FUTEX_SHARED);
    if (wanted & TSM_WAIT_BELL)
        tsm_unix_ring(channel->socket);
}

void tsm_channel_wake_anyway(struct tsm_channel *channel, _Atomic uint32_t *wait)
{
    tsm_channel_wake(channel, wait);
    tsm_futex_wake(wait, INT_MAX, TSM_FUTEX_SHARED);
    tsm_unix_ring(channel->socket);
}

void tsm_channel_be_watched_locked(struct tsm_channel *channel)
{
    if (atomic_load_explicit(&channel->peer_gone, memory_order_relaxed) == TSM_PEER_IS_NOT_WATCHED)
        begin_to_watch(channel);
}

void tsm_channel_show_gong_locked(struct tsm_channel *channel, struct tsm_gong_address address)
{
    struct tsm_ring_consumer_wait *reader =
        &channel->header->ring[channel->side == TSM_SIDE_CLIENT].consumer_wait;

    if (atomic_load_explicit(&reader->gong_at, memory_order_relaxed) == address.at &&
        atomic_load_explicit(&reader->gong_memory, memory_order_relaxed) == address.memory)
        return;
    /* Who sees one half of the old and one of the new finds no such gong. */
    atomic_store_explicit(&reader->gong_memory, address.memory, memory_order_relaxed);
    /* pairs with the acquire in strike() */
    atomic_store_explicit(&reader->gong_at, address.at, memory_order_release);
}

void tsm_channel_look_soon_locked(struct tsm_channel *channel)
{
    tsm_channel_be_watched_locked(channel);
    tsm_reactor_set_deadline(&channel->watch, tsm_deadline_in_ms(0));
}

void tsm_channel_want_bell_locked(struct tsm_channel *channel, _Atomic uint32_t *wait)
{
    tsm_channel_be_watched_locked(channel);
    if ((atomic_load_explicit(wait, memory_order_relaxed) & TSM_WAIT_BELL) ||
        (atomic_fetch_or(wait, TSM_WAIT_BELL) & TSM_WAIT_BELL))
        return;
    /* The watch is edge-triggered, so that bells may lie there; far fewer than a socket takes. */
    if (++channel->bells >= BELLS_MAX) {
        channel->bells = 0;
        tsm_unix_drain(channel->socket);
    }
}

void tsm_channel_announce(struct tsm_channel *channel, enum tsm_side_state state)
{
    struct tsm_channel_header *header = channel->header;
    _Atomic uint32_t *own =
        channel->side == TSM_SIDE_SERVER ? &header->server_state : &header->client_state;
    uint32_t expected = TSM_SIDE_OPEN;
    /* Threads of ours may sleep here: no peer gets the chance to keep them asleep. */
    bool has_sleepers = channel->was_shared ||
                        atomic_load_explicit(&channel->refs, memory_order_acquire) > 1 ||
                        channel->users > 0;

    atomic_compare_exchange_strong(own, &expected, state);
    atomic_thread_fence(memory_order_seq_cst);
    for (int i = 0; i < 2; i++) {
        _Atomic uint32_t *waits[] = {&header->ring[i].consumer_wait.wait,
                                     &header->ring[i].producer_wait.wait};

        for (int k = 0; k < 2; k++)
            if ((atomic_exchange(waits[k], 0) & TSM_WAIT_FUTEX) || has_sleepers)
                tsm_futex_wake(waits[k], INT_MAX, TSM_FUTEX_SHARED);
    }
}

bool tsm_channel_decide(struct tsm_channel *channel, enum tsm_admission decision)
{
    uint32_t expected = TSM_ADMISSION_OPEN;

    return atomic_compare_exchange_strong(&channel->header->admission, &expected, decision) ||
           expected == (uint32_t)decision;
}

void tsm_channel_hang_up(struct tsm_channel *channel)
{
    tsm_trace(TSM_TRACE_PIPE, "process %u contradicts itself: its connection is closed",
              channel->peer.pid);
    tsm_channel_announce(channel, TSM_SIDE_CLOSED);
    tsm_unix_shutdown(channel->socket);
}

void tsm_channel_free(struct tsm_channel *channel)
{
    if (channel->header)
        tsm_memfd_unmap(channel->header, channel->size);
    if (channel->memfd >= 0)
        tsm_unix_close(channel->memfd);
    if (channel->server_pidfd >= 0)
        tsm_unix_close(channel->server_pidfd);
    tsm_gong_memory_put(channel->gong_memory);
    if (channel->socket >= 0)
        tsm_unix_close(channel->socket);
    free(channel);
}

static struct tsm_ring_header *direction(struct tsm_channel *channel, int index, uint8_t **data,
                                         uint64_t *capacity)
{
    *data = channel->data[index];
    *capacity = channel->low[index] + channel->capacity[index];
    return &channel->header->ring[index];
}

struct tsm_ring_header *tsm_channel_outgoing(struct tsm_channel *channel, uint8_t **data,
                                             uint64_t *capacity)
{
    return direction(channel, channel->side == TSM_SIDE_SERVER, data, capacity);
}

struct tsm_ring_header *tsm_channel_incoming(struct tsm_channel *channel, uint8_t **data,
                                             uint64_t *capacity)
{
    return direction(channel, channel->side == TSM_SIDE_CLIENT, data, capacity);
}
