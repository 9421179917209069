/* SPDX-License-Identifier: MIT */
/*
 * The shared memory of one connection: an ABI between processes, described in
 * docs/protocol/named-pipe.md. Every word is written by one side only, except wait words, which the
 * other side exchanges to 0, and the take word of a revocable frame.
 */
#pragma once

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define TSM_RING_MAGIC   0x4d534e54u /* "TNSM" */
#define TSM_RING_VERSION 3u

/* What a side says of itself; the first store wins. */
enum tsm_side_state { TSM_SIDE_OPEN, TSM_SIDE_CLOSED, TSM_SIDE_DISCONNECTED };

/* Of the client, if it cannot know by itself; the first store wins. */
enum tsm_admission { TSM_ADMISSION_OPEN, TSM_ADMISSION_GRANTED, TSM_ADMISSION_WITHDRAWN };

/* Bits of a wait word. */
#define TSM_WAIT_FUTEX 1u /* somebody sleeps on the word: wake all */
#define TSM_WAIT_BELL  2u /* the service thread wants a bell */
#define TSM_WAIT_SLEEP 4u /* times a number that tells sleeps apart; nothing to the waker */

/* Written by the writing end. */
struct tsm_ring_producer {
    _Alignas(128) _Atomic uint64_t head; /* bytes of frames published, ever */
    _Atomic uint64_t payload;            /* W: bytes submitted, minus cancelled */
    _Atomic uint64_t messages;           /* M: messages submitted, minus cancelled */
    _Atomic uint64_t dropped;            /* mailslots: messages for which there was no room */
};

/* Written by the reading end. */
struct tsm_ring_consumer {
    _Alignas(128) _Atomic uint64_t tail; /* bytes of frames done with */
    _Atomic uint64_t payload;            /* R: bytes consumed */
    _Atomic uint64_t messages;           /* Rm: messages consumed */
    _Atomic uint64_t claim;              /* R + what pending reads ask for; 0 = no read pends */
    _Atomic uint64_t allowance;          /* mailslots: bytes of frames that may be unread */
};

/* Of the reading end. */
struct tsm_ring_consumer_wait {
    _Alignas(128) _Atomic uint32_t wait;
    _Atomic uint32_t cpu; /* where it runs */
    /* The gong that may be struck instead of ringing a bell, see os/gong.h; at 0: none. */
    _Atomic uint64_t gong_memory;
    _Atomic uint64_t gong_at; /* written last */
};

/* Of the writing end. Needs are what its waiters wait for, the smallest first. */
struct tsm_ring_producer_wait {
    _Alignas(128) _Atomic uint32_t wait;
    _Atomic uint32_t cpu;           /* where it runs */
    _Atomic uint64_t need_tail;     /* UINT64_MAX = nobody */
    _Atomic uint64_t need_payload;  /* of max(R, claim) */
    _Atomic uint64_t need_messages; /* of Rm */
};

struct tsm_ring_header {
    struct tsm_ring_producer producer;
    struct tsm_ring_consumer consumer;
    struct tsm_ring_consumer_wait consumer_wait;
    struct tsm_ring_producer_wait producer_wait;
};

struct tsm_channel_header {
    uint32_t magic;
    uint32_t version;
    uint64_t capacity[2]; /* of the data of each direction */
    _Alignas(128) _Atomic uint32_t server_state;
    _Atomic uint32_t admission; /* enum tsm_admission; whoever is first */
    _Atomic uint32_t released;  /* by the server: it will not look at this memory again */
    _Alignas(128) _Atomic uint32_t client_state;
    struct tsm_ring_header ring[2]; /* 0: client to server, 1: server to client */
};

/*
 * The first page has the header and a window of each direction: its first places. So a connection on
 * which little is said takes one page. The places behind the window lie elsewhere; where, and that
 * there is a hole between, concerns the writer alone.
 */
#define TSM_CHANNEL_HEADER_SIZE 4096u
#define TSM_CHANNEL_WINDOWS     1408u /* where they begin */
#define TSM_CHANNEL_WINDOW      1344u /* size of one */

/*
 * A frame: header, data, padding to 8. Its word is stored last, after the word of the place behind
 * it has been cleared: so the reader finds the next frame by looking at one word, in the line that
 * also has the data. A jump says that the next frame lies elsewhere; it is taken when a low, still
 * warm place is free. Positions of head and tail count the bytes of frames in stream order, jumps
 * included, and say nothing about places.
 */
struct tsm_frame {
    _Atomic uint32_t word; /* 0: nothing yet; flags and length; a jump: place / 8 */
    _Atomic uint32_t take; /* revocable: bytes the reader claimed; jump: TSM_FRAME_IS_JUMP */
};

#define TSM_FRAME_VALID     0x20000000u /* in word: always */
#define TSM_FRAME_REVOCABLE 0x80000000u /* in word: bytes must be claimed before they are copied */
#define TSM_FRAME_MORE      0x40000000u /* in word: the message goes on in the next frame */
#define TSM_FRAME_LENGTH    0x1FFFFFFFu
#define TSM_FRAME_CANCELLED 0x80000000u /* in take */
#define TSM_FRAME_IS_JUMP   0x7FFFFFFFu /* in take */

static_assert(sizeof(struct tsm_frame) == 8, "frame header");
static_assert(sizeof(struct tsm_channel_header) <= TSM_CHANNEL_WINDOWS, "ABI");
static_assert(TSM_CHANNEL_WINDOWS + 2 * TSM_CHANNEL_WINDOW == TSM_CHANNEL_HEADER_SIZE, "one page");
static_assert(offsetof(struct tsm_channel_header, server_state) == 128, "ABI");
static_assert(offsetof(struct tsm_channel_header, ring) == 384, "ABI");
static_assert(sizeof(struct tsm_ring_header) == 512, "ABI");
