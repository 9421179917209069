/* SPDX-License-Identifier: MIT */
/*
 * Pipe handover
 *
 * How an end gets from one process to another, and how its descriptors follow it. The first time it
 * leaves its process, what it is moves into a share (pipe_share.c). The descriptors of its listener
 * or connection lie in a box that all holders have: whoever makes the end listen, connect or
 * disconnect changes what lies there, and the others fetch it when they next take the lock.
 *
 * The box has two places. The new one is filled before the state that speaks of it counts, and the
 * old one emptied afterwards: one who dies in between has either done it or not.
 *
 * Ownership: a process that is given an end gets one descriptor, a parcel: what is needed to become a
 *            holder, and an open file whose number counts as a holder until it has done so.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/trace.h"
#include "os/fd.h"
#include "pipe/pipe_share_core.h"

/* The descriptors of a parcel. */
enum {
    PARCEL_MEMORY,
    PARCEL_BOX,
    CLIENT_FDS = PARCEL_BOX + 2,
    PARCEL_LIFE_SIGN = CLIENT_FDS, /* of a server */
    PARCEL_FOLDER,
    SERVER_FDS
};

static const struct tsm_parcel_kind end_kind = {TSM_SHARE_MAGIC, TSM_SHARE_VERSION};

static void close_fds(const int *fds, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        tsm_fd_close(fds[i]);
}

/* ---- the box ---- */

NTSTATUS tsm_pipe_share_post(struct tsm_pipe_end *end)
{
    struct tsm_pipe_share *share = end->share;
    struct tsm_share_post post = {
        .generation = tsm_share_current(share->core)->generation + 1,
        .kind = end->channel    ? TSM_SHARE_CHANNEL
                : end->listener ? TSM_SHARE_LISTENER
                                : TSM_SHARE_NOTHING,
        .access = end->peer_access,
    };
    unsigned int place = post.generation & 1;
    NTSTATUS status = STATUS_SUCCESS;

    tsm_fd_box_empty(&share->box, place);
    if (end->channel) {
        const int fds[] = {end->channel->memfd, end->channel->socket};

        tsm_channel_share_locked(end->channel);
        status = tsm_fd_box_post(&share->box, place, &post, sizeof(post), fds, 2);
    } else if (end->listener) {
        const int fds[] = {end->listener->socket, end->listener->accepted};

        post.has_accepted = end->listener->accepted >= 0;
        post.hello_at_ns = end->listener->hello_deadline.at_ns;
        strcpy(post.file, end->listener->entry);
        strcpy(post.socket_file, end->listener->file);
        end->listener->is_shared = true;
        status =
            tsm_fd_box_post(&share->box, place, &post, sizeof(post), fds, 1 + post.has_accepted);
    }
    if (!NT_SUCCESS(status))
        return status;
    share->generation = post.generation;
    share->post = post.kind;
    share->is_blind = false;
    share->must_bump = true;
    if (end->channel)
        end->writer.journal = &share->core->journal;
    tsm_pipe_share_commit(end);
    tsm_fd_box_empty(&share->box, !place);
    return STATUS_SUCCESS;
}

/* A file of the folder, or none: a listener that has taken a client has no second name. */
static bool name_is_good(const char *name, size_t size, char kind)
{
    return memchr(name, 0, size) && !strchr(name, '/') &&
           (name[0] == kind || (kind == 'L' && name[0] == 0));
}

static bool post_is_good(const struct tsm_share_post *post, uint32_t count)
{
    if (post->kind == TSM_SHARE_CHANNEL)
        return count == 2;
    return post->kind == TSM_SHARE_LISTENER && count == 1 + (post->has_accepted != 0) &&
           name_is_good(post->file, sizeof(post->file), 'L') &&
           name_is_good(post->socket_file, sizeof(post->socket_file), 'S');
}

/* What lies at a place, if it has that generation. Descriptors are the caller's. */
static NTSTATUS look(const struct tsm_pipe_share *share, uint64_t generation,
                     struct tsm_share_post *post, int fds[TSM_FD_BOX_FDS])
{
    uint32_t count = 0;
    NTSTATUS status =
        tsm_fd_box_look(&share->box, generation & 1, post, sizeof(*post), fds, &count);

    if (!NT_SUCCESS(status))
        return status;
    if (post->generation == generation && post_is_good(post, count))
        return STATUS_SUCCESS;
    close_fds(fds, count);
    return STATUS_NOT_FOUND;
}

