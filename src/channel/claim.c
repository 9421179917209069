/* SPDX-License-Identifier: MIT */
/*
 * Claim
 *
 * A client finds the listeners of a name, the one that has waited longest first, and connects: that
 * is the claim, see rendezvous.c. It makes the memory, sends it and goes on without an answer,
 * unless it cannot be sure to have come in time.
 *
 * Waiting:   who finds all instances taken lets others run for a moment, because most often one will
 *            be free at once, and only then asks the system to be told.
 */
#include "channel/claim.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/trace.h"
#include "channel/rendezvous.h"
#include "os/lock.h"
#include "os/name_cache.h"
#include "os/name_watch.h"
#include "wire/pipe_hello.h"

#define LOOK_AGAIN_MS   100
#define MOMENT_NS       50000
#define NEWBORN_NS      1000000
#define ADMISSION_WAITS 100  /* of a millisecond */
#define PASSING_WAITS   1000 /* for an instance to come or go that is doing so; counted as above */
#define PASSING_WAIT_NS 50000
#define FIRST_TRIES     4
#define CANDIDATES      32

/* Instances seen to be taken although their file is still there: the server has not noticed. */
#define TAKEN_COUNT 64
static _Atomic uint64_t taken_seqs[TAKEN_COUNT];

static void remember_taken(uint64_t seq)
{
    atomic_store_explicit(&taken_seqs[seq % TAKEN_COUNT], seq, memory_order_relaxed);
}

static bool is_known_taken(uint64_t seq)
{
    return atomic_load_explicit(&taken_seqs[seq % TAKEN_COUNT], memory_order_relaxed) == seq;
}

/* ---- the folders of a name ---- */

/* All users' folders of the name; or the one where it was found the last time, by itself. */
struct places {
    const struct tsm_name *name;
    struct tsm_runtime_dir_id dir;
    bool is_dir_known;
    struct tsm_name_folder folders[TSM_NAME_USERS_MAX];
    uint32_t count;
    bool is_from_memory; /* others may have come since */
};

static NTSTATUS places_find(struct places *places)
{
    places->is_from_memory = false;
    places->is_dir_known = tsm_runtime_dir_identify(&places->dir);
    return tsm_name_folder_find(places->name->folded, places->name->length, places->folders,
                                TSM_NAME_USERS_MAX, &places->count);
}

static NTSTATUS places_init(struct places *places, const struct tsm_name *name)
{
    places->name = name;
    places->count = 1;
    places->is_dir_known = tsm_runtime_dir_identify(&places->dir);
    places->is_from_memory =
        places->is_dir_known &&
        tsm_name_cache_take(name->folded, name->length, &places->dir, &places->folders[0]);
    return places->is_from_memory ? STATUS_SUCCESS : places_find(places);
}

static void close_all(struct places *places)
{
    for (uint32_t i = 0; i < places->count; i++)
        tsm_unix_close(places->folders[i].fd);
    places->count = 0;
}

static void places_deinit(struct places *places)
{
    if (places->count == 1 && places->is_dir_known)
        tsm_name_cache_give(places->name->folded, places->name->length, &places->dir,
                            &places->folders[0]);
    else
        close_all(places);
}

/* What was remembered did not lead to anything: looks everywhere. */
static NTSTATUS places_look_again(struct places *places)
{
    close_all(places);
    return places_find(places);
}

/* Does a result from this folder stand, although it was remembered? */
static bool is_final(const struct places *places, NTSTATUS status)
{
    return !places->is_from_memory || status == STATUS_SUCCESS ||
           (status != STATUS_OBJECT_NAME_NOT_FOUND && !places->folders[0].is_shared);
}

/* ---- claiming ---- */

/* The server tells a client whether it came in time. STATUS_PIPE_NOT_AVAILABLE: it did not;
 * STATUS_PIPE_BROKEN: it was turned away. Waits are counted, not time: where a machine stands still or
 * is too busy, the server gets its turns as well. */
static NTSTATUS await_admission(struct tsm_channel *channel)
{
    int64_t moment = tsm_monotonic_ns() + MOMENT_NS;
    bool is_gone = false;
    int waits = 0;

    while (atomic_load_explicit(&channel->header->admission, memory_order_acquire) !=
           TSM_ADMISSION_GRANTED) {
        if (is_gone || waits == ADMISSION_WAITS) {
            if (!tsm_channel_decide(channel, TSM_ADMISSION_WITHDRAWN))
                continue;
            return is_gone ? STATUS_PIPE_BROKEN : STATUS_PIPE_NOT_AVAILABLE;
        }
        if (tsm_monotonic_ns() < moment) {
            sched_yield();
            continue;
        }
        is_gone = tsm_unix_wait_readable(channel->socket, tsm_deadline_in_ms(1));
        waits++;
    }
    return STATUS_SUCCESS;
}

