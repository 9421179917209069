/* SPDX-License-Identifier: MIT */
/* The folders of names that this process has opened lately, kept open for the next time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uchar.h>

#include "os/name_folder.h"
#include "os/runtime_dir.h"

/* Takes the folder of a name out, if it was put there with the same runtime directory: it is the
 * caller's alone then. It may have been removed; then nothing is in it. */
bool tsm_name_cache_take(const char16_t *folded, uint32_t length,
                         const struct tsm_runtime_dir_id *dir, struct tsm_name_folder *out);

/* Takes the folder, for a later call or to close it. dir: identified before the folder was found. */
void tsm_name_cache_give(const char16_t *folded, uint32_t length,
                         const struct tsm_runtime_dir_id *dir, struct tsm_name_folder *folder);
