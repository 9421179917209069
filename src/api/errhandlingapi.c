/* SPDX-License-Identifier: MIT */
#include "api/api.h"
#include "base/macros.h"
#include "base/teb.h"
#include "seh/arch/arch.h"
#include "seh/fault.h"
#include "seh/unhandled.h"
#include "seh/vectored.h"

DWORD WINAPI GetLastError(void)
{
    return tsm_teb_current()->last_error;
}

VOID WINAPI SetLastError(DWORD dwErrCode)
{
    tsm_set_last_error(dwErrCode);
}

/* Windows: bit 28 of a code is the system's own; only one flag is taken over. */
VOID WINAPI RaiseException(DWORD dwExceptionCode, DWORD dwExceptionFlags, DWORD nNumberOfArguments,
                           const ULONG_PTR *lpArguments)
{
    EXCEPTION_RECORD record;

    record.ExceptionCode = dwExceptionCode & ~0x10000000u;
    record.ExceptionFlags = dwExceptionFlags & EXCEPTION_NONCONTINUABLE;
    record.ExceptionRecord = NULL;
    record.ExceptionAddress = NULL;
    record.NumberParameters =
        lpArguments ? (DWORD)tsm_min_u64(nNumberOfArguments, EXCEPTION_MAXIMUM_PARAMETERS) : 0;
    for (DWORD i = 0; i < record.NumberParameters; i++)
        record.ExceptionInformation[i] = lpArguments[i];
    tsm_raise(&record);
}

LPTOP_LEVEL_EXCEPTION_FILTER WINAPI
SetUnhandledExceptionFilter(LPTOP_LEVEL_EXCEPTION_FILTER lpTopLevelExceptionFilter)
{
    if (lpTopLevelExceptionFilter)
        tsm_fault_install();
    return tsm_unhandled_set_filter(lpTopLevelExceptionFilter);
}

LONG WINAPI UnhandledExceptionFilter(struct _EXCEPTION_POINTERS *ExceptionInfo)
{
    return tsm_unhandled_filter(ExceptionInfo);
}

static PVOID vectored_add(enum tsm_vectored_list list, ULONG first,
                          PVECTORED_EXCEPTION_HANDLER handler)
{
    PVOID handle = tsm_vectored_add(list, first != 0, handler);

    if (handle)
        tsm_fault_install();
    else
        tsm_set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    return handle;
}

PVOID WINAPI AddVectoredExceptionHandler(ULONG First, PVECTORED_EXCEPTION_HANDLER Handler)
{
    return vectored_add(TSM_VECTORED_EXCEPTION, First, Handler);
}

ULONG WINAPI RemoveVectoredExceptionHandler(PVOID Handle)
{
    return tsm_vectored_remove(TSM_VECTORED_EXCEPTION, Handle);
}

PVOID WINAPI AddVectoredContinueHandler(ULONG First, PVECTORED_EXCEPTION_HANDLER Handler)
{
    return vectored_add(TSM_VECTORED_CONTINUE, First, Handler);
}

ULONG WINAPI RemoveVectoredContinueHandler(PVOID Handle)
{
    return tsm_vectored_remove(TSM_VECTORED_CONTINUE, Handle);
}

UINT WINAPI SetErrorMode(UINT uMode)
{
    return tsm_unhandled_set_error_mode(uMode);
}

UINT WINAPI GetErrorMode(void)
{
    return tsm_unhandled_error_mode();
}
