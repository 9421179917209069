/* SPDX-License-Identifier: MIT */
/* The memory of connections that are over, for the next one between the same two processes. */
#pragma once

#include "channel/channel.h"

/* Takes a channel that nobody in this process uses any more, without a socket. Server: says so in
 * the memory. False: it is the caller's still, and not worth keeping. */
bool tsm_channel_pool_give(struct tsm_channel *channel);

/* Client: memory of that shape which this server, and nobody else, has had, and has let go of; it is
 * as good as new. NULL: none. */
struct tsm_channel *tsm_channel_pool_take_for(const struct tsm_unix_peer *server,
                                              const uint64_t capacity[2]);

/* Server: the channel in which this client's memory is mapped already. NULL: none. */
struct tsm_channel *tsm_channel_pool_take_from(const struct tsm_unix_peer *client,
                                               const struct tsm_memfd_id *memory,
                                               const uint64_t capacity[2]);

/* Frees all. False: there was nothing. */
bool tsm_channel_pool_drop(void);
