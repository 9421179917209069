/* SPDX-License-Identifier: MIT */
/* What can be asked of and set on an end of a named pipe. */
#pragma once

#include "pipe/pipe_end.h"

struct tsm_pipe_peek {
    uint32_t read;
    uint32_t available;
    uint32_t left; /* as Windows reports it: in a byte pipe 0 - read */
};

/* *out is untouched on failure. */
tsm_must_check NTSTATUS tsm_pipe_info_peek(struct tsm_pipe_end *end, void *buffer, uint32_t length,
                                           struct tsm_pipe_peek *out);

/* State bits: PIPE_NOWAIT, PIPE_READMODE_MESSAGE. */
tsm_must_check NTSTATUS tsm_pipe_info_get_state(struct tsm_pipe_end *end, uint32_t *state,
                                                uint32_t *instances);
tsm_must_check NTSTATUS tsm_pipe_info_set_state(struct tsm_pipe_end *end, uint32_t state);

/* The parameters in force. */
tsm_must_check NTSTATUS tsm_pipe_info_params(struct tsm_pipe_end *end, struct tsm_pipe_params *out);

enum tsm_pipe_party { TSM_PIPE_THE_CLIENT, TSM_PIPE_THE_SERVER };

tsm_must_check NTSTATUS tsm_pipe_info_pid(struct tsm_pipe_end *end, enum tsm_pipe_party party,
                                          uint32_t *pid);
