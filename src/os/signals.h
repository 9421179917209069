/* SPDX-License-Identifier: MIT */
/* The signals that a processor's faults become, and stacks to handle them on. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* frame: of the function that was called for the signal, by the kernel or by somebody's handler. */
typedef void (*tsm_signal_handler)(int number, siginfo_t *info, void *ucontext, const void *frame);

/* From now on faults come to handler, on the alternate stack of threads that have one, with no
 * signal blocked. Whoever had them before is remembered. Once a process; also from two threads. */
void tsm_signals_take(tsm_signal_handler handler);

/* What the calling thread has blocked is this from now on. */
void tsm_signals_set_mask(const sigset_t *mask);

/*
 * Gives a signal to whoever had it before. Where that is nobody, the kernel's own action follows
 * when the handler returns: for a fault because the instruction faults again; for others, and with
 * repeats = false, because the signal is sent again.
 */
void tsm_signals_pass_on(int number, siginfo_t *info, void *ucontext, bool repeats);

/* A stack for the handlers of the calling thread. */
struct tsm_alternate_stack {
    char *memory; /* pages that nobody may touch, the stack, and room behind it */
    size_t size;
    stack_t before;
};

#define TSM_ALTERNATE_STACK_SIZE  ((size_t)256 * 1024)
#define TSM_ALTERNATE_STACK_GUARD ((size_t)64 * 1024)

/* *room: extra bytes above the stack, zeroed. */
tsm_must_check NTSTATUS tsm_alternate_stack_install(struct tsm_alternate_stack *stack, size_t extra,
                                                    void **room);

/* Gives the thread back the stack that it had before. The caller runs on another one. */
void tsm_alternate_stack_remove(struct tsm_alternate_stack stack);

/* The lowest and the highest address of the calling thread's own stack. */
tsm_must_check NTSTATUS tsm_stack_bounds(uintptr_t *low, uintptr_t *high);
