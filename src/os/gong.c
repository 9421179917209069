/* SPDX-License-Identifier: MIT */
/*
 * Gong
 *
 * All gongs of a process lie in one memfd of its own, which goes with the last of them. Another process
 * opens it through /proc, which asks the kernel whether it may look into this one; where it may not, or
 * where there is no /proc, it does without.
 *
 *   sleeper:  strokes is read; state ASLEEP; full fence; a look at everything; futex wait on strokes
 *   striker:  news; full fence; state read; ASLEEP: strokes changed, futex wake
 *
 * Who is killed between the change and the wake has told nobody, but the next one strikes again, and
 * that a peer has died is noticed elsewhere.
 *
 * Trust:   the owner writes the state and never reads it back. Who strikes it may write anything there:
 *          it has to be a process of the same user, which could stop the owner as well.
 * Locking: a lock for this process' own gongs, and one for those of others.
 */
#include "os/gong.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/macros.h"
#include "os/futex.h"
#include "os/lock.h"
#include "os/memfd.h"

#define MAGIC  0x474d5354u /* "TSMG" */
#define PLACES 255u

/* An ABI between processes: docs/protocol/named-pipe.md. */
struct page {
    uint32_t magic;
    uint32_t unused;
    uint64_t number; /* of this memory */
    struct tsm_gong_words words[PLACES];
};

#define SIZE tsm_align_up(sizeof(struct page), 4096)

_Static_assert(sizeof(struct page) == 64 + PLACES * 64, "each gong has a line of its own");

static struct {
    struct tsm_lock lock;
    struct page *page;
    int fd;
    uint32_t used;
    bool is_used[PLACES];
} own;

struct tsm_gong_memory {
    struct tsm_list node;
    uint32_t refs;
    uint64_t number;
    struct page *page;
};

static struct {
    struct tsm_lock lock;
    struct tsm_list memories;
} others = {.memories = TSM_LIST_INIT(others.memories)};

/* ---- own ---- */

/* Lock held. */
static bool page_make(void)
{
    void *memory;
    int fd;

    if (!NT_SUCCESS(tsm_memfd_new(SIZE, &fd)))
        return false;
    if (!NT_SUCCESS(tsm_memfd_map(fd, SIZE, &memory))) {
        close(fd);
        return false;
    }
    /* A first touch without memory would be a signal. */
    if (!NT_SUCCESS(tsm_memfd_reserve(fd, 0, SIZE))) {
        tsm_memfd_unmap(memory, SIZE);
        close(fd);
        return false;
    }
    own.fd = fd;
    own.page = memory;
    own.page->magic = MAGIC;
    /* Tells it from that of whoever had the process' number before. */
    own.page->number = (uint64_t)tsm_monotonic_ns() << 8 ^ (uint64_t)getpid();
    return true;
}

void tsm_gong_init(struct tsm_gong *gong)
{
    uint32_t place = 0;

    *gong = (struct tsm_gong){0};
    tsm_lock_acquire(&own.lock);
    if (own.page || page_make()) {
        while (place < PLACES && own.is_used[place])
            place++;
        if (place < PLACES) {
            own.is_used[place] = true;
            own.used++;
            gong->words = &own.page->words[place];
            gong->address.memory = own.page->number;
            gong->address.at = (uint64_t)(uint32_t)own.fd << 32 | (place + 1);
        }
    }
    tsm_lock_release(&own.lock);
}

void tsm_gong_deinit(struct tsm_gong *gong)
{
    if (!gong->words)
        return;
    tsm_lock_acquire(&own.lock);
    /* After a fork it may be the parent's. */
    if (own.page && own.page->number == gong->address.memory) {
        atomic_store(&gong->words->state, TSM_GONG_NOBODY);
        own.is_used[(uint32_t)gong->address.at - 1] = false;
        if (--own.used == 0) {
            tsm_memfd_unmap(own.page, SIZE);
            close(own.fd);
            own.page = NULL;
        }
    }
    tsm_lock_release(&own.lock);
    gong->words = NULL;
}