/* Introduces the client to the server it has connected to. STATUS_PIPE_BROKEN: that is gone. Takes
 * the socket. */
static NTSTATUS introduce(int socket, const struct tsm_unix_peer *peer, uint32_t access,
                          const struct tsm_pipe_params *params, bool is_sure,
                          struct tsm_channel **out)
{
    const uint32_t quota[2] = {params->in_quota, params->out_quota};
    struct tsm_channel *channel;
    NTSTATUS status = tsm_channel_new(socket, peer, quota, &channel);

    if (!NT_SUCCESS(status))
        return status;

    struct tsm_pipe_hello hello = {
        .protocol = TSM_PIPE_PROTOCOL,
        .access = access,
        .capacity = {channel->capacity[0], channel->capacity[1]},
    };
    uint8_t record[TSM_PIPE_HELLO_SIZE];

    channel->may_be_kept = true;
    tsm_pipe_hello_encode(&hello, record);
    status = tsm_unix_send(socket, record, sizeof(record), channel->memfd);
    if (NT_SUCCESS(status) && !is_sure)
        status = await_admission(channel);
    if (!NT_SUCCESS(status)) {
        tsm_channel_unref(channel);
        return status;
    }
    *out = channel;
    return STATUS_SUCCESS;
}

static bool is_against(uint32_t access, const struct tsm_pipe_params *params)
{
    return ((access & TSM_HELLO_WRITES) && !(params->direction & 1)) ||
           ((access & TSM_HELLO_READS) && !(params->direction & 2));
}

/* Tries one listener. STATUS_OBJECT_NAME_NOT_FOUND, STATUS_PIPE_BROKEN: nobody is there. */
static NTSTATUS connect_to(struct tsm_name_folder *folder, const struct tsm_name_entry *entry,
                           uint32_t access, const struct tsm_pipe_params *params,
                           struct tsm_channel **out)
{
    struct tsm_unix_peer peer;
    int socket;
    NTSTATUS status = tsm_unix_connect(folder->fd, entry->file, &socket);

    if (status == STATUS_PIPE_NOT_AVAILABLE)
        remember_taken(entry->seq);
    if (!NT_SUCCESS(status))
        return status;
    if (!tsm_name_folder_is_owners(folder, socket, &peer)) {
        tsm_unix_close(socket);
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    remember_taken(entry->seq);

    /* Others are not led to it any more. The server takes the file away before it takes a client. */
    bool is_sure =
        tsm_name_entry_remove(folder, entry->file) || tsm_name_entry_exists(folder, entry->file);

    return introduce(socket, &peer, access, params, is_sure, out);
}

/* Where a search of one folder stands. */
struct search {
    struct tsm_name_folder *folder;
    uint32_t access;
    struct tsm_pipe_params *params;
    struct tsm_channel **out;
    uint64_t from; /* the smallest seq that has not been tried */
    NTSTATUS result;
};

/* True: the search is over, with its result. */
static bool try_one(struct search *search, const struct tsm_name_entry *entry)
{
    NTSTATUS status;

    search->from = entry->seq + 1;
    if (!tsm_instance_text_decode(entry->text, search->params))
        return search->from == 0;
    status = is_against(search->access, search->params)
                 ? STATUS_ACCESS_DENIED
                 : connect_to(search->folder, entry, search->access, search->params, search->out);
    /* The server went away under our hands, or somebody was faster: the next one. */
    if (status != STATUS_OBJECT_NAME_NOT_FOUND && status != STATUS_PIPE_BROKEN)
        search->result = status;
    return search->from == 0 || NT_SUCCESS(status) ||
           (status != STATUS_OBJECT_NAME_NOT_FOUND && status != STATUS_PIPE_BROKEN &&
            status != STATUS_PIPE_NOT_AVAILABLE);
}

/*
 * Where very many listen, those that come next, so that not each client has to look through them all.
 * Who begins to listen later comes after them; one that somebody else has taken is not there any more.
 */
static struct {
    struct tsm_lock lock;
    struct tsm_name_folder_id id;
    struct tsm_name_entry entries[CANDIDATES];
    uint32_t next, count;
    _Atomic bool is_any;
} candidates;

static bool candidates_take(struct tsm_name_folder *folder, struct tsm_name_entry *out)
{
    bool is_found;

    if (!atomic_load_explicit(&candidates.is_any, memory_order_relaxed) ||
        !NT_SUCCESS(tsm_name_folder_identify(folder)))
        return false;
    tsm_lock_acquire(&candidates.lock);
    is_found = candidates.next < candidates.count &&
               memcmp(&candidates.id, &folder->id, sizeof(folder->id)) == 0;
    if (is_found)
        *out = candidates.entries[candidates.next++];
    candidates.is_any = candidates.next < candidates.count;
    tsm_lock_release(&candidates.lock);
    return is_found;
}

static void candidates_keep(struct tsm_name_folder *folder, const struct tsm_name_entry *entries,
                            uint32_t count)
{
    if (!NT_SUCCESS(tsm_name_folder_identify(folder)))
        return;
    tsm_lock_acquire(&candidates.lock);
    candidates.id = folder->id;
    memcpy(candidates.entries, entries, count * sizeof(*entries));
    candidates.next = 0;
    candidates.count = count;
    candidates.is_any = true;
    tsm_lock_release(&candidates.lock);
}

/* Tries the listeners of a folder, the longest first. Most often the first is the right one, and in a
 * folder of thousands looking for it is much cheaper than sorting them. *is_empty: the folder is. */
static NTSTATUS try_first(struct search *search, bool *is_empty)
{
    struct tsm_name_entry first[CANDIDATES + 1];
    bool is_led = true;
    uint32_t count;

    while (candidates_take(search->folder, first))
        if (try_one(search, first))
            return STATUS_SUCCESS;
    search->from = 0;
    search->result = STATUS_OBJECT_NAME_NOT_FOUND;
    for (int tries = 0, waits = 0; tries < FIRST_TRIES;) {
        NTSTATUS status = tsm_name_folder_first(search->folder, search->from, TSM_COUNT_OF(first),
                                                first, &count, is_empty, &is_led);

        if (NT_SUCCESS(status) && is_led) {
            if (try_one(search, first))
                return STATUS_SUCCESS;
            /* It says nothing of those before it. */
            search->from = 0;
            search->result = STATUS_OBJECT_NAME_NOT_FOUND;
            is_led = false;
        } else if (NT_SUCCESS(status)) {
            tries++;
            if (count == TSM_COUNT_OF(first))
                candidates_keep(search->folder, first + 1, count - 1);
            if (try_one(search, first))
                return STATUS_SUCCESS;
        } else if (status != STATUS_OBJECT_NAME_NOT_FOUND) {
            return status;
        } else if (*is_empty || tries > 0 || waits++ > 0) {
            return STATUS_SUCCESS;
        } else {
            /* An instance that has been used is often about to listen again. */
            sched_yield();
        }
    }
    return STATUS_MORE_ENTRIES;
}

/* *life: who was found alive instead of a listener. */
static NTSTATUS search_in(struct tsm_name_folder *folder, uint32_t access,
                          struct tsm_pipe_params *params, struct tsm_channel **out,
                          enum tsm_name_life *life)
{
    struct search search = {folder, access, params, out, 0, STATUS_OBJECT_NAME_NOT_FOUND};
    struct tsm_name_entry *entries = NULL;
    struct tsm_pipe_params ruling;
    uint32_t count = 0;
    bool is_empty = true, is_over = false;
    NTSTATUS status = try_first(&search, &is_empty);

