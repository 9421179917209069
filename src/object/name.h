/* SPDX-License-Identifier: MIT */
/* Names of pipes: \\.\pipe\NAME and \\server\pipe\NAME. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uchar.h>

#include "base/status.h"

#define TSM_NAME_CAPACITY 260

enum tsm_name_host { TSM_HOST_LOCAL, TSM_HOST_REMOTE };

struct tsm_name {
    enum tsm_name_host host;
    uint32_t length;
    char16_t folded[TSM_NAME_CAPACITY]; /* NAME in upper case: names compare without case */
};

/* True if the string is in the form of a pipe's name, good or not: \\something\pipe\... */
bool tsm_name_is_pipe(const char16_t *text);

/* STATUS_OBJECT_NAME_INVALID for what is not in that form or has no NAME, STATUS_NAME_TOO_LONG. */
tsm_must_check NTSTATUS tsm_name_parse_pipe(const char16_t *text, struct tsm_name *out);
