/* SPDX-License-Identifier: MIT */
/*
 * What each architecture does for exceptions. context.S has what no C can say, ucontext.c knows the
 * kernel's view of a fault.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>
#include <windows.h>

/* ---- context.S ---- */

/* Fills a CONTEXT with the caller's registers, as they are after the call. */
void tsm_context_capture(CONTEXT *context);

/* Goes where a whole CONTEXT says; its stack pointer has nothing of value in the 144 bytes below the
 * red zone. Floating-point state only if ContextFlags has it. */
_Noreturn void tsm_context_resume(const CONTEXT *context);

/*
 * Runs a filter or a __finally block in its function's frame, below everything on this stack. The
 * phase stands in the frame. Returns the filter's answer.
 */
int tsm_context_call_frame(struct transom_seh_frame *frame);

/* Takes a frame's way back for good. */
_Noreturn void tsm_context_land(struct transom_seh_frame *frame);

/* Goes on behind the call of a function that returns twice: sp is that of its caller. */
_Noreturn void tsm_context_return(void *address, void *sp, void *frame_pointer);

/* Captures integer registers as they are after this call and dispatches the record with them.
 * Returns, or resumes there, when the exception is continued. */
void tsm_raise(EXCEPTION_RECORD *record);

/* ---- ucontext.c ---- */

/* What a fault means: fills code, address and parameters. */
void tsm_arch_describe(EXCEPTION_RECORD *record, int number, const siginfo_t *info,
                       const ucontext_t *from);

/* The kernel's registers as a CONTEXT, and back. */
void tsm_arch_load(CONTEXT *context, const ucontext_t *from);
void tsm_arch_store(const CONTEXT *context, ucontext_t *to);

/* Adds what tsm_raise() left out: floating-point state, segments. */
void tsm_arch_complete(CONTEXT *context);

/* Overwrites the parts of a whole context that a partial one has. */
void tsm_arch_overlay(CONTEXT *whole, const CONTEXT *part);

/* The kernel gave the signal handler a fresh floating-point environment: takes up the one that was
 * interrupted, without its pending exceptions. */
void tsm_arch_adopt_float(const ucontext_t *from);

/* The signal handler has the flags of what was interrupted: from here on it may access memory that is
 * not aligned. */
void tsm_arch_drop_alignment_check(void);

/* A frame's way back as a whole context, but to another address, with a value as of a function. */
void tsm_arch_take_way(CONTEXT *context, const struct transom_seh_frame *frame, uintptr_t address,
                       uintptr_t value);

/* A signal handler, known by its frame, was called by the kernel. False where that cannot be told. */
bool tsm_arch_is_called_by_kernel(const void *frame, const ucontext_t *from);

/* Makes a trap instruction trap again when the handler returns. */
void tsm_arch_rewind_trap(ucontext_t *to, const EXCEPTION_RECORD *record);

uintptr_t tsm_arch_stack_pointer(const ucontext_t *from);
uintptr_t tsm_arch_program_counter(const CONTEXT *context);
uintptr_t tsm_arch_context_stack(const CONTEXT *context);
