/* SPDX-License-Identifier: MIT */
/*
 * Where the operations of nth_call.c happen: their handles, and a peer.
 *
 * The peer is a thread of the test, whose calls do not fail. What it does, it does until it has
 * succeeded or is told to stop, since the other side may have had to begin once more.
 */
#pragma once

#include "operation.h"

#include <pthread.h>
#include <stdatomic.h>

#define LONG    (256 * 1024)
#define WORD    "nth call"
#define INVALID INVALID_HANDLE_VALUE

extern struct scene {
    HANDLE server, client, other, objects[3];
    pthread_t peer;
    bool has_peer;
    _Atomic bool is_over; /* the peer is to stop */
    _Atomic bool peer_did;
    DWORD count;
    char got[LONG];
} it;

void pause_us(long us);
void close_one(HANDLE *handle);

void peer_start(void *(*run)(void *));
void peer_end(void);
/* Ends the peer, and closes everything. */
void clean(void);

/* 0, or the error. */
DWORD result(BOOL success);
DWORD result_of(HANDLE made, HANDLE *out);

bool nothing(void); /* there is to be prepared, or to be seen */

/* A word does. */
bool passes(HANDLE from, HANDLE to);
bool is_answered(void); /* the word is in it.got */

DWORD create_pipe(void); /* objects[0] reads what objects[1] writes */

#define OPERATION(its_name, before, call, check, after, result)                          \
    .name = #its_name, .prepare = before, .act = call, .is_done = check, .clean = after, \
    .expected = result
#define OPERATION_LIST(operations)                               \
    {                                                            \
        operations, sizeof(operations) / sizeof((operations)[0]) \
    }
