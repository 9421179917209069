/* SPDX-License-Identifier: MIT */
/* What a client opens to write to a mailslot. */
#pragma once

#include <uchar.h>

#include "io/file.h"

/* access as asked for, *granted as Windows grants it. STATUS_OBJECT_NAME_NOT_FOUND,
 * STATUS_ACCESS_DENIED, STATUS_BAD_NETWORK_PATH. One reference. */
tsm_must_check NTSTATUS tsm_mailslot_writer_open(const char16_t *text, uint32_t access,
                                                 struct tsm_file **out, uint32_t *granted);

bool tsm_mailslot_writer_is(const struct tsm_file *file);

/* Handles to write can come from other processes; called once. */
void tsm_mailslot_writer_init(void);
