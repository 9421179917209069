/* SPDX-License-Identifier: MIT */
/* The four states of a pipe instance, and what an operation gets in each. */
#pragma once

#include <stdbool.h>

#include "base/status.h"

/* Numbers as in FILE_PIPE_LOCAL_INFORMATION. */
enum tsm_pipe_state {
    TSM_PIPE_DISCONNECTED = 1,
    TSM_PIPE_LISTENING = 2,
    TSM_PIPE_CONNECTED = 3,
    TSM_PIPE_CLOSING = 4, /* the peer has closed its end */
};

enum tsm_pipe_operation {
    TSM_PIPE_READ, /* with nothing to read */
    TSM_PIPE_WRITE,
    TSM_PIPE_PEEK, /* with nothing to read */
    TSM_PIPE_TRANSACT,
    TSM_PIPE_FLUSH,
    TSM_PIPE_QUERY, /* info, handle state, set handle state */
    TSM_PIPE_OPERATION_COUNT
};

/* STATUS_SUCCESS: goes ahead. */
NTSTATUS tsm_pipe_state_check(enum tsm_pipe_state state, bool is_server,
                              enum tsm_pipe_operation operation);

const char *tsm_pipe_state_name(enum tsm_pipe_state state);