    *life = TSM_NAME_DEAD;
    if (!NT_SUCCESS(status))
        return status;
    if (search.result != STATUS_OBJECT_NAME_NOT_FOUND && status != STATUS_MORE_ENTRIES)
        return search.result;
    if (is_empty)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    status =
        tsm_name_folder_list(folder, status == STATUS_MORE_ENTRIES ? "LK" : "K", &entries, &count);
    if (!NT_SUCCESS(status))
        return status;
    for (uint32_t i = 0; i < count && !is_over; i++)
        if (entries[i].kind == 'L' && entries[i].seq >= search.from)
            is_over = try_one(&search, &entries[i]);
    status = search.result;
    if (status == STATUS_OBJECT_NAME_NOT_FOUND) {
        *life = tsm_name_entries_life(folder, entries, count);
        /* Nobody listens, but somebody lives: the pipe is busy. */
        if (*life != TSM_NAME_DEAD)
            status = tsm_rendezvous_ruling(entries, count, &ruling) && is_against(access, &ruling)
                         ? STATUS_ACCESS_DENIED
                         : STATUS_PIPE_NOT_AVAILABLE;
    }
    free(entries);
    return status;
}

/* Windows: an instance is there when it listens, and no longer. */
static NTSTATUS connect_in(struct tsm_name_folder *folder, uint32_t access,
                           struct tsm_pipe_params *params, struct tsm_channel **out)
{
    bool saw_newborn = false;
    enum tsm_name_life life;
    int waits = 0;

    for (;;) {
        NTSTATUS status = search_in(folder, access, params, out, &life);

        if (life == TSM_NAME_DEAD || life == TSM_NAME_ALIVE || waits == PASSING_WAITS ||
            (life == TSM_NAME_NEWBORN && saw_newborn))
            return status;
        if (life == TSM_NAME_NEWBORN) {
            saw_newborn = true;
            continue;
        }
        waits++;
        nanosleep(&(struct timespec){.tv_nsec = PASSING_WAIT_NS}, NULL);
    }
}

static NTSTATUS connect_at(struct places *places, uint32_t access, struct tsm_pipe_params *params,
                           struct tsm_channel **out)
{
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;

