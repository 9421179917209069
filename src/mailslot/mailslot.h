/* SPDX-License-Identifier: MIT */
/* A mailslot, seen as a file that is read. */
#pragma once

#include "mailslot/mailslot_inside.h"

extern const struct tsm_object_ops tsm_mailslot_object_ops;
extern const struct tsm_file_ops tsm_mailslot_file_ops;

/* NULL if the file is no mailslot. Same reference. */
static inline struct tsm_mailslot *tsm_mailslot_from(struct tsm_file *file)
{
    return file->ops == &tsm_mailslot_file_ops ? tsm_container_of(file, struct tsm_mailslot, file)
                                               : NULL;
}

struct tsm_mailslot_info {
    uint32_t max_message;
    uint32_t next_size; /* MAILSLOT_NO_MESSAGE: there is none */
    uint32_t count;
    uint32_t read_timeout_ms;
};

/* As it is before it has a door, without a name; one reference. NULL without memory. */
struct tsm_mailslot *tsm_mailslot_new(uint32_t max_message, uint32_t read_timeout_ms);

/* It has a door, and serves. */
tsm_must_check NTSTATUS tsm_mailslot_begin(struct tsm_mailslot *slot);

/* STATUS_OBJECT_NAME_INVALID for a name on another machine, STATUS_OBJECT_NAME_COLLISION. One
 * reference. */
tsm_must_check NTSTATUS tsm_mailslot_create(const char16_t *text, uint32_t max_message,
                                            uint32_t read_timeout_ms, bool is_open_to_all,
                                            struct tsm_mailslot **out);

void tsm_mailslot_query(struct tsm_mailslot *slot, struct tsm_mailslot_info *out);

/* For reads that begin from now on. */
void tsm_mailslot_set_timeout(struct tsm_mailslot *slot, uint32_t read_timeout_ms);
