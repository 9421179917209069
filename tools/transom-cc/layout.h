/* SPDX-License-Identifier: MIT */
/*
 * Where headers and libraries are.
 *
 * A driver in the build folder finds a file transom-cc.conf beside itself, which the build wrote;
 * an installed one has none and finds everything relative to its own place.
 */
#pragma once

#include <stdbool.h>

struct cc_layout {
    char *include;       /* windows.h */
    char *include_crt;   /* stdio.h, tchar.h: found before the system's */
    char *libtransom;    /* folder of libtransom */
    char *libcrt;        /* folder of libtransom-crt and of the start archive */
    char *plugin_source; /* of gcc's plugin for __try */
    bool installed;
};

void cc_layout_init(struct cc_layout *layout);

void cc_layout_deinit(struct cc_layout *layout);