void tsm_gong_after_fork(void)
{
    own.lock = (struct tsm_lock)TSM_LOCK_INIT;
    own.page = NULL;
    own.used = 0;
    for (uint32_t i = 0; i < PLACES; i++)
        own.is_used[i] = false;
    others.lock = (struct tsm_lock)TSM_LOCK_INIT;
}

/* ---- of others ---- */

static struct page *page_open(uint32_t pid, uint32_t number)
{
    char path[64];
    void *memory = NULL;
    struct stat info;
    int place, fd = -1;

    /* It may be anything: devices do things when they are opened. */
    snprintf(path, sizeof(path), "/proc/%u/fd/%u", pid, number);
    place = open(path, O_PATH | O_CLOEXEC);
    if (place < 0)
        return NULL;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", place);
    if (fstat(place, &info) == 0 && S_ISREG(info.st_mode))
        fd = open(path, O_RDWR | O_CLOEXEC);
    close(place);
    if (fd < 0)
        return NULL;
    if (!NT_SUCCESS(tsm_memfd_check(fd, SIZE)) || !NT_SUCCESS(tsm_memfd_map(fd, SIZE, &memory)))
        memory = NULL;
    close(fd);
    return memory;
}

/* Lock held. */
static struct tsm_gong_memory *memory_find(uint64_t number)
{
    TSM_LIST_FOR_EACH(node, &others.memories)
    {
        struct tsm_gong_memory *memory = TSM_LIST_ENTRY(node, struct tsm_gong_memory, node);

        if (memory->number == number)
            return memory;
    }
    return NULL;
}

static struct tsm_gong_memory *memory_new(uint32_t pid, struct tsm_gong_address address)
{
    struct tsm_gong_memory *memory = malloc(sizeof(*memory));
    struct page *page = memory ? page_open(pid, (uint32_t)(address.at >> 32)) : NULL;

    if (page && (page->magic != MAGIC || page->number != address.memory)) {
        tsm_memfd_unmap(page, SIZE);
        page = NULL;
    }
    if (!page) {
        free(memory);
        return NULL;
    }
    *memory = (struct tsm_gong_memory){.number = address.memory, .page = page};
    tsm_list_append(&others.memories, &memory->node);
    return memory;
}

struct tsm_gong_memory *tsm_gong_memory_get(uint32_t pid, struct tsm_gong_address address)
{
    struct tsm_gong_memory *memory;

    tsm_lock_acquire(&others.lock);
    memory = memory_find(address.memory);
    if (!memory)
        memory = memory_new(pid, address);
    if (memory)
        memory->refs++;
    tsm_lock_release(&others.lock);
    return memory;
}

void tsm_gong_memory_put(struct tsm_gong_memory *memory)
{
    if (!memory)
        return;
    tsm_lock_acquire(&others.lock);
    if (--memory->refs == 0) {
        tsm_list_unlink(&memory->node);
        tsm_memfd_unmap(memory->page, SIZE);
        free(memory);
    }
    tsm_lock_release(&others.lock);
}

struct tsm_gong_words *tsm_gong_memory_words(struct tsm_gong_memory *memory,
                                             struct tsm_gong_address address)
{
    uint32_t place = (uint32_t)address.at - 1;

    return memory->number == address.memory && place < PLACES ? &memory->page->words[place] : NULL;
}

bool tsm_gong_strike(struct tsm_gong_words *words)
{
    /* pairs with the fence of a thread that falls asleep */
    switch (atomic_load_explicit(&words->state, memory_order_relaxed)) {
    case TSM_GONG_AWAKE:
        return true;
    case TSM_GONG_ASLEEP:
        atomic_fetch_add(&words->strokes, 1);
        tsm_futex_wake(&words->strokes, 1, TSM_FUTEX_SHARED);
        return true;
    default:
        return false;
    }
}
