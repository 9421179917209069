/* SPDX-License-Identifier: MIT */
/* Client ends: open by name, wait for an instance, call. */
#pragma once

#include "pipe/pipe_end.h"

/* access: GENERIC_... and specific rights as CreateFile gets them; *granted: those of the handle. */
tsm_must_check NTSTATUS tsm_pipe_client_open(const char16_t *name, uint32_t access,
                                             struct tsm_file **out, uint32_t *granted);

/* timeout_ms: 0 the server's default, TSM_TIMEOUT_INFINITE. */
tsm_must_check NTSTATUS tsm_pipe_client_wait(const char16_t *name, uint32_t timeout_ms);

/* Opens (waiting for an instance if need be), transacts, closes. */
tsm_must_check NTSTATUS tsm_pipe_client_call(const char16_t *name, const void *in,
                                             uint32_t in_length, void *out, uint32_t out_length,
                                             uint32_t *read, uint32_t timeout_ms);
