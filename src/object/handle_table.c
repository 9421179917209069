/* SPDX-License-Identifier: MIT */
/*
 * Handle table
 *
 * Entries lie in segments that are made on demand and never move or go away, so a lookup needs no
 * lock: it adds a pin to the entry's state word and sees in the old value whether the entry is live
 * and of the right generation.
 *
 * States:    free -> live -> closing -> free (next generation). A closer takes LIVE away, waits for
 *            the pins to drain and then owns the entry.
 * Ownership: a live entry shares its object.
 * Locking:   table.mutex guards the free list, growth and the flags; state words are atomic. A pin
 *            on a dead entry is dropped at once and changes nothing, so it needs no care.
 */
#include "object/handle_table.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "base/assert.h"
#include "object/access.h"

#define INDEX_BITS       18
#define INDEX_MAX        ((1u << INDEX_BITS) - 1)
#define GENERATION_SHIFT (INDEX_BITS + 2)
#define GENERATION_MASK  ((1u << (31 - GENERATION_SHIFT)) - 1)
#define SEGMENT_BITS     9
#define SEGMENT_SIZE     (1u << SEGMENT_BITS)
#define SEGMENT_COUNT    (1u << (INDEX_BITS - SEGMENT_BITS))

#define STATE_PINS             UINT64_C(0xFFFF)
#define STATE_LIVE             (UINT64_C(1) << 16)
#define STATE_GENERATION_SHIFT 32

/* One to a cache line: two threads with neighbouring handles must not fight for it. */
struct entry {
    _Alignas(64) _Atomic uint64_t state;
    struct tsm_object *object;
    uint32_t access;
    uint32_t flags;
    uint32_t next_free; /* index + 1; 0 = end of the list */
};

static struct {
    pthread_mutex_t mutex;
    _Atomic(struct entry *) segments[SEGMENT_COUNT];
    uint32_t used_count; /* slots [1, used_count] have been handed out at least once */
    uint32_t first_free, last_free;
    uint32_t live_count;
} table = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static const struct tsm_handle_pseudo *pseudo_handles;

void tsm_handle_set_pseudo(const struct tsm_handle_pseudo *pseudo)
{
    pseudo_handles = pseudo;
}

static struct entry *entry_at(uint32_t index)
{
    /* pairs with the release in entry_make() */
    struct entry *segment =
        atomic_load_explicit(&table.segments[index >> SEGMENT_BITS], memory_order_acquire);

    return segment ? &segment[index & (SEGMENT_SIZE - 1)] : NULL;
}

static struct entry *entry_make(uint32_t index)
{
    struct entry *segment = table.segments[index >> SEGMENT_BITS];

    if (!segment) {
        size_t size = SEGMENT_SIZE * sizeof(struct entry);

        segment = aligned_alloc(_Alignof(struct entry), size);
        if (!segment)
            return NULL;
        for (uint32_t i = 0; i < SEGMENT_SIZE; i++)
            segment[i] = (struct entry){0};
        atomic_store_explicit(&table.segments[index >> SEGMENT_BITS], segment,
                              memory_order_release);
    }
    return &segment[index & (SEGMENT_SIZE - 1)];
}

static uint32_t handle_index(HANDLE handle)
{
    return ((uint32_t)(uintptr_t)handle >> 2) & INDEX_MAX;
}

static uint32_t handle_generation(HANDLE handle)
{
    return (uint32_t)(uintptr_t)handle >> GENERATION_SHIFT;
}

static HANDLE handle_make(uint32_t index, uint32_t generation)
{
    return (HANDLE)(uintptr_t)(generation << GENERATION_SHIFT | index << 2);
}

static bool handle_is_possible(HANDLE handle)
{
    return (uintptr_t)handle <= INT32_MAX && handle_index(handle) != 0;
}

static uint32_t state_generation(uint64_t state)
{
    return (uint32_t)(state >> STATE_GENERATION_SHIFT);
}

/* Table mutex held. Puts the slot behind all others that are free. */
static void free_list_append(uint32_t index, struct entry *entry)
{
    entry->next_free = 0;
    if (table.last_free)
        entry_at(table.last_free - 1)->next_free = index + 1;
    else
        table.first_free = index + 1;
    table.last_free = index + 1;
}

