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
#define BYTES_PER_QUOTA_BYTE 16 /* a frame with one byte of data takes that much */

uint64_t tsm_channel_capacity(uint32_t quota)
{
    uint64_t wanted = (uint64_t)quota * BYTES_PER_QUOTA_BYTE;

    wanted = tsm_align_up(wanted, 4096);
    return wanted < CAPACITY_MIN ? CAPACITY_MIN : wanted > CAPACITY_MAX ? CAPACITY_MAX : wanted;
}

static struct tsm_channel *channel_alloc(enum tsm_side side, const uint32_t quota[2])
{
    struct tsm_channel *channel = calloc(1, sizeof(*channel));

    if (!channel)
        return NULL;
    atomic_init(&channel->refs, 1);
    channel->side = side;
    channel->memfd = channel->socket = -1;
    channel->size = TSM_CHANNEL_HEADER_SIZE;
    for (int i = 0; i < 2; i++) {
        channel->capacity[i] = tsm_channel_capacity(quota[i]);
        channel->size += channel->capacity[i];
    }
    return channel;
}

static NTSTATUS channel_map(struct tsm_channel *channel)
{
    void *memory;
    NTSTATUS status = tsm_memfd_map(channel->memfd, channel->size, &memory);

    if (!NT_SUCCESS(status))
        return status;
    channel->header = memory;
    channel->data[0] = (uint8_t *)memory + TSM_CHANNEL_HEADER_SIZE;
    channel->data[1] = channel->data[0] + channel->capacity[0];
    return STATUS_SUCCESS;
}

NTSTATUS tsm_channel_new(const uint32_t quota[2], struct tsm_channel **out)
{
    struct tsm_channel *channel = channel_alloc(TSM_SIDE_CLIENT, quota);
    NTSTATUS status = channel ? tsm_memfd_new(channel->size, &channel->memfd) : STATUS_NO_MEMORY;

    if (NT_SUCCESS(status))
        status = channel_map(channel);
    if (!NT_SUCCESS(status)) {
        if (channel)
            tsm_channel_unref(channel);
        return status;
    }
    channel->header->magic = TSM_RING_MAGIC;
    channel->header->version = TSM_RING_VERSION;
    channel->header->capacity[0] = channel->capacity[0];
    channel->header->capacity[1] = channel->capacity[1];
    *out = channel;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_channel_from_peer(int memfd, int socket, const uint32_t quota[2],
                               struct tsm_channel **out)
{
    return tsm_channel_from_holder(TSM_SIDE_SERVER, memfd, socket, quota, out);
}

NTSTATUS tsm_channel_from_holder(enum tsm_side side, int memfd, int socket, const uint32_t quota[2],
                                 struct tsm_channel **out)
{
    struct tsm_channel *channel = channel_alloc(side, quota);

    if (!channel) {
        tsm_unix_close(socket);
        if (memfd >= 0)
            tsm_unix_close(memfd);
        return STATUS_NO_MEMORY;
    }
    channel->memfd = memfd;
    channel->socket = socket;

    NTSTATUS status = memfd >= 0 ? tsm_memfd_check(memfd, channel->size) : STATUS_INVALID_PARAMETER;

    if (NT_SUCCESS(status))
        status = channel_map(channel);
    if (NT_SUCCESS(status) &&
        (channel->header->magic != TSM_RING_MAGIC || channel->header->version != TSM_RING_VERSION))
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = tsm_unix_peer(socket, &channel->peer);
    if (!NT_SUCCESS(status)) {
        tsm_channel_unref(channel);
        return status;
    }
    *out = channel;
    return STATUS_SUCCESS;
}

static void channel_on_event(struct tsm_reactor_watch *watch, uint32_t events)
{
    struct tsm_channel *channel = tsm_container_of(watch, struct tsm_channel, watch);

    if (events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR))
        atomic_store(&channel->peer_gone, 1);
    channel->on_news(channel->context);
}

NTSTATUS tsm_channel_watch(struct tsm_channel *channel, void (*on_news)(void *context),
                           void *context)
{
    channel->on_news = on_news;
    channel->context = context;
    channel->watch.fd = channel->socket;
    channel->watch.on_event = channel_on_event;
    return tsm_reactor_add(&channel->watch, EPOLLIN | EPOLLRDHUP | EPOLLET);
}

void tsm_channel_wake_slow(struct tsm_channel *channel, _Atomic uint32_t *wait)
{
    uint32_t wanted = atomic_exchange(wait, 0);

    if (wanted & TSM_WAIT_FUTEX)
        tsm_futex_wake(wait, INT_MAX, TSM_FUTEX_SHARED);
    if (wanted & TSM_WAIT_BELL)
        tsm_unix_ring(channel->socket);
}

void tsm_channel_want_bell_locked(struct tsm_channel *channel, _Atomic uint32_t *wait)
{
    if (atomic_fetch_or(wait, TSM_WAIT_BELL) & TSM_WAIT_BELL)
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

    atomic_compare_exchange_strong(own, &expected, state);
    atomic_thread_fence(memory_order_seq_cst);
    /* Ours are among these words: the peer gets no chance to keep a thread of ours asleep. */
    for (int i = 0; i < 2; i++) {
        atomic_store(&header->ring[i].consumer_wait.wait, 0);
        tsm_futex_wake(&header->ring[i].consumer_wait.wait, INT_MAX, TSM_FUTEX_SHARED);
        atomic_store(&header->ring[i].producer_wait.wait, 0);
        tsm_futex_wake(&header->ring[i].producer_wait.wait, INT_MAX, TSM_FUTEX_SHARED);
    }
}

void tsm_channel_hang_up(struct tsm_channel *channel)
{
    tsm_trace(TSM_TRACE_PIPE, "process %u contradicts itself: its connection is closed",
              channel->peer.pid);
    tsm_channel_announce(channel, TSM_SIDE_CLOSED);
    tsm_unix_shutdown(channel->socket);
}

void tsm_channel_close(struct tsm_channel *channel, enum tsm_side_state state)
{
    if (!channel)
        return;
    tsm_reactor_remove(&channel->watch);
    tsm_channel_announce(channel, state);
    if (channel->socket >= 0)
        tsm_unix_shutdown(channel->socket);
    tsm_channel_unref(channel);
}

void tsm_channel_drop(struct tsm_channel *channel)
{
    if (!channel)
        return;
    tsm_reactor_remove(&channel->watch);
    tsm_channel_unref(channel);
}

void tsm_channel_unref(struct tsm_channel *channel)
{
    if (atomic_fetch_sub_explicit(&channel->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (channel->header)
        tsm_memfd_unmap(channel->header, channel->size);
    if (channel->memfd >= 0)
        tsm_unix_close(channel->memfd);
    if (channel->socket >= 0)
        tsm_unix_close(channel->socket);
    free(channel);
}

static struct tsm_ring_header *direction(struct tsm_channel *channel, int index, uint8_t **data,
                                         uint64_t *capacity)
{
    *data = channel->data[index];
    *capacity = channel->capacity[index];
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
