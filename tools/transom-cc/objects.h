/* SPDX-License-Identifier: MIT */
/*
 * What the objects of a link need, read from their symbol tables with nm: the C++ linker, a start
 * for wmain or WinMain, or something that cannot work.
 */
#pragma once

#include <stdbool.h>

#include "list.h"

struct cc_objects {
    bool cxx;        /* something refers to the C++ library */
    bool has_main;   /* main is defined */
    bool has_entry;  /* wmain, WinMain or wWinMain is defined, or a main that returns nothing */
    char *wide_file; /* the first file that uses libstdc++'s wide strings, or NULL */
    char *wide_what; /* and what it uses */
};

/* Files that nm cannot read count as empty: the linker will say what is wrong with them. */
void cc_objects_init(struct cc_objects *objects, const char *nm, const struct cc_list *files);

void cc_objects_deinit(struct cc_objects *objects);
