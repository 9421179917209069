/* SPDX-License-Identifier: MIT */
/*
 * Arena
 *
 * One file for each user and runtime directory, mapped by all his processes that share objects. A
 * slot is one object: its state, its name, and one bit for each process that uses it.
 *
 * States:    a slot is free, or of a kind; the kind is written last when it is made and first when
 *            it goes. Its generation tells its lives apart.
 * Locking:   one lock for all slots, a few dozen instructions long, so that a wait for all objects
 *            can take them at one instant. It comes after the dispatcher lock of the process. One
 *            who is stopped inside stops the others until it goes on.
 * Death:     the kernel tells the next one that the lock's holder died. What it changed stands in
 *            the journal with its old value and is put back, so a wait for all takes all or
 *            nothing. A process' number is tied to its descriptor of the file: who finds it free
 *            takes the dead one's bits away and abandons its mutexes. Whoever sleeps for a mutex
 *            watches its owner.
 * Waking:    no list of waiters in shared memory: they sleep on the slot's word, and all of them
 *            look again, since the only one woken might be killed before it acts.
 * Trust:     other processes of the same user may write anything here: numbers are checked each
 *            time, nothing here is an address.
 */
#include "sync/arena.h"

#include <limits.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/trace.h"
#include "os/arena_file.h"
#include "os/fd.h"
#include "os/futex.h"
#include "os/memfd.h"
#include "os/robust_lock.h"

#define MAGIC       0x414d5354u /* "TSMA" */
#define VERSION     1u
#define JOURNAL_MAX 66u
#define CHUNK       64u /* slots that get memory together */

struct journal_entry {
    uint32_t slot;
    uint32_t unused;
    struct tsm_cell before;
};

struct holder {               /* changed with the lock, read also without */
    _Atomic uint32_t is_used; /* someone claimed it once and nobody has cleared it away */
    _Atomic uint32_t pid;
};

struct header {
    _Atomic uint32_t magic; /* written last */
    uint32_t version;
    uint64_t pid_space;
    _Alignas(64) struct tsm_robust_lock lock;
    _Alignas(64) uint32_t used_slots; /* those above were never used and have no memory */
    uint32_t used_holders;
    _Atomic uint32_t journal_count;
    struct journal_entry journal[JOURNAL_MAX];
    struct holder holders[TSM_ARENA_HOLDERS];
};

struct slot {
    _Atomic uint32_t word;
    uint32_t has_sleepers;
    uint32_t kind;
    uint32_t generation;
    struct tsm_cell cell;
    uint64_t name_hash;
    uint32_t name_length;
    uint32_t unused;
    uint64_t users[TSM_ARENA_HOLDERS / 64];
    char16_t name[TSM_ARENA_NAME_CAPACITY];
    uint8_t rest[176];
};

#define SLOTS_OFFSET 65536u
#define FILE_SIZE    (SLOTS_OFFSET + (uint64_t)TSM_ARENA_SLOTS * sizeof(struct slot))

_Static_assert(sizeof(struct header) <= SLOTS_OFFSET, "the header ends before the slots");
_Static_assert(sizeof(struct slot) == 1024, "four slots in a page");
_Static_assert(sizeof(struct tsm_cell) == 32, "the layout of a cell is shared");

static struct {
    pthread_mutex_t mutex; /* attaching */
    _Atomic(struct header *) header;
    struct slot *slots;
    int fd;
    uint32_t self;
    bool is_adopted;
} arena = {.mutex = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

static struct header *header(void)
{
    return atomic_load_explicit(&arena.header, memory_order_acquire);
}

static uint32_t used_slots(void)
{
    return (uint32_t)tsm_min_u64(*(volatile uint32_t *)&header()->used_slots, TSM_ARENA_SLOTS);
}

static uint32_t used_holders(const struct header *at)
{
    return (uint32_t)tsm_min_u64(*(const volatile uint32_t *)&at->used_holders, TSM_ARENA_HOLDERS);
}

static struct slot *slot_at(uint32_t index)
{
    tsm_assert(index < TSM_ARENA_SLOTS);
    return &arena.slots[index];
}

/* ---- the lock and the journal ---- */

/* Lock held, whose holder died. */
static void put_back(struct header *at)
{
    uint32_t count = (uint32_t)tsm_min_u64(
        atomic_load_explicit(&at->journal_count, memory_order_acquire), JOURNAL_MAX);

    tsm_trace(TSM_TRACE_WAIT, "somebody died among shared objects, %u are put back", count);
    while (count-- > 0) {
        uint32_t slot = *(volatile uint32_t *)&at->journal[count].slot;

        if (slot < used_slots())
            slot_at(slot)->cell = at->journal[count].before;
    }
    atomic_store_explicit(&at->journal_count, 0, memory_order_release);
}

void tsm_arena_lock(void)
{
    struct header *at = header();

    if (tsm_unlikely(tsm_robust_lock_acquire(&at->lock)))
        put_back(at);
}

void tsm_arena_unlock(void)
{
    struct header *at = header();

    /* The one store that makes all changes good. */
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&at->journal_count, 0, memory_order_release);
    tsm_robust_lock_release(&at->lock);
}

