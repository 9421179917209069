/* SPDX-License-Identifier: MIT */
/*
 * Channel pool
 *
 * Most of what a connection costs is its memory: to make, map and touch it takes longer than all
 * else. So both processes keep some of it when a connection ends. The client decides: it sends the
 * same memory again to the same server, and only to that, because who had it once has it mapped. The
 * server looks whether it has; if not, it maps it like any other.
 *
 * Client:    knows its server by a pidfd. While the process lives, its number is nobody else's.
 * Server:    knows the memory by its inode, which exists as long as it is mapped.
 * States:    a channel comes in when its last user in this process has gone; the server says so in
 *            the memory (`released`), and the client waits for that: an end that is not closed yet
 *            still reads what its client wrote last.
 * Bounds:    some channels of either side, and only those that carried little: no more of their
 *            pages can be there. Of one's own user alone: a stranger could leave us with much.
 */
#include "channel/channel_pool.h"

#include <string.h>

#include "os/fd_limit.h"
#include "os/lock.h"

#define KEPT_MAX     16
#define CARRIED_MAX  (64u * 1024)
#define NOT_RELEASED 0u
#define RELEASED     1u

static struct {
    struct tsm_lock lock;
    struct tsm_list kept[2]; /* of each side, the one longest here first */
    uint32_t count[2];
} pool = {
    .kept = {TSM_LIST_INIT(pool.kept[0]), TSM_LIST_INIT(pool.kept[1])},
};

static struct tsm_channel *channel_of(struct tsm_list *node)
{
    return TSM_LIST_ENTRY(node, struct tsm_channel, node);
}

static bool is_same_peer(const struct tsm_unix_peer *a, const struct tsm_unix_peer *b)
{
    return a->pid == b->pid && a->uid == b->uid;
}

static bool carried_little(const struct tsm_channel *channel)
{
    uint64_t sum = 0;

    for (int i = 0; i < 2; i++) {
        uint64_t head =
            atomic_load_explicit(&channel->header->ring[i].producer.head, memory_order_relaxed);

        if (head > CARRIED_MAX)
            return false;
        sum += head;
    }
    return sum <= CARRIED_MAX;
}

static bool has_shape(const struct tsm_channel *channel, const uint64_t capacity[2])
{
    return channel->capacity[0] == capacity[0] && channel->capacity[1] == capacity[1];
}

static void take_out_locked(struct tsm_channel *channel)
{
    tsm_list_unlink(&channel->node);
    pool.count[channel->side]--;
}

/* The one longest here, if it must go: there are too many, or its client is dead. */
static struct tsm_channel *take_out_superfluous_locked(enum tsm_side side)
{
    struct tsm_list *node = tsm_list_first(&pool.kept[side]);
    struct tsm_channel *oldest = node ? channel_of(node) : NULL;

    if (!oldest || (pool.count[side] < KEPT_MAX && tsm_unix_peer_may_live(&oldest->peer)))
        return NULL;
    take_out_locked(oldest);
    return oldest;
}

bool tsm_channel_pool_give(struct tsm_channel *channel)
{
    bool is_kept = channel->may_be_kept && channel->peer.is_own_user && channel->peer.pid != 0 &&
                   carried_little(channel) &&
                   (channel->side == TSM_SIDE_SERVER || channel->server_pidfd >= 0);
    struct tsm_channel *superfluous = NULL;

    if (is_kept)
        tsm_fd_limit_add_giver(tsm_channel_pool_drop);
    tsm_lock_acquire(&pool.lock);
    if (is_kept) {
        superfluous = take_out_superfluous_locked(channel->side);
        tsm_list_append(&pool.kept[channel->side], &channel->node);
        pool.count[channel->side]++;
    }
    /* pairs with the acquire in tsm_channel_pool_take_for() */
    if (channel->side == TSM_SIDE_SERVER && !channel->was_shared)
        atomic_store_explicit(&channel->header->released, RELEASED, memory_order_release);
    tsm_lock_release(&pool.lock);
    if (superfluous)
        tsm_channel_free(superfluous);
    return is_kept;
}

/* What a new connection must not find there. */
static void make_new(struct tsm_channel *channel)
{
    struct tsm_channel_header *header = channel->header;

    memset((char *)header + offsetof(struct tsm_channel_header, server_state), 0,
           sizeof(*header) - offsetof(struct tsm_channel_header, server_state));
    for (int i = 0; i < 2; i++)
        memset(channel->data[i], 0, sizeof(struct tsm_frame));
}

struct tsm_channel *tsm_channel_pool_take_for(const struct tsm_unix_peer *server,
                                              const uint64_t capacity[2])
{
    struct tsm_channel *found = NULL, *dead = NULL;

    if (!server->is_own_user || server->pid == 0)
        return NULL;
    tsm_lock_acquire(&pool.lock);
    TSM_LIST_FOR_EACH(node, &pool.kept[TSM_SIDE_CLIENT])
    {
        struct tsm_channel *channel = channel_of(node);

        if (!is_same_peer(&channel->peer, server) || !has_shape(channel, capacity) ||
            atomic_load_explicit(&channel->header->released, memory_order_acquire) != RELEASED)
            continue;
        take_out_locked(channel);
        if (tsm_unix_process_lives(channel->server_pidfd))
            found = channel;
        else
            dead = channel;
        break;
    }
    tsm_lock_release(&pool.lock);
    if (dead)
        tsm_channel_free(dead);
    if (found)
        make_new(found);
    return found;
}

struct tsm_channel *tsm_channel_pool_take_from(const struct tsm_unix_peer *client,
                                               const struct tsm_memfd_id *memory,
                                               const uint64_t capacity[2])
{
    struct tsm_channel *found = NULL;

    if (!client->is_own_user || client->pid == 0)
        return NULL;
    tsm_lock_acquire(&pool.lock);
    TSM_LIST_FOR_EACH(node, &pool.kept[TSM_SIDE_SERVER])
    {
        struct tsm_channel *channel = channel_of(node);

        if (!is_same_peer(&channel->peer, client) || !has_shape(channel, capacity) ||
            channel->memory.inode != memory->inode || channel->memory.device != memory->device)
            continue;
        take_out_locked(channel);
        found = channel;
        break;
    }
    tsm_lock_release(&pool.lock);
    return found;
}

bool tsm_channel_pool_drop(void)
{
    bool was_any = false;

    for (int side = 0; side < 2;) {
        struct tsm_list *node;

        tsm_lock_acquire(&pool.lock);
        node = tsm_list_first(&pool.kept[side]);
        if (node)
            take_out_locked(channel_of(node));
        tsm_lock_release(&pool.lock);
        if (node)
            tsm_channel_free(channel_of(node));
        else
            side++;
        was_any |= node != NULL;
    }
    return was_any;
}
