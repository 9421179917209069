/* SPDX-License-Identifier: MIT */
/*
 * Mailslot handover
 *
 * How a slot gets from one process to another. The first time it leaves its process, how far its
 * rings were read moves into a share (mailslot_share.c), and the descriptors of the links into its
 * rows. What writers have left who are gone lies in this process' own memory: it becomes the ring of
 * one more writer who has gone.
 *
 * Ownership: a process that is given a slot gets one descriptor, a parcel: what is needed to become a
 *            holder, and an open file whose number counts as a holder until it has done so.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/trace.h"
#include "mailslot/mailslot.h"
#include "mailslot/mailslot_share_core.h"
#include "os/fd.h"

/* The descriptors of a parcel. */
enum {
    PARCEL_MEMORY,
    PARCEL_BELL,
    PARCEL_LISTENER,
    PARCEL_LIFE_SIGN,
    PARCEL_FOLDER,
    PARCEL_BOXES,
    PARCEL_FDS = PARCEL_BOXES + 2 * TSM_SLOT_SHARE_BOXES
};

static_assert(PARCEL_FDS <= TSM_FD_BOX_FDS, "a parcel is one record");

static const struct tsm_parcel_kind slot_kind = {TSM_SLOT_SHARE_MAGIC, TSM_SLOT_SHARE_VERSION};

static struct tsm_mailslot_share *share_alloc(void)
{
    struct tsm_mailslot_share *share = calloc(1, sizeof(*share));

    if (!share)
        return NULL;
    share->holders = TSM_HOLDERS_INIT;
    share->bell = -1;
    for (uint32_t i = 0; i < TSM_SLOT_SHARE_BOXES; i++)
        share->boxes[i] = TSM_FD_BOX_INIT;
    return share;
}

/* ---- leaving the process ---- */

static void tell_birth(struct tsm_slot_share_core *core, const struct tsm_mailslot *slot)
{
    const struct tsm_mailslot_door *door = &slot->door;

    core->max_message = slot->max_message;
    core->folder_owner = door->folder.owner;
    core->folder_is_shared = door->folder.is_shared;
    memcpy(core->listener_file, door->listener_file, sizeof(core->listener_file));
    memcpy(core->life_sign_file, door->life_sign_file, sizeof(core->life_sign_file));
    core->name = door->name;
    core->read_timeout_ms = slot->read_timeout_ms;
    core->last_holder = TSM_HOLDERS_NOBODY;
}

/* Both sides of a connection of this process with itself. */
static NTSTATUS connection_new(struct tsm_channel **client, struct tsm_channel **server)
{
    static const uint32_t quota[2] = {0, 0};
    struct tsm_fd_box pair = TSM_FD_BOX_INIT;
    struct tsm_unix_peer self = {0};
    int memfd = -1;
    NTSTATUS status = tsm_fd_box_new(&pair);

    if (!NT_SUCCESS(status))
        return status;
    status = tsm_unix_peer(pair.ends[0], &self);
    if (NT_SUCCESS(status)) {
        status = tsm_channel_new(pair.ends[0], &self, quota, client);
        pair.ends[0] = -1;
    }
    if (NT_SUCCESS(status)) {
        status = tsm_fd_reopen((*client)->memfd, &memfd);
        if (NT_SUCCESS(status)) {
            status = tsm_channel_from_peer(memfd, pair.ends[1], quota, server);
            pair.ends[1] = -1;
        }
        if (!NT_SUCCESS(status))
            tsm_channel_drop(*client);
    }
    tsm_fd_box_close(&pair);
    return status;
}

/* What this process has copied of those who have gone. */
static NTSTATUS leave_heritage(struct tsm_mailslot *slot)
{
    struct tsm_channel *client, *server;
    struct tsm_mailslot_link *link;
    struct tsm_ring_writer ring;
    NTSTATUS status;

    tsm_mailslot_end_batch_locked(slot);
    if (slot->kept_bytes == 0)
        return STATUS_SUCCESS;
    status = connection_new(&client, &server);
    if (!NT_SUCCESS(status))
        return status;
    tsm_channel_writer_init(client, &ring, 0);
    slot->lost += tsm_mailslot_gather_locked(slot, &ring);
    link = tsm_mailslot_adopt_locked(slot, server->socket, server);
    tsm_channel_close(client, TSM_SIDE_CLOSED);
    if (!link)
        return STATUS_NO_MEMORY;
    tsm_mailslot_hang_up_locked(slot, link);
    return STATUS_SUCCESS;
}

