/* SPDX-License-Identifier: MIT */
/* The console: events that processes send to each other. */
#ifndef TRANSOM_CONSOLEAPI2_H
#define TRANSOM_CONSOLEAPI2_H

#include <minwindef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Sends CTRL_C_EVENT or CTRL_BREAK_EVENT to the processes of a group (the id of a process that was
 * created with CREATE_NEW_PROCESS_GROUP), or, with 0, to the caller's group and to those of its
 * children. Returns before handlers run. ERROR_INVALID_PARAMETER: another event, or no such group;
 * ERROR_INVALID_HANDLE: the caller has no console. SDK: GenerateConsoleCtrlEvent.
 */
WINBASEAPI BOOL WINAPI GenerateConsoleCtrlEvent(DWORD dwCtrlEvent, DWORD dwProcessGroupId);

/* Forgets what was typed and not read. SDK: FlushConsoleInputBuffer. */
WINBASEAPI BOOL WINAPI FlushConsoleInputBuffer(HANDLE hConsoleInput);

#ifdef __cplusplus
}
#endif

#endif