static NTSTATUS fetch_channel(struct tsm_pipe_end *end, const int fds[2])
{
    const uint32_t quota[2] = {end->params.in_quota, end->params.out_quota};
    struct tsm_channel *channel;
    NTSTATUS status = tsm_channel_from_holder(end->is_server ? TSM_SIDE_SERVER : TSM_SIDE_CLIENT,
                                              fds[0], fds[1], quota, &channel);

    if (!NT_SUCCESS(status))
        return status;
    tsm_pipe_end_attach_locked(end, channel);
    return STATUS_SUCCESS;
}

void tsm_share_follow(struct tsm_pipe_end *end, const struct tsm_share_state *now)
{
    struct tsm_pipe_share *share = end->share;
    uint64_t generation = now->generation;
    uint32_t kind = *(const volatile uint32_t *)&now->post;
    struct tsm_share_post post;
    int fds[TSM_FD_BOX_FDS];
    NTSTATUS status = STATUS_SUCCESS;

    if (end->channel || kind == TSM_SHARE_NOTHING) {
        struct tsm_channel *left =
            tsm_pipe_end_detach_locked(end, STATUS_PIPE_DISCONNECTED, &share->aftermath.ended);

        if (left)
            share->aftermath.left = left;
    }
    if (end->listener)
        tsm_listener_unref(end->listener);
    end->listener = NULL;
    if (kind != TSM_SHARE_NOTHING)
        status = look(share, generation, &post, fds);
    if (NT_SUCCESS(status) && kind == TSM_SHARE_CHANNEL)
        status = post.kind == kind ? fetch_channel(end, fds) : STATUS_INVALID_PARAMETER;
    else if (NT_SUCCESS(status) && kind == TSM_SHARE_LISTENER)
        status = post.kind == kind
                     ? tsm_listener_from_holder(
                           fds[0], post.has_accepted ? fds[1] : -1, post.socket_file, post.file,
                           (struct tsm_deadline){post.hello_at_ns}, &end->listener)
                     : STATUS_INVALID_PARAMETER;
    if (!NT_SUCCESS(status)) {
        tsm_trace(TSM_TRACE_PIPE, "a shared end cannot be followed: %s", tsm_status_name(status));
        share->is_blind = true;
        return;
    }
    share->generation = generation;
    share->post = kind;
    share->taken_seen = now->taken_count;
}

void tsm_share_repair(struct tsm_pipe_end *end)
{
    struct tsm_pipe_share *share = end->share;
    struct tsm_share_core *core = share->core;
    struct tsm_share_state *now = tsm_share_current(core);
    struct tsm_share_post post;
    struct tsm_unix_peer peer = {0};
    int fds[TSM_FD_BOX_FDS];

    if (!NT_SUCCESS(look(share, now->generation + 1, &post, fds))) {
        tsm_fd_box_empty(&share->box, (now->generation + 1) & 1);
        if (now->post == TSM_SHARE_NOTHING)
            tsm_fd_box_empty(&share->box, now->generation & 1);
        return;
    }

    /* It had got as far as that the others can go on with it. */
    struct tsm_share_state *next = &core->states[now == &core->states[0]];

    *next = *now;
    next->commits++;
    next->generation++;
    next->post = post.kind;
    next->state = post.kind == TSM_SHARE_CHANNEL ? TSM_PIPE_CONNECTED : TSM_PIPE_LISTENING;
    if (post.kind == TSM_SHARE_CHANNEL) {
        if (NT_SUCCESS(tsm_unix_peer(fds[1], &peer)))
            next->peer_pid = peer.pid;
        next->had_peer = true;
        next->peer_access = post.access;
        tsm_ring_writer_init(&next->writer, NULL, NULL, 0, 0);
        tsm_ring_reader_init(&next->reader, NULL, NULL, 0, 0);
    }
    close_fds(fds, post.kind == TSM_SHARE_CHANNEL ? 2 : 1 + (post.has_accepted != 0));
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&core->current, next == &core->states[1], memory_order_release);
    tsm_fd_box_empty(&share->box, (next->generation + 1) & 1);
}

/* ---- leaving the process ---- */

static struct tsm_pipe_share *share_alloc(void)
{
    struct tsm_pipe_share *share = calloc(1, sizeof(*share));

    if (!share)
        return NULL;
    share->holders = TSM_HOLDERS_INIT;
    share->box = TSM_FD_BOX_INIT;
    tsm_io_batch_init(&share->aftermath.ended);
    return share;
}

