/* SPDX-License-Identifier: MIT */
/* Messages for a debugger. */
#ifndef TRANSOM_DEBUGAPI_H
#define TRANSOM_DEBUGAPI_H

#include <minwindef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* TRUE when a debugger traces this process. SDK: IsDebuggerPresent. */
WINBASEAPI BOOL WINAPI IsDebuggerPresent(void);

/* A breakpoint in the caller's name: EXCEPTION_BREAKPOINT. SDK: DebugBreak. */
WINBASEAPI VOID WINAPI DebugBreak(void);

/*
 * Writes text to standard error when TRANSOM_TRACE contains "debug"; else nothing. SDK:
 * OutputDebugStringW.
 */
WINBASEAPI VOID WINAPI OutputDebugStringA(LPCSTR lpOutputString);
WINBASEAPI VOID WINAPI OutputDebugStringW(LPCWSTR lpOutputString);
#ifdef UNICODE
#define OutputDebugString OutputDebugStringW
#else
#define OutputDebugString OutputDebugStringA
#endif

#ifdef __cplusplus
}
#endif

#endif
