/* SPDX-License-Identifier: MIT */
/*
 * Channel: the memory between the two ends of a connection, and the socket that shows whether the
 * other process lives. Reference counted: a thread that sleeps on a word of it holds one.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "base/deadline.h"
#include "base/list.h"
#include "channel/ring.h"
#include "os/gong.h"
#include "os/memfd.h"
#include "os/reactor.h"
#include "os/unix_socket.h"

enum tsm_side { TSM_SIDE_SERVER, TSM_SIDE_CLIENT };

/* What is known of the peer's process. A short connection is not worth a watch: as long as there is
 * none, whoever wants to know looks. */
enum tsm_peer_gone { TSM_PEER_IS_WATCHED, TSM_PEER_IS_GONE, TSM_PEER_IS_NOT_WATCHED };

struct tsm_channel {
    _Atomic uint32_t refs;
    enum tsm_side side; /* which one we are */
    struct tsm_channel_header *header;
    uint8_t *data[2];     /* of each direction: 0 client to server, 1 server to client */
    uint64_t capacity[2]; /* of what lies behind the windows */
    uint64_t low[2];      /* the places where that begins */
    uint64_t size;
    int memfd;
    int socket;
    struct tsm_unix_peer peer;
    uint32_t users; /* threads that look at the memory without the file lock, which guards this */
    bool was_detached;          /* while there were users: the last one drops their reference */
    bool was_shared;            /* other processes have had it */
    bool may_be_kept;           /* for another connection, when this one is over */
    _Atomic uint32_t peer_gone; /* enum tsm_peer_gone */
    uint32_t looks;             /* at the socket, while it is not watched */
    int64_t begin_ns, looked_ns;
    struct tsm_reactor_watch watch;
    void (*on_news)(void *context); /* no lock held; service thread */
    void *context;
    uint32_t bells;                       /* asked for since they were drained; file lock */
    struct tsm_gong_address gong_address; /* of the peer's gong, when last looked for; file lock */
    struct tsm_gong_memory *gong_memory;
    struct tsm_gong_words *gong; /* NULL: it has none, or it cannot be had */
    uint32_t gong_failures;
    struct tsm_memfd_id memory; /* server */
    int server_pidfd;           /* client, once the connection has ended; -1 none */
    struct tsm_list node;       /* of the pool */
};

#define TSM_CHANNEL_UNWATCHED_MS 2

/* The capacity of a direction with this quota. */
uint64_t tsm_channel_capacity(uint32_t quota);

/* Client: makes the memory, or takes some that this server has had. quota[0] client to server. Takes
 * the socket, on failure too. */
tsm_must_check NTSTATUS tsm_channel_new(int socket, const struct tsm_unix_peer *server,
                                        const uint32_t quota[2], struct tsm_channel **out);

/* Server: takes memory and socket that a client sent, both on failure too. Checks size and seals. */
tsm_must_check NTSTATUS tsm_channel_from_peer(int memfd, int socket, const uint32_t quota[2],
                                              struct tsm_channel **out);

/* Takes memory and socket that another process of the same end has, both on failure too. */
tsm_must_check NTSTATUS tsm_channel_from_holder(enum tsm_side side, int memfd, int socket,
                                                const uint32_t quota[2], struct tsm_channel **out);

/* From now on on_news may come: the peer rang a bell, or is gone. The socket is not watched at once,
 * but when it pays, see tsm_channel_look(), or when a bell is wanted. */
void tsm_channel_watch(struct tsm_channel *channel, void (*on_news)(void *context), void *context);

/* File lock held, the socket not watched: looks whether the peer has hung up, and begins to watch if
 * the connection has lasted a while. True: it has. */
bool tsm_channel_look(struct tsm_channel *channel);

/* File lock held: the peer's process has hung up. */
static inline bool tsm_channel_peer_is_gone_locked(struct tsm_channel *channel)
{
    uint32_t gone = atomic_load_explicit(&channel->peer_gone, memory_order_acquire);

    return gone == TSM_PEER_IS_NOT_WATCHED ? tsm_channel_look(channel) : gone == TSM_PEER_IS_GONE;
}

/* How long to sleep at most before looking again. */
static inline struct tsm_deadline tsm_channel_deadline(const struct tsm_channel *channel)
{
    return atomic_load_explicit(&channel->peer_gone, memory_order_relaxed) ==
                   TSM_PEER_IS_NOT_WATCHED
               ? tsm_deadline_in_ms(TSM_CHANNEL_UNWATCHED_MS)
               : TSM_DEADLINE_NEVER;
}

/* Says goodbye with this state, wakes the peer, ends the watch. Not under a lock that on_news
 * takes. Drops the caller's reference. NULL is fine. */
void tsm_channel_close(struct tsm_channel *channel, enum tsm_side_state state);

/* Client, file lock held: the connection goes on over another socket, which is taken, with the memory as
 * it is. on_news takes no lock. */
void tsm_channel_rewire_locked(struct tsm_channel *channel, int socket,
                               const struct tsm_unix_peer *server);

/* File lock held: other processes get this end's descriptors. The memory is not used again, and the
 * socket is watched from now on. */
void tsm_channel_share_locked(struct tsm_channel *channel);

/* Leaves the connection to the other processes that have this end: the peer sees nothing of it. The
 * rest as above. */
