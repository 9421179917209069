/* SPDX-License-Identifier: MIT */
/* What nobody took. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "seh/dispatch_list.h"

/* The filter of the whole process; returns the one before. */
LPTOP_LEVEL_EXCEPTION_FILTER tsm_unhandled_set_filter(LPTOP_LEVEL_EXCEPTION_FILTER filter);

/* SEM_ bits; returns those before. */
uint32_t tsm_unhandled_set_error_mode(uint32_t mode);
uint32_t tsm_unhandled_error_mode(void);

/* Who tells the parent the code that the process ends with; by_signal: it will be killed. */
void tsm_unhandled_set_teller(void (*tell)(uint32_t code, bool by_signal));

/*
 * Asks the filter of the process, unless a debugger watches. Answer < 0: continue; 0: end with a
 * message. Does not return when the filter wants a silent end.
 */
int tsm_unhandled_ask(struct tsm_dispatch *dispatch);

/* UnhandledExceptionFilter(). */
LONG tsm_unhandled_filter(EXCEPTION_POINTERS *pointers);

/* One line on standard error, and the parent is told. */
void tsm_unhandled_report(const EXCEPTION_RECORD *record);

/* The end of a process by an exception that no signal brought. */
_Noreturn void tsm_unhandled_abort(const EXCEPTION_RECORD *record);
