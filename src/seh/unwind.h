/* SPDX-License-Identifier: MIT */
/* Unwinding that is no handler's, and jumps that unwind nothing. */
#pragma once

#include <stdint.h>
#include <windows.h>

/*
 * Runs the __finally blocks up to a function with a __try that is being executed, its own too, and
 * goes on at an address in it, with a return value. Other targets are an exception; without one all
 * blocks of the thread run, and the process ends as by the record. context: room for the registers
 * to go on with.
 */
void tsm_unwind(const void *target, const void *address, EXCEPTION_RECORD *record, uintptr_t value,
                CONTEXT *context);

/* Forgets the frames and exceptions that are left behind when the calling thread goes on with a
 * stack pointer. */
void tsm_unwind_cut(uintptr_t stack_pointer);

/* Called by context.S: a __finally block was left by a jump, the exception that had made it run is
 * gone. */
void tsm_unwind_give_up(void);
