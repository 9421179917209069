/* SPDX-License-Identifier: MIT */
/*
 * Per-thread block: what Windows keeps in the TEB and we need ourselves.
 *
 * It exists for every thread, also those that were not made by CreateThread, and needs no set-up:
 * it is plain thread-local storage.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct tsm_apc_queue;
struct tsm_object;
struct tsm_workers;

struct tsm_teb {
    uint32_t last_error;         /* written by api/api.c alone */
    uint32_t tid;                /* 0 until tsm_teb_tid() asks the kernel */
    _Atomic uint32_t park;       /* the word this thread sleeps on in sync/wait.c */
    struct tsm_apc_queue *apcs;  /* part of its thread object; NULL without one */
    struct tsm_workers *workers; /* the completion port it last took from; sync/workers.c */
    bool is_working;             /* it counts as one of those that run for it */
    bool has_overlapped;         /* it has begun overlapped requests */
    struct tsm_object *thread;   /* its thread object, shared; NULL until somebody asks for it */
    void *thread_exit;           /* process/thread.c: where ExitThread() leaves to */
};

extern _Thread_local struct tsm_teb tsm_teb_self __attribute__((tls_model("initial-exec")));

static inline struct tsm_teb *tsm_teb_current(void)
{
    struct tsm_teb *teb = &tsm_teb_self;

#ifdef __SANITIZE_ADDRESS__
    /* With -fsanitize=null gcc takes the flags of the addition that makes the address; the linker
     * replaces it by one that sets none. */
    __asm__("" : "+r"(teb));
#endif
    return teb;
}

/* The kernel's id of the calling thread; asked for once a thread. */
uint32_t tsm_teb_tid(void);

/* In the child of a fork: forgets what belongs to the parent's thread. */
void tsm_teb_after_fork(void);
