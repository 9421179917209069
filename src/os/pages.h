/* SPDX-License-Identifier: MIT */
/* Pages of this process' address space. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define TSM_PAGE_SIZE 4096u

enum tsm_pages_access { /* bits, as the kernel's */
                        TSM_PAGES_NONE = 0,
                        TSM_PAGES_READ = 1,
                        TSM_PAGES_WRITE = 2,
                        TSM_PAGES_EXECUTE = 4
};

/* Takes addresses without memory. at 0: anywhere, aligned; else there or STATUS_CONFLICTING_ADDRESSES.
 * Sizes are whole pages. */
tsm_must_check NTSTATUS tsm_pages_reserve(uintptr_t at, size_t size, size_t alignment,
                                          uintptr_t *out);
void tsm_pages_release(uintptr_t at, size_t size);

tsm_must_check NTSTATUS tsm_pages_protect(uintptr_t at, size_t size, unsigned int access);

/* Forgets what the pages hold. */
void tsm_pages_discard(uintptr_t at, size_t size);

tsm_must_check NTSTATUS tsm_pages_lock(uintptr_t at, size_t size);
tsm_must_check NTSTATUS tsm_pages_unlock(uintptr_t at, size_t size);

/* A mapping as the kernel shows it, or the hole around an address. */
struct tsm_pages_mapping {
    uintptr_t begin, end;
    unsigned int access;
    bool is_mapped, is_file, is_shared, is_program;
    uintptr_t file_begin; /* of the first mapping in a row of the same file's */
};

tsm_must_check NTSTATUS tsm_pages_find(uintptr_t address, struct tsm_pages_mapping *out);
