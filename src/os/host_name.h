/* SPDX-License-Identifier: MIT */
/* What this machine is called. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uchar.h>

/* Is that this machine: localhost, its name, that name up to the first point, or the fifteen letters
 * of it that NetBIOS knows? Without case. */
bool tsm_host_name_is_own(const char16_t *text, uint32_t length);
