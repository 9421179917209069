/* SPDX-License-Identifier: MIT */
/* Which file an address belongs to, and who watches this process. For signal handlers, too. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Puts "name+0x123" of the file mapped at address into text; false where no file is. */
bool tsm_module_map_find(uintptr_t address, char *text, size_t size);

/* A debugger traces this process. */
bool tsm_debugger_is_attached(void);
