/* SPDX-License-Identifier: MIT */
/* Processes as objects. */
#pragma once

#include <uchar.h>

#include "object/object.h"

extern const struct tsm_object_ops tsm_process_ops;

struct tsm_process_start {
    const char *application;  /* UTF-8; NULL: the first word of the command line */
    const char *command_line; /* UTF-8; NULL: the application */
    const char *directory;    /* NULL: the caller's */
    char *const *environment; /* NULL: the caller's */
    bool inherits;
    bool has_std_handles; /* std_handles count */
    bool is_new_group;
    HANDLE std_handles[3];
};

tsm_must_check NTSTATUS tsm_process_new(const struct tsm_process_start *start,
                                        struct tsm_object **out, uint32_t *pid);

/* The calling process; one more reference. NULL without memory. */
struct tsm_object *tsm_process_current(void);

uint32_t tsm_process_id(struct tsm_object *process);
uint32_t tsm_process_exit_code(struct tsm_object *process);
tsm_must_check NTSTATUS tsm_process_terminate(struct tsm_object *process, uint32_t exit_code);

/* The login session of a process; 0 if it has none or is gone. */
uint32_t tsm_process_session(uint32_t pid);
