/* SPDX-License-Identifier: MIT */
/* Server ends: create an instance, disconnect. Listening is a request of its own (TSM_IO_LISTEN). */
#pragma once

#include "pipe/pipe_end.h"

/* Creates an instance; request's parameters may be replaced by those in force. One reference. */
tsm_must_check NTSTATUS tsm_pipe_server_create(const struct tsm_name *name,
                                               const struct tsm_rendezvous_request *request,
                                               bool is_message_read, bool is_nowait,
                                               struct tsm_pipe_end **out);

tsm_must_check NTSTATUS tsm_pipe_server_disconnect(struct tsm_pipe_end *end);
