/* SPDX-License-Identifier: MIT */
/*
 * Pipe object
 *
 * An end of a pipe as the object behind a handle: what it answers, and how it goes.
 *
 * Ownership: the last handle of a process closes the end for that process; the last of all processes
 *            says goodbye to the peer and takes the instance away.
 */
#include <stdlib.h>

#include "pipe/pipe_end.h"
#include "pipe/pipe_park.h"
#include "pipe/pipe_share.h"
#include "pipe/pipe_watch.h"

static DWORD pipe_type(struct tsm_file *file)
{
    return FILE_TYPE_PIPE;
}

static bool pipe_is_signaled(struct tsm_object *object, uint32_t tid)
{
    struct tsm_pipe_end *end = tsm_pipe_end_from(tsm_file_from(object));

    /* Windows: a handle is signaled unless an overlapped operation has begun since the last one
     * ended, but not a client's that the server has cut off. */
    if (!atomic_load_explicit(&end->file.is_signaled, memory_order_relaxed))
        return false;
    return end->is_server || !end->channel ||
           tsm_channel_peer_state(end->channel) != TSM_SIDE_DISCONNECTED;
}

/* Nobody in this process has the end any more; others may. */
static void end_close(struct tsm_pipe_end *end)
{
    struct tsm_io_batch batch;

    tsm_io_batch_init(&batch);
    tsm_pipe_end_lock(end);
    /* A client that nobody has looked at yet is told goodbye like any other. */
    tsm_pipe_end_refresh_locked(end);
    end->was_closed = true;

    bool is_last = !end->share || tsm_pipe_share_is_last(end);

    if (!is_last)
        tsm_pipe_share_go(end);

    struct tsm_channel *channel = tsm_pipe_end_detach_locked(end, STATUS_PIPE_BROKEN, &batch);

    tsm_pipe_end_unlock(end);
    if (is_last)
        tsm_channel_close(channel, TSM_SIDE_CLOSED);
    else
        tsm_channel_drop(channel);
    tsm_io_batch_finish(&batch, NULL);
    if (end->is_server && is_last)
        tsm_pipe_server_close(end);
    else if (end->is_server)
        tsm_pipe_server_leave(end);
}

static void pipe_last_handle_closed(struct tsm_object *object)
{
    end_close(tsm_pipe_end_from(tsm_file_from(object)));
}

static void pipe_process_exits(struct tsm_object *object)
{
    struct tsm_pipe_end *end = tsm_pipe_end_from(tsm_file_from(object));

    tsm_pipe_end_lock(end);
    if (end->is_server && (!end->share || tsm_pipe_share_is_last(end)))
        tsm_pipe_server_close(end);
    tsm_pipe_end_unlock(end);
}

static void pipe_destroy(struct tsm_object *object)
{
    struct tsm_pipe_end *end = tsm_pipe_end_from(tsm_file_from(object));

    if (!end->was_closed) /* never had a handle */
        end_close(end);
    tsm_pipe_share_free(end);
    tsm_pipe_watch_end(end);
    tsm_file_deinit(&end->file);
    free(end);
}

const struct tsm_object_ops tsm_pipe_end_object_ops = {
    .type_name = "NamedPipe",
    .valid_access = FILE_ALL_ACCESS,
    .is_file = true,
    .is_signaled = pipe_is_signaled,
    .last_handle_closed = pipe_last_handle_closed,
    .destroy = pipe_destroy,
    .process_exits = pipe_process_exits,
    .export = tsm_pipe_share_export,
};

const struct tsm_file_ops tsm_pipe_end_file_ops = {
    .submit = tsm_pipe_end_submit,
    .park = tsm_pipe_park,
    .after = tsm_pipe_after,
    .look_after = tsm_pipe_look_after,
    .cancel = tsm_pipe_cancel,
    .type = pipe_type,
};
