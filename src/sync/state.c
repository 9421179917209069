/* SPDX-License-Identifier: MIT */
/*
 * States
 *
 * Locking:   table.mutex, which guards what object stands for a slot, then the dispatcher lock, which
 *            guards a state of our own and whether it is, then the arena's lock for a shared one.
 *            So the last reference is never dropped with the dispatcher lock held.
 * Ownership: table.objects borrows: an object takes itself out when it goes.
 * Windows:   all processes that open a name, inherit a handle or are given one have the same
 *            object; the name lives as long as one of them.
 */
#include "sync/state.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/utf.h"
#include "object/import.h"
#include "sync/dispatcher.h"
#include "sync/wait_block.h"

static struct {
    pthread_mutex_t mutex;
    struct tsm_state **objects; /* by slot; made on first need */
    const struct tsm_object_ops *ops[TSM_CELL_KINDS];
} table = {.mutex = PTHREAD_MUTEX_INITIALIZER};

void tsm_state_register(enum tsm_cell_kind kind, const struct tsm_object_ops *ops)
{
    tsm_assert(!table.ops[kind]);
    table.ops[kind] = ops;
}

struct tsm_state *tsm_state_new(const struct tsm_object_ops *ops, enum tsm_cell_kind kind,
                                const struct tsm_cell *cell)
{
    struct tsm_state *state = calloc(1, sizeof(*state));

    if (!state)
        return NULL;
    tsm_object_init(&state->object, ops);
    tsm_list_init(&state->owned_node);
    state->kind = kind;
    state->own = *cell;
    return state;
}

void tsm_state_begin(struct tsm_state *state)
{
    tsm_dispatcher_lock();
    if (state->is_shared)
        tsm_arena_lock();
}

void tsm_state_end(struct tsm_state *state)
{
    if (state->is_shared)
        tsm_arena_unlock();
    else
        tsm_wait_notify_locked(&state->object);
    tsm_dispatcher_unlock();
}

/* ---- slots as objects ---- */

/* Mutex held. */
static bool table_make(void)
{
    if (!table.objects)
        table.objects = calloc(TSM_ARENA_SLOTS, sizeof(struct tsm_state *));
    return table.objects != NULL;
}

/* Mutex held: one more reference to the object of a slot, or NULL; one that is going does not count
 * any more. */
static struct tsm_state *table_ref(uint32_t slot, enum tsm_cell_kind kind, uint32_t generation)
{
    struct tsm_state *state = table.objects[slot];

    if (!state || state->kind != kind || state->generation != generation)
        return NULL;
    return tsm_object_try_ref(&state->object) ? state : NULL;
}

/* Mutex held: this process will not use a slot after all. */
static void table_renounce(uint32_t slot, enum tsm_cell_kind kind, uint32_t generation)
{
    /* An object that is going gives the slot back itself. */
    if (table.objects[slot])
        return;
    tsm_arena_lock();
    if (tsm_arena_cell(slot, kind, generation))
        tsm_arena_drop(slot);
    tsm_arena_unlock();
}

/* Mutex held: the object of a slot that this process uses from now on. */
static NTSTATUS table_adopt(uint32_t slot, enum tsm_cell_kind kind, uint32_t generation,
                            struct tsm_state **out)
{
    static const struct tsm_cell nothing;
    struct tsm_state *state = table_ref(slot, kind, generation);

    if (!state) {
        state = tsm_state_new(table.ops[kind], kind, &nothing);
        if (!state) {
            table_renounce(slot, kind, generation);
            return STATUS_NO_MEMORY;
        }
        state->is_shared = true;
        state->slot = slot;
        state->generation = generation;
        table.objects[slot] = state;
    }
    *out = state;
    return STATUS_SUCCESS;
}

void tsm_state_destroy(struct tsm_object *object)
{
    struct tsm_state *state = tsm_state_from(object);

    if (state->is_shared) {
        pthread_mutex_lock(&table.mutex);
        /* A younger object of the same slot goes on using it. */
        if (table.objects[state->slot] == state) {
            table.objects[state->slot] = NULL;
            tsm_arena_lock();
            if (tsm_arena_cell(state->slot, state->kind, state->generation))
                tsm_arena_drop(state->slot);
            tsm_arena_unlock();
        }
        pthread_mutex_unlock(&table.mutex);
    }
    free(state);
}

/* ---- names ---- */

static bool take_prefix(const char16_t **text, const char16_t *prefix)
{
    size_t length = tsm_utf16_length(prefix);

    if (memcmp(*text, prefix, tsm_min_u64(length, tsm_utf16_length(*text)) * sizeof(char16_t)) ||
        tsm_utf16_length(*text) < length)
        return false;
    *text += length;
    return true;
}

NTSTATUS tsm_state_parse_name(const char16_t *text, struct tsm_state_name *out)
{
    out->units[0] = u'L';
    if (take_prefix(&text, u"Global\\"))
        out->units[0] = u'G';
    else
        take_prefix(&text, u"Local\\");
    for (out->length = 1; *text; text++) {
        if (*text == u'\\')
            return STATUS_OBJECT_PATH_NOT_FOUND;
        if (out->length > MAX_PATH)
            return STATUS_NAME_TOO_LONG;
        out->units[out->length++] = *text;
    }
    return out->length > 1 ? STATUS_SUCCESS : STATUS_OBJECT_NAME_INVALID;
}

