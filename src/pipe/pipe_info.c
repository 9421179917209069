/* SPDX-License-Identifier: MIT */
#include "pipe/pipe_info.h"

#include "pipe/pipe_share.h"

static NTSTATUS query_status_locked(struct tsm_pipe_end *end)
{
    tsm_pipe_end_refresh_locked(end);
    return tsm_pipe_state_check(end->state, end->is_server, TSM_PIPE_QUERY);
}

NTSTATUS tsm_pipe_info_peek(struct tsm_pipe_end *end, void *buffer, uint32_t length,
                            struct tsm_pipe_peek *out)
{
    struct tsm_ring_next next;
    NTSTATUS status;

    tsm_pipe_end_lock(end);
    tsm_pipe_end_refresh_locked(end);

    bool has_data =
        end->channel && end->state != TSM_PIPE_DISCONNECTED && tsm_ring_peek(&end->reader, &next);

    status = tsm_pipe_state_check(end->state, end->is_server, TSM_PIPE_PEEK);
    if (has_data)
        status = STATUS_SUCCESS;
    if (NT_SUCCESS(status)) {
        bool is_message = end->params.is_message_type;
        uint64_t rest = 0, available = 0;

        out->read = has_data ? tsm_ring_look(&end->reader, buffer, length, is_message, &rest) : 0;
        if (has_data)
            available = tsm_max_u64(tsm_ring_available(&end->reader), tsm_max_u64(rest, out->read));
        /* The writer goes on meanwhile: what did not fill the buffer was all there was. */
        if (!is_message && out->read < length)
            available = out->read;
        out->available = (uint32_t)tsm_min_u64(available, UINT32_MAX);
        out->left = (uint32_t)(end->params.is_message_type ? rest - out->read : 0u - out->read);
    }
    tsm_pipe_end_unlock(end);
    return status;
}

NTSTATUS tsm_pipe_info_get_state(struct tsm_pipe_end *end, uint32_t *state, uint32_t *instances)
{
    tsm_pipe_end_lock(end);

    NTSTATUS status = query_status_locked(end);

    if (NT_SUCCESS(status))
        *state =
            (end->is_nowait ? PIPE_NOWAIT : 0) | (end->is_message_read ? PIPE_READMODE_MESSAGE : 0);
    tsm_pipe_end_unlock(end);
    if (NT_SUCCESS(status) && instances) {
        uint32_t count;

        status = tsm_rendezvous_count(&end->name, &count);
        if (NT_SUCCESS(status))
            *instances = (uint32_t)tsm_min_u64(count, 255);
    }
    return status;
}

NTSTATUS tsm_pipe_info_set_state(struct tsm_pipe_end *end, uint32_t state)
{
    if (state & ~(uint32_t)(PIPE_NOWAIT | PIPE_READMODE_MESSAGE))
        return STATUS_INVALID_PARAMETER;
    tsm_pipe_end_lock(end);

    NTSTATUS status = query_status_locked(end);

    if (NT_SUCCESS(status) && (state & PIPE_READMODE_MESSAGE) && !end->params.is_message_type)
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status) && (state & PIPE_NOWAIT) && !end->is_nowait &&
        (!(tsm_list_is_empty(&end->reads) && tsm_list_is_empty(&end->writes)) ||
         (end->share && tsm_pipe_share_others_wait(end))))
        status = STATUS_PIPE_BUSY;
    if (NT_SUCCESS(status)) {
        end->is_nowait = (state & PIPE_NOWAIT) != 0;
        end->is_message_read = (state & PIPE_READMODE_MESSAGE) != 0;
    }
    tsm_pipe_end_unlock(end);
    return status;
}

NTSTATUS tsm_pipe_info_params(struct tsm_pipe_end *end, struct tsm_pipe_params *out)
{
    tsm_pipe_end_lock(end);

    NTSTATUS status = query_status_locked(end);

    if (NT_SUCCESS(status))
        *out = end->params;
    tsm_pipe_end_unlock(end);
    return status;
}

NTSTATUS tsm_pipe_info_pid(struct tsm_pipe_end *end, enum tsm_pipe_party party, uint32_t *pid)
{
    tsm_pipe_end_lock(end);

    NTSTATUS status = query_status_locked(end);
    bool is_own = (party == TSM_PIPE_THE_SERVER) == end->is_server;

    if (NT_SUCCESS(status)) {
        /* Windows: after Disconnect the client is forgotten; while listening there is none. */
        if (!is_own && (end->state == TSM_PIPE_DISCONNECTED || end->state == TSM_PIPE_LISTENING ||
                        end->peer_pid == 0))
            status = STATUS_NOT_FOUND;
        else
            *pid = is_own ? end->own_pid : end->peer_pid;
    }
    tsm_pipe_end_unlock(end);
    return status;
}
