/* SPDX-License-Identifier: MIT */
/* Console control handlers: how a process learns of Ctrl+C, and of its end from outside. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* Puts a handler before the others; one that is there already is there twice. */
tsm_must_check NTSTATUS tsm_console_ctrl_add(PHANDLER_ROUTINE handler);

/* Takes the latest registration back. STATUS_INVALID_PARAMETER: there is none. */
tsm_must_check NTSTATUS tsm_console_ctrl_remove(PHANDLER_ROUTINE handler);

/* Whether Ctrl+C is ignored; programs that are started from now on begin with the same. */
void tsm_console_ctrl_ignore(bool is_ignored);

/* Sends CTRL_C_EVENT or CTRL_BREAK_EVENT to the processes of a group; 0: the caller's own and those
 * of its children. STATUS_INVALID_PARAMETER: another event, or no such group;
 * STATUS_INVALID_HANDLE: the caller has no console. */
tsm_must_check NTSTATUS tsm_console_ctrl_generate(uint32_t event, uint32_t group);

/* A process without a console gets one (STATUS_ACCESS_DENIED: it has one), or leaves the one it has
 * (STATUS_INVALID_PARAMETER: it has none). No handlers are left. */
tsm_must_check NTSTATUS tsm_console_ctrl_attach(void);
tsm_must_check NTSTATUS tsm_console_ctrl_detach(void);
bool tsm_console_ctrl_is_attached(void);

/* Somebody wants to know of Ctrl+C and Ctrl+Break before the handlers do: who reads the console. */
void tsm_console_ctrl_set_interrupt(void (*interrupt)(void));
