/* SPDX-License-Identifier: MIT */
/*
 * Rendezvous
 *
 * A listening instance is a socket file L; its life sign is a socket K that never listens. The
 * kernel is the broker: a backlog of zero admits one client, so connect() is the claim. A client
 * takes the file away with it where it may, so that nobody else is led to an instance that is
 * taken while the server is busy elsewhere; the server removes it when it notices.
 *
 * K also carries the parameters of the pipe, so that they outlive the moments without listener.
 * Locking:   creating, counting and sweeping hold the lock of the name's folder; claiming does not.
 */
#include "channel/rendezvous.h"

#include <stdlib.h>
#include <string.h>

#include "base/trace.h"
#include "os/name_watch.h"

#define HELLO_WAIT_MS 5000
#define LOOK_AGAIN_MS 100
#define USERS_MAX     TSM_NAME_WATCH_MAX

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

static mode_t socket_mode(const struct tsm_rendezvous *rendezvous)
{
    return rendezvous->is_open_to_all ? 0666 : 0600;
}

/* The first live instance of the name, whose parameters rule. */
static bool find_ruling(const struct tsm_name_folder *folder, struct tsm_pipe_params *out)
{
    struct tsm_name_entry *entries = NULL;
    uint32_t count = 0;
    bool is_found = false;

    if (!NT_SUCCESS(tsm_name_folder_list(folder, 'K', &entries, &count)))
        return false;
    for (uint32_t i = 0; i < count && !is_found; i++)
        is_found = tsm_instance_text_decode(entries[i].text, out);
    free(entries);
    return is_found;
}

/* Folder lock held, swept: may this instance join those that live? Adapts its parameters. */
static NTSTATUS check_rules(const struct tsm_name_folder *folder, uint32_t alive,
                            const struct tsm_rendezvous_request *request,
                            struct tsm_pipe_params *params)
{
    struct tsm_pipe_params ruling;

