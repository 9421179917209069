/* SPDX-License-Identifier: MIT */
/* What of a process goes to another process that gets a handle to it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "object/import.h"

struct tsm_exit_page;

struct tsm_process_facts {
    uint32_t pid;
    int pidfd;                       /* -1: the calling process */
    struct tsm_exit_page *exit_page; /* NULL: none */
    bool has_exited;
    bool is_code_known; /* then */
    uint32_t exit_code;
};

/* Descriptor and page stay the caller's. */
tsm_must_check NTSTATUS tsm_process_parcel_pack(const struct tsm_process_facts *facts,
                                                struct tsm_export *out);

/* Descriptor and page are the caller's; in->fd stays what it is. STATUS_NOT_SUPPORTED: a process of
 * another PID namespace. */
tsm_must_check NTSTATUS tsm_process_parcel_unpack(const struct tsm_export *in,
                                                  struct tsm_process_facts *out);
void tsm_process_facts_deinit(struct tsm_process_facts *facts);