/* Table mutex held. */
static void free_list_remove(uint32_t index)
{
    uint32_t previous = 0;

    for (uint32_t at = table.first_free; at; at = entry_at(at - 1)->next_free) {
        if (at == index + 1) {
            uint32_t next = entry_at(index)->next_free;

            if (previous)
                entry_at(previous - 1)->next_free = next;
            else
                table.first_free = next;
            if (table.last_free == at)
                table.last_free = previous;
            return;
        }
        previous = at;
    }
    tsm_unreachable();
}

/* Table mutex held. */
static void entry_fill(struct entry *entry, struct tsm_object *object, uint32_t access,
                       uint32_t flags)
{
    entry->object = tsm_object_ref(object);
    entry->access = access;
    entry->flags = flags;
    atomic_fetch_add_explicit(&object->handles, 1, memory_order_relaxed);
    table.live_count++;
    /* pairs with the acquire in tsm_handle_pin() */
    atomic_fetch_or_explicit(&entry->state, STATE_LIVE, memory_order_release);
}

NTSTATUS tsm_handle_insert(struct tsm_object *object, uint32_t access, uint32_t flags, HANDLE *out)
{
    struct entry *entry;
    uint32_t index;

    pthread_mutex_lock(&table.mutex);
    if (table.first_free) {
        index = table.first_free - 1;
        entry = entry_at(index);
        table.first_free = entry->next_free;
        if (!table.first_free)
            table.last_free = 0;
    } else {
        index = table.used_count + 1;
        entry = index <= INDEX_MAX ? entry_make(index) : NULL;
        if (!entry) {
            pthread_mutex_unlock(&table.mutex);
            return STATUS_INSUFFICIENT_RESOURCES;
        }
        table.used_count = index;
    }
    entry_fill(entry, object, access, flags);
    *out = handle_make(index, state_generation(entry->state));
    pthread_mutex_unlock(&table.mutex);
    return STATUS_SUCCESS;
}

NTSTATUS tsm_handle_insert_at(HANDLE value, struct tsm_object *object, uint32_t access,
                              uint32_t flags)
{
    uint32_t index = handle_index(value);
    NTSTATUS status = STATUS_SUCCESS;

    if (!handle_is_possible(value) || handle_make(index, handle_generation(value)) != value)
        return STATUS_INVALID_PARAMETER;

    pthread_mutex_lock(&table.mutex);
    while (table.used_count < index && status == STATUS_SUCCESS) {
        struct entry *made = entry_make(table.used_count + 1);

        if (made) {
            table.used_count++;
            free_list_append(table.used_count, made);
        } else {
            status = STATUS_INSUFFICIENT_RESOURCES;
        }
    }
    if (status == STATUS_SUCCESS) {
        struct entry *entry = entry_at(index);
        uint64_t state = entry->state;

        if (state & STATE_LIVE) {
            status = STATUS_INVALID_PARAMETER;
        } else {
            free_list_remove(index);
            atomic_store(&entry->state, (uint64_t)handle_generation(value)
                                            << STATE_GENERATION_SHIFT);
            entry_fill(entry, object, access, flags);
        }
    }
    pthread_mutex_unlock(&table.mutex);
    return status;
}

NTSTATUS tsm_handle_pin(HANDLE handle, uint32_t access, struct tsm_handle_pin *pin)
{
    struct entry *entry = handle_is_possible(handle) ? entry_at(handle_index(handle)) : NULL;

    if (!entry)
        return STATUS_INVALID_HANDLE;

    uint64_t state = atomic_fetch_add_explicit(&entry->state, 1, memory_order_acquire);

    tsm_assert((state & STATE_PINS) != STATE_PINS);
    if (!(state & STATE_LIVE) || state_generation(state) != handle_generation(handle)) {
        atomic_fetch_sub_explicit(&entry->state, 1, memory_order_relaxed);
        return STATUS_INVALID_HANDLE;
    }
    if ((entry->access & access) != access) {
        atomic_fetch_sub_explicit(&entry->state, 1, memory_order_release);
        return STATUS_ACCESS_DENIED;
    }
    pin->object = entry->object;
    pin->state = &entry->state;
    return STATUS_SUCCESS;
}

