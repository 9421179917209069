/* SPDX-License-Identifier: MIT */
/*
 * Mailslot door
 *
 * A slot has a life sign K and a listener L in the folder of its name, as an instance of a pipe has;
 * but the listener stays, and has room for many who are not let in yet. A writer brings the memory of
 * its channel, says hello and writes at once; it waits for nobody.
 *
 * Windows: a name has one slot; who has it, keeps it until the last handle is closed.
 */
#include "mailslot/mailslot_door.h"

#include <stdlib.h>

#include "base/trace.h"
#include "wire/pipe_hello.h"
#include "wire/slot_text.h"

#define BACKLOG 4096 /* the system may allow less */
#define TRIES   8

/* Both directions get the least there is; the second is not used. */
static const uint32_t quota[2] = {0, 0};

static NTSTATUS bind_both(struct tsm_mailslot_door *door, uint32_t max_message, mode_t mode)
{
    uint64_t seq = tsm_name_next_seq(&door->folder);
    char text[TSM_SLOT_TEXT_SIZE];

    tsm_slot_text_encode(max_message, text);
    tsm_name_entry_file('K', seq, text, door->life_sign_file);
    tsm_name_entry_file('L', seq, text, door->listener_file);

    NTSTATUS status = tsm_unix_bind_life_sign(door->folder.fd, door->life_sign_file,
                                              TSM_LIFE_SIGN_MODE, &door->life_sign);

    if (!NT_SUCCESS(status))
        return status;
    status = tsm_name_check_others(&door->folder, door->name.folded, door->name.length, seq);
    if (status == STATUS_ACCESS_DENIED)
        status = STATUS_OBJECT_NAME_COLLISION;
    if (NT_SUCCESS(status))
        status =
            tsm_unix_listen(door->folder.fd, door->listener_file, mode, BACKLOG, &door->listener);
    if (!NT_SUCCESS(status)) {
        tsm_name_entry_remove(&door->folder, door->life_sign_file);
        tsm_unix_close(door->life_sign);
    }
    return status;
}

