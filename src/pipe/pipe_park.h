/* SPDX-License-Identifier: MIT */
/* How the caller of a blocking operation on a pipe waits for its end. */
#pragma once

#include "pipe/pipe_end.h"

/* tsm_file_ops.park of pipe ends. */
void tsm_pipe_park(struct tsm_file *file, struct tsm_io *io);