void tsm_arena_touch(uint32_t slot)
{
    struct header *at = header();
    uint32_t count = atomic_load_explicit(&at->journal_count, memory_order_relaxed);

    for (uint32_t i = 0; i < count && i < JOURNAL_MAX; i++)
        if (at->journal[i].slot == slot)
            return;
    if (count >= JOURNAL_MAX)
        return; /* somebody wrote into the count: no more than the undo is lost */
    at->journal[count].slot = slot;
    at->journal[count].before = slot_at(slot)->cell;
    atomic_store_explicit(&at->journal_count, count + 1, memory_order_release);
    atomic_signal_fence(memory_order_seq_cst);
}

void tsm_arena_announce(uint32_t slot)
{
    struct slot *at = slot_at(slot);

    atomic_fetch_add_explicit(&at->word, 1, memory_order_relaxed);
    if (at->has_sleepers) {
        tsm_futex_wake(&at->word, INT_MAX, TSM_FUTEX_SHARED);
        /* After the wake: one who is killed before it leaves the mark for the next. */
        at->has_sleepers = 0;
    }
    tsm_arena_touch(slot);
}

_Atomic uint32_t *tsm_arena_word(uint32_t slot, uint32_t *value)
{
    struct slot *at = slot_at(slot);

    at->has_sleepers = 1;
    *value = atomic_load_explicit(&at->word, memory_order_relaxed);
    return &at->word;
}

/* ---- users of a slot ---- */

static bool slot_has_user(const struct slot *at, uint32_t holder)
{
    return at->users[holder / 64] >> (holder % 64) & 1;
}

static void slot_set_user(struct slot *at, uint32_t holder)
{
    at->users[holder / 64] |= UINT64_C(1) << (holder % 64);
}

static bool slot_is_used(const struct slot *at)
{
    for (size_t i = 0; i < TSM_COUNT_OF(at->users); i++)
        if (at->users[i])
            return true;
    return false;
}

/* Lock held. */
static void slot_clear_user(uint32_t index, uint32_t holder)
{
    struct slot *at = slot_at(index);

    if (at->kind == TSM_CELL_MUTEX && at->cell.owner == holder + 1 && at->cell.count) {
        tsm_arena_announce(index);
        at->cell.flags |= TSM_CELL_ABANDONED;
        at->cell.count = 0;
        at->cell.owner = 0;
        at->cell.limit = 0;
        /* Good at once: a journal has room for one wait, and there may be many mutexes. */
        atomic_signal_fence(memory_order_seq_cst);
        atomic_store_explicit(&header()->journal_count, 0, memory_order_release);
    }
    atomic_signal_fence(memory_order_seq_cst);
    at->users[holder / 64] &= ~(UINT64_C(1) << (holder % 64));
    if (!slot_is_used(at))
        at->kind = TSM_CELL_FREE;
}

/* Lock held, journal empty: takes everything from a dead process. May be begun again. */
static void holder_reap(uint32_t holder)
{
    struct header *at = header();

    tsm_trace(TSM_TRACE_WAIT, "process %u is gone from the shared objects",
              at->holders[holder].pid);
    for (uint32_t i = 0; i < used_slots(); i++)
        if (slot_at(i)->kind != TSM_CELL_FREE && slot_has_user(slot_at(i), holder))
            slot_clear_user(i, holder);
    atomic_signal_fence(memory_order_seq_cst);
    at->holders[holder].is_used = 0;
}

bool tsm_arena_holder_is_dead(uint32_t holder)
{
    return holder != arena.self && header()->holders[holder].is_used &&
           !tsm_fd_is_claimed(arena.fd, holder);
}

/* Lock held. */
static void reap_all(void)
{
    for (uint32_t i = 0; i < used_holders(header()); i++)
        if (tsm_arena_holder_is_dead(i))
            holder_reap(i);
    for (uint32_t i = 0; i < used_slots(); i++)
        if (slot_at(i)->kind != TSM_CELL_FREE && !slot_is_used(slot_at(i)))
            slot_at(i)->kind = TSM_CELL_FREE; /* one was killed between the two steps */
}

/* Lock held: true if some process that uses the slot lives; what dead ones left is taken away. */
static bool slot_is_alive(struct slot *at)
{
    for (uint32_t i = 0; i < used_holders(header()); i++)
        if (slot_has_user(at, i)) {
            if (!tsm_arena_holder_is_dead(i))
                return true;
            holder_reap(i);
        }
    return false;
}