static void tell_birth(struct tsm_share_core *core, const struct tsm_pipe_end *end)
{
    core->is_server = end->is_server;
    core->own_pid = end->own_pid;
    core->is_open_to_all = end->rendezvous.is_open_to_all;
    core->folder_owner = end->rendezvous.folder.owner;
    core->folder_is_shared = end->rendezvous.folder.is_shared;
    tsm_instance_text_encode(&end->params, core->params);
    memcpy(core->life_sign_file, end->rendezvous.life_sign_file, sizeof(core->life_sign_file));
    core->name = end->name;
}

/* Who waits here has its turn from now on, and looks at other words. */
static void queue_waiters(struct tsm_pipe_end *end)
{
    TSM_LIST_FOR_EACH(node, &end->reads)
    {
        struct tsm_io *io = TSM_LIST_ENTRY(node, struct tsm_io, node);

        tsm_pipe_share_queue(end, io);
        tsm_io_poke(io);
    }
    TSM_LIST_FOR_EACH(node, &end->writes)
    {
        struct tsm_io *io = TSM_LIST_ENTRY(node, struct tsm_io, node);

        if (!io->pending.is_placed)
            tsm_pipe_share_queue(end, io);
        tsm_io_poke(io);
    }
    TSM_LIST_FOR_EACH(node, &end->flushes)
    tsm_io_poke(TSM_LIST_ENTRY(node, struct tsm_io, node));
}

/* File lock held: afterwards the end is locked as a shared one. */
static NTSTATUS share_begin(struct tsm_pipe_end *end)
{
    struct tsm_pipe_share *share = share_alloc();
    NTSTATUS status =
        share ? tsm_holders_new(&end_kind, TSM_SHARE_SIZE, &share->holders) : STATUS_NO_MEMORY;

    if (NT_SUCCESS(status))
        status = tsm_fd_box_new(&share->box);
    end->share = share;
    if (NT_SUCCESS(status)) {
        share->core = (void *)share->holders.table;
        tell_birth(share->core, end);
        (void)tsm_robust_lock_acquire(&share->core->lock);
        status = tsm_share_holder_join(end);
        queue_waiters(end);
        if (NT_SUCCESS(status))
            status = tsm_pipe_share_post(end);
        if (!NT_SUCCESS(status))
            tsm_robust_lock_release(&share->core->lock);
    }
    if (!NT_SUCCESS(status)) {
        end->writer.journal = NULL;
        tsm_pipe_share_free(end);
    }
    return status;
}

static NTSTATUS parcel_make(struct tsm_pipe_end *end, int *out)
{
    const struct tsm_pipe_share *share = end->share;
    int fds[SERVER_FDS] = {
        [PARCEL_MEMORY] = -1,
        [PARCEL_BOX] = share->box.ends[0],
        [PARCEL_BOX + 1] = share->box.ends[1],
        [PARCEL_LIFE_SIGN] = end->rendezvous.life_sign,
        [PARCEL_FOLDER] = end->rendezvous.folder.fd,
    };
    NTSTATUS status = tsm_fd_reopen(share->holders.memfd, &fds[PARCEL_MEMORY]);
    uint32_t heir;

    if (!NT_SUCCESS(status))
        return status;
    status = tsm_share_holder_new(end, fds[PARCEL_MEMORY], 0, &heir);
    if (NT_SUCCESS(status))
        status = tsm_parcel_new(&end_kind, fds, end->is_server ? SERVER_FDS : CLIENT_FDS, out);
    tsm_fd_close(fds[PARCEL_MEMORY]);
    return status;
}

NTSTATUS tsm_pipe_share_export(struct tsm_object *object, struct tsm_export *out)
{
    struct tsm_pipe_end *end = tsm_pipe_end_from(tsm_file_from(object));
    NTSTATUS status = STATUS_SUCCESS;
    int fd = -1;

    tsm_lock_acquire(&end->file.lock);
    if (end->was_closed)
        status = STATUS_INVALID_HANDLE;
    else if (end->share)
        tsm_pipe_share_lock(end);
    else
        status = share_begin(end);
    if (!NT_SUCCESS(status)) {
        tsm_lock_release(&end->file.lock);
        return status;
    }
    status = end->share->is_blind ? STATUS_PIPE_NOT_AVAILABLE : parcel_make(end, &fd);
    tsm_pipe_share_unlock(end);
    if (NT_SUCCESS(status))
        *out = (struct tsm_export){.type = TSM_IMPORT_PIPE_END,
                                   .fd = fd,
                                   .is_fd_owned = true,
                                   .data = {end->file.is_overlapped}};
    return status;
}

/* ---- coming into a process ---- */

