/* SPDX-License-Identifier: MIT */
/* The console: handlers of what comes from outside, modes, reading and writing. */
#ifndef TRANSOM_CONSOLEAPI_H
#define TRANSOM_CONSOLEAPI_H

#include <minwindef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a handler is told: SIGINT, SIGQUIT, SIGHUP, the end of the login session, SIGTERM. */
#define CTRL_C_EVENT        0
#define CTRL_BREAK_EVENT    1
#define CTRL_CLOSE_EVENT    2
#define CTRL_LOGOFF_EVENT   5
#define CTRL_SHUTDOWN_EVENT 6

/* Runs in a thread of its own. TRUE: the event is dealt with; FALSE: the handler that was added
 * before is asked, and in the end the process ends. SDK: HandlerRoutine. */
typedef BOOL(WINAPI *PHANDLER_ROUTINE)(DWORD CtrlType);

/*
 * Adds a handler, which is asked before the others, or removes its latest registration
 * (ERROR_INVALID_PARAMETER: there is none). NULL and TRUE: Ctrl+C is ignored, also by programs that
 * are started from now on; NULL and FALSE: no longer. A program without handlers has the system's
 * behaviour; signals that it catches or ignores itself stay as they are. After CTRL_CLOSE_EVENT,
 * CTRL_LOGOFF_EVENT and CTRL_SHUTDOWN_EVENT the process ends whatever the handlers say, and after
 * 5000 ms whatever they do. SDK: SetConsoleCtrlHandler.
 */
WINBASEAPI BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE HandlerRoutine, BOOL Add);

/* A console for a process that has none (ERROR_ACCESS_DENIED: it has one). No handlers are left.
 * SDK: AllocConsole. */
WINBASEAPI BOOL WINAPI AllocConsole(void);

/* The process leaves its console (ERROR_INVALID_PARAMETER: it has none). No handlers are left. SDK:
 * FreeConsole. */
WINBASEAPI BOOL WINAPI FreeConsole(void);

#ifdef __cplusplus
}
#endif

#endif
