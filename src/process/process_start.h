/* SPDX-License-Identifier: MIT */
/* Starting processes. */
#pragma once

#include "object/object.h"

struct tsm_process_start {
    const char *application;  /* UTF-8; NULL: the first word of the command line */
    const char *command_line; /* UTF-8; NULL: the application */
    const char *directory;    /* NULL: the caller's */
    char *const *environment; /* NULL: the caller's */
    bool inherits;
    bool has_std_handles; /* std_handles count */
    bool is_new_group;    /* in which Ctrl+C is ignored */
    bool is_new_console;  /* one without a terminal */
    bool is_detached;     /* no console at all */
    bool is_suspended;    /* until tsm_process_resume() */
    HANDLE std_handles[3];
};

tsm_must_check NTSTATUS tsm_process_start(const struct tsm_process_start *start,
                                          struct tsm_object **out, uint32_t *pid);
