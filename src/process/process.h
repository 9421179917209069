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
    bool is_new_group;    /* in which Ctrl+C is ignored */
    bool is_new_console;  /* one without a terminal */
    bool is_detached;     /* no console at all */
    bool is_suspended;    /* until tsm_process_resume() */
    HANDLE std_handles[3];
};

tsm_must_check NTSTATUS tsm_process_new(const struct tsm_process_start *start,
                                        struct tsm_object **out, uint32_t *pid);

/* A running process of the same user. STATUS_INVALID_PARAMETER: there is none, STATUS_ACCESS_DENIED. */
tsm_must_check NTSTATUS tsm_process_open(uint32_t pid, struct tsm_object **out);

/* The calling process; one more reference. NULL without memory. */
struct tsm_object *tsm_process_current(void);

/* The main thread's suspend count, 1 or 0, as it was before. */
tsm_must_check NTSTATUS tsm_process_resume(struct tsm_object *process, uint32_t *previous);

/* One that the caller started and that still runs. */
bool tsm_process_is_running_child(struct tsm_object *process);

uint32_t tsm_process_id(struct tsm_object *process);

/* Sends a signal to the groups that children lead which the caller has started as such. */
tsm_must_check NTSTATUS tsm_process_signal_child_groups(int number);

/* STATUS_NOT_SUPPORTED: it has ended, and the kernel does not tell us how. */
tsm_must_check NTSTATUS tsm_process_exit_code(struct tsm_object *process, uint32_t *code);
tsm_must_check NTSTATUS tsm_process_terminate(struct tsm_object *process, uint32_t exit_code);

/* The login session of a process; 0 if it has none or is gone. */
uint32_t tsm_process_session(uint32_t pid);