void tsm_channel_drop(struct tsm_channel *channel);

/* First half of closing, under any lock: the state only. */
void tsm_channel_announce(struct tsm_channel *channel, enum tsm_side_state state);

/* For a peer that told a lie, under any lock: it and everybody here sees a closed connection. */
void tsm_channel_hang_up(struct tsm_channel *channel);

/* Says whether the client of a new connection is admitted, or has gone again. False: the other side
 * had decided otherwise. */
bool tsm_channel_decide(struct tsm_channel *channel, enum tsm_admission decision);

void tsm_channel_unref(struct tsm_channel *channel);

/* File lock held: the caller is going to look at the memory after unlocking. */
static inline void tsm_channel_use_locked(struct tsm_channel *channel)
{
    channel->users++;
}

/* File lock held: no longer. True: the caller drops a reference after unlocking. */
static inline bool tsm_channel_leave_locked(struct tsm_channel *channel)
{
    return --channel->users == 0 && channel->was_detached;
}

/* File lock held: the end lets go of the channel; its users may go on for a while. */
static inline void tsm_channel_detach_locked(struct tsm_channel *channel)
{
    if (channel->users == 0)
        return;
    channel->was_detached = true;
    atomic_fetch_add_explicit(&channel->refs, 1, memory_order_relaxed);
}

/* The rings as this side sees them. */
struct tsm_ring_header *tsm_channel_outgoing(struct tsm_channel *channel, uint8_t **data,
                                             uint64_t *capacity);
struct tsm_ring_header *tsm_channel_incoming(struct tsm_channel *channel, uint8_t **data,
                                             uint64_t *capacity);

/* The writer of the outgoing ring. */
static inline void tsm_channel_writer_init(struct tsm_channel *channel,
                                           struct tsm_ring_writer *writer, uint64_t quota)
{
    uint8_t *data;
    uint64_t capacity;
    struct tsm_ring_header *shared = tsm_channel_outgoing(channel, &data, &capacity);

    tsm_ring_writer_init(writer, shared, data, capacity, quota);
    tsm_ring_writer_set_gap(writer, TSM_CHANNEL_WINDOW,
                            channel->low[channel->side == TSM_SIDE_SERVER]);
}

/* What the peer says of itself. */
static inline enum tsm_side_state tsm_channel_peer_state(const struct tsm_channel *channel)
{
    const struct tsm_channel_header *header = channel->header;
    uint32_t state = atomic_load_explicit(channel->side == TSM_SIDE_SERVER ? &header->client_state
                                                                           : &header->server_state,
                                          memory_order_acquire);

    if (state == TSM_SIDE_DISCONNECTED && channel->side == TSM_SIDE_SERVER)
        return TSM_SIDE_CLOSED; /* only a server disconnects */
    return state <= TSM_SIDE_DISCONNECTED ? (enum tsm_side_state)state : TSM_SIDE_CLOSED;
}

/* What this side, in whichever process, has said of itself; the peer could have written it. */
static inline uint32_t tsm_channel_own_state(const struct tsm_channel *channel)
{
    const struct tsm_channel_header *header = channel->header;

    return atomic_load_explicit(channel->side == TSM_SIDE_SERVER ? &header->server_state
                                                                 : &header->client_state,
                                memory_order_acquire);
}

void tsm_channel_wake_slow(struct tsm_channel *channel, _Atomic uint32_t *wait);

/* Wakes whoever sleeps in the peer on a wait word, and rings if its service thread wants that. A
 * full fence stands before. */
static inline void tsm_channel_wake(struct tsm_channel *channel, _Atomic uint32_t *wait)
{
    if (tsm_unlikely(atomic_load_explicit(wait, memory_order_relaxed) != 0))
        tsm_channel_wake_slow(channel, wait);
}

/* The same after somebody's death, who may have taken from the word what there was to do, and not have
 * done it. */
void tsm_channel_wake_anyway(struct tsm_channel *channel, _Atomic uint32_t *wait);

/* File lock held: on_news comes soon, although there may be none. */
void tsm_channel_look_soon_locked(struct tsm_channel *channel);

/* File lock held: what the peer may strike instead of ringing for what it writes; at 0: nothing. Before
 * a bell is wanted. */
void tsm_channel_show_gong_locked(struct tsm_channel *channel, struct tsm_gong_address address);

/* File lock held: the peer's end is noticed soon from now on, whoever looks at the ring. */
void tsm_channel_be_watched_locked(struct tsm_channel *channel);

/* File lock held: the next wake through this word of ours comes as on_news too. A full fence, and
 * another look at the ring, have to follow. */
void tsm_channel_want_bell_locked(struct tsm_channel *channel, _Atomic uint32_t *wait);

/* ---- between the files of this room ---- */

/* channel_life.c begins and ends channels; here is what they are made of. A channel without memory,
 * which has the socket; NULL without memory for it, and the socket is the caller's still. */
struct tsm_channel *tsm_channel_alloc(enum tsm_side side, int socket,
                                      const struct tsm_unix_peer *peer, const uint64_t capacity[2]);

/* Maps its memfd. */
tsm_must_check NTSTATUS tsm_channel_map(struct tsm_channel *channel);

/* At once, whatever it could still be good for. */
void tsm_channel_free(struct tsm_channel *channel);
