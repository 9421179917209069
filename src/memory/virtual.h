/* SPDX-License-Identifier: MIT */
/* Address space in two steps: reserved, then committed page by page. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>

#include "base/status.h"

/* *at: 0 for anywhere. type: MEM_RESERVE, MEM_COMMIT or both. */
tsm_must_check NTSTATUS tsm_virtual_alloc(uintptr_t *at, size_t size, uint32_t type,
                                          uint32_t protection);
tsm_must_check NTSTATUS tsm_virtual_free(uintptr_t at, size_t size, uint32_t type);
tsm_must_check NTSTATUS tsm_virtual_protect(uintptr_t at, size_t size, uint32_t protection,
                                            uint32_t *before);
tsm_must_check NTSTATUS tsm_virtual_query(uintptr_t at, MEMORY_BASIC_INFORMATION *information);
tsm_must_check NTSTATUS tsm_virtual_lock(uintptr_t at, size_t size);
tsm_must_check NTSTATUS tsm_virtual_unlock(uintptr_t at, size_t size);

/* The first touch of a guard page is an exception of its own, and the page is one like any other.
 * True: another thread was first, and the access can be tried again. In a signal handler. */
bool tsm_virtual_on_fault(EXCEPTION_RECORD *record);
