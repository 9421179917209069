/* SPDX-License-Identifier: MIT */
/* Sealed shared memory between two processes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* An empty one that can be sealed. */
tsm_must_check NTSTATUS tsm_memfd_create(const char *name, int *out);

/* A sparse memfd of that size, sealed so that nobody changes its size or its seals. */
tsm_must_check NTSTATUS tsm_memfd_new(uint64_t size, int *out);

/* Which memory it is; nobody else's as long as somebody has it open or mapped. */
struct tsm_memfd_id {
    uint64_t device, inode;
};

/* Refuses what is no memfd of exactly that size with those seals. */
tsm_must_check NTSTATUS tsm_memfd_check(int fd, uint64_t size);
bool tsm_memfd_identify(int fd, struct tsm_memfd_id *out);

/* Read-write and shared; kept out of core dumps. */
tsm_must_check NTSTATUS tsm_memfd_map(int fd, uint64_t size, void **out);
void tsm_memfd_unmap(void *memory, uint64_t size);

/* Checks one that somebody else has made, and opens and maps it anew. What has come into being before it
 * fails stays: *own, -1 at first, is the caller's in any case. */
tsm_must_check NTSTATUS tsm_memfd_adopt(int fd, uint64_t size, int *own, void **memory);

/* Backs a range with memory now, so that a later store cannot fail. */
tsm_must_check NTSTATUS tsm_memfd_reserve(int fd, uint64_t offset, uint64_t size);

/* Gives the memory of a range back; it reads as zeros afterwards. */
void tsm_memfd_punch(int fd, uint64_t offset, uint64_t size);