NTSTATUS tsm_state_create(const struct tsm_object_ops *ops, enum tsm_cell_kind kind,
                          const struct tsm_state_name *name, const struct tsm_cell *initial,
                          uint32_t owner_tid, struct tsm_state **out)
{
    struct tsm_cell cell = *initial;
    uint32_t slot, generation;
    enum tsm_cell_kind found;
    NTSTATUS status = tsm_arena_attach();

    if (!NT_SUCCESS(status))
        return status;
    if (!tsm_arena_has_our_names())
        return STATUS_NOT_SUPPORTED;
    pthread_mutex_lock(&table.mutex);
    status = table_make() ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    if (NT_SUCCESS(status)) {
        tsm_arena_lock();
        if (tsm_arena_find(name->units, name->length, &slot, &found, &generation)) {
            status = found == kind ? STATUS_OBJECT_NAME_EXISTS : STATUS_OBJECT_TYPE_MISMATCH;
            if (NT_SUCCESS(status))
                tsm_arena_use(slot);
        } else {
            if (owner_tid) {
                cell.count = 1;
                cell.owner = tsm_arena_self() + 1;
                cell.limit = (int32_t)owner_tid;
            }
            status = tsm_arena_new(kind, name->units, name->length, &cell, &slot, &generation);
        }
        tsm_arena_unlock();
    }
    if (NT_SUCCESS(status)) {
        NTSTATUS made = table_adopt(slot, kind, generation, out);

        if (!NT_SUCCESS(made))
            status = made;
    }
    pthread_mutex_unlock(&table.mutex);
    return status;
}

NTSTATUS tsm_state_open(enum tsm_cell_kind kind, const struct tsm_state_name *name,
                        struct tsm_state **out)
{
    uint32_t slot, generation;
    enum tsm_cell_kind found;
    NTSTATUS status = tsm_arena_attach();

    if (!NT_SUCCESS(status))
        return status;
    if (!tsm_arena_has_our_names())
        return STATUS_NOT_SUPPORTED;
    pthread_mutex_lock(&table.mutex);
    status = table_make() ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_NO_MEMORY;
    if (table.objects) {
        tsm_arena_lock();
        if (tsm_arena_find(name->units, name->length, &slot, &found, &generation)) {
            status = found == kind ? STATUS_SUCCESS : STATUS_OBJECT_TYPE_MISMATCH;
            if (NT_SUCCESS(status))
                tsm_arena_use(slot);
        }
        tsm_arena_unlock();
    }
    if (NT_SUCCESS(status))
        status = table_adopt(slot, kind, generation, out);
    pthread_mutex_unlock(&table.mutex);
    return status;
}

/* ---- to other processes ---- */

/* Moves a state of our own into the arena; who waits for it here learns that it did. */
static NTSTATUS share(struct tsm_state *state)
{
    uint32_t slot, generation;
    NTSTATUS status = tsm_arena_attach();

    if (!NT_SUCCESS(status))
        return status;
    pthread_mutex_lock(&table.mutex);
    if (!table_make()) {
        pthread_mutex_unlock(&table.mutex);
        return STATUS_NO_MEMORY;
    }
    tsm_dispatcher_lock();
    if (!state->is_shared) {
        struct tsm_cell cell = state->own;

        if (state->kind == TSM_CELL_MUTEX && cell.count)
            cell.owner = tsm_arena_self() + 1;
        tsm_arena_lock();
        status = tsm_arena_new(state->kind, NULL, 0, &cell, &slot, &generation);
        tsm_arena_unlock();
        if (NT_SUCCESS(status)) {
            state->slot = slot;
            state->generation = generation;
            state->is_shared = true;
            table.objects[slot] = state;
            tsm_wait_look_again_locked(&state->object);
        }
    }
    tsm_dispatcher_unlock();
    pthread_mutex_unlock(&table.mutex);
    return status;
}

NTSTATUS tsm_state_export(struct tsm_object *object, struct tsm_export *out)
{
    struct tsm_state *state = tsm_state_from(object);
    NTSTATUS status = share(state);

    if (!NT_SUCCESS(status))
        return status;
    *out = (struct tsm_export){.type = TSM_IMPORT_STATE, .fd = -1};
    out->data[TSM_STATE_SLOT] = state->slot;
    out->data[TSM_STATE_GENERATION] = state->generation;
    out->data[TSM_STATE_KIND] = state->kind;
    return STATUS_SUCCESS;
}

static NTSTATUS state_import(const struct tsm_export *in, struct tsm_object **out)
{
    uint32_t slot = in->data[TSM_STATE_SLOT], kind = in->data[TSM_STATE_KIND];
    struct tsm_state *state = NULL;
    bool is_there = false;
    NTSTATUS status;

    if (slot >= TSM_ARENA_SLOTS || kind == TSM_CELL_FREE || kind >= TSM_CELL_KINDS)
        return STATUS_INVALID_PARAMETER;
    status = in->fd >= 0 ? tsm_arena_adopt(in->fd, in->data[TSM_STATE_HOLDER]) : tsm_arena_attach();
    if (!NT_SUCCESS(status))
        return status;
    pthread_mutex_lock(&table.mutex);
    status = table_make() ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_NO_MEMORY;
    if (table.objects) {
        tsm_arena_lock();
        is_there = tsm_arena_cell(slot, kind, in->data[TSM_STATE_GENERATION]) != NULL;
        if (is_there)
            tsm_arena_use(slot);
        tsm_arena_unlock();
    }
    if (is_there)
        status = table_adopt(slot, kind, in->data[TSM_STATE_GENERATION], &state);
    pthread_mutex_unlock(&table.mutex);
    if (NT_SUCCESS(status))
        *out = &state->object;
    return status;
}

void tsm_state_init(void)
{
    tsm_import_register(TSM_IMPORT_STATE, state_import);
}
