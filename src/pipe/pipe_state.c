/* SPDX-License-Identifier: MIT */
/*
 * Pipe states
 *
 *               connect            peer closes
 *   listening ----------> connected ----------> closing
 *       ^                     |                    |
 *       | listen              | disconnect         | disconnect
 *       '---------------- disconnected <-----------'
 *
 * A client end begins connected; the server's disconnect makes it disconnected for good.
 */
#include "pipe/pipe_state.h"

#include "base/assert.h"

/* Columns: server disconnected, listening, connected, closing, client disconnected. */
enum { COLUMN_CLIENT_DISCONNECTED = 4, COLUMN_COUNT };

static const NTSTATUS answers[TSM_PIPE_OPERATION_COUNT][COLUMN_COUNT] = {
    [TSM_PIPE_READ] = {STATUS_PIPE_DISCONNECTED, STATUS_PIPE_LISTENING, STATUS_SUCCESS,
                       STATUS_PIPE_BROKEN, STATUS_PIPE_DISCONNECTED},
    [TSM_PIPE_WRITE] = {STATUS_PIPE_DISCONNECTED, STATUS_PIPE_LISTENING, STATUS_SUCCESS,
                        STATUS_PIPE_CLOSING, STATUS_PIPE_DISCONNECTED},
    [TSM_PIPE_PEEK] = {STATUS_INVALID_PIPE_STATE, STATUS_INVALID_PIPE_STATE, STATUS_SUCCESS,
                       STATUS_PIPE_BROKEN, STATUS_PIPE_DISCONNECTED},
    [TSM_PIPE_TRANSACT] = {STATUS_INVALID_PIPE_STATE, STATUS_INVALID_PIPE_STATE, STATUS_SUCCESS,
                           STATUS_INVALID_PIPE_STATE, STATUS_PIPE_DISCONNECTED},
    [TSM_PIPE_FLUSH] = {STATUS_SUCCESS, STATUS_SUCCESS, STATUS_SUCCESS, STATUS_SUCCESS,
                        STATUS_PIPE_DISCONNECTED},
    [TSM_PIPE_QUERY] = {STATUS_SUCCESS, STATUS_SUCCESS, STATUS_SUCCESS, STATUS_SUCCESS,
                        STATUS_PIPE_DISCONNECTED},
};

NTSTATUS tsm_pipe_state_check(enum tsm_pipe_state state, bool is_server,
                              enum tsm_pipe_operation operation)
{
    int column = (int)state - TSM_PIPE_DISCONNECTED;

    tsm_assert(column >= 0 && column < COLUMN_CLIENT_DISCONNECTED);
    if (state == TSM_PIPE_DISCONNECTED && !is_server)
        column = COLUMN_CLIENT_DISCONNECTED;
    return answers[operation][column];
}

const char *tsm_pipe_state_name(enum tsm_pipe_state state)
{
    static const char *const names[] = {"?", "disconnected", "listening", "connected", "closing"};

    return state <= TSM_PIPE_CLOSING ? names[state] : names[0];
}
