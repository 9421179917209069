/* SPDX-License-Identifier: MIT */
/* CRITICAL_SECTION: words in the program, no handle. LockCount is the lock itself. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>

void tsm_critical_section_init(CRITICAL_SECTION *section, uint32_t spin_count);
void tsm_critical_section_enter(CRITICAL_SECTION *section);
bool tsm_critical_section_try(CRITICAL_SECTION *section);
void tsm_critical_section_leave(CRITICAL_SECTION *section);
