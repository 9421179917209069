/* SPDX-License-Identifier: MIT */
/* The last error, one for each thread; exceptions. */
#ifndef TRANSOM_ERRHANDLINGAPI_H
#define TRANSOM_ERRHANDLINGAPI_H

#include <minwindef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Why the last failed call of this thread failed. Most calls leave it alone when they succeed. SDK:
 * GetLastError.
 */
WINBASEAPI DWORD WINAPI GetLastError(void);

/* Sets the last error of this thread. SDK: SetLastError. */
WINBASEAPI VOID WINAPI SetLastError(DWORD dwErrCode);

typedef LONG(WINAPI *PTOP_LEVEL_EXCEPTION_FILTER)(struct _EXCEPTION_POINTERS *ExceptionInfo);
typedef PTOP_LEVEL_EXCEPTION_FILTER LPTOP_LEVEL_EXCEPTION_FILTER;

/*
 * Raises an exception with up to 15 arguments; returns when a filter or handler continues it. Bit
 * 28 of the code is cleared. dwExceptionFlags: 0 or EXCEPTION_NONCONTINUABLE. SDK: RaiseException.
 */
WINBASEAPI VOID WINAPI RaiseException(DWORD dwExceptionCode, DWORD dwExceptionFlags,
                                      DWORD nNumberOfArguments, const ULONG_PTR *lpArguments);

/*
 * The filter that is asked when no frame takes an exception; NULL: none. Returns the one before.
 * SDK: SetUnhandledExceptionFilter.
 */
WINBASEAPI LPTOP_LEVEL_EXCEPTION_FILTER WINAPI
SetUnhandledExceptionFilter(LPTOP_LEVEL_EXCEPTION_FILTER lpTopLevelExceptionFilter);

/*
 * Asks that filter; where it does not decide, writes what happened to standard error and answers
 * EXCEPTION_EXECUTE_HANDLER. SDK: UnhandledExceptionFilter.
 */
WINBASEAPI LONG WINAPI UnhandledExceptionFilter(struct _EXCEPTION_POINTERS *ExceptionInfo);

/*
 * A handler for all exceptions of the process, asked before any frame. First: before the others,
 * else after them. A handle for its removal, NULL without memory. SDK:
 * AddVectoredExceptionHandler.
 */
WINBASEAPI PVOID WINAPI AddVectoredExceptionHandler(ULONG First,
                                                    PVECTORED_EXCEPTION_HANDLER Handler);

/* Not 0 if the handler was there. SDK: RemoveVectoredExceptionHandler. */
WINBASEAPI ULONG WINAPI RemoveVectoredExceptionHandler(PVOID Handle);

/* A handler that is called when an exception is about to be continued. SDK:
 * AddVectoredContinueHandler. */
WINBASEAPI PVOID WINAPI AddVectoredContinueHandler(ULONG First,
                                                   PVECTORED_EXCEPTION_HANDLER Handler);

/* Not 0 if the handler was there. SDK: RemoveVectoredContinueHandler. */
WINBASEAPI ULONG WINAPI RemoveVectoredContinueHandler(PVOID Handle);

#define SEM_FAILCRITICALERRORS     0x0001
#define SEM_NOGPFAULTERRORBOX      0x0002
#define SEM_NOALIGNMENTFAULTEXCEPT 0x0004
#define SEM_NOOPENFILEERRORBOX     0x8000

/*
 * SEM_NOGPFAULTERRORBOX: an unhandled exception ends the process without a word; there are no other
 * boxes to be left out. Returns the mode before. SDK: SetErrorMode.
 */
WINBASEAPI UINT WINAPI SetErrorMode(UINT uMode);

/* SDK: GetErrorMode. */
WINBASEAPI UINT WINAPI GetErrorMode(void);

#ifdef __cplusplus
}
#endif

#endif
