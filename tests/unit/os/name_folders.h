/* SPDX-License-Identifier: MIT */
/* Folders of names in a runtime directory of one's own. */
#pragma once

#include "runtime.h"

#include "os/name_entry.h"

static inline uint32_t length_of(const char16_t *name)
{
    uint32_t length = 0;

    while (name[length])
        length++;
    return length;
}

static inline struct tsm_name_folder open_own(const char16_t *name)
{
    struct tsm_name_folder folder = TSM_NAME_FOLDER_INIT;

    assert_status(tsm_name_folder_open_own(name, length_of(name), &folder), STATUS_SUCCESS);
    return folder;
}

static inline bool exists(const char *name)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/u%u/%s", runtime_path, (unsigned)geteuid(), name);
    return access(path, F_OK) == 0;
}
