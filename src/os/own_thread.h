/* SPDX-License-Identifier: MIT */
/*
 * Threads of the library. Signals are for the program's own threads: here none is handled but faults,
 * which stay where they happen.
 */
#pragma once

#include <pthread.h>
#include <stddef.h>

#include "base/status.h"

#define TSM_OWN_THREAD_SMALL ((size_t)256 * 1024)

/* Detached. stack_size 0: as large as any. *id is there when the body begins; id may be NULL. */
tsm_must_check NTSTATUS tsm_own_thread_start(void *(*body)(void *argument), void *argument,
                                             size_t stack_size, pthread_t *id);