/* Lock held: a number for a membership, which is claimed. */
static NTSTATUS holder_new(int fd, uint32_t pid, uint32_t *out)
{
    struct header *at = header();

    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < TSM_ARENA_HOLDERS; i++) {
            if ((i < used_holders(at) && at->holders[i].is_used) || !tsm_fd_claim(fd, i))
                continue;
            at->holders[i].pid = pid;
            at->holders[i].is_used = 1;
            if (i >= used_holders(at))
                at->used_holders = i + 1;
            *out = i;
            return STATUS_SUCCESS;
        }
        reap_all();
    }
    return STATUS_INSUFFICIENT_RESOURCES;
}

/* ---- slots ---- */

static uint64_t hash_of(const char16_t *name, uint32_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (uint32_t i = 0; i < length; i++)
        hash = (hash ^ name[i]) * UINT64_C(0x100000001b3);
    return hash;
}

bool tsm_arena_find(const char16_t *name, uint32_t length, uint32_t *slot, enum tsm_cell_kind *kind,
                    uint32_t *generation)
{
    uint64_t hash = hash_of(name, length);

    for (uint32_t i = 0; i < used_slots(); i++) {
        struct slot *at = slot_at(i);
        uint32_t its_kind = *(volatile uint32_t *)&at->kind;

        if (its_kind == TSM_CELL_FREE || its_kind >= TSM_CELL_KINDS || at->name_hash != hash ||
            at->name_length != length || memcmp(at->name, name, length * sizeof(*name)) != 0)
            continue;
        if (!slot_is_alive(at))
            continue;
        *slot = i;
        *kind = (enum tsm_cell_kind)its_kind;
        *generation = at->generation;
        return true;
    }
    return false;
}

static NTSTATUS slot_find_free(uint32_t *out)
{
    struct header *at = header();
    uint32_t used = used_slots();
    NTSTATUS status;

    for (uint32_t i = 0; i < used; i++)
        if (slot_at(i)->kind == TSM_CELL_FREE) {
            *out = i;
            return STATUS_SUCCESS;
        }
    if (used == TSM_ARENA_SLOTS)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (used % CHUNK == 0) {
        status = tsm_memfd_reserve(arena.fd, SLOTS_OFFSET + (uint64_t)used * sizeof(struct slot),
                                   CHUNK * sizeof(struct slot));
        if (!NT_SUCCESS(status))
            return status;
    }
    at->used_slots = used + 1;
    *out = used;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_arena_new(enum tsm_cell_kind kind, const char16_t *name, uint32_t length,
                       const struct tsm_cell *cell, uint32_t *slot, uint32_t *generation)
{
    uint32_t index;
    NTSTATUS status = slot_find_free(&index);

    tsm_assert(length <= TSM_ARENA_NAME_CAPACITY);
    if (status == STATUS_INSUFFICIENT_RESOURCES) {
        reap_all();
        status = slot_find_free(&index);
    }
    if (!NT_SUCCESS(status))
        return status;

    struct slot *at = slot_at(index);

    at->generation++;
    at->cell = *cell;
    at->name_hash = hash_of(name, length);
    at->name_length = length;
    if (length)
        memcpy(at->name, name, length * sizeof(*name));
    memset(at->users, 0, sizeof(at->users));
    slot_set_user(at, arena.self);
    atomic_signal_fence(memory_order_seq_cst);
    at->kind = kind;
    *slot = index;
    *generation = at->generation;
    return STATUS_SUCCESS;
}

struct tsm_cell *tsm_arena_cell(uint32_t slot, enum tsm_cell_kind kind, uint32_t generation)
{
    struct slot *at = slot_at(slot);

    return at->kind == kind && at->generation == generation ? &at->cell : NULL;
}

void tsm_arena_use(uint32_t slot)
{
    slot_set_user(slot_at(slot), arena.self);
}

void tsm_arena_drop(uint32_t slot)
{
    slot_clear_user(slot, arena.self);
}

uint32_t tsm_arena_self(void)
{
    return arena.self;
}

/* ---- the end of other processes ---- */

void tsm_arena_bury(uint32_t holder, uint32_t pid)
{
    tsm_arena_lock();
    if (header()->holders[holder].is_used && header()->holders[holder].pid == pid)
        holder_reap(holder);
    tsm_arena_unlock();
}

uint32_t tsm_arena_holder_pid(uint32_t holder)
{
    return header()->holders[holder].pid;
}

/* ---- coming and going ---- */

static NTSTATUS header_init(struct header *at)
{
    NTSTATUS status = tsm_memfd_reserve(arena.fd, 0, SLOTS_OFFSET);

    if (!NT_SUCCESS(status))
        return status;
    at->version = VERSION;
    at->pid_space = tsm_arena_file_pid_space();
    if (!at->pid_space)
        return STATUS_INSUFFICIENT_RESOURCES;
    atomic_store_explicit(&at->magic, MAGIC, memory_order_release);
    return STATUS_SUCCESS;
}

static NTSTATUS header_check(const struct header *at)
{
    if (atomic_load_explicit(&at->magic, memory_order_acquire) != MAGIC || at->version != VERSION) {
        tsm_trace(TSM_TRACE_NAME, "the shared objects here are of another version");
        return STATUS_REVISION_MISMATCH;
    }

    uint64_t own_space = tsm_arena_file_pid_space();

    if (!own_space)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (at->pid_space != own_space) {
        tsm_trace(TSM_TRACE_NAME, "the shared objects here are of another PID namespace");
        return STATUS_NOT_SUPPORTED;
    }
    return STATUS_SUCCESS;
}

/* Mutex held. */
static void publish(struct header *at)
{
    arena.slots = (struct slot *)(void *)((char *)at + SLOTS_OFFSET);
    atomic_store_explicit(&arena.header, at, memory_order_release);
}

static void unpublish(void)
{
    void *memory = header();

    atomic_store_explicit(&arena.header, NULL, memory_order_release);
    if (memory)
        tsm_memfd_unmap(memory, FILE_SIZE);
    if (arena.fd >= 0) {
        if (!arena.is_adopted)
            tsm_arena_file_leave(arena.fd);
        tsm_fd_close(arena.fd);
    }
    arena.fd = -1;
}

static NTSTATUS attach_locked(void)
{
    void *memory;
    bool is_alone;
    NTSTATUS status = tsm_arena_file_open(FILE_SIZE, &arena.fd, &is_alone);

    if (!NT_SUCCESS(status))
        return status;
    status = tsm_memfd_map(arena.fd, FILE_SIZE, &memory);
    if (NT_SUCCESS(status)) {
        publish(memory);
        if (is_alone) {
            status = header_init(header());
            if (NT_SUCCESS(status))
                status = tsm_arena_file_share(arena.fd);
        }
    }
    if (NT_SUCCESS(status))
        status = header_check(header());
    if (NT_SUCCESS(status)) {
        arena.self = UINT32_MAX;
        tsm_arena_lock();
        status = holder_new(arena.fd, (uint32_t)getpid(), &arena.self);
        reap_all();
        tsm_arena_unlock();
    }
    if (!NT_SUCCESS(status))
        unpublish();
    return status;
}

NTSTATUS tsm_arena_attach(void)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (header())
        return STATUS_SUCCESS;
    pthread_mutex_lock(&arena.mutex);
    if (!header())
        status = attach_locked();
    pthread_mutex_unlock(&arena.mutex);
    return status;
}

