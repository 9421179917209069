/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/teb.h"
#include "base/utf.h"
#include "object/access.h"
#include "object/handle_table.h"
#include "process/inherit.h"
#include "process/courier.h"
#include "process/process.h"
#include "process/process_start.h"
#include "process/thread.h"

#define KNOWN_THREAD_FLAGS (STACK_SIZE_PARAM_IS_A_RESERVATION | CREATE_SUSPENDED)
#define SUSPEND_FAILED     ((DWORD)-1)

static uint32_t inherit_flag(const SECURITY_ATTRIBUTES *attributes)
{
    return attributes && attributes->bInheritHandle ? TSM_HANDLE_INHERIT : 0;
}

HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES lpThreadAttributes, SIZE_T dwStackSize,
                           LPTHREAD_START_ROUTINE lpStartAddress, LPVOID lpParameter,
                           DWORD dwCreationFlags, LPDWORD lpThreadId)
{
    struct tsm_object *thread;
    HANDLE handle = NULL;
    uint32_t previous;
    NTSTATUS status = dwCreationFlags & ~(DWORD)KNOWN_THREAD_FLAGS
                          ? STATUS_INVALID_PARAMETER
                          : tsm_thread_new(lpStartAddress, lpParameter, dwStackSize, true, &thread);

    /* It runs when there is a handle to it, or never. */
    if (NT_SUCCESS(status)) {
        if (lpThreadId)
            *lpThreadId = tsm_thread_id(thread);
        status =
            tsm_handle_insert(thread, THREAD_ALL_ACCESS, inherit_flag(lpThreadAttributes), &handle);
        if (!NT_SUCCESS(status))
            tsm_thread_cancel(thread);
        else if (!(dwCreationFlags & CREATE_SUSPENDED))
            tsm_thread_resume(thread, &previous);
        tsm_object_unref(thread);
    }
    tsm_return(status);
    return handle;
}

DECLSPEC_NORETURN VOID WINAPI ExitThread(DWORD dwExitCode)
{
    tsm_thread_exit(dwExitCode);
}

DWORD WINAPI QueueUserAPC(PAPCFUNC pfnAPC, HANDLE hThread, ULONG_PTR dwData)
{
    struct tsm_object *thread;
    NTSTATUS status = tsm_handle_ref(hThread, &tsm_thread_ops, THREAD_SET_CONTEXT, &thread);

    if (!NT_SUCCESS(status))
        return (DWORD)tsm_return(status);
    status = tsm_apc_add_user(tsm_thread_apcs(thread), pfnAPC, dwData);
    tsm_object_unref(thread);
    return (DWORD)tsm_return(status);
}

/* The thread handle of a process that was started suspended leads to the process itself. */
DWORD WINAPI SuspendThread(HANDLE hThread)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *object = NULL;
    uint32_t previous = 0;
    NTSTATUS status = tsm_handle_ref(hThread, NULL, THREAD_SUSPEND_RESUME, &object);

    tsm_thread_attach();
    if (NT_SUCCESS(status))
        status = object->ops == &tsm_thread_ops    ? tsm_thread_suspend(object, &previous)
                 : object->ops == &tsm_process_ops ? STATUS_NOT_SUPPORTED
                                                   : STATUS_OBJECT_TYPE_MISMATCH;
    return tsm_return(status) ? previous : SUSPEND_FAILED;
}

DWORD WINAPI ResumeThread(HANDLE hThread)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *object = NULL;
    uint32_t previous = 0;
    NTSTATUS status = tsm_handle_ref(hThread, NULL, THREAD_SUSPEND_RESUME, &object);

    if (NT_SUCCESS(status)) {
        if (object->ops == &tsm_thread_ops)
            tsm_thread_resume(object, &previous);
        else
            status = object->ops == &tsm_process_ops ? tsm_process_resume(object, &previous)
                                                     : STATUS_OBJECT_TYPE_MISMATCH;
    }
    return tsm_return(status) ? previous : SUSPEND_FAILED;
}

