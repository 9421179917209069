/* SPDX-License-Identifier: MIT */
/* The console: handlers of what comes from outside, modes, reading and writing. */
#ifndef TRANSOM_CONSOLEAPI_H
#define TRANSOM_CONSOLEAPI_H

#include <minwindef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Modes of console input. The first three are the terminal's and shared by all its processes. */
#define ENABLE_PROCESSED_INPUT        0x0001 /* Ctrl+C is an event, no key */
#define ENABLE_LINE_INPUT             0x0002 /* a read returns when a line is complete */
#define ENABLE_ECHO_INPUT             0x0004
#define ENABLE_WINDOW_INPUT           0x0008
#define ENABLE_MOUSE_INPUT            0x0010
#define ENABLE_INSERT_MODE            0x0020
#define ENABLE_QUICK_EDIT_MODE        0x0040
#define ENABLE_EXTENDED_FLAGS         0x0080
#define ENABLE_AUTO_POSITION          0x0100
#define ENABLE_VIRTUAL_TERMINAL_INPUT 0x0200

/* Modes of console output; what they say is true of terminals. */
#define ENABLE_PROCESSED_OUTPUT            0x0001
#define ENABLE_WRAP_AT_EOL_OUTPUT          0x0002
#define ENABLE_VIRTUAL_TERMINAL_PROCESSING 0x0004
#define DISABLE_NEWLINE_AUTO_RETURN        0x0008
#define ENABLE_LVB_GRID_WORLDWIDE          0x0010

/* What a handler is told: SIGINT, SIGQUIT, SIGHUP, the end of the login session (as systemd-logind tells
 * it), SIGTERM or the end of the system. */
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
 * 5000 ms whatever they do; a service that systemd asks to end has 20000 ms. SDK: SetConsoleCtrlHandler.
 */
WINBASEAPI BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE HandlerRoutine, BOOL Add);

/* A console for a process that has none (ERROR_ACCESS_DENIED: it has one). No handlers are left.
 * SDK: AllocConsole. */
WINBASEAPI BOOL WINAPI AllocConsole(void);

/* The process leaves its console (ERROR_INVALID_PARAMETER: it has none). No handlers are left. SDK:
 * FreeConsole. */
WINBASEAPI BOOL WINAPI FreeConsole(void);

/*
 * The modes of a console handle. ERROR_INVALID_HANDLE: it is no console, which is how programs ask.
 * SDK: GetConsoleMode.
 */
WINBASEAPI BOOL WINAPI GetConsoleMode(HANDLE hConsoleHandle, LPDWORD lpMode);

/* New modes. ERROR_INVALID_PARAMETER: unknown bits, or echo without lines. SDK: SetConsoleMode. */
WINBASEAPI BOOL WINAPI SetConsoleMode(HANDLE hConsoleHandle, DWORD dwMode);

/*
 * Reads characters, at most the rest of a line, which ends with CR LF; with ENABLE_LINE_INPUT off,
 * the keys that are there, at least one. Ctrl+C makes it succeed with 0 characters and the last error
 * ERROR_OPERATION_ABORTED. Sizes are in characters; pInputControl has to be NULL. SDK: ReadConsole.
 */
WINBASEAPI BOOL WINAPI ReadConsoleA(HANDLE hConsoleInput, LPVOID lpBuffer,
                                    DWORD nNumberOfCharsToRead, LPDWORD lpNumberOfCharsRead,
                                    LPVOID pInputControl);
WINBASEAPI BOOL WINAPI ReadConsoleW(HANDLE hConsoleInput, LPVOID lpBuffer,
                                    DWORD nNumberOfCharsToRead, LPDWORD lpNumberOfCharsRead,
                                    LPVOID pInputControl);

#ifdef UNICODE
#define ReadConsole ReadConsoleW
#else
#define ReadConsole ReadConsoleA
#endif

/* Writes characters to the console. ERROR_INVALID_HANDLE: it is none. SDK: WriteConsole. */
WINBASEAPI BOOL WINAPI WriteConsoleA(HANDLE hConsoleOutput, const VOID *lpBuffer,
                                     DWORD nNumberOfCharsToWrite, LPDWORD lpNumberOfCharsWritten,
                                     LPVOID lpReserved);
WINBASEAPI BOOL WINAPI WriteConsoleW(HANDLE hConsoleOutput, const VOID *lpBuffer,
                                     DWORD nNumberOfCharsToWrite, LPDWORD lpNumberOfCharsWritten,
                                     LPVOID lpReserved);
#ifdef UNICODE
#define WriteConsole WriteConsoleW
#else
#define WriteConsole WriteConsoleA
#endif

/* The code page in which A functions read: UTF-8, 65001. SDK: GetConsoleCP. */
WINBASEAPI UINT WINAPI GetConsoleCP(void);

/* And in which they write. SDK: GetConsoleOutputCP. */
WINBASEAPI UINT WINAPI GetConsoleOutputCP(void);

#ifdef __cplusplus
}
#endif

#endif
