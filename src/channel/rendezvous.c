/* SPDX-License-Identifier: MIT */
/*
 * Rendezvous
 *
 * An instance has a socket S; while it listens, the socket's file has a second name, L. The kernel
 * is the broker: a backlog of zero admits one client, so connect() is the claim. The client that
 * made it takes L away, where it may; the server does before it accepts. So a client that still
 * saw its L after connecting has found the place free. One that did not may have been too slow: it
 * looked L up, somebody else was served, and it came into the place that became free by that. It
 * waits until the server says which, in the channel's word `admission`: claim.c.
 *
 * The life sign is a socket K that never listens. It also carries the parameters of the pipe, so
 * that they outlive the moments without listener.
 * Ownership: S is kept from one listening to the next, unless a thread polls it that has to wake.
 * Locking:   creating, counting and sweeping hold the lock of the name's folder; claiming does not.
 */
#include "channel/rendezvous.h"

#include <stdlib.h>
#include <string.h>

#include "base/trace.h"
#include "os/name_watch.h"

#define HELLO_WAIT_MS 5000
#define USERS_MAX     TSM_NAME_WATCH_MAX

static mode_t socket_mode(const struct tsm_rendezvous *rendezvous)
{
    return rendezvous->is_open_to_all ? 0666 : 0600;
}

bool tsm_rendezvous_ruling(const struct tsm_name_entry *entries, uint32_t count,
                           struct tsm_pipe_params *out)
{
    for (uint32_t i = 0; i < count; i++)
        if (entries[i].kind == 'K' && tsm_instance_text_decode(entries[i].text, out))
            return true;
    return false;
}

/* Folder lock held: sweeps, and finds whose parameters rule; nobody's if none lives. */
static NTSTATUS find_ruling(struct tsm_name_folder *folder, struct tsm_name_swept *swept,
                            struct tsm_pipe_params *out)
{
    if (tsm_own_name_is_enough(folder, out)) {
        *swept = (struct tsm_name_swept){.alive = 1};
        return STATUS_SUCCESS;
    }

    NTSTATUS status = tsm_name_folder_sweep(folder, false, swept);
    bool is_known = swept->living.file[0] && tsm_instance_text_decode(swept->living.text, out);

    /* Some that were taken for alive may not be. */
    if (NT_SUCCESS(status) && swept->alive &&
        (!is_known || (out->max_instances != 255 && swept->alive >= out->max_instances))) {
        status = tsm_name_folder_sweep(folder, true, swept);
        is_known = swept->living.file[0] && tsm_instance_text_decode(swept->living.text, out);
    }
    if (!is_known)
        swept->alive = 0;
    return status;
}

/* May this instance join those that live? Adapts its parameters. */
static NTSTATUS check_rules(const struct tsm_pipe_params *ruling, uint32_t alive,
                            const struct tsm_rendezvous_request *request,
                            struct tsm_pipe_params *params)
{
    /* Windows: the limit is looked at before the first-instance flag and the direction. */
    if (ruling->max_instances != 255 && alive >= ruling->max_instances)
        return STATUS_INSTANCE_NOT_AVAILABLE;
    if (request->is_first_only || ruling->direction != params->direction)
        return STATUS_ACCESS_DENIED;
    params->is_message_type = ruling->is_message_type;
    params->max_instances = ruling->max_instances;
    params->timeout_ms = ruling->timeout_ms;
    return STATUS_SUCCESS;
}

static struct tsm_listener *listener_new(struct tsm_rendezvous *rendezvous, uint64_t seq,
                                         NTSTATUS *status)
{
    struct tsm_listener *listener = calloc(1, sizeof(*listener));

    if (!listener) {
        *status = STATUS_NO_MEMORY;
        return NULL;
    }
    atomic_init(&listener->refs, 1);
    tsm_list_init(&listener->own.node);
    listener->accepted = -1;
    tsm_name_entry_file('S', seq, "", listener->file);
    *status = tsm_unix_listen(rendezvous->folder.fd, listener->file, socket_mode(rendezvous), 0,
                              &listener->socket);
    if (NT_SUCCESS(*status))
        return listener;
    free(listener);
    return NULL;
}

/* Nobody can reach it any more, and who polls it wakes. */
static void listener_discard(const struct tsm_rendezvous *rendezvous, struct tsm_listener *listener)
{
    tsm_name_entry_remove(&rendezvous->folder, listener->file);
    tsm_unix_shutdown(listener->socket);
    tsm_listener_unref(listener);
}

