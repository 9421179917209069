/* SPDX-License-Identifier: MIT */
/* Names of pipes, \\.\pipe\NAME and \\server\pipe\NAME, and of mailslots, which may also be those of
 * all machines: \\*\mailslot\NAME. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uchar.h>

#include "base/status.h"

#define TSM_NAME_CAPACITY 260

enum tsm_name_host { TSM_HOST_LOCAL, TSM_HOST_REMOTE, TSM_HOST_ALL };

struct tsm_name {
    enum tsm_name_host host;
    uint32_t length;
    char16_t folded[TSM_NAME_CAPACITY]; /* NAME in upper case: names compare without case */
};

/* The machine in a name, a part of its text. */
struct tsm_name_machine {
    const char16_t *text;
    uint32_t length;
};

/* True if the string is in the form of a pipe's name, good or not: \\something\pipe\... */
bool tsm_name_is_pipe(const char16_t *text);
bool tsm_name_is_mailslot(const char16_t *text);

/* STATUS_OBJECT_NAME_INVALID for what is not in that form or has no NAME, STATUS_NAME_TOO_LONG. */
tsm_must_check NTSTATUS tsm_name_parse_pipe(const char16_t *text, struct tsm_name *out);

/* The same; folded begins with a small m, which no pipe's name has, so that one registry holds both.
 * machine may be NULL. */
tsm_must_check NTSTATUS tsm_name_parse_mailslot(const char16_t *text, struct tsm_name *out,
                                                struct tsm_name_machine *machine);
