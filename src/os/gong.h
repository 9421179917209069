/* SPDX-License-Identifier: MIT */
/*
 * Gong: two words of a process, in memory that other processes of its user can map. One says whether
 * its threads look by themselves at what comes for them, the other is what they sleep on.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/status.h"

enum tsm_gong_state {
    TSM_GONG_NOBODY, /* another way has to be found to tell of news */
    TSM_GONG_AWAKE,  /* somebody will look */
    TSM_GONG_ASLEEP, /* somebody will, when the gong is struck */
};

struct tsm_gong_words {
    _Alignas(64) _Atomic uint32_t state;
    _Atomic uint32_t strokes; /* changes with each; futex */
};

/* Where others find it. Not NULL anywhere: at is 0 for no gong. */
struct tsm_gong_address {
    uint64_t memory; /* its number */
    uint64_t at;     /* descriptor of the process in the upper half, place + 1 in the lower */
};

/* Of the process that has it; words is NULL without. */
struct tsm_gong {
    struct tsm_gong_words *words;
    struct tsm_gong_address address;
};

/* Without memory or descriptors there is none. */
void tsm_gong_init(struct tsm_gong *gong);
void tsm_gong_deinit(struct tsm_gong *gong);
void tsm_gong_after_fork(void);

/* The memory of another process' gongs. Shared by all that strike them. */
struct tsm_gong_memory;

/* NULL: it cannot be had. The process may lie about its address: it hurts itself alone. */
struct tsm_gong_memory *tsm_gong_memory_get(uint32_t pid, struct tsm_gong_address address);
void tsm_gong_memory_put(struct tsm_gong_memory *memory);

/* NULL: there is no such place. */
struct tsm_gong_words *tsm_gong_memory_words(struct tsm_gong_memory *memory,
                                             struct tsm_gong_address address);

/* A full fence stands before, after what is news. False: nobody is there, tell it in another way. */
bool tsm_gong_strike(struct tsm_gong_words *words);
