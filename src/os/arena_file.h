/* SPDX-License-Identifier: MIT */
/*
 * The file behind the objects that a user's processes share, in the user's own folder of the
 * runtime directory. An open file description of it is a membership; it ends with its process.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/*
 * Opens it, made if need be. *is_alone: nobody else has it open; it was emptied and given its size,
 * and nobody gets in before tsm_arena_file_share().
 */
tsm_must_check NTSTATUS tsm_arena_file_open(uint64_t size, int *fd, bool *is_alone);
tsm_must_check NTSTATUS tsm_arena_file_share(int fd);

/* A second membership, for another process. */
tsm_must_check NTSTATUS tsm_arena_file_again(int fd, int *out);

/* A file of ours of exactly that size that can be shared. */
bool tsm_arena_file_is_good(int fd, uint64_t size);

/* True if that is what tsm_arena_file_open() would open. */
bool tsm_arena_file_is_current(int fd);

/* Removes the file if nobody else has it open. */
void tsm_arena_file_leave(int fd);

/* Tells PID namespaces apart; 0: the system does not say. */
uint64_t tsm_arena_file_pid_space(void);

/* May memory be shared that was made in a namespace of that number? STATUS_NOT_SUPPORTED: it is another
 * one, STATUS_INSUFFICIENT_RESOURCES: the system does not say which is ours. */
tsm_must_check NTSTATUS tsm_arena_file_check_pid_space(uint64_t theirs);
