/* SPDX-License-Identifier: MIT */
/*
 * How a channel begins and ends
 *
 * The pool stands at both ends: a channel begins with memory that these two processes have had, if
 * there is some, and goes to the pool with its last reference.
 *
 * Ownership: memory and socket that come in are taken, on failure too.
 */
#include "channel/channel.h"

#include "channel/channel_pool.h"
#include "os/memfd.h"

/* Out of the pool: the memory is there, the rest begins anew. */
static void channel_begin(struct tsm_channel *channel, int socket)
{
    atomic_init(&channel->refs, 1);
    channel->socket = socket;
    channel->users = 0;
    channel->was_detached = channel->may_be_kept = false;
    channel->looks = 0;
    channel->on_news = NULL;
}

NTSTATUS tsm_channel_new(int socket, const struct tsm_unix_peer *server, const uint32_t quota[2],
                         struct tsm_channel **out)
{
    const uint64_t capacity[2] = {tsm_channel_capacity(quota[0]), tsm_channel_capacity(quota[1])};
    struct tsm_channel *channel = tsm_channel_pool_take_for(server, capacity);

    if (channel) {
        channel_begin(channel, socket);
        *out = channel;
        return STATUS_SUCCESS;
    }
    channel = tsm_channel_alloc(TSM_SIDE_CLIENT, socket, server, capacity);
    if (!channel) {
        tsm_unix_close(socket);
        return STATUS_NO_MEMORY;
    }

    NTSTATUS status = tsm_memfd_new(channel->size, &channel->memfd);

    if (NT_SUCCESS(status))
        status = tsm_channel_map(channel);
    if (!NT_SUCCESS(status)) {
        tsm_channel_free(channel);
        return status;
    }
    channel->header->magic = TSM_RING_MAGIC;
    channel->header->version = TSM_RING_VERSION;
    channel->header->capacity[0] = channel->capacity[0];
    channel->header->capacity[1] = channel->capacity[1];
    *out = channel;
    return STATUS_SUCCESS;
}

/* Memory that this process has not got mapped: takes it. */
static NTSTATUS channel_from_memory(struct tsm_channel *channel, int memfd)
{
    NTSTATUS status = memfd >= 0 ? tsm_memfd_check(memfd, channel->size) : STATUS_INVALID_PARAMETER;

    channel->memfd = memfd;
    if (NT_SUCCESS(status))
        status = tsm_channel_map(channel);
    if (NT_SUCCESS(status) &&
        (channel->header->magic != TSM_RING_MAGIC || channel->header->version != TSM_RING_VERSION))
        status = STATUS_INVALID_PARAMETER;
    return status;
}

static NTSTATUS channel_from(enum tsm_side side, int memfd, int socket,
                             const struct tsm_unix_peer *peer, const uint64_t capacity[2],
                             struct tsm_channel **out)
{
    struct tsm_channel *channel = tsm_channel_alloc(side, socket, peer, capacity);
    NTSTATUS status;

    if (!channel) {
        tsm_unix_close(socket);
        if (memfd >= 0)
            tsm_unix_close(memfd);
        return STATUS_NO_MEMORY;
    }
    status = channel_from_memory(channel, memfd);
    if (!NT_SUCCESS(status)) {
        tsm_channel_free(channel);
        return status;
    }
    *out = channel;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_channel_from_peer(int memfd, int socket, const uint32_t quota[2],
                               struct tsm_channel **out)
{
    const uint64_t capacity[2] = {tsm_channel_capacity(quota[0]), tsm_channel_capacity(quota[1])};
    struct tsm_memfd_id memory = {0};
    struct tsm_unix_peer peer;
    struct tsm_channel *channel;
    NTSTATUS status = memfd < 0                            ? STATUS_INVALID_PARAMETER
                      : tsm_memfd_identify(memfd, &memory) ? STATUS_SUCCESS
                                                           : STATUS_INSUFFICIENT_RESOURCES;

    if (NT_SUCCESS(status))
        status = tsm_unix_peer(socket, &peer);
    if (!NT_SUCCESS(status)) {
        tsm_unix_close(socket);
        if (memfd >= 0)
            tsm_unix_close(memfd);
        return status;
    }
    channel = tsm_channel_pool_take_from(&peer, &memory, capacity);
    if (channel) {
        tsm_unix_close(memfd); /* it has one */
        channel_begin(channel, socket);
    } else {
        status = channel_from(TSM_SIDE_SERVER, memfd, socket, &peer, capacity, &channel);
        if (!NT_SUCCESS(status))
            return status;
        channel->memory = memory;
    }
    *out = channel;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_channel_from_holder(enum tsm_side side, int memfd, int socket, const uint32_t quota[2],
                                 struct tsm_channel **out)
{
    const uint64_t capacity[2] = {tsm_channel_capacity(quota[0]), tsm_channel_capacity(quota[1])};
    struct tsm_unix_peer peer;
    NTSTATUS status = tsm_unix_peer(socket, &peer);

    if (!NT_SUCCESS(status)) {
        tsm_unix_close(socket);
        if (memfd >= 0)
            tsm_unix_close(memfd);
        return status;
    }
    status = channel_from(side, memfd, socket, &peer, capacity, out);
    if (NT_SUCCESS(status))
        tsm_channel_share_locked(*out);
    return status;
}

/* Somebody may have the socket who does not close it now. */
static bool is_held_elsewhere(const struct tsm_channel *channel)
{
    return channel->was_shared || tsm_unix_was_forked() ||
           atomic_load_explicit(&channel->refs, memory_order_relaxed) > 1;
}

void tsm_channel_close(struct tsm_channel *channel, enum tsm_side_state state)
{
    if (!channel)
        return;
    tsm_reactor_remove(&channel->watch);
    tsm_channel_announce(channel, state);
    if (is_held_elsewhere(channel))
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
    if (channel->may_be_kept && channel->side == TSM_SIDE_CLIENT && channel->server_pidfd < 0)
        channel->server_pidfd = tsm_unix_peer_pidfd(channel->socket);
    if (channel->socket >= 0)
        tsm_unix_close(channel->socket);
    channel->socket = -1;
    if (!tsm_channel_pool_give(channel))
        tsm_channel_free(channel);
}
