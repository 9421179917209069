/* SPDX-License-Identifier: MIT */
#include "api/api.h"
#include "base/teb.h"
#include "object/access.h"
#include "object/handle_table.h"
#include "process/thread.h"
#include "sync/event.h"
#include "sync/mutex.h"
#include "sync/semaphore.h"
#include "sync/wait.h"

/* Takes the object: its handle, or NULL. Named objects are not built yet. */
static HANDLE new_handle(struct tsm_object *object, const SECURITY_ATTRIBUTES *attributes,
                         uint32_t access)
{
    HANDLE handle = NULL;
    NTSTATUS status = STATUS_NO_MEMORY;

    if (object) {
        status = tsm_handle_insert(
            object, tsm_access_map(object->ops, access) & object->ops->valid_access,
            attributes && attributes->bInheritHandle ? TSM_HANDLE_INHERIT : 0, &handle);
        tsm_object_unref(object);
    }
    tsm_return(status);
    if (NT_SUCCESS(status))
        tsm_set_last_error(ERROR_SUCCESS);
    return handle;
}

static HANDLE refuse(NTSTATUS status)
{
    tsm_return(status);
    return NULL;
}

HANDLE WINAPI CreateEventExW(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCWSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess)
{
    if (lpName)
        return refuse(STATUS_NOT_SUPPORTED);
    if (dwFlags & ~(DWORD)(CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET))
        return refuse(STATUS_INVALID_PARAMETER);
    return new_handle(
        tsm_event_new(dwFlags & CREATE_EVENT_MANUAL_RESET, dwFlags & CREATE_EVENT_INITIAL_SET),
        lpEventAttributes, dwDesiredAccess);
}

HANDLE WINAPI CreateEventExA(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess)
{
    return lpName ? refuse(STATUS_NOT_SUPPORTED)
                  : CreateEventExW(lpEventAttributes, NULL, dwFlags, dwDesiredAccess);
}

HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset,
                           BOOL bInitialState, LPCWSTR lpName)
{
    return CreateEventExW(lpEventAttributes, lpName,
                          (bManualReset ? CREATE_EVENT_MANUAL_RESET : 0) |
                              (bInitialState ? CREATE_EVENT_INITIAL_SET : 0),
                          EVENT_ALL_ACCESS);
}

HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset,
                           BOOL bInitialState, LPCSTR lpName)
{
    return lpName ? refuse(STATUS_NOT_SUPPORTED)
                  : CreateEventW(lpEventAttributes, bManualReset, bInitialState, NULL);
}

static BOOL change_event(HANDLE handle, void (*change)(struct tsm_object *event))
{
    struct tsm_object *event;
    NTSTATUS status = tsm_handle_ref(handle, &tsm_event_ops, EVENT_MODIFY_STATE, &event);

    if (NT_SUCCESS(status)) {
        change(event);
        tsm_object_unref(event);
    }
    return tsm_return(status);
}

BOOL WINAPI SetEvent(HANDLE hEvent)
{
    return change_event(hEvent, tsm_event_signal);
}

BOOL WINAPI ResetEvent(HANDLE hEvent)
{
    return change_event(hEvent, tsm_event_reset);
}

BOOL WINAPI PulseEvent(HANDLE hEvent)
{
    return change_event(hEvent, tsm_event_pulse);
}

HANDLE WINAPI CreateMutexExW(LPSECURITY_ATTRIBUTES lpMutexAttributes, LPCWSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess)
{
    if (lpName)
        return refuse(STATUS_NOT_SUPPORTED);
    if (dwFlags & ~(DWORD)CREATE_MUTEX_INITIAL_OWNER)
        return refuse(STATUS_INVALID_PARAMETER);
    tsm_thread_attach();
    return new_handle(tsm_mutex_new(dwFlags & CREATE_MUTEX_INITIAL_OWNER ? tsm_teb_tid() : 0),
                      lpMutexAttributes, dwDesiredAccess);
}

HANDLE WINAPI CreateMutexExA(LPSECURITY_ATTRIBUTES lpMutexAttributes, LPCSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess)
{
    return lpName ? refuse(STATUS_NOT_SUPPORTED)
                  : CreateMutexExW(lpMutexAttributes, NULL, dwFlags, dwDesiredAccess);
}

HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner,
                           LPCWSTR lpName)
{
    return CreateMutexExW(lpMutexAttributes, lpName, bInitialOwner ? CREATE_MUTEX_INITIAL_OWNER : 0,
                          MUTANT_ALL_ACCESS);
}

HANDLE WINAPI CreateMutexA(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner,
                           LPCSTR lpName)
{
    return lpName ? refuse(STATUS_NOT_SUPPORTED)
                  : CreateMutexW(lpMutexAttributes, bInitialOwner, NULL);
}

BOOL WINAPI ReleaseMutex(HANDLE hMutex)
{
    struct tsm_object *mutex;
    NTSTATUS status = tsm_handle_ref(hMutex, &tsm_mutex_ops, 0, &mutex);

    if (NT_SUCCESS(status)) {
        status = tsm_mutex_release(mutex, tsm_teb_tid());
        tsm_object_unref(mutex);
    }
    return tsm_return(status);
}

