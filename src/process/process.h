/* SPDX-License-Identifier: MIT */
/* Processes as objects. */
#pragma once

#include "object/object.h"

extern const struct tsm_object_ops tsm_process_ops;

/* Called by the constructor. */
void tsm_process_init(void);

/* A child that has just been started. */
struct tsm_process_child {
    uint32_t pid;
    int pidfd;
    struct tsm_exit_page *exit_page; /* NULL: none */
    bool leads_group;                /* of our console */
    bool is_suspended;               /* until tsm_process_resume() */
};

/* Takes what the child has; without success it is ended. */
tsm_must_check NTSTATUS tsm_process_from_child(const struct tsm_process_child *child,
                                               struct tsm_object **out);

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
