/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include <execinfo.h>
#include <string.h>

#include "base/macros.h"
#include "base/status.h"
#include "seh/arch/arch.h"
#include "seh/unwind.h"

#define BACK_TRACE_MAX 1024u

VOID WINAPI RtlRestoreContext(PCONTEXT ContextRecord, struct _EXCEPTION_RECORD *ExceptionRecord)
{
    CONTEXT whole;

    tsm_context_capture(&whole);
    whole.ContextFlags = CONTEXT_FULL;
    tsm_arch_overlay(&whole, ContextRecord);
    tsm_unwind_cut(tsm_arch_context_stack(&whole));
    tsm_context_resume(&whole);
}

VOID WINAPI RtlUnwindEx(PVOID TargetFrame, PVOID TargetIp, PEXCEPTION_RECORD ExceptionRecord,
                        PVOID ReturnValue, PCONTEXT ContextRecord,
                        struct _UNWIND_HISTORY_TABLE *HistoryTable)
{
    EXCEPTION_RECORD own = {.ExceptionCode = (DWORD)STATUS_UNWIND,
                            .ExceptionAddress = __builtin_return_address(0)};

    tsm_unwind(TargetFrame, TargetIp, ExceptionRecord ? ExceptionRecord : &own,
               (uintptr_t)ReturnValue, ContextRecord);
}

VOID WINAPI RtlUnwind(PVOID TargetFrame, PVOID TargetIp, PEXCEPTION_RECORD ExceptionRecord,
                      PVOID ReturnValue)
{
    CONTEXT context;

    RtlUnwindEx(TargetFrame, TargetIp, ExceptionRecord, ReturnValue, &context, NULL);
}

VOID WINAPI RtlRaiseException(PEXCEPTION_RECORD ExceptionRecord)
{
    EXCEPTION_RECORD record = *ExceptionRecord;

    record.ExceptionAddress = __builtin_return_address(0);
    record.NumberParameters =
        (DWORD)tsm_min_u64(record.NumberParameters, EXCEPTION_MAXIMUM_PARAMETERS);
    tsm_raise(&record);
}

WORD WINAPI RtlCaptureStackBackTrace(DWORD FramesToSkip, DWORD FramesToCapture, PVOID *BackTrace,
                                     PDWORD BackTraceHash)
{
    void *frames[BACK_TRACE_MAX];
    DWORD found = (DWORD)backtrace(frames, (int)BACK_TRACE_MAX), first = 0, count = 0, sum = 0;

    /* Before the caller is this function, and whoever stands between it and the C library. */
    while (first < found && frames[first] != __builtin_return_address(0))
        first++;
    for (uint64_t i = first + (uint64_t)FramesToSkip; i < found && count < FramesToCapture; i++) {
        BackTrace[count++] = frames[i];
        sum += (DWORD)(ULONG_PTR)frames[i];
    }
    if (BackTraceHash)
        *BackTraceHash = sum;
    return (WORD)count;
}
