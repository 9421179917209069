/* SPDX-License-Identifier: MIT */
/* Memory that several processes have, each under a number of its own: who of them still lives. */
#pragma once

#include <stdatomic.h>

#include "base/macros.h"
#include "os/parcel.h"

#define TSM_HOLDERS_MAX    256u
#define TSM_HOLDERS_NOBODY UINT32_MAX

/* The memory begins with it. Changed with the lock that lies somewhere behind. */
struct tsm_holder_table {
    uint32_t magic, version;
    uint64_t pid_space;
    uint32_t used_count; /* numbers from here on were never taken */
    struct {
        _Atomic uint32_t is_used;
        uint32_t pid; /* 0: on its way to a process */
    } at[TSM_HOLDERS_MAX];
};

/* What a process has of it. */
struct tsm_holders {
    struct tsm_holder_table *table; /* NULL: nothing */
    uint64_t size;                  /* of the memory */
    int memfd;     /* opened by this process alone: the life of its number is tied to it */
    uint32_t self; /* TSM_HOLDERS_NOBODY: not yet, or no more */
};

#define TSM_HOLDERS_INIT ((struct tsm_holders){.memfd = -1, .self = TSM_HOLDERS_NOBODY})

/* Memory that nobody else has yet, zeros behind the table, and all of it there. What has come into
 * being before it fails stays, here and below: *out, which was TSM_HOLDERS_INIT, is to be closed in
 * any case. */
tsm_must_check NTSTATUS tsm_holders_new(const struct tsm_parcel_kind *kind, uint64_t size,
                                        struct tsm_holders *out);

/* Memory that came from another process; memfd is borrowed. STATUS_REVISION_MISMATCH: it is of
 * another kind; STATUS_NOT_SUPPORTED: of another PID namespace. */
tsm_must_check NTSTATUS tsm_holders_adopt(const struct tsm_parcel_kind *kind, uint64_t size,
                                          int memfd, struct tsm_holders *out);
void tsm_holders_close(struct tsm_holders *holders);

/* ---- with the lock ---- */

/* A number that is tied to an open file of the memory from now on, and to be entered next.
 * STATUS_INSUFFICIENT_RESOURCES: all are taken, those of the dead too. */
tsm_must_check NTSTATUS tsm_holders_claim(const struct tsm_holders *holders, int memfd,
                                          uint32_t *number);

/* It counts as a holder. pid 0: on its way to a process. */
void tsm_holders_enter(struct tsm_holders *holders, uint32_t number, uint32_t pid);

/* It counts no more. */
void tsm_holders_forget(struct tsm_holders *holders, uint32_t number);

/* One that counts, of another process than this one, whose open file is closed. */
bool tsm_holders_is_dead(const struct tsm_holders *holders, uint32_t number);

/* Somebody else counts, dead or alive. */
bool tsm_holders_has_others(const struct tsm_holders *holders);

/* All numbers that count are below. */
static inline uint32_t tsm_holders_end(const struct tsm_holders *holders)
{
    return (uint32_t)tsm_min_u64(*(const volatile uint32_t *)&holders->table->used_count,
                                 TSM_HOLDERS_MAX);
}

static inline bool tsm_holders_has(const struct tsm_holders *holders, uint32_t number)
{
    return atomic_load_explicit(&holders->table->at[number].is_used, memory_order_relaxed) != 0;
}
