/* SPDX-License-Identifier: MIT */
/* Threads of the C library. */
#ifndef TRANSOM_CRT_PROCESS_H
#define TRANSOM_CRT_PROCESS_H

#include <stdint.h>

#include <transom_crt.h>
#include <stdlib.h>

__TRANSOM_CRT_BEGIN

/*
 * Starts a thread; the caller closes the handle. The flags are those of CreateThread. 0 on failure,
 * with errno set.
 */
uintptr_t _beginthreadex(void *security, unsigned stack_size, unsigned (*start)(void *),
                         void *argument, unsigned flags, unsigned *id);

/* Ends the calling thread with this exit code. Its handle stays open. */
__attribute__((__noreturn__)) void _endthreadex(unsigned code);

/*
 * Starts a thread that closes its own handle when it ends; the number returned may be stale at
 * once. (uintptr_t)-1 on failure, with errno set.
 */
uintptr_t _beginthread(void (*start)(void *), unsigned stack_size, void *argument);

/* Ends a thread that _beginthread started, with exit code 0, and closes its handle. */
__attribute__((__noreturn__)) void _endthread(void);

int _getpid(void);

__TRANSOM_CRT_END

#endif