/* From now on clients find it. */
static NTSTATUS listener_publish(const struct tsm_rendezvous *rendezvous,
                                 struct tsm_listener *listener, uint64_t seq)
{
    NTSTATUS status;

    tsm_name_entry_file('L', seq, rendezvous->text, listener->entry);
    status = tsm_name_entry_link(&rendezvous->folder, listener->file, listener->entry);
    listener->own.entry = listener->entry;
    if (NT_SUCCESS(status))
        tsm_own_name_add(rendezvous->own, &rendezvous->folder, &listener->own);
    return status;
}

static bool unpublish(struct tsm_rendezvous *rendezvous, struct tsm_listener *listener)
{
    bool was_published = listener->entry[0] != 0;

    if (was_published)
        tsm_name_entry_remove(&rendezvous->folder, listener->entry);
    tsm_own_name_take_out(rendezvous->own, &rendezvous->folder, &listener->own);
    listener->entry[0] = 0;
    return was_published;
}

NTSTATUS tsm_rendezvous_listen(struct tsm_rendezvous *rendezvous, struct tsm_listener **out)
{
    struct tsm_listener *listener = rendezvous->kept;
    NTSTATUS status;

    rendezvous->kept = NULL;
    if (listener) {
        if (NT_SUCCESS(listener_publish(rendezvous, listener, tsm_name_seq_above(0)))) {
            *out = listener;
            return STATUS_SUCCESS;
        }
        listener_discard(rendezvous, listener); /* somebody has removed its file */
    }

    uint64_t seq = tsm_name_seq_above(0);

    listener = listener_new(rendezvous, seq, &status);
    if (!listener)
        return status;
    status = listener_publish(rendezvous, listener, seq);
    if (!NT_SUCCESS(status)) {
        listener_discard(rendezvous, listener);
        return status;
    }
    *out = listener;
    return STATUS_SUCCESS;
}