void tsm_arena_leave(void)
{
    if (header())
        tsm_arena_file_leave(arena.fd);
}

bool tsm_arena_has_our_names(void)
{
    if (!arena.is_adopted || tsm_arena_file_is_current(arena.fd))
        return true;
    tsm_trace(TSM_TRACE_NAME, "inherited objects are of another runtime directory than names here");
    return false;
}

NTSTATUS tsm_arena_heir_new(int *fd, uint32_t *holder)
{
    NTSTATUS status = tsm_arena_file_again(arena.fd, fd);

    if (!NT_SUCCESS(status))
        return status;
    tsm_arena_lock();
    status = holder_new(*fd, 0, holder);
    tsm_arena_unlock();
    if (!NT_SUCCESS(status))
        tsm_fd_close(*fd);
    return status;
}

void tsm_arena_heir_add(uint32_t holder, uint32_t slot)
{
    tsm_arena_lock();
    slot_set_user(slot_at(slot), holder);
    tsm_arena_unlock();
}

NTSTATUS tsm_arena_adopt(int fd, uint32_t holder)
{
    NTSTATUS status = STATUS_SUCCESS;
    void *memory;

    if (header())
        return arena.is_adopted && arena.fd == fd && arena.self == holder
                   ? STATUS_SUCCESS
                   : STATUS_INVALID_PARAMETER;
    if (holder >= TSM_ARENA_HOLDERS || !tsm_arena_file_is_good(fd, FILE_SIZE) ||
        !tsm_fd_claim(fd, holder))
        return STATUS_INVALID_PARAMETER;
    status = tsm_memfd_map(fd, FILE_SIZE, &memory);
    if (!NT_SUCCESS(status))
        return status;
    status = header_check(memory);
    if (!NT_SUCCESS(status)) {
        tsm_memfd_unmap(memory, FILE_SIZE);
        return status;
    }
    pthread_mutex_lock(&arena.mutex);
    arena.fd = fd;
    arena.self = holder;
    arena.is_adopted = true;
    publish(memory);
    header()->holders[holder].pid = (uint32_t)getpid();
    pthread_mutex_unlock(&arena.mutex);
    return STATUS_SUCCESS;
}