static NTSTATUS add_all(struct tsm_mailslot *slot)
{
    struct tsm_list *const lists[] = {&slot->greeting, &slot->awake, &slot->resting};
    NTSTATUS status = STATUS_SUCCESS;

    for (size_t i = 0; i < TSM_COUNT_OF(lists); i++)
        TSM_LIST_FOR_EACH(node, lists[i])
        {
            if (NT_SUCCESS(status))
                status = tsm_mailslot_share_add(
                    slot, TSM_LIST_ENTRY(node, struct tsm_mailslot_link, node));
        }
    return status;
}

static void take_back_all(struct tsm_mailslot *slot)
{
    struct tsm_list *const lists[] = {&slot->greeting, &slot->awake, &slot->resting};

    for (size_t i = 0; i < TSM_COUNT_OF(lists); i++)
        TSM_LIST_FOR_EACH(node, lists[i])
        {
            TSM_LIST_ENTRY(node, struct tsm_mailslot_link, node)->id = 0;
        }
}

static NTSTATUS share_open(struct tsm_mailslot_share *share)
{
    NTSTATUS status = tsm_holders_new(&slot_kind, TSM_SLOT_SHARE_SIZE, &share->holders);

    share->core = (void *)share->holders.table;
    if (NT_SUCCESS(status))
        status = tsm_poll_bell_new(&share->bell);
    for (uint32_t i = 0; i < TSM_SLOT_SHARE_BOXES && NT_SUCCESS(status); i++)
        status = tsm_fd_box_new(&share->boxes[i]);
    return status;
}

/* File lock held: afterwards the slot is locked as a shared one. */
static NTSTATUS share_begin(struct tsm_mailslot *slot)
{
    struct tsm_mailslot_share *share = share_alloc();
    NTSTATUS status = share ? share_open(share) : STATUS_NO_MEMORY;

    slot->share = share;
    if (NT_SUCCESS(status))
        status = tsm_poll_set_add_bell(&slot->poll, share->bell);
    if (NT_SUCCESS(status)) {
        tell_birth(share->core, slot);
        (void)tsm_robust_lock_acquire(&share->core->lock);
        status = tsm_slot_share_holder_join(share);
        share->core->last_holder = share->holders.self;
        if (NT_SUCCESS(status))
            status = leave_heritage(slot);
        if (NT_SUCCESS(status))
            status = add_all(slot);
        if (!NT_SUCCESS(status)) {
            take_back_all(slot);
            tsm_robust_lock_release(&share->core->lock);
        }
    }
    if (!NT_SUCCESS(status)) {
        tsm_mailslot_share_free(slot);
        return status;
    }
    /* Who sleeps has to look up now and then. */
    tsm_poll_set_nudge(&slot->poll);
    return STATUS_SUCCESS;
}

static NTSTATUS parcel_make(struct tsm_mailslot *slot, int *out)
{
    struct tsm_mailslot_share *share = slot->share;
    int fds[PARCEL_FDS] = {
        [PARCEL_MEMORY] = -1,
        [PARCEL_BELL] = share->bell,
        [PARCEL_LISTENER] = slot->door.listener,
        [PARCEL_LIFE_SIGN] = slot->door.life_sign,
        [PARCEL_FOLDER] = slot->door.folder.fd,
    };
    NTSTATUS status = tsm_fd_reopen(share->holders.memfd, &fds[PARCEL_MEMORY]);
    uint32_t heir;

    if (!NT_SUCCESS(status))
        return status;
    for (uint32_t i = 0; i < 2 * TSM_SLOT_SHARE_BOXES; i++)
        fds[PARCEL_BOXES + i] = share->boxes[i / 2].ends[i % 2];
    status = tsm_slot_share_holder_new(share, fds[PARCEL_MEMORY], 0, &heir);
    if (NT_SUCCESS(status))
        status = tsm_parcel_new(&slot_kind, fds, PARCEL_FDS, out);
    tsm_fd_close(fds[PARCEL_MEMORY]);
    return status;
}

NTSTATUS tsm_mailslot_share_export(struct tsm_object *object, struct tsm_export *out)
{
    struct tsm_mailslot *slot = tsm_mailslot_from(tsm_file_from(object));
    NTSTATUS status = STATUS_SUCCESS;
    int fd = -1;

    tsm_lock_acquire(&slot->file.lock);
    if (!slot->is_open)
        status = STATUS_INVALID_HANDLE;
    else if (slot->share)
        tsm_mailslot_share_lock(slot);
    else
        status = share_begin(slot);
    if (!NT_SUCCESS(status)) {
        tsm_lock_release(&slot->file.lock);
        return status;
    }
    status = parcel_make(slot, &fd);
    tsm_mailslot_unlock(slot);
    if (NT_SUCCESS(status))
        *out = (struct tsm_export){.type = TSM_IMPORT_SLOT, .fd = fd, .is_fd_owned = true};
    return status;
}