void tsm_handle_unpin(struct tsm_handle_pin *pin)
{
    /* pairs with the acquire of a closer that waits in tsm_handle_close() */
    atomic_fetch_sub_explicit(pin->state, 1, memory_order_release);
}

static bool is_pseudo(HANDLE handle)
{
    return pseudo_handles && (handle == (HANDLE)(intptr_t)-1 || handle == (HANDLE)(intptr_t)-2);
}

/* NULL also without memory for it. */
static struct tsm_object *pseudo_object(HANDLE handle)
{
    if (!pseudo_handles)
        return NULL;
    if (handle == (HANDLE)(intptr_t)-1)
        return pseudo_handles->current_process();
    if (handle == (HANDLE)(intptr_t)-2)
        return pseudo_handles->current_thread();
    return NULL;
}

NTSTATUS tsm_handle_ref(HANDLE handle, const struct tsm_object_ops *ops, uint32_t access,
                        struct tsm_object **out)
{
    struct tsm_object *object = pseudo_object(handle);

    if (!object) {
        struct tsm_handle_pin pin;
        NTSTATUS status = tsm_handle_pin(handle, 0, &pin);

        if (!NT_SUCCESS(status))
            return is_pseudo(handle) ? STATUS_NO_MEMORY : status;
        /* Windows: the wrong type is told before the missing right. */
        uint32_t granted = tsm_container_of(pin.state, struct entry, state)->access;

        if ((!ops || pin.object->ops == ops) && (granted & access) != access) {
            tsm_handle_unpin(&pin);
            return STATUS_ACCESS_DENIED;
        }
        object = tsm_object_ref(pin.object);
        tsm_handle_unpin(&pin);
    }
    if (ops && object->ops != ops) {
        tsm_object_unref(object);
        return STATUS_OBJECT_TYPE_MISMATCH;
    }
    *out = object;
    return STATUS_SUCCESS;
}

/* Table mutex held: the live entry of a handle, or NULL. */
static struct entry *entry_of_locked(HANDLE handle)
{
    struct entry *entry = handle_is_possible(handle) ? entry_at(handle_index(handle)) : NULL;
    uint64_t state = entry ? entry->state : 0;

    return (state & STATE_LIVE) && state_generation(state) == handle_generation(handle) ? entry
                                                                                        : NULL;
}

NTSTATUS tsm_handle_close(HANDLE handle)
{
    pthread_mutex_lock(&table.mutex);

    struct entry *entry = entry_of_locked(handle);

    if (!entry || (entry->flags & TSM_HANDLE_PROTECT_FROM_CLOSE)) {
        pthread_mutex_unlock(&table.mutex);
        return entry ? STATUS_HANDLE_NOT_CLOSABLE : STATUS_INVALID_HANDLE;
    }
    atomic_fetch_and_explicit(&entry->state, ~STATE_LIVE, memory_order_acquire);
    table.live_count--;
    pthread_mutex_unlock(&table.mutex);

    /* Pins are held for a few instructions, but their holder may have lost its processor. */
    while (atomic_load_explicit(&entry->state, memory_order_acquire) & STATE_PINS)
        sched_yield();

    struct tsm_object *object = entry->object;

    pthread_mutex_lock(&table.mutex);

    uint64_t state = atomic_load(&entry->state), next;

    do {
        uint32_t generation = (state_generation(state) + 1) & GENERATION_MASK;

        next = (state & STATE_PINS) | (uint64_t)generation << STATE_GENERATION_SHIFT;
    } while (!atomic_compare_exchange_weak(&entry->state, &state, next));
    entry->object = NULL;
    free_list_append(handle_index(handle), entry);
    pthread_mutex_unlock(&table.mutex);

    if (atomic_fetch_sub(&object->handles, 1) == 1 && object->ops->last_handle_closed)
        object->ops->last_handle_closed(object);
    tsm_object_unref(object);
    return STATUS_SUCCESS;
}