/* An end as it was born; the rest comes with the lock. */
static NTSTATUS end_from_birth(const struct tsm_share_core *core, struct tsm_pipe_end **out)
{
    char text[TSM_INSTANCE_TEXT_SIZE];
    struct tsm_name name = core->name;
    struct tsm_pipe_params params;
    struct tsm_pipe_end *end;

    memcpy(text, core->params, sizeof(text));
    text[sizeof(text) - 1] = 0;
    atomic_signal_fence(memory_order_seq_cst);
    if (!tsm_instance_text_decode(text, &params) || name.host != TSM_HOST_LOCAL ||
        name.length > TSM_NAME_CAPACITY)
        return STATUS_INVALID_PARAMETER;
    end = tsm_pipe_end_new(core->is_server != 0, &name, &params);
    if (!end)
        return STATUS_NO_MEMORY;
    end->own_pid = core->own_pid;
    end->rendezvous.name = name;
    end->rendezvous.params = params;
    tsm_instance_text_encode(&params, end->rendezvous.text);
    end->rendezvous.is_open_to_all = core->is_open_to_all != 0;
    end->rendezvous.folder.owner = core->folder_owner;
    end->rendezvous.folder.is_shared = core->folder_is_shared != 0;
    memcpy(end->rendezvous.life_sign_file, core->life_sign_file,
           sizeof(end->rendezvous.life_sign_file) - 1);
    if (end->is_server &&
        (end->rendezvous.life_sign_file[0] != 'K' || strchr(end->rendezvous.life_sign_file, '/'))) {
        tsm_object_unref(&end->file.object);
        return STATUS_INVALID_PARAMETER;
    }
    *out = end;
    return STATUS_SUCCESS;
}

/* Takes the descriptors that it has made -1. */
static NTSTATUS parcel_open(int *fds, uint32_t count, struct tsm_pipe_end **out)
{
    struct tsm_pipe_share *share = share_alloc();
    struct tsm_pipe_end *end = NULL;
    NTSTATUS status =
        share ? tsm_holders_adopt(&end_kind, TSM_SHARE_SIZE, fds[PARCEL_MEMORY], &share->holders)
              : STATUS_NO_MEMORY;

    if (NT_SUCCESS(status))
        share->core = (void *)share->holders.table;
    if (NT_SUCCESS(status) && count != (share->core->is_server ? SERVER_FDS : CLIENT_FDS))
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = end_from_birth(share->core, &end);
    if (!NT_SUCCESS(status)) {
        struct tsm_pipe_end nobody = {.share = share};

        tsm_pipe_share_free(&nobody);
        return status;
    }
    end->share = share;
    share->box = (struct tsm_fd_box){{fds[PARCEL_BOX], fds[PARCEL_BOX + 1]}};
    if (end->is_server) {
        end->rendezvous.life_sign = fds[PARCEL_LIFE_SIGN];
        end->rendezvous.folder.fd = fds[PARCEL_FOLDER];
    }
    for (uint32_t i = PARCEL_BOX; i < count; i++)
        fds[i] = -1;
    tsm_pipe_end_lock(end);
    status = tsm_share_holder_join(end);
    tsm_pipe_end_unlock(end);
    if (!NT_SUCCESS(status)) {
        tsm_object_unref(&end->file.object);
        return status;
    }
    *out = end;
    return STATUS_SUCCESS;
}

static NTSTATUS pipe_import(const struct tsm_export *in, struct tsm_object **out)
{
    struct tsm_pipe_end *end = NULL;
    int fds[TSM_FD_BOX_FDS];
    uint32_t count;
    NTSTATUS status = tsm_parcel_look(&end_kind, in->fd, fds, &count);

    if (!NT_SUCCESS(status))
        return status;
    status = count == CLIENT_FDS || count == SERVER_FDS ? parcel_open(fds, count, &end)
                                                        : STATUS_REVISION_MISMATCH;
    tsm_parcel_close_fds(fds);
    if (!NT_SUCCESS(status))
        return status;
    /* Now that this process is a holder, the one that was on its way is none any more, although the
     * sender may have its descriptor still. What was inherited goes on: to all that a program starts
     * which knows nothing of us. */
    if (in->is_for_one)
        tsm_parcel_empty(in->fd);
    tsm_fd_close(in->fd);
    end->file.is_overlapped = in->data[0];
    *out = &end->file.object;
    return STATUS_SUCCESS;
}

void tsm_pipe_share_init(void)
{
    tsm_import_register(TSM_IMPORT_PIPE_END, pipe_import);
}