BOOL WINAPI GetExitCodeThread(HANDLE hThread, LPDWORD lpExitCode)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *thread = NULL;
    NTSTATUS status = tsm_handle_ref(hThread, &tsm_thread_ops, 0, &thread);

    if (NT_SUCCESS(status))
        *lpExitCode = tsm_thread_exit_code(thread);
    return tsm_return(status);
}

HANDLE WINAPI GetCurrentThread(void)
{
    return (HANDLE)(LONG_PTR)-2;
}

DWORD WINAPI GetCurrentThreadId(void)
{
    return tsm_teb_tid();
}

DWORD WINAPI GetThreadId(HANDLE Thread)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *thread = NULL;

    return tsm_return(tsm_handle_ref(Thread, &tsm_thread_ops, 0, &thread)) ? tsm_thread_id(thread)
                                                                           : 0;
}

BOOL WINAPI SwitchToThread(void)
{
    return sched_yield() == 0;
}

DWORD WINAPI TlsAlloc(void)
{
    uint32_t slot;

    if (NT_SUCCESS(tsm_tls_alloc(&slot)))
        return slot;
    tsm_set_last_error(ERROR_NO_MORE_ITEMS);
    return TLS_OUT_OF_INDEXES;
}

BOOL WINAPI TlsFree(DWORD dwTlsIndex)
{
    return tsm_return(tsm_tls_free(dwTlsIndex));
}

/* Windows: success clears the last error, so that a NULL value can be told from a failure. */
LPVOID WINAPI TlsGetValue(DWORD dwTlsIndex)
{
    void *value = NULL;

    if (tsm_return(tsm_tls_get(dwTlsIndex, &value)))
        tsm_set_last_error(ERROR_SUCCESS);
    return value;
}

BOOL WINAPI TlsSetValue(DWORD dwTlsIndex, LPVOID lpTlsValue)
{
    return tsm_return(tsm_tls_set(dwTlsIndex, lpTlsValue));
}

/* An environment block as an array; both heap, the strings in *strings. */
static char **environment_from_block(const void *block, bool is_wide, char **strings)
{
    size_t units = 0, count = 0, used = 0;
    char **made;

    if (is_wide) {
        const char16_t *wide = block;

        while (wide[units] || wide[units + 1])
            units++;
        units += 2;
        *strings = malloc(3 * units);
        if (*strings)
            used = tsm_utf8_from_utf16(wide, units, *strings, 3 * units, NULL);
    } else {
        const char *narrow = block;

        while (narrow[units] || narrow[units + 1])
            units++;
        used = units + 2;
        *strings = malloc(used);
        if (*strings)
            memcpy(*strings, narrow, used);
    }
    if (!*strings)
        return NULL;
    for (size_t i = 0; i < used; i++)
        count += (*strings)[i] == 0;
    made = malloc((count + 1) * sizeof(char *));
    if (!made)
        return NULL;
    count = 0;
    for (const char *at = *strings; *at; at += strlen(at) + 1)
        made[count++] = (char *)(uintptr_t)at;
    made[count] = NULL;
    return made;
}

static void fill_start(struct tsm_process_start *start, DWORD flags, BOOL inherits,
                       const STARTUPINFOW *info)
{
    start->inherits = inherits;
    start->is_new_group = flags & CREATE_NEW_PROCESS_GROUP;
    start->is_new_console = flags & (CREATE_NEW_CONSOLE | CREATE_NO_WINDOW);
    start->is_detached = flags & DETACHED_PROCESS;
    start->is_suspended = flags & CREATE_SUSPENDED;
    start->has_std_handles = info->dwFlags & STARTF_USESTDHANDLES;
    start->std_handles[0] = info->hStdInput;
    start->std_handles[1] = info->hStdOutput;
    start->std_handles[2] = info->hStdError;
}