NTSTATUS tsm_mailslot_door_open(const struct tsm_name *name, uint32_t max_message,
                                bool is_open_to_all, struct tsm_mailslot_door *out)
{
    struct tsm_mailslot_door door = {.name = *name, .listener = -1, .life_sign = -1};
    NTSTATUS status = tsm_name_folder_open_own(name->folded, name->length, &door.folder);
    struct tsm_name_swept swept;

    if (!NT_SUCCESS(status))
        return status;
    status = tsm_name_folder_sweep(&door.folder, true, &swept);
    if (NT_SUCCESS(status))
        status = swept.alive > 0 ? STATUS_OBJECT_NAME_COLLISION
                                 : bind_both(&door, max_message, is_open_to_all ? 0666 : 0600);
    if (!NT_SUCCESS(status)) {
        tsm_trace(TSM_TRACE_NAME, "create: %s", tsm_status_name(status));
        tsm_name_folder_close(&door.folder, name->folded, name->length);
        return status;
    }
    tsm_name_folder_unlock(&door.folder);
    *out = door;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_mailslot_door_accept(struct tsm_mailslot_door *door, int *socket)
{
    return tsm_unix_accept(door->listener, socket);
}

NTSTATUS tsm_mailslot_door_greet(int socket, bool stays, struct tsm_channel **out)
{
    uint8_t record[TSM_PIPE_HELLO_SIZE + 1];
    struct tsm_pipe_hello hello;
    size_t length = 0;
    int memfd = -1;
    NTSTATUS status =
        (stays ? tsm_unix_peek : tsm_unix_receive)(socket, record, sizeof(record), &length, &memfd);

    if (status == STATUS_PIPE_LISTENING)
        return status;
    if (NT_SUCCESS(status) &&
        (!tsm_pipe_hello_decode(record, length, &hello) || hello.access != TSM_HELLO_WRITES))
        status = STATUS_PIPE_BROKEN;
    if (!NT_SUCCESS(status)) {
        tsm_unix_close(socket);
        if (memfd >= 0)
            tsm_unix_close(memfd);
        return status;
    }
    return tsm_channel_from_peer(memfd, socket, quota, out);
}

void tsm_mailslot_door_close(struct tsm_mailslot_door *door)
{
    bool is_locked = NT_SUCCESS(tsm_name_folder_lock(&door->folder));

    /* Without the lock the next sweep removes the files. */
    if (is_locked) {
        tsm_name_entry_remove(&door->folder, door->listener_file);
        tsm_name_entry_remove(&door->folder, door->life_sign_file);
    }
    tsm_unix_close(door->listener);
    tsm_unix_close(door->life_sign);
    door->listener = door->life_sign = -1;
    tsm_name_folder_close(&door->folder, door->name.folded, door->name.length);
}

void tsm_mailslot_door_leave(struct tsm_mailslot_door *door)
{
    tsm_unix_close(door->listener);
    tsm_unix_close(door->life_sign);
    tsm_unix_close(door->folder.fd);
    door->listener = door->life_sign = door->folder.fd = -1;
}

/* ---- writers ---- */

static NTSTATUS say_hello(int socket, const struct tsm_channel *channel)
{
    struct tsm_pipe_hello hello = {
        .protocol = TSM_PIPE_PROTOCOL,
        .access = TSM_HELLO_WRITES,
        .capacity = {channel->capacity[0], channel->capacity[1]},
    };
    uint8_t record[TSM_PIPE_HELLO_SIZE];

    tsm_pipe_hello_encode(&hello, record);
    return tsm_unix_send(socket, record, sizeof(record), channel->memfd);
}

static NTSTATUS introduce(int socket, const struct tsm_unix_peer *peer, struct tsm_channel **out)
{
    struct tsm_channel *channel;
    NTSTATUS status = tsm_channel_new(socket, peer, quota, &channel);

    if (!NT_SUCCESS(status))
        return status;
    status = say_hello(socket, channel);
    if (!NT_SUCCESS(status)) {
        tsm_channel_unref(channel);
        return status;
    }
    *out = channel;
    return STATUS_SUCCESS;
}

static NTSTATUS introduce_again(int socket, const struct tsm_unix_peer *peer,
                                struct tsm_channel *again, struct tsm_channel **out)
{
    NTSTATUS status = say_hello(socket, again);

    if (!NT_SUCCESS(status)) {
        tsm_unix_close(socket);
        return status;
    }
    tsm_channel_rewire_locked(again, socket, peer);
    *out = again;
    return STATUS_SUCCESS;
}

static NTSTATUS knock_at(const struct tsm_name_folder *folder, const char *file,
                         struct tsm_channel *again, struct tsm_channel **out)
{
    struct tsm_unix_peer peer;
    int socket;
    NTSTATUS status = tsm_unix_connect(folder->fd, file, &socket);

    if (!NT_SUCCESS(status))
        return status;
    if (!tsm_name_folder_is_owners(folder, socket, &peer)) {
        tsm_unix_close(socket);
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    return again ? introduce_again(socket, &peer, again, out) : introduce(socket, &peer, out);
}

static NTSTATUS knock_in(const struct tsm_name_folder *folder, uint64_t seq,
                         struct tsm_channel *again, struct tsm_mailslot_found *out)
{
    struct tsm_name_entry *entries = NULL;
    uint32_t count = 0;
    NTSTATUS result = tsm_name_folder_list(folder, "L", &entries, &count);

    if (!NT_SUCCESS(result))
        return result;
    result = STATUS_OBJECT_NAME_NOT_FOUND;
    for (uint32_t i = 0; i < count && result == STATUS_OBJECT_NAME_NOT_FOUND; i++) {
        if ((seq && entries[i].seq != seq) ||
            !tsm_slot_text_decode(entries[i].text, &out->max_message))
            continue;
        out->seq = entries[i].seq;
        /* Closed under our hands; but one that has died may have let us in, and others be there. */
        result = STATUS_PIPE_BROKEN;
        for (int tries = 0; tries < TRIES && result == STATUS_PIPE_BROKEN; tries++)
            result = knock_at(folder, entries[i].file, again, &out->channel);
        if (result == STATUS_PIPE_BROKEN)
            result = STATUS_OBJECT_NAME_NOT_FOUND;
    }
    free(entries);
    /* So many are waiting to be let in that the system takes no more. */
    return result == STATUS_PIPE_NOT_AVAILABLE ? STATUS_INSUFFICIENT_RESOURCES : result;
}

NTSTATUS tsm_mailslot_door_knock(const struct tsm_name *name, uint64_t seq,
                                 struct tsm_channel *again, struct tsm_mailslot_found *out)
{
    struct tsm_name_folder folders[TSM_NAME_USERS_MAX];
    uint32_t count = 0;
    NTSTATUS status =
        tsm_name_folder_find(name->folded, name->length, folders, TSM_NAME_USERS_MAX, &count);

    if (!NT_SUCCESS(status))
        return status;
    status = STATUS_OBJECT_NAME_NOT_FOUND;
    for (uint32_t i = 0; i < count; i++) {
        /* Who may not use one user's slot may find another's. */
        if (!NT_SUCCESS(status) && status != STATUS_INSUFFICIENT_RESOURCES) {
            NTSTATUS found = knock_in(&folders[i], seq, again, out);

            if (found != STATUS_OBJECT_NAME_NOT_FOUND)
                status = found;
        }
        tsm_unix_close(folders[i].fd);
    }
    return status;
}
