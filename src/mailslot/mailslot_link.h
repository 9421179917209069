/* SPDX-License-Identifier: MIT */
/* One writer of a mailslot, as the slot sees it: a ring of messages with their stamps. */
#pragma once

#include <stdbool.h>

#include "base/list.h"
#include "channel/channel.h"
#include "channel/ring_keep.h"

/* What a writer may have unread. */
#define TSM_MAILSLOT_WRITER_BYTES (UINT64_C(16) << 20)

enum tsm_mailslot_link_state {
    TSM_LINK_GREETING, /* has not said hello */
    TSM_LINK_AWAKE,    /* is looked at with each batch */
    TSM_LINK_RESTING,  /* has nothing, and rings when it has */
    TSM_LINK_LEFT,     /* its writer has gone, its messages are in the batch */
};

/* What its writer sees when it is freed. */
enum tsm_mailslot_parting {
    TSM_PARTING_CLOSED,  /* the slot is closed to it */
    TSM_PARTING_HUNG_UP, /* it may knock again */
    TSM_PARTING_NOTHING, /* it goes on in other processes */
};

struct tsm_mailslot_link {
    struct tsm_list node; /* in the slot's list of its state */
    enum tsm_mailslot_link_state state;
    int socket;      /* borrowed from the channel, if there is one */
    bool has_socket; /* the writer is there */
    bool is_polled;
    enum tsm_mailslot_parting parting;
    uint32_t place; /* in the share, if the slot has one */
    uint64_t id;    /* there; 0: not in it */
    struct tsm_deadline hello_deadline;
    struct tsm_channel *channel; /* NULL: greeting, or what is left lies in kept */
    void *kept;
    uint64_t kept_size;
    uint64_t left_messages; /* of what lies there, if left */
    uint32_t max_message;

    struct tsm_ring_reader reader;
    struct tsm_ring_scout scout;
    uint64_t limit;  /* position of the stream up to which this batch goes */
    uint64_t looked; /* when we looked last: what was not there then came later */
    uint64_t floor;  /* when what is in the batch was not there yet */
    uint32_t empty_looks;

    /* The first message, if has_next. */
    uint64_t stamp;
    uint32_t size;
    bool has_next;
    bool is_queued; /* in the slot's batch */
};

/* Greeting. NULL without memory; takes the socket on success. */
struct tsm_mailslot_link *tsm_mailslot_link_new(int socket, uint32_t max_message);
void tsm_mailslot_link_free(struct tsm_mailslot_link *link);

/* Takes the channel that came with the hello; looked: when others were looked at last. */
void tsm_mailslot_link_attach(struct tsm_mailslot_link *link, struct tsm_channel *channel,
                              uint64_t looked);

/* A new batch begins, and what is in the ring now may belong to it; now: before anything was looked
 * at. True: has_next. */
bool tsm_mailslot_link_look(struct tsm_mailslot_link *link, uint64_t now);

/* Finds the message behind the one that was taken, of the same batch. True: has_next. */
bool tsm_mailslot_link_find(struct tsm_mailslot_link *link, uint64_t now);

/* Takes it; out has room for size bytes, or is NULL. False: it was a lie. The writer hears of it when
 * that is published. */
bool tsm_mailslot_link_take(struct tsm_mailslot_link *link, void *out);
void tsm_mailslot_link_publish(struct tsm_mailslot_link *link);

/* The shared memory contradicts itself. */
static inline bool tsm_mailslot_link_lies(const struct tsm_mailslot_link *link)
{
    return link->reader.is_broken;
}

/* Its writer has gone, and so have its messages. */
static inline bool tsm_mailslot_link_is_over(const struct tsm_mailslot_link *link)
{
    return link->reader.is_ended && link->reader.tail >= link->reader.end;
}

uint64_t tsm_mailslot_link_count(struct tsm_mailslot_link *link);

/* There may be something new. */
bool tsm_mailslot_link_has_news(const struct tsm_mailslot_link *link);

/* Asks the writer, who is still there, to ring. False: there is something already, and it will not. */
bool tsm_mailslot_link_rest(struct tsm_mailslot_link *link);

/* Its writer has gone; what it left unread may be there. */
static inline bool tsm_mailslot_link_has_left(const struct tsm_mailslot_link *link)
{
    return !link->has_socket;
}

/* The writer has gone: nothing is added any more, and if what it left is more than room, that goes as
 * well. The memory stays as it is. Returns the number of messages that were lost. */
uint64_t tsm_mailslot_link_seal(struct tsm_mailslot_link *link, uint64_t room);

/* The writer has gone: keeps what it left, if that is no more than room, and lets go of everything
 * else of it. Returns the number of messages that were lost. */
uint64_t tsm_mailslot_link_end(struct tsm_mailslot_link *link, uint64_t room);

/* Messages the writer says it had no room for. */
uint64_t tsm_mailslot_link_dropped(const struct tsm_mailslot_link *link);
