/* SPDX-License-Identifier: MIT */
/*
 * Pipe server
 *
 * Windows: a new instance listens at once; every operation on a listening end first looks whether a
 * client has come, because reads and disconnects without ConnectNamedPipe are legal.
 * Locking:   the listener is guarded by the file lock; a thread that polls it holds a reference.
 */
#include "pipe/pipe_server.h"

#include <unistd.h>

#include "base/trace.h"
#include "os/futex.h"
#include "pipe/pipe_share.h"
#include "pipe/pipe_watch.h"

#define LOOK_AGAIN_MS 1000

NTSTATUS tsm_pipe_server_create(const struct tsm_name *name,
                                const struct tsm_rendezvous_request *request, bool is_message_read,
                                bool is_nowait, struct tsm_pipe_end **out)
{
    struct tsm_pipe_end *end = tsm_pipe_end_new(true, name, &request->params);

    if (!end)
        return STATUS_NO_MEMORY;

    NTSTATUS status = tsm_rendezvous_create(name, request, &end->rendezvous, &end->listener);

    if (!NT_SUCCESS(status)) {
        tsm_object_unref(&end->file.object);
        return status;
    }
    end->params = end->rendezvous.params;
    /* Windows: quotas are each instance's own. */
    end->is_message_read = is_message_read && end->params.is_message_type;
    end->is_nowait = is_nowait;
    end->own_pid = (uint32_t)getpid();
    end->state = TSM_PIPE_LISTENING;
    *out = end;
    return STATUS_SUCCESS;
}

static NTSTATUS listen_anew(struct tsm_pipe_end *end)
{
    NTSTATUS status = tsm_rendezvous_listen(&end->rendezvous, &end->listener);

    end->state = NT_SUCCESS(status) ? TSM_PIPE_LISTENING : TSM_PIPE_DISCONNECTED;
    if (end->share && NT_SUCCESS(status)) {
        status = tsm_pipe_share_post(end);
        if (!NT_SUCCESS(status)) {
            tsm_rendezvous_stop(&end->rendezvous, end->listener);
            end->listener = NULL;
            end->state = TSM_PIPE_DISCONNECTED;
        }
    }
    return status;
}

void tsm_pipe_server_notice_locked(struct tsm_pipe_end *end)
{
    struct tsm_channel *channel;
    uint32_t access = 0;
    bool had_accepted = end->listener && end->listener->accepted >= 0;
    NTSTATUS status =
        end->listener ? tsm_rendezvous_accept(&end->rendezvous, end->listener, &channel, &access)
                      : STATUS_PIPE_LISTENING;

    if (status == STATUS_PIPE_LISTENING) {
        /* Others may hear first what it has to say. */
        if (end->share && end->listener && end->listener->accepted >= 0 && !had_accepted)
            (void)!NT_SUCCESS(tsm_pipe_share_post(end));
        if (end->listener && end->listener->accepted >= 0 && !had_accepted)
            tsm_pipe_noticed_locked(end);
        return;
    }
    tsm_pipe_unwatch_listener_locked(end);
    tsm_rendezvous_stop(&end->rendezvous, end->listener);
    end->listener = NULL;
    if (NT_SUCCESS(status)) {
        tsm_pipe_end_attach_locked(end, channel);
        end->peer_access = access;
        if (end->share)
            status = tsm_pipe_share_post(end);
        if (NT_SUCCESS(status)) {
            /* The hello goes when the others have what was in it: who dies in between has left them one
             * or both. What stays is taken for a bell. */
            if (end->share)
                (void)tsm_unix_skip(channel->socket);
            tsm_pipe_noticed_locked(end);
            return;
        }
        end->channel = NULL;
        tsm_channel_close(channel, TSM_SIDE_CLOSED);
    }
    tsm_trace(TSM_TRACE_PIPE, "a client was turned away: %s", tsm_status_name(status));
    if (tsm_status_is_shortage(status))
        end->shortage = status;
    (void)!NT_SUCCESS(listen_anew(end));
    tsm_pipe_noticed_locked(end);
}

void tsm_pipe_server_renew_locked(struct tsm_pipe_end *end)
{
    /* Who has come is served. */
    tsm_pipe_server_notice_locked(end);
    if (end->state != TSM_PIPE_LISTENING || !end->listener || end->listener->accepted >= 0)
        return;
    tsm_rendezvous_stop(&end->rendezvous, end->listener);
    end->listener = NULL;
    (void)!NT_SUCCESS(listen_anew(end));
}

