/* SPDX-License-Identifier: MIT */
/*
 * Unhandled exceptions
 *
 * The filter of the process is asked last. Where it does not want to continue, the process ends: at
 * its wish without a word and with the __finally blocks of the thread, otherwise with a line on
 * standard error and by a signal, as other programs of the system do.
 *
 * In a handler: write, and what os/module_map.h promises.
 * Windows:   a debugger sees the exception instead of the filter; the exit code is the exception's;
 *            SEM_NOGPFAULTERRORBOX stands for a filter that wants a silent end.
 */
#include "seh/unhandled.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/status.h"
#include "os/module_map.h"
#include "seh/frame.h"

static _Atomic(LPTOP_LEVEL_EXCEPTION_FILTER) process_filter;
static _Atomic uint32_t error_mode;
static void (*tell_parent)(uint32_t code, bool by_signal);

LPTOP_LEVEL_EXCEPTION_FILTER tsm_unhandled_set_filter(LPTOP_LEVEL_EXCEPTION_FILTER filter)
{
    return atomic_exchange(&process_filter, filter);
}

uint32_t tsm_unhandled_set_error_mode(uint32_t mode)
{
    return atomic_exchange(&error_mode, mode);
}

uint32_t tsm_unhandled_error_mode(void)
{
    return atomic_load(&error_mode);
}

void tsm_unhandled_set_teller(void (*tell)(uint32_t code, bool by_signal))
{
    tell_parent = tell;
}

static void tell(const EXCEPTION_RECORD *record, bool by_signal)
{
    if (tell_parent)
        tell_parent(record->ExceptionCode, by_signal);
}

/* What the filter, or the error mode in its place, says; 0 without either. */
static LONG filter_answer(EXCEPTION_POINTERS *pointers)
{
    LPTOP_LEVEL_EXCEPTION_FILTER filter = atomic_load(&process_filter);
    LONG answer = 0;

    if (tsm_debugger_is_attached())
        return 0;
    if (filter)
        answer = filter(pointers);
    if (answer == 0 && tsm_unhandled_error_mode() & SEM_NOGPFAULTERRORBOX)
        answer = EXCEPTION_EXECUTE_HANDLER;
    return answer;
}

int tsm_unhandled_ask(struct tsm_dispatch *dispatch)
{
    LONG answer;

    if (!atomic_load(&process_filter) && !(tsm_unhandled_error_mode() & SEM_NOGPFAULTERRORBOX))
        return 0;
    tsm_dispatch_complete(dispatch);
    answer = filter_answer(&dispatch->pointers);
    if (answer <= 0)
        return answer;
    if (tsm_seh_thread_current()) {
        dispatch->pointers.ExceptionRecord->ExceptionFlags |= EXCEPTION_UNWINDING;
        tsm_frame_unwind(&tsm_seh_thread_current()->end);
    }
    tell(dispatch->pointers.ExceptionRecord, false);
    _exit((int)(dispatch->pointers.ExceptionRecord->ExceptionCode & 0xFF));
}

LONG tsm_unhandled_filter(EXCEPTION_POINTERS *pointers)
{
    LONG answer = filter_answer(pointers);

    if (answer == 0 && !tsm_debugger_is_attached()) {
        tsm_unhandled_report(pointers->ExceptionRecord);
        answer = EXCEPTION_EXECUTE_HANDLER;
    }
    return answer;
}

void tsm_unhandled_report(const EXCEPTION_RECORD *record)
{
    char line[512], place[256], access[64] = "";
    const char *name = tsm_status_name((NTSTATUS)record->ExceptionCode);
    uint32_t code = record->ExceptionCode;
    int length;

    if (name[7] == '?')
        name = "exception";
    if (!tsm_module_map_find((uintptr_t)record->ExceptionAddress, place, sizeof(place)))
        snprintf(place, sizeof(place), "no module");
    if ((code == (uint32_t)STATUS_ACCESS_VIOLATION || code == (uint32_t)STATUS_IN_PAGE_ERROR) &&
        record->NumberParameters >= 2)
        snprintf(access, sizeof(access), ", %s %#llx",
                 record->ExceptionInformation[0] == EXCEPTION_READ_FAULT    ? "reading"
                 : record->ExceptionInformation[0] == EXCEPTION_WRITE_FAULT ? "writing"
                                                                            : "executing",
                 (unsigned long long)record->ExceptionInformation[1]);
    length = snprintf(line, sizeof(line), "transom: unhandled %s 0x%08X at %p (%s)%s\n", name, code,
                      record->ExceptionAddress, place, access);
    if (length >= (int)sizeof(line))
        length = sizeof(line) - 1;
    (void)!write(STDERR_FILENO, line, (size_t)length);
    tell(record, true);
}

void tsm_unhandled_abort(const EXCEPTION_RECORD *record)
{
    tsm_unhandled_report(record);
    abort();
}