    for (uint32_t i = 0; i < places->count && status == STATUS_OBJECT_NAME_NOT_FOUND; i++)
        status = connect_in(&places->folders[i], access, params, out);
    return status;
}

NTSTATUS tsm_claim_connect(const struct tsm_name *name, uint32_t access,
                           struct tsm_pipe_params *params, struct tsm_channel **out)
{
    struct places places;
    NTSTATUS status = places_init(&places, name);

    if (!NT_SUCCESS(status))
        return status;
    status = connect_at(&places, access, params, out);
    if (!is_final(&places, status)) {
        status = places_look_again(&places);
        if (NT_SUCCESS(status))
            status = connect_at(&places, access, params, out);
    }
    places_deinit(&places);
    return status;
}

/* ---- waiting ---- */

/* STATUS_SUCCESS: somebody listens; STATUS_PIPE_NOT_AVAILABLE: somebody lives. */
static NTSTATUS look(const struct tsm_name_folder *folder, uint32_t *default_ms)
{
    struct tsm_name_entry *entries = NULL;
    struct tsm_pipe_params ruling;
    uint32_t count = 0;
    NTSTATUS status = tsm_name_folder_list(folder, "LK", &entries, &count);

    if (!NT_SUCCESS(status))
        return status;
    status = STATUS_OBJECT_NAME_NOT_FOUND;
    for (uint32_t i = 0; i < count && status != STATUS_SUCCESS; i++)
        if (entries[i].kind == 'L' && !is_known_taken(entries[i].seq) &&
            tsm_unix_is_alive(folder->fd, entries[i].file))
            status = STATUS_SUCCESS;
    if (status != STATUS_SUCCESS && tsm_name_entries_life(folder, entries, count) != TSM_NAME_DEAD)
        status = STATUS_PIPE_NOT_AVAILABLE;
    if (tsm_rendezvous_ruling(entries, count, &ruling))
        *default_ms = ruling.timeout_ms;
    free(entries);
    return status;
}

static NTSTATUS look_at(const struct places *places, uint32_t *default_ms)
{
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;

    for (uint32_t i = 0; i < places->count && status == STATUS_OBJECT_NAME_NOT_FOUND; i++)
        status = look(&places->folders[i], default_ms);
    return status;
}

/* Does somebody listen who has begun a moment ago? He will be alive. */
static bool has_newborn(const struct places *places, uint64_t since)
{
    struct tsm_name_entry *entries = NULL;
    uint32_t count = 0;
    uint64_t until;
    bool has = false;

    if (!NT_SUCCESS(tsm_name_folder_list(places->folders, "L", &entries, &count)))
        return false;
    until = tsm_name_seq_now();
    for (uint32_t i = 0; i < count && !has; i++)
        has = entries[i].seq >= since && entries[i].seq <= until && !is_known_taken(entries[i].seq);
    free(entries);
    return has;
}

/* Lets others run for a moment, until somebody begins to listen. */
static bool comes_in_a_moment(const struct places *places)
{
    uint64_t begin = tsm_name_seq_now();
    bool has_come = false;

    if (places->count != 1)
        return false;
    do {
        sched_yield();
        has_come = has_newborn(places, begin - NEWBORN_NS);
    } while (!has_come && tsm_name_seq_now() - begin < MOMENT_NS);
    return has_come;
}

NTSTATUS tsm_claim_wait(const struct tsm_name *name, uint32_t timeout_ms)
{
    struct places places;
    struct tsm_deadline deadline = {0};
    uint32_t default_ms = 50;
    bool has_deadline = false;
    struct tsm_name_watch watch = TSM_NAME_WATCH_INIT;
    NTSTATUS status = places_init(&places, name);

    if (!NT_SUCCESS(status))
        return status;
    if (comes_in_a_moment(&places)) {
        places_deinit(&places);
        return STATUS_SUCCESS;
    }
    for (;;) {
        status = look_at(&places, &default_ms);
        if (!is_final(&places, status)) {
            tsm_name_watch_end(&watch);
            status = places_look_again(&places);
            if (NT_SUCCESS(status))
                status = look_at(&places, &default_ms);
        }
        if (status != STATUS_PIPE_NOT_AVAILABLE)
            break;
        if (!has_deadline) {
            deadline = tsm_deadline_in_ms(timeout_ms ? timeout_ms : default_ms);
            has_deadline = true;
        } else if (tsm_deadline_has_passed(deadline)) {
            status = STATUS_IO_TIMEOUT;
            break;
        }
        tsm_name_watch_wait(&watch, places.folders, places.count, LOOK_AGAIN_MS, deadline);
    }
    tsm_name_watch_end(&watch);
    places_deinit(&places);
    return status;
}
