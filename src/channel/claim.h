/* SPDX-License-Identifier: MIT */
/* How a client finds and claims a listening instance and hands over the memory. */
#pragma once

#include "channel/channel.h"
#include "object/name.h"
#include "wire/instance_text.h"

/*
 * Claims the instance that has listened longest. access: TSM_HELLO_... STATUS_OBJECT_NAME_NOT_FOUND:
 * no such pipe; STATUS_PIPE_NOT_AVAILABLE: nobody listens; STATUS_ACCESS_DENIED also for an access
 * against the pipe's direction.
 */
tsm_must_check NTSTATUS tsm_claim_connect(const struct tsm_name *name, uint32_t access,
                                          struct tsm_pipe_params *params, struct tsm_channel **out);

/* timeout_ms 0: the server's default. STATUS_IO_TIMEOUT, STATUS_OBJECT_NAME_NOT_FOUND. */
tsm_must_check NTSTATUS tsm_claim_wait(const struct tsm_name *name, uint32_t timeout_ms);
