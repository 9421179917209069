/* SPDX-License-Identifier: MIT */
/* Signals that a process gets from outside, as events on the service thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* From now on SIGINT, SIGQUIT, SIGHUP and SIGTERM come to on_signal, on the service thread and with
 * no lock held; those that the program catches or ignores stay as they are. */
tsm_must_check NTSTATUS tsm_signal_events_start(void (*on_signal)(int number));

/* They have their default actions again, but for those that are not ours any more. */
void tsm_signal_events_stop(void);

/* Whether SIGINT is ignored, by this process and the programs that it starts. No longer ignored means
 * what the program had before; if that is nothing of its own, caught, between start and stop, and else
 * the default. */
void tsm_signal_ignore_interrupt(bool is_ignored);
bool tsm_signal_is_interrupt_ignored(void);

/* Between start and stop: the program left it to us. */
bool tsm_signal_is_ours(int number);

/* Takes the signal's default action, on the whole process. */
_Noreturn void tsm_signal_take_default(int number);

/* To a process group; 0: that of the caller. STATUS_INVALID_PARAMETER: there is none. */
tsm_must_check NTSTATUS tsm_signal_send_group(uint32_t group, int number);

typedef void *tsm_signal_thread(void *argument);

/* A detached thread for the program's code: no signal is blocked, and the stack is as large as any. */
tsm_must_check NTSTATUS tsm_signal_start_program_thread(tsm_signal_thread *body, void *argument);

/* Runs body in such a thread and waits for its end, at most so long; *ended says whether it came. */
tsm_must_check NTSTATUS tsm_signal_run_in_thread(tsm_signal_thread *body, void *argument,
                                                 uint32_t limit_ms, bool *ended);
