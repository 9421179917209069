/* SPDX-License-Identifier: MIT */
/* What a writer left unread when it went, in memory of the reader's own. */
#pragma once

#include "channel/ring.h"

/* Bytes of memory that tsm_ring_keep() needs; 0: nothing is unread. The writer is gone, and
 * tsm_ring_reader_drop_pending() was called. */
uint64_t tsm_ring_keep_size(struct tsm_ring_reader *reader);

/* Copies what is unread into memory of that size, aligned for any use, and lets the reader go on
 * there; without memory, nothing is unread any more. *limit, a position in the stream, becomes the same one
 * in the copy. The writer is not told anything from now on. */
void tsm_ring_keep(struct tsm_ring_reader *reader, void *memory, uint64_t size, uint64_t *limit);
