/* SPDX-License-Identifier: MIT */
/* CreatePipe: a real Linux pipe, so that any child program can use it as its standard handle. */
#pragma once

#include "io/fd_file.h"
#include "pipe/pipe_info.h"

/* size 0: 4096. Both returned owned. */
tsm_must_check NTSTATUS tsm_anonymous_pipe_new(uint32_t size, struct tsm_file **read_end,
                                               struct tsm_file **write_end);

/* NULL if the file is no end of an anonymous pipe. */
struct tsm_fd_file *tsm_anonymous_pipe_from(struct tsm_file *file);

tsm_must_check NTSTATUS tsm_anonymous_pipe_peek(struct tsm_fd_file *end, void *buffer,
                                                uint32_t length, struct tsm_pipe_peek *out);