NTSTATUS tsm_handle_get_flags(HANDLE handle, uint32_t *flags)
{
    pthread_mutex_lock(&table.mutex);

    struct entry *entry = entry_of_locked(handle);

    if (entry)
        *flags = entry->flags;
    pthread_mutex_unlock(&table.mutex);
    return entry ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

NTSTATUS tsm_handle_set_flags(HANDLE handle, uint32_t mask, uint32_t flags)
{
    pthread_mutex_lock(&table.mutex);

    struct entry *entry = entry_of_locked(handle);

    if (entry)
        entry->flags = (entry->flags & ~mask) | (flags & mask);
    pthread_mutex_unlock(&table.mutex);
    return entry ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

NTSTATUS tsm_handle_get_access(HANDLE handle, uint32_t *access)
{
    struct tsm_handle_pin pin;
    NTSTATUS status = tsm_handle_pin(handle, 0, &pin);

    if (!NT_SUCCESS(status))
        return status;
    *access = tsm_container_of(pin.state, struct entry, state)->access;
    tsm_handle_unpin(&pin);
    return STATUS_SUCCESS;
}

NTSTATUS tsm_handle_duplicate(HANDLE source, uint32_t access, bool same_access, uint32_t flags,
                              HANDLE *out)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *object = NULL;
    NTSTATUS status = tsm_handle_ref(source, NULL, 0, &object);
    uint32_t granted = 0;

    if (!NT_SUCCESS(status))
        return status;
    if (!NT_SUCCESS(tsm_handle_get_access(source, &granted)))
        granted = object->ops->valid_access; /* a pseudo handle */
    access = same_access ? granted : tsm_access_map(object->ops, access);
    if (access & ~object->ops->valid_access)
        return STATUS_ACCESS_DENIED;
    if (object->ops->is_file && (access & ~granted))
        return STATUS_ACCESS_DENIED;
    return tsm_handle_insert(object, access, flags, out);
}

NTSTATUS tsm_handle_for_each_inheritable(NTSTATUS (*visit)(const struct tsm_handle_info *info,
                                                           void *context),
                                         void *context)
{
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&table.mutex);

    struct tsm_handle_info *found = calloc(table.live_count + 1, sizeof(*found));
    uint32_t count = 0;

    for (uint32_t index = 1; found && index <= table.used_count; index++) {
        struct entry *entry = entry_at(index);
        uint64_t state = entry->state;

        if ((state & STATE_LIVE) && (entry->flags & TSM_HANDLE_INHERIT))
            found[count++] = (struct tsm_handle_info){
                .handle = handle_make(index, state_generation(state)),
                .object = tsm_object_ref(entry->object),
                .access = entry->access,
                .flags = entry->flags,
            };
    }
    pthread_mutex_unlock(&table.mutex);

    if (!found)
        return STATUS_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        if (NT_SUCCESS(status))
            status = visit(&found[i], context);
        tsm_object_unref(found[i].object);
    }
    free(found);
    return status;
}

void tsm_handle_for_each_object(void (*visit)(struct tsm_object *object, void *context),
                                void *context)
{
    uint32_t count = table.used_count;

    for (uint32_t index = 1; index <= count; index++) {
        uint32_t generation = state_generation(entry_at(index)->state);
        struct tsm_handle_pin pin;

        if (!NT_SUCCESS(tsm_handle_pin(handle_make(index, generation), 0, &pin)))
            continue;

        struct tsm_object *object = tsm_object_ref(pin.object);

        tsm_handle_unpin(&pin);
        visit(object, context);
        tsm_object_unref(object);
    }
}

void tsm_handle_process_exits(void)
{
    uint32_t count = table.used_count;

    for (uint32_t index = 1; index <= count; index++) {
        uint32_t generation = state_generation(entry_at(index)->state);
        struct tsm_handle_pin pin;

        if (!NT_SUCCESS(tsm_handle_pin(handle_make(index, generation), 0, &pin)))
            continue;
        if (pin.object->ops->process_exits)
            pin.object->ops->process_exits(pin.object);
        tsm_handle_unpin(&pin);
    }
}

uint32_t tsm_handle_count(void)
{
    pthread_mutex_lock(&table.mutex);

    uint32_t count = table.live_count;

    pthread_mutex_unlock(&table.mutex);
    return count;
}