/* ---- coming into a process ---- */

static bool file_is_good(const char *name, size_t size, char kind)
{
    return name[0] == kind && memchr(name, 0, size) && !strchr(name, '/');
}

/* A slot as it was born, which has that share; the rest comes with the lock. */
static NTSTATUS slot_from_birth(struct tsm_mailslot_share *share, struct tsm_mailslot **out)
{
    const struct tsm_slot_share_core *core = share->core;
    struct tsm_mailslot_door door = {.name = core->name, .listener = -1, .life_sign = -1};
    struct tsm_mailslot *slot;

    memcpy(door.listener_file, core->listener_file, sizeof(door.listener_file));
    memcpy(door.life_sign_file, core->life_sign_file, sizeof(door.life_sign_file));
    atomic_signal_fence(memory_order_seq_cst);
    if (door.name.host != TSM_HOST_LOCAL || door.name.length > TSM_NAME_CAPACITY ||
        !file_is_good(door.listener_file, sizeof(door.listener_file), 'L') ||
        !file_is_good(door.life_sign_file, sizeof(door.life_sign_file), 'K'))
        return STATUS_INVALID_PARAMETER;
    door.folder = TSM_NAME_FOLDER_INIT;
    door.folder.owner = core->folder_owner;
    door.folder.is_shared = core->folder_is_shared != 0;
    slot = tsm_mailslot_new(core->max_message, core->read_timeout_ms);
    if (!slot)
        return STATUS_NO_MEMORY;
    slot->door = door;
    slot->share = share;
    *out = slot;
    return STATUS_SUCCESS;
}

/* Takes the descriptors that it has made -1. */
static NTSTATUS parcel_open(int fds[PARCEL_FDS], struct tsm_mailslot **out)
{
    struct tsm_mailslot_share *share = share_alloc();
    struct tsm_mailslot *slot = NULL;
    NTSTATUS status = share ? tsm_holders_adopt(&slot_kind, TSM_SLOT_SHARE_SIZE, fds[PARCEL_MEMORY],
                                                &share->holders)
                            : STATUS_NO_MEMORY;

    if (NT_SUCCESS(status))
        share->core = (void *)share->holders.table;
    if (NT_SUCCESS(status))
        status = slot_from_birth(share, &slot);
    if (!NT_SUCCESS(status)) {
        struct tsm_mailslot nobody = {.share = share};

        tsm_mailslot_share_free(&nobody);
        return status;
    }
    share->bell = fds[PARCEL_BELL];
    for (uint32_t i = 0; i < 2 * TSM_SLOT_SHARE_BOXES; i++)
        share->boxes[i / 2].ends[i % 2] = fds[PARCEL_BOXES + i];
    slot->door.listener = fds[PARCEL_LISTENER];
    slot->door.life_sign = fds[PARCEL_LIFE_SIGN];
    slot->door.folder.fd = fds[PARCEL_FOLDER];
    for (uint32_t i = PARCEL_BELL; i < PARCEL_FDS; i++)
        fds[i] = -1;
    slot->is_open = true;
    status = tsm_mailslot_begin(slot);
    if (NT_SUCCESS(status))
        status = tsm_poll_set_add_bell(&slot->poll, share->bell);
    if (NT_SUCCESS(status)) {
        tsm_mailslot_lock(slot);
        status = tsm_slot_share_holder_join(share);
        tsm_mailslot_unlock(slot);
    }
    if (!NT_SUCCESS(status)) {
        tsm_object_unref(&slot->file.object);
        return status;
    }
    *out = slot;
    return STATUS_SUCCESS;
}

static NTSTATUS slot_import(const struct tsm_export *in, struct tsm_object **out)
{
    struct tsm_mailslot *slot = NULL;
    int fds[TSM_FD_BOX_FDS];
    uint32_t count;
    NTSTATUS status = tsm_parcel_look(&slot_kind, in->fd, fds, &count);

    if (!NT_SUCCESS(status))
        return status;
    status = count == PARCEL_FDS ? parcel_open(fds, &slot) : STATUS_REVISION_MISMATCH;
    tsm_parcel_close_fds(fds);
    if (!NT_SUCCESS(status))
        return status;
    /* Now that this process is a holder, the one that was on its way is none any more, although the
     * sender may have its descriptor still. What was inherited goes on: to all that a program starts
     * which knows nothing of us. */
    if (in->is_for_one)
        tsm_parcel_empty(in->fd);
    tsm_fd_close(in->fd);
    *out = &slot->file.object;
    return STATUS_SUCCESS;
}

void tsm_mailslot_share_init(void)
{
    tsm_import_register(TSM_IMPORT_SLOT, slot_import);
}