static NTSTATUS create_process(const struct tsm_process_start *start,
                               const SECURITY_ATTRIBUTES *process_attributes,
                               PROCESS_INFORMATION *information)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *process = NULL;
    HANDLE handle = NULL, thread_handle = NULL;
    uint32_t pid;
    NTSTATUS status = tsm_process_start(start, &process, &pid);

    if (NT_SUCCESS(status))
        status = tsm_handle_insert(process, PROCESS_ALL_ACCESS, inherit_flag(process_attributes),
                                   &handle);
    /* The main thread of another process has no object of its own: it ends with the process. */
    if (NT_SUCCESS(status))
        status = tsm_handle_insert(process, SYNCHRONIZE | THREAD_SUSPEND_RESUME, 0, &thread_handle);
    if (NT_SUCCESS(status)) {
        *information = (PROCESS_INFORMATION){
            .hProcess = handle, .hThread = thread_handle, .dwProcessId = pid, .dwThreadId = pid};
    } else if (process) {
        /* Nobody would ever know of it. */
        if (handle)
            (void)!NT_SUCCESS(tsm_handle_close(handle));
        (void)!NT_SUCCESS(tsm_process_terminate(process, 0));
    }
    return status;
}

/* With the zero at its end. */
#define COMMAND_LINE_MAX 32768u

BOOL WINAPI CreateProcessW(LPCWSTR lpApplicationName, LPWSTR lpCommandLine,
                           LPSECURITY_ATTRIBUTES lpProcessAttributes,
                           LPSECURITY_ATTRIBUTES lpThreadAttributes, BOOL bInheritHandles,
                           DWORD dwCreationFlags, LPVOID lpEnvironment, LPCWSTR lpCurrentDirectory,
                           LPSTARTUPINFOW lpStartupInfo, LPPROCESS_INFORMATION lpProcessInformation)
{
    char *application =
        lpApplicationName ? tsm_utf8_new((const char16_t *)lpApplicationName) : NULL;
    char *line = lpCommandLine ? tsm_utf8_new((const char16_t *)lpCommandLine) : NULL;
    char *folder = lpCurrentDirectory ? tsm_utf8_new((const char16_t *)lpCurrentDirectory) : NULL;
    char *strings = NULL;
    char **environment = NULL;
    struct tsm_process_start start = {
        .application = application, .command_line = line, .directory = folder};
    NTSTATUS status = STATUS_SUCCESS;

    if (!lpStartupInfo || !lpProcessInformation ||
        ((dwCreationFlags & CREATE_NEW_CONSOLE) && (dwCreationFlags & DETACHED_PROCESS)))
        status = STATUS_INVALID_PARAMETER;
    if (lpCommandLine && tsm_utf16_length((const char16_t *)lpCommandLine) >= COMMAND_LINE_MAX)
        status = STATUS_NAME_TOO_LONG;
    if ((lpApplicationName && !application) || (lpCommandLine && !line) ||
        (lpCurrentDirectory && !folder))
        status = STATUS_NO_MEMORY;
    if (NT_SUCCESS(status) && lpEnvironment) {
        environment = environment_from_block(
            lpEnvironment, dwCreationFlags & CREATE_UNICODE_ENVIRONMENT, &strings);
        status = environment ? STATUS_SUCCESS : STATUS_NO_MEMORY;
        start.environment = environment;
    }
    if (NT_SUCCESS(status)) {
        fill_start(&start, dwCreationFlags, bInheritHandles, lpStartupInfo);
        status = create_process(&start, lpProcessAttributes, lpProcessInformation);
    }
    free(environment);
    free(strings);
    free(application);
    free(line);
    free(folder);
    return tsm_return(status);
}

BOOL WINAPI CreateProcessA(LPCSTR lpApplicationName, LPSTR lpCommandLine,
                           LPSECURITY_ATTRIBUTES lpProcessAttributes,
                           LPSECURITY_ATTRIBUTES lpThreadAttributes, BOOL bInheritHandles,
                           DWORD dwCreationFlags, LPVOID lpEnvironment, LPCSTR lpCurrentDirectory,
                           LPSTARTUPINFOA lpStartupInfo, LPPROCESS_INFORMATION lpProcessInformation)
{
    struct tsm_wide application, folder;
    STARTUPINFOW info = {.cb = sizeof(info)};
    char16_t *line = lpCommandLine ? tsm_utf16_new(lpCommandLine) : NULL;
    BOOL result = FALSE;

    if (lpStartupInfo) {
        info.dwFlags = lpStartupInfo->dwFlags;
        info.hStdInput = lpStartupInfo->hStdInput;
        info.hStdOutput = lpStartupInfo->hStdOutput;
        info.hStdError = lpStartupInfo->hStdError;
    }
    if (lpCommandLine && !line)
        return tsm_return(STATUS_NO_MEMORY);
    if (tsm_return(tsm_wide_from_utf8(&application, lpApplicationName))) {
        if (tsm_return(tsm_wide_from_utf8(&folder, lpCurrentDirectory))) {
            result = CreateProcessW((LPCWSTR)application.text, (LPWSTR)line, lpProcessAttributes,
                                    lpThreadAttributes, bInheritHandles, dwCreationFlags,
                                    lpEnvironment, (LPCWSTR)folder.text,
                                    lpStartupInfo ? &info : NULL, lpProcessInformation);
            tsm_wide_deinit(&folder);
        }
        tsm_wide_deinit(&application);
    }
    free(line);
    return result;
}