HANDLE WINAPI CreateSemaphoreExW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                                 LONG lMaximumCount, LPCWSTR lpName, DWORD dwFlags,
                                 DWORD dwDesiredAccess)
{
    if (lpName)
        return refuse(STATUS_NOT_SUPPORTED);
    if (lMaximumCount <= 0 || lInitialCount < 0 || lInitialCount > lMaximumCount || dwFlags)
        return refuse(STATUS_INVALID_PARAMETER);
    return new_handle(tsm_semaphore_new(lInitialCount, lMaximumCount), lpSemaphoreAttributes,
                      dwDesiredAccess);
}

HANDLE WINAPI CreateSemaphoreExA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                                 LONG lMaximumCount, LPCSTR lpName, DWORD dwFlags,
                                 DWORD dwDesiredAccess)
{
    return lpName ? refuse(STATUS_NOT_SUPPORTED)
                  : CreateSemaphoreExW(lpSemaphoreAttributes, lInitialCount, lMaximumCount, NULL,
                                       dwFlags, dwDesiredAccess);
}

HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                               LONG lMaximumCount, LPCWSTR lpName)
{
    return CreateSemaphoreExW(lpSemaphoreAttributes, lInitialCount, lMaximumCount, lpName, 0,
                              SEMAPHORE_ALL_ACCESS);
}

HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                               LONG lMaximumCount, LPCSTR lpName)
{
    return lpName ? refuse(STATUS_NOT_SUPPORTED)
                  : CreateSemaphoreW(lpSemaphoreAttributes, lInitialCount, lMaximumCount, NULL);
}

BOOL WINAPI ReleaseSemaphore(HANDLE hSemaphore, LONG lReleaseCount, LPLONG lpPreviousCount)
{
    struct tsm_object *semaphore;
    int32_t previous = 0;
    NTSTATUS status =
        tsm_handle_ref(hSemaphore, &tsm_semaphore_ops, SEMAPHORE_MODIFY_STATE, &semaphore);

    if (!NT_SUCCESS(status))
        return tsm_return(status);
    status = lReleaseCount > 0 ? tsm_semaphore_release(semaphore, lReleaseCount, &previous)
                               : STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status) && lpPreviousCount)
        *lpPreviousCount = previous;
    tsm_object_unref(semaphore);
    return tsm_return(status);
}

DWORD WINAPI WaitForMultipleObjectsEx(DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll,
                                      DWORD dwMilliseconds, BOOL bAlertable)
{
    struct tsm_object *objects[TSM_WAIT_MAX];
    NTSTATUS status = STATUS_SUCCESS;
    DWORD count = 0;

    if (nCount == 0 || nCount > MAXIMUM_WAIT_OBJECTS) {
        tsm_set_last_error(ERROR_INVALID_PARAMETER);
        return WAIT_FAILED;
    }
    tsm_thread_attach();
    while (count < nCount && NT_SUCCESS(status)) {
        status = tsm_handle_ref(lpHandles[count], NULL, SYNCHRONIZE, &objects[count]);
        count += NT_SUCCESS(status);
    }
    for (DWORD i = 0; bWaitAll && i < count; i++)
        for (DWORD k = i + 1; k < count; k++)
            if (objects[i] == objects[k])
                status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = tsm_wait_objects(objects, count, bWaitAll, bAlertable,
                                  tsm_deadline_in_ms(dwMilliseconds));
    for (DWORD i = 0; i < count; i++)
        tsm_object_unref(objects[i]);
    if (NT_SUCCESS(status))
        return (DWORD)status;
    tsm_return(status);
    return WAIT_FAILED;
}

DWORD WINAPI WaitForMultipleObjects(DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll,
                                    DWORD dwMilliseconds)
{
    return WaitForMultipleObjectsEx(nCount, lpHandles, bWaitAll, dwMilliseconds, FALSE);
}

DWORD WINAPI WaitForSingleObjectEx(HANDLE hHandle, DWORD dwMilliseconds, BOOL bAlertable)
{
    return WaitForMultipleObjectsEx(1, &hHandle, FALSE, dwMilliseconds, bAlertable);
}

DWORD WINAPI WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds)
{
    return WaitForMultipleObjectsEx(1, &hHandle, FALSE, dwMilliseconds, FALSE);
}

DWORD WINAPI SleepEx(DWORD dwMilliseconds, BOOL bAlertable)
{
    if (dwMilliseconds == 0) {
        SwitchToThread();
        return 0;
    }
    return tsm_wait_delay(bAlertable, tsm_deadline_in_ms(dwMilliseconds)) == STATUS_USER_APC
               ? WAIT_IO_COMPLETION
               : 0;
}

VOID WINAPI Sleep(DWORD dwMilliseconds)
{
    SleepEx(dwMilliseconds, FALSE);
}
