/* SPDX-License-Identifier: MIT */
/* Ordinary files, folders and devices by their Windows names: CreateFile and its relatives. */
#pragma once

#include <uchar.h>

#include "io/fd_file.h"

/* As CreateFile's arguments. */
struct tsm_disk_file_open {
    const char16_t *name;
    uint32_t access; /* specific rights */
    uint32_t disposition;
    uint32_t flags;
};

/*
 * *out: one reference. *existed: the file was there before. Windows: a name that may not exist yet
 * and does is STATUS_OBJECT_NAME_COLLISION, a missing folder on the way
 * STATUS_OBJECT_PATH_NOT_FOUND, a missing file STATUS_OBJECT_NAME_NOT_FOUND.
 */
tsm_must_check NTSTATUS tsm_disk_file_open(const struct tsm_disk_file_open *how,
                                           struct tsm_file **out, bool *existed);

tsm_must_check NTSTATUS tsm_disk_file_delete(const char16_t *name);
tsm_must_check NTSTATUS tsm_disk_file_attributes(const char16_t *name, uint32_t *attributes);
