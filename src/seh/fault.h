/* SPDX-License-Identifier: MIT */
/* Faults of the processor as exceptions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

/* From now on the signals of faults are ours. Done once, by the first __try, vectored handler or
 * filter of the process: a program with none of them keeps its signals as they are. */
void tsm_fault_install(void);

/* What a room above knows about a page: may give a fault another code, or, with true, have mended
 * it. In a signal handler. */
typedef bool (*tsm_fault_page_rule)(EXCEPTION_RECORD *record);
void tsm_fault_set_page_rule(tsm_fault_page_rule rule);

/* The next overflow of the calling thread's stack is one again. False if it stands too near its
 * end. */
bool tsm_stack_rearm(void);