NTSTATUS tsm_pipe_server_listen_locked(struct tsm_pipe_end *end, struct tsm_io *io)
{
    NTSTATUS status;

    if (!end->is_server)
        return STATUS_ILLEGAL_FUNCTION;
    status = end->shortage;
    end->shortage = STATUS_SUCCESS;
    switch (end->state) {
    case TSM_PIPE_CONNECTED:
        return STATUS_PIPE_CONNECTED;
    case TSM_PIPE_CLOSING:
        return STATUS_PIPE_CLOSING;
    case TSM_PIPE_DISCONNECTED:
        status = listen_anew(end);
        break;
    case TSM_PIPE_LISTENING:
        break;
    }
    if (!NT_SUCCESS(status))
        return status;
    if (end->is_nowait)
        return STATUS_PIPE_LISTENING;
    tsm_list_append(&end->listens, &io->node);
    return STATUS_PENDING;
}

void tsm_pipe_server_park(struct tsm_pipe_end *end, struct tsm_io *io)
{
    while (!tsm_io_is_done(io)) {
        struct tsm_listener *listener = NULL;
        struct tsm_io_batch batch;
        int socket = -1;

        tsm_io_batch_init(&batch);
        tsm_pipe_end_lock(end);
        tsm_io_get_up(io);
        /* The system had nothing for a new listener a while ago. */
        if (end->state == TSM_PIPE_DISCONNECTED && !tsm_io_is_done(io))
            (void)!NT_SUCCESS(listen_anew(end));
        tsm_pipe_end_pump_locked(end, &batch);
        if (end->listener) {
            listener = tsm_listener_ref(end->listener);
            socket = tsm_listener_poll_fd(listener);
        }
        tsm_pipe_end_unlock(end);
        tsm_io_batch_finish(&batch, NULL);
        if (!tsm_io_is_done(io)) {
            if (listener)
                tsm_unix_wait_readable(socket, tsm_deadline_in_ms(LOOK_AGAIN_MS));
            else if (tsm_io_fall_asleep(io))
                tsm_futex_wait(&io->wake, TSM_IO_ASLEEP, TSM_FUTEX_PRIVATE,
                               tsm_deadline_in_ms(LOOK_AGAIN_MS));
        }
        if (listener)
            tsm_listener_unref(listener);
    }
}

NTSTATUS tsm_pipe_server_disconnect(struct tsm_pipe_end *end)
{
    struct tsm_channel *channel = NULL;
    struct tsm_io_batch batch;
    NTSTATUS status = STATUS_SUCCESS;

    if (!end->is_server)
        return STATUS_ILLEGAL_FUNCTION;
    tsm_io_batch_init(&batch);
    tsm_pipe_end_lock(end);
    tsm_pipe_end_refresh_locked(end);
    if (end->state == TSM_PIPE_DISCONNECTED) {
        status = STATUS_PIPE_DISCONNECTED;
    } else {
        /* What others find if this process dies before they can know. */
        if (end->share && end->channel)
            tsm_channel_announce(end->channel, TSM_SIDE_DISCONNECTED);
        channel = tsm_pipe_end_detach_locked(end, STATUS_PIPE_DISCONNECTED, &batch);
        tsm_pipe_unwatch_listener_locked(end);
        tsm_rendezvous_stop(&end->rendezvous, end->listener);
        end->listener = NULL;
        if (end->share)
            status = tsm_pipe_share_post(end);
    }
    tsm_pipe_end_unlock(end);
    tsm_channel_close(channel, TSM_SIDE_DISCONNECTED);
    tsm_io_batch_finish(&batch, NULL);
    return status;
}

void tsm_pipe_server_close(struct tsm_pipe_end *end)
{
    tsm_pipe_unwatch_listener_locked(end);
    if (end->listener)
        tsm_rendezvous_retire(&end->rendezvous);
    tsm_rendezvous_stop(&end->rendezvous, end->listener);
    end->listener = NULL;
    /* The one that is closed last may be the only one that was not killed. */
    if (end->share)
        tsm_rendezvous_sweep(&end->rendezvous);
    tsm_rendezvous_close(&end->rendezvous);
}

void tsm_pipe_server_leave(struct tsm_pipe_end *end)
{
    if (end->listener)
        tsm_listener_unref(end->listener);
    end->listener = NULL;
    tsm_rendezvous_leave(&end->rendezvous);
}