/* Windows: an instance is there and listens at the same moment. */
static NTSTATUS listen_first(struct tsm_rendezvous *rendezvous, struct tsm_listener **out)
{
    struct tsm_listener *listener;
    NTSTATUS status = tsm_rendezvous_listen(rendezvous, &listener);

    if (!NT_SUCCESS(status))
        return status;
    status = tsm_name_entry_set_mode(&rendezvous->folder, rendezvous->life_sign_file,
                                     TSM_LIFE_SIGN_MODE);
    if (!NT_SUCCESS(status)) {
        unpublish(rendezvous, listener);
        listener_discard(rendezvous, listener);
        return status;
    }
    *out = listener;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_rendezvous_create(const struct tsm_name *name,
                               const struct tsm_rendezvous_request *request,
                               struct tsm_rendezvous *out, struct tsm_listener **listener)
{
    struct tsm_rendezvous made = {
        .name = *name,
        .params = request->params,
        .is_open_to_all = request->is_open_to_all,
        .life_sign = -1,
    };
    NTSTATUS status = tsm_name_folder_open_own(name->folded, name->length, &made.folder);

    if (!NT_SUCCESS(status))
        return status;

    struct tsm_pipe_params ruling;
    struct tsm_name_swept swept;

    status = find_ruling(&made.folder, &swept, &ruling);
    if (NT_SUCCESS(status) && swept.alive)
        status = check_rules(&ruling, swept.alive, request, &made.params);
    if (NT_SUCCESS(status)) {
        uint64_t seq = tsm_name_seq_above(swept.last_seq);

        tsm_instance_text_encode(&made.params, made.text);
        tsm_name_entry_file('K', seq, made.text, made.life_sign_file);
        status = tsm_unix_bind_life_sign(made.folder.fd, made.life_sign_file,
                                         TSM_LIFE_SIGN_MODE_PASSING, &made.life_sign);
        if (NT_SUCCESS(status) && swept.alive == 0)
            status = tsm_name_check_others(&made.folder, name->folded, name->length, seq);
        if (NT_SUCCESS(status)) {
            made.own = tsm_own_name_join(&made.folder, &made.params);
            status = listen_first(&made, listener);
        }
    }
    if (!NT_SUCCESS(status)) {
        tsm_trace(TSM_TRACE_NAME, "create: %s", tsm_status_name(status));
        (void)tsm_own_name_leave(made.own);
        if (made.life_sign >= 0) {
            tsm_name_entry_remove(&made.folder, made.life_sign_file);
            tsm_unix_close(made.life_sign);
        }
        tsm_name_folder_close(&made.folder, name->folded, name->length);
        return status;
    }
    tsm_name_folder_unlock(&made.folder);
    *out = made;
    return STATUS_SUCCESS;
}

static NTSTATUS read_hello(struct tsm_rendezvous *rendezvous, struct tsm_listener *listener,
                           struct tsm_channel **out, uint32_t *access)
{
    uint8_t record[TSM_PIPE_HELLO_SIZE + 1];
    struct tsm_channel *channel;
    struct tsm_pipe_hello hello;
    size_t length = 0;
    int memfd = -1;
    NTSTATUS status = (listener->is_shared ? tsm_unix_peek : tsm_unix_receive)(
        listener->accepted, record, sizeof(record), &length, &memfd);

    if (status == STATUS_PIPE_LISTENING)
        return tsm_deadline_has_passed(listener->hello_deadline) ? STATUS_PIPE_BROKEN : status;

    int socket = listener->accepted;
    const uint32_t quota[2] = {rendezvous->params.in_quota, rendezvous->params.out_quota};

    listener->accepted = -1;
    if (!NT_SUCCESS(status) || !tsm_pipe_hello_decode(record, length, &hello)) {
        tsm_unix_close(socket);
        if (memfd >= 0)
            tsm_unix_close(memfd);
        return STATUS_PIPE_BROKEN;
    }
    /* The direction is the server's word: a client that ignores it is thrown out. */
    if (((hello.access & TSM_HELLO_WRITES) && !(rendezvous->params.direction & 1)) ||
        ((hello.access & TSM_HELLO_READS) && !(rendezvous->params.direction & 2))) {
        tsm_unix_close(socket);
        if (memfd >= 0)
            tsm_unix_close(memfd);
        return STATUS_ACCESS_DENIED;
    }
    status = tsm_channel_from_peer(memfd, socket, quota, &channel);
    if (!NT_SUCCESS(status))
        return status;
    if (!tsm_channel_decide(channel, TSM_ADMISSION_GRANTED)) {
        tsm_channel_unref(channel);
        return STATUS_PIPE_BROKEN;
    }
    channel->may_be_kept = true;
    *access = hello.access;
    *out = channel;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_rendezvous_accept(struct tsm_rendezvous *rendezvous, struct tsm_listener *listener,
                               struct tsm_channel **out, uint32_t *access)
{
    if (listener->accepted < 0) {
        if (!tsm_unix_wait_readable(listener->socket, tsm_deadline_in_ms(0)))
            return STATUS_PIPE_LISTENING;
        /* Others of this end would not know if this process died when the file is gone. */
        if (listener->is_shared)
            tsm_unix_end_listening(listener->socket);
        /* First the file, then the client: whoever still sees the file has found the place free. */
        unpublish(rendezvous, listener);

        NTSTATUS status = tsm_unix_accept(listener->socket, &listener->accepted);

        if (!NT_SUCCESS(status))
            return tsm_status_is_shortage(status) ? status : STATUS_PIPE_BROKEN;
        listener->hello_deadline = tsm_deadline_in_ms(HELLO_WAIT_MS);
    }
    return read_hello(rendezvous, listener, out, access);
}

int tsm_listener_poll_fd(const struct tsm_listener *listener)
{
    return listener->accepted >= 0 ? listener->accepted : listener->socket;
}

bool tsm_listener_has_client(const struct tsm_listener *listener)
{
    return listener->accepted >= 0;
}

static void turn_away(struct tsm_listener *listener)
{
    if (listener->accepted >= 0)
        tsm_unix_close(listener->accepted);
    listener->accepted = -1;
}

void tsm_rendezvous_stop(struct tsm_rendezvous *rendezvous, struct tsm_listener *listener)
{
    if (!listener)
        return;

    /* Others wait there as well: first that nobody can come, since they would not know if this process
     * died when the file is gone. Threads drop what was accepted with their reference. */
    if (listener->is_shared || atomic_load_explicit(&listener->refs, memory_order_acquire) > 1) {
        tsm_unix_shutdown(listener->socket);
        unpublish(rendezvous, listener);
        if (listener->accepted >= 0)
            tsm_unix_shutdown(listener->accepted);
        listener_discard(rendezvous, listener);
        return;
    }

    bool was_waiting = unpublish(rendezvous, listener);

    turn_away(listener);
    while (was_waiting && NT_SUCCESS(tsm_unix_accept(listener->socket, &listener->accepted)))
        turn_away(listener);
    rendezvous->kept = listener;
}

struct tsm_listener *tsm_listener_ref(struct tsm_listener *listener)
{
    atomic_fetch_add_explicit(&listener->refs, 1, memory_order_relaxed);
    return listener;
}

void tsm_listener_unref(struct tsm_listener *listener)
{
    if (atomic_fetch_sub_explicit(&listener->refs, 1, memory_order_acq_rel) != 1)
        return;
    tsm_own_listener_forget(&listener->own);
    tsm_unix_close(listener->socket);
    if (listener->accepted >= 0)
        tsm_unix_close(listener->accepted);
    free(listener);
}

NTSTATUS tsm_listener_from_holder(int socket, int accepted, const char *file, const char *entry,
                                  struct tsm_deadline hello_deadline, struct tsm_listener **out)
{
    struct tsm_listener *listener = calloc(1, sizeof(*listener));

    if (!listener || strlen(file) >= sizeof(listener->file) ||
        strlen(entry) >= sizeof(listener->entry)) {
        free(listener);
        tsm_unix_close(socket);
        if (accepted >= 0)
            tsm_unix_close(accepted);
        return listener ? STATUS_INVALID_PARAMETER : STATUS_NO_MEMORY;
    }
    atomic_init(&listener->refs, 1);
    tsm_list_init(&listener->own.node);
    listener->socket = socket;
    listener->accepted = accepted;
    listener->hello_deadline = hello_deadline;
    listener->is_shared = true;
    strcpy(listener->file, file);
    strcpy(listener->entry, entry);
    *out = listener;
    return STATUS_SUCCESS;
}

void tsm_rendezvous_sweep(struct tsm_rendezvous *rendezvous)
{
    if (rendezvous->folder.fd < 0 || !NT_SUCCESS(tsm_name_folder_lock(&rendezvous->folder)))
        return;

    struct tsm_name_swept swept;

    (void)!NT_SUCCESS(tsm_name_folder_sweep(&rendezvous->folder, true, &swept));
    tsm_name_folder_unlock(&rendezvous->folder);
}

void tsm_rendezvous_leave(struct tsm_rendezvous *rendezvous)
{
    (void)tsm_own_name_leave(rendezvous->own);
    rendezvous->own = NULL;
    if (rendezvous->kept)
        listener_discard(rendezvous, rendezvous->kept);
    rendezvous->kept = NULL;
    if (rendezvous->folder.fd >= 0)
        tsm_unix_close(rendezvous->folder.fd);
    if (rendezvous->life_sign >= 0)
        tsm_unix_close(rendezvous->life_sign);
    rendezvous->folder.fd = rendezvous->life_sign = -1;
}

void tsm_rendezvous_retire(struct tsm_rendezvous *rendezvous)
{
    (void)!NT_SUCCESS(tsm_name_entry_set_mode(&rendezvous->folder, rendezvous->life_sign_file,
                                              TSM_LIFE_SIGN_MODE_PASSING));
}

void tsm_rendezvous_close(struct tsm_rendezvous *rendezvous)
{
    if (rendezvous->folder.fd < 0)
        return;
    if (rendezvous->kept)
        listener_discard(rendezvous, rendezvous->kept);
    rendezvous->kept = NULL;

    if (NT_SUCCESS(tsm_name_folder_lock(&rendezvous->folder))) {
        tsm_name_entry_remove(&rendezvous->folder, rendezvous->life_sign_file);
        tsm_unix_close(rendezvous->life_sign);
    } else {
        tsm_unix_close(rendezvous->life_sign); /* the next sweep removes its file */
    }
    rendezvous->life_sign = -1;
    /* With the lock, so that the last one finds the files of all others gone. */
    bool was_last = tsm_own_name_leave(rendezvous->own);

    rendezvous->own = NULL;
    if (was_last) {
        tsm_name_folder_close(&rendezvous->folder, rendezvous->name.folded,
                              rendezvous->name.length);
    } else {
        tsm_unix_close(rendezvous->folder.fd);
        rendezvous->folder.fd = -1;
    }
}

NTSTATUS tsm_rendezvous_count(const struct tsm_name *name, uint32_t *out)
{
    struct tsm_name_folder folders[USERS_MAX];
    uint32_t count = 0, all = 0;
    NTSTATUS status = tsm_name_folder_find(name->folded, name->length, folders, USERS_MAX, &count);

    for (uint32_t i = 0; i < count; i++) {
        uint32_t alive = 0;

        if (NT_SUCCESS(status))
            status = tsm_name_folder_count_alive(&folders[i], &alive);
        all += alive;
        tsm_unix_close(folders[i].fd);
    }
    if (NT_SUCCESS(status) || status == STATUS_OBJECT_NAME_NOT_FOUND) {
        *out = all;
        status = STATUS_SUCCESS;
    }
    return status;
}
