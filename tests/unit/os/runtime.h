/* SPDX-License-Identifier: MIT */
/* A runtime directory for one test program. */
#pragma once

#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

static char runtime_path[64];

static int runtime_begin(void **state)
{
    strcpy(runtime_path, "/tmp/transom-unit-XXXXXX");
    return mkdtemp(runtime_path) && setenv("TRANSOM_DIR", runtime_path, 1) == 0 ? 0 : 1;
}

static int runtime_remove_one(const char *path, const struct stat *info, int type,
                              struct FTW *where)
{
    return remove(path);
}

static int runtime_end(void **state)
{
    return nftw(runtime_path, runtime_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