    if (alive == 0 || !find_ruling(folder, &ruling))
        return STATUS_SUCCESS;
    /* Windows: the limit is looked at before the first-instance flag and the direction. */
    if (ruling.max_instances != 255 && alive >= ruling.max_instances)
        return STATUS_INSTANCE_NOT_AVAILABLE;
    if (request->is_first_only || ruling.direction != params->direction)
        return STATUS_ACCESS_DENIED;
    params->is_message_type = ruling.is_message_type;
    params->max_instances = ruling.max_instances;
    params->timeout_ms = ruling.timeout_ms;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_rendezvous_listen(struct tsm_rendezvous *rendezvous, struct tsm_listener **out)
{
    struct tsm_listener *listener = calloc(1, sizeof(*listener));
    char text[TSM_INSTANCE_TEXT_SIZE];

    if (!listener)
        return STATUS_NO_MEMORY;
    atomic_init(&listener->refs, 1);
    listener->accepted = -1;
    tsm_instance_text_encode(&rendezvous->params, text);
    tsm_name_entry_file('L', tsm_name_next_seq(&rendezvous->folder), text, listener->file);

    NTSTATUS status = tsm_unix_listen(rendezvous->folder.fd, listener->file,
                                      socket_mode(rendezvous), 0, &listener->socket);

    if (!NT_SUCCESS(status)) {
        free(listener);
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
    char text[TSM_INSTANCE_TEXT_SIZE];
    NTSTATUS status = tsm_name_folder_open_own(name->folded, name->length, &made.folder);

    if (!NT_SUCCESS(status))
        return status;

    uint32_t alive = tsm_name_folder_sweep(&made.folder);

    status = check_rules(&made.folder, alive, request, &made.params);
    if (NT_SUCCESS(status)) {
        uint64_t seq = tsm_name_next_seq(&made.folder);

        tsm_instance_text_encode(&made.params, text);
        tsm_name_entry_file('K', seq, text, made.life_sign_file);
        status = tsm_unix_bind_life_sign(made.folder.fd, made.life_sign_file, &made.life_sign);
        if (NT_SUCCESS(status))
            status = alive == 0 && tsm_name_is_served_by_other(&made.folder, name->folded,
                                                               name->length, seq)
                         ? STATUS_ACCESS_DENIED
                         : tsm_rendezvous_listen(&made, listener);
    }
    if (!NT_SUCCESS(status)) {
        tsm_trace(TSM_TRACE_NAME, "create: %s", tsm_status_name(status));
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
    struct tsm_pipe_hello hello;
    size_t length = 0;
    int memfd = -1;
    NTSTATUS status = tsm_unix_receive(listener->accepted, record, sizeof(record), &length, &memfd);

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
    *access = hello.access;
    return tsm_channel_from_peer(memfd, socket, quota, out);
}

NTSTATUS tsm_rendezvous_accept(struct tsm_rendezvous *rendezvous, struct tsm_listener *listener,
                               struct tsm_channel **out, uint32_t *access)
{
    if (listener->accepted < 0) {
        NTSTATUS status = tsm_unix_accept_last(listener->socket, &listener->accepted);

        if (!NT_SUCCESS(status))
            return status;
        tsm_name_entry_remove(&rendezvous->folder, listener->file);
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

void tsm_rendezvous_stop(struct tsm_rendezvous *rendezvous, struct tsm_listener *listener)
{
    if (!listener)
        return;
    /* First that nobody can come: a listener whose file is gone, should this process die in between,
     * would wait for ever in the others that have it. */
    tsm_unix_shutdown(listener->socket);
    tsm_name_entry_remove(&rendezvous->folder, listener->file);
    tsm_listener_unref(listener);
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
    tsm_unix_close(listener->socket);
    if (listener->accepted >= 0)
        tsm_unix_close(listener->accepted);
    free(listener);
}

NTSTATUS tsm_listener_from_holder(int socket, int accepted, const char *file,
                                  struct tsm_deadline hello_deadline, struct tsm_listener **out)
{
    struct tsm_listener *listener = calloc(1, sizeof(*listener));

    if (!listener || strlen(file) >= sizeof(listener->file)) {
        free(listener);
        tsm_unix_close(socket);
        if (accepted >= 0)
            tsm_unix_close(accepted);
        return listener ? STATUS_INVALID_PARAMETER : STATUS_NO_MEMORY;
    }
    atomic_init(&listener->refs, 1);
    listener->socket = socket;
    listener->accepted = accepted;
    listener->hello_deadline = hello_deadline;
    strcpy(listener->file, file);
    *out = listener;
    return STATUS_SUCCESS;
}

void tsm_rendezvous_sweep(struct tsm_rendezvous *rendezvous)
{
    if (rendezvous->folder.fd < 0 || !NT_SUCCESS(tsm_name_folder_lock(&rendezvous->folder)))
        return;
    tsm_name_folder_sweep(&rendezvous->folder);
    tsm_name_folder_unlock(&rendezvous->folder);
}

void tsm_rendezvous_leave(struct tsm_rendezvous *rendezvous)
{
    if (rendezvous->folder.fd >= 0)
        tsm_unix_close(rendezvous->folder.fd);
    if (rendezvous->life_sign >= 0)
        tsm_unix_close(rendezvous->life_sign);
    rendezvous->folder.fd = rendezvous->life_sign = -1;
}

void tsm_rendezvous_close(struct tsm_rendezvous *rendezvous)
{
    if (rendezvous->folder.fd < 0)
        return;
    if (NT_SUCCESS(tsm_name_folder_lock(&rendezvous->folder))) {
        tsm_name_entry_remove(&rendezvous->folder, rendezvous->life_sign_file);
        tsm_unix_close(rendezvous->life_sign);
    } else {
        tsm_unix_close(rendezvous->life_sign); /* the next sweep removes its file */
    }
    rendezvous->life_sign = -1;
    tsm_name_folder_close(&rendezvous->folder, rendezvous->name.folded, rendezvous->name.length);
}

uint32_t tsm_rendezvous_count(const struct tsm_name *name)
{
    struct tsm_name_folder folders[USERS_MAX];
    uint32_t count = 0, alive = 0;

    if (!NT_SUCCESS(tsm_name_folder_find(name->folded, name->length, folders, USERS_MAX, &count)))
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        alive += tsm_name_folder_count_alive(&folders[i]);
        tsm_unix_close(folders[i].fd);
    }
    return alive;
}

static void close_folders(struct tsm_name_folder *folders, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        tsm_unix_close(folders[i].fd);
}

/* Introduces the client to the server it has connected to. STATUS_PIPE_BROKEN: that is gone. */
static NTSTATUS introduce(int socket, uint32_t access, const struct tsm_pipe_params *params,
                          struct tsm_channel **out)
{
    const uint32_t quota[2] = {params->in_quota, params->out_quota};
    struct tsm_channel *channel;
    NTSTATUS status = tsm_channel_new(quota, &channel);

    if (!NT_SUCCESS(status)) {
        tsm_unix_close(socket);
        return status;
    }

    struct tsm_pipe_hello hello = {
        .protocol = TSM_PIPE_PROTOCOL,
        .access = access,
        .capacity = {channel->capacity[0], channel->capacity[1]},
    };
    uint8_t record[TSM_PIPE_HELLO_SIZE];

    channel->socket = socket;
    tsm_pipe_hello_encode(&hello, record);
    status = tsm_unix_peer(socket, &channel->peer);
    if (NT_SUCCESS(status))
        status = tsm_unix_send(socket, record, sizeof(record), channel->memfd);
    if (!NT_SUCCESS(status)) {
        tsm_channel_unref(channel);
        return status;
    }
    *out = channel;
    return STATUS_SUCCESS;
}

/* Tries the listeners of one folder, the longest first. */
static NTSTATUS connect_in(struct tsm_name_folder *folder, uint32_t access,
                           struct tsm_pipe_params *params, struct tsm_channel **out)
{
    struct tsm_name_entry *entries = NULL;
    uint32_t count = 0;
    NTSTATUS status = tsm_name_folder_list(folder, 'L', &entries, &count), result;

    if (!NT_SUCCESS(status))
        return status;
    result = STATUS_OBJECT_NAME_NOT_FOUND;
    for (uint32_t i = 0; i < count; i++) {
        int socket;

        if (!tsm_instance_text_decode(entries[i].text, params))
            continue;
        if (((access & TSM_HELLO_WRITES) && !(params->direction & 1)) ||
            ((access & TSM_HELLO_READS) && !(params->direction & 2))) {
            result = STATUS_ACCESS_DENIED;
            break;
        }
        status = tsm_unix_connect(folder->fd, entries[i].file, &socket);
        if (NT_SUCCESS(status) && !tsm_name_folder_is_owners(folder, socket)) {
            tsm_unix_close(socket);
            continue;
        }
        if (NT_SUCCESS(status)) {
            remember_taken(entries[i].seq);
            tsm_name_entry_remove(folder, entries[i].file);
            status = introduce(socket, access, params, out);
            if (status == STATUS_PIPE_BROKEN)
                continue; /* the server went away under our hands: the next one */
            result = status;
            break;
        }
        if (status == STATUS_PIPE_NOT_AVAILABLE) {
            remember_taken(entries[i].seq);
            result = status;
        } else if (status != STATUS_OBJECT_NAME_NOT_FOUND) {
            result = status;
            break;
        }
    }
    free(entries);
    return result;
}

NTSTATUS tsm_rendezvous_connect(const struct tsm_name *name, uint32_t access,
                                struct tsm_pipe_params *params, struct tsm_channel **out)
{
    struct tsm_name_folder folders[USERS_MAX];
    uint32_t count = 0;
    NTSTATUS status = tsm_name_folder_find(name->folded, name->length, folders, USERS_MAX, &count);

    if (!NT_SUCCESS(status))
        return status;
    status = STATUS_OBJECT_NAME_NOT_FOUND;
    for (uint32_t i = 0; i < count && status == STATUS_OBJECT_NAME_NOT_FOUND; i++) {
        status = connect_in(&folders[i], access, params, out);
        /* Nobody listens, but somebody lives: the pipe is busy. */
        if (status == STATUS_OBJECT_NAME_NOT_FOUND &&
            tsm_name_folder_count_alive(&folders[i]) > 0) {
            struct tsm_pipe_params ruling;

            status = STATUS_PIPE_NOT_AVAILABLE;
            if (find_ruling(&folders[i], &ruling) &&
                (((access & TSM_HELLO_WRITES) && !(ruling.direction & 1)) ||
                 ((access & TSM_HELLO_READS) && !(ruling.direction & 2))))
                status = STATUS_ACCESS_DENIED;
        }
    }
    close_folders(folders, count);
    return status;
}

/* STATUS_SUCCESS: somebody listens; STATUS_PIPE_NOT_AVAILABLE: somebody lives. */
static NTSTATUS look(const struct tsm_name_folder *folder, uint32_t *default_ms)
{
    struct tsm_name_entry *entries = NULL;
    struct tsm_pipe_params ruling;
    uint32_t count = 0;
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;

    if (NT_SUCCESS(tsm_name_folder_list(folder, 'L', &entries, &count)))
        for (uint32_t i = 0; i < count && status != STATUS_SUCCESS; i++)
            if (!is_known_taken(entries[i].seq) && tsm_unix_is_alive(folder->fd, entries[i].file))
                status = STATUS_SUCCESS;
    free(entries);
    if (status != STATUS_SUCCESS && tsm_name_folder_count_alive(folder) > 0)
        status = STATUS_PIPE_NOT_AVAILABLE;
    if (find_ruling(folder, &ruling))
        *default_ms = ruling.timeout_ms;
    return status;
}

NTSTATUS tsm_rendezvous_wait(const struct tsm_name *name, uint32_t timeout_ms)
{
    struct tsm_name_folder folders[USERS_MAX];
    struct tsm_deadline deadline = {0};
    uint32_t count = 0, default_ms = 50;
    bool has_deadline = false;
    struct tsm_name_watch watch = TSM_NAME_WATCH_INIT;
    NTSTATUS status = tsm_name_folder_find(name->folded, name->length, folders, USERS_MAX, &count);

    if (!NT_SUCCESS(status))
        return status;
    for (;;) {
        status = STATUS_OBJECT_NAME_NOT_FOUND;
        for (uint32_t i = 0; i < count && status == STATUS_OBJECT_NAME_NOT_FOUND; i++)
            status = look(&folders[i], &default_ms);
        if (status != STATUS_PIPE_NOT_AVAILABLE)
            break;
        if (!has_deadline) {
            deadline = tsm_deadline_in_ms(timeout_ms ? timeout_ms : default_ms);
            has_deadline = true;
        } else if (tsm_deadline_has_passed(deadline)) {
            status = STATUS_IO_TIMEOUT;
            break;
        }
        tsm_name_watch_wait(&watch, folders, count, LOOK_AGAIN_MS, deadline);
    }
    tsm_name_watch_end(&watch);
    close_folders(folders, count);
    return status;
}