DECLSPEC_NORETURN VOID WINAPI ExitProcess(UINT uExitCode)
{
    exit((int)uExitCode);
}

BOOL WINAPI TerminateProcess(HANDLE hProcess, UINT uExitCode)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *process = NULL;
    NTSTATUS status = tsm_handle_ref(hProcess, &tsm_process_ops, PROCESS_TERMINATE, &process);

    return tsm_return(NT_SUCCESS(status) ? tsm_process_terminate(process, uExitCode) : status);
}

HANDLE WINAPI OpenProcess(DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwProcessId)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *process = NULL;
    HANDLE handle = NULL;
    NTSTATUS status;

    tsm_courier_start(); /* it may want handles of ours */
    status = tsm_process_open(dwProcessId, &process);
    if (NT_SUCCESS(status))
        status = tsm_handle_insert(
            process, tsm_access_map(&tsm_process_ops, dwDesiredAccess) & PROCESS_ALL_ACCESS,
            bInheritHandle ? TSM_HANDLE_INHERIT : 0, &handle);
    tsm_return(status);
    return handle;
}

BOOL WINAPI GetExitCodeProcess(HANDLE hProcess, LPDWORD lpExitCode)
{
    uint32_t code = 0;
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *process = NULL;
    NTSTATUS status = tsm_handle_ref(hProcess, &tsm_process_ops, 0, &process);

    if (NT_SUCCESS(status))
        status = tsm_process_exit_code(process, &code);
    if (NT_SUCCESS(status))
        *lpExitCode = code;
    return tsm_return(status);
}

HANDLE WINAPI GetCurrentProcess(void)
{
    return (HANDLE)(LONG_PTR)-1;
}

DWORD WINAPI GetCurrentProcessId(void)
{
    return (DWORD)getpid();
}

DWORD WINAPI GetProcessId(HANDLE Process)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *process = NULL;

    return tsm_return(tsm_handle_ref(Process, &tsm_process_ops, 0, &process))
               ? tsm_process_id(process)
               : 0;
}

BOOL WINAPI ProcessIdToSessionId(DWORD dwProcessId, DWORD *pSessionId)
{
    *pSessionId = tsm_process_session(dwProcessId);
    return TRUE;
}

VOID WINAPI GetStartupInfoW(LPSTARTUPINFOW lpStartupInfo)
{
    *lpStartupInfo = (STARTUPINFOW){
        .cb = sizeof(*lpStartupInfo),
        .dwFlags = tsm_std_handles_were_given() ? STARTF_USESTDHANDLES : 0,
        .hStdInput = tsm_std_handle_get(0),
        .hStdOutput = tsm_std_handle_get(1),
        .hStdError = tsm_std_handle_get(2),
    };
}

VOID WINAPI GetStartupInfoA(LPSTARTUPINFOA lpStartupInfo)
{
    *lpStartupInfo = (STARTUPINFOA){
        .cb = sizeof(*lpStartupInfo),
        .dwFlags = tsm_std_handles_were_given() ? STARTF_USESTDHANDLES : 0,
        .hStdInput = tsm_std_handle_get(0),
        .hStdOutput = tsm_std_handle_get(1),
        .hStdError = tsm_std_handle_get(2),
    };
}
