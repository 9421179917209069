/* SPDX-License-Identifier: MIT */
/*
 * Vectored handlers
 *
 * Ownership: an entry that was removed keeps its way to the next one, for those who stand on it. It
 *            is freed by a later change of a list, when nobody reads; never in an exception.
 * Locking:   lists are changed under the mutex and read without: readers are counted.
 * Windows:   with a first of its own a handler goes to the head of the list; one that is removed
 *            while it runs goes on; only the answer -1 means anything.
 */
#include "seh/vectored.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

struct entry {
    _Atomic(struct entry *) next;
    PVECTORED_EXCEPTION_HANDLER handler;
    _Atomic bool is_removed;
    struct entry *next_retired;
};

static _Atomic(struct entry *) lists[2];
static _Atomic uint32_t readers;
static struct entry *retired;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* Who begins to read after this sees no retired entry any more. */
static void free_retired_locked(void)
{
    struct entry *entry;

    if (atomic_load(&readers) != 0)
        return;
    while ((entry = retired) != NULL) {
        retired = entry->next_retired;
        free(entry);
    }
}

void *tsm_vectored_add(enum tsm_vectored_list list, bool is_first,
                       PVECTORED_EXCEPTION_HANDLER handler)
{
    struct entry *entry = calloc(1, sizeof(*entry));
    _Atomic(struct entry *) *at = &lists[list];

    if (!entry)
        return NULL;
    entry->handler = handler;
    pthread_mutex_lock(&mutex);
    if (is_first)
        atomic_init(&entry->next, atomic_load(at));
    else
        while (atomic_load(at))
            at = &atomic_load(at)->next;
    atomic_store(at, entry); /* pairs with the loads in tsm_vectored_ask() */
    free_retired_locked();
    pthread_mutex_unlock(&mutex);
    return entry;
}

bool tsm_vectored_remove(enum tsm_vectored_list list, void *handle)
{
    _Atomic(struct entry *) *at = &lists[list];
    struct entry *entry;

    pthread_mutex_lock(&mutex);
    while ((entry = atomic_load(at)) != NULL && entry != handle)
        at = &entry->next;
    if (entry) {
        atomic_store(&entry->is_removed, true);
        atomic_store(at, atomic_load(&entry->next));
        entry->next_retired = retired;
        retired = entry;
    }
    free_retired_locked();
    pthread_mutex_unlock(&mutex);
    return entry != NULL;
}

bool tsm_vectored_is_empty(enum tsm_vectored_list list)
{
    return !atomic_load(&lists[list]);
}

bool tsm_vectored_ask(enum tsm_vectored_list list, EXCEPTION_POINTERS *pointers, bool *is_reading)
{
    bool is_answered = false;
    struct entry *entry;

    atomic_fetch_add(&readers, 1);
    *is_reading = true;
    for (entry = atomic_load(&lists[list]); entry && !is_answered;
         entry = atomic_load(&entry->next))
        if (!atomic_load(&entry->is_removed))
            is_answered = entry->handler(pointers) == EXCEPTION_CONTINUE_EXECUTION;
    tsm_vectored_give_up(is_reading);
    return is_answered;
}

void tsm_vectored_give_up(bool *is_reading)
{
    if (*is_reading) {
        *is_reading = false;
        atomic_fetch_sub(&readers, 1);
    }
}
