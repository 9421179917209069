/* SPDX-License-Identifier: MIT */
/* The buffer of a strsafe call. */
#pragma once

#include <stddef.h>

#include <minwindef.h>

struct target {
    void *to;
    size_t size;
    size_t start; /* where this call began to write */
    size_t at;    /* where the text ends */
    DWORD flags;
};
