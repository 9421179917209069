/* SPDX-License-Identifier: MIT */
#include "api/api.h"
#include "base/teb.h"
#include "object/access.h"
#include "object/handle_table.h"
#include "process/thread.h"
#include "sync/apc.h"
#include "sync/event.h"
#include "sync/mutex.h"
#include "sync/semaphore.h"
#include "sync/timer.h"
#include "sync/timer_routine.h"
#include "sync/wait.h"

struct kind {
    enum tsm_cell_kind kind;
    const struct tsm_object_ops *ops;
};

static const struct kind event_kind = {TSM_CELL_EVENT, &tsm_event_ops};
static const struct kind mutex_kind = {TSM_CELL_MUTEX, &tsm_mutex_ops};
static const struct kind semaphore_kind = {TSM_CELL_SEMAPHORE, &tsm_semaphore_ops};
static const struct kind timer_kind = {TSM_CELL_TIMER, &tsm_timer_ops};

/* Shares the object. Windows: success, too, says so in the last error. */
static HANDLE new_handle(struct tsm_object *object, NTSTATUS status, uint32_t access,
                         uint32_t inherit)
{
    HANDLE handle = NULL;

    if (NT_SUCCESS(status)) {
        NTSTATUS inserted = tsm_handle_insert(
            object, tsm_access_map(object->ops, access) & object->ops->valid_access, inherit,
            &handle);

        if (!NT_SUCCESS(inserted))
            status = inserted;
    }
    tsm_set_last_error(tsm_status_to_win32(status));
    return handle;
}

/* Named objects are for the processes of their user, all of them: an empty list, which admits
 * everyone, has that meaning. A list is not obeyed in part. */
static NTSTATUS check_descriptor(const SECURITY_ATTRIBUTES *attributes)
{
    const SECURITY_DESCRIPTOR *descriptor = attributes ? attributes->lpSecurityDescriptor : NULL;

    return descriptor && (descriptor->Control & SE_DACL_PRESENT) && descriptor->Dacl
               ? STATUS_NOT_SUPPORTED
               : STATUS_SUCCESS;
}

/* owner_tid: of a mutex that is new; else 0. */
static HANDLE create(const struct kind *kind, const SECURITY_ATTRIBUTES *attributes, LPCWSTR text,
                     const struct tsm_cell *cell, uint32_t access, uint32_t owner_tid)
{
    uint32_t inherit = attributes && attributes->bInheritHandle ? TSM_HANDLE_INHERIT : 0;
    struct tsm_state *state = NULL;
    struct tsm_state_name name;
    NTSTATUS status = STATUS_SUCCESS;
    HANDLE handle;

    if (!text || !*text) {
        state = tsm_state_new(kind->ops, kind->kind, cell);
        status = state ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    } else {
        status = check_descriptor(attributes);
        if (NT_SUCCESS(status))
            status = tsm_state_parse_name((const char16_t *)text, &name);
        if (NT_SUCCESS(status))
            status = tsm_state_create(kind->ops, kind->kind, &name, cell, owner_tid, &state);
    }
    if (status == STATUS_SUCCESS && owner_tid)
        tsm_mutex_give(&state->object, owner_tid);
    handle = new_handle(state ? &state->object : NULL, status, access, inherit);
    if (!handle && status == STATUS_SUCCESS && owner_tid)
        (void)!NT_SUCCESS(tsm_mutex_release(&state->object, owner_tid));
    if (state)
        tsm_object_unref(&state->object);
    return handle;
}

static HANDLE open_named(const struct kind *kind, DWORD access, BOOL inherits, LPCWSTR text)
{
    struct tsm_state *state = NULL;
    struct tsm_state_name name;
    NTSTATUS status =
        text ? tsm_state_parse_name((const char16_t *)text, &name) : STATUS_INVALID_PARAMETER;
    HANDLE handle = NULL;

    if (NT_SUCCESS(status))
        status = tsm_state_open(kind->kind, &name, &state);
    if (NT_SUCCESS(status)) {
        status = tsm_handle_insert(&state->object,
                                   tsm_access_map(kind->ops, access) & kind->ops->valid_access,
                                   inherits ? TSM_HANDLE_INHERIT : 0, &handle);
        tsm_object_unref(&state->object);
    }
    tsm_return(status);
    return handle;
}

static HANDLE refuse(NTSTATUS status)
{
    tsm_return(status);
    return NULL;
}

/* Runs a call of a W function with the text of an A function as `wide`. */
#define WITH_WIDE(narrow, call)                                     \
    do {                                                            \
        struct tsm_wide converted;                                  \
        HANDLE result = NULL;                                       \
                                                                    \
        if (tsm_return(tsm_wide_from_utf8(&converted, (narrow)))) { \
            LPCWSTR wide = (LPCWSTR)converted.text;                 \
                                                                    \
            result = (call);                                        \
            tsm_wide_deinit(&converted);                            \
        }                                                           \
        return result;                                              \
    } while (0)

/* ---- events ---- */

HANDLE WINAPI CreateEventExW(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCWSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess)
{
    struct tsm_cell cell =
        tsm_event_cell(dwFlags & CREATE_EVENT_MANUAL_RESET, dwFlags & CREATE_EVENT_INITIAL_SET);

    if (dwFlags & ~(DWORD)(CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET))
        return refuse(STATUS_INVALID_PARAMETER);
    return create(&event_kind, lpEventAttributes, lpName, &cell, dwDesiredAccess, 0);
}

HANDLE WINAPI CreateEventExA(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess)
{
    WITH_WIDE(lpName, CreateEventExW(lpEventAttributes, wide, dwFlags, dwDesiredAccess));
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
    WITH_WIDE(lpName, CreateEventW(lpEventAttributes, bManualReset, bInitialState, wide));
}

HANDLE WINAPI OpenEventW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName)
{
    return open_named(&event_kind, dwDesiredAccess, bInheritHandle, lpName);
}

HANDLE WINAPI OpenEventA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName)
{
    WITH_WIDE(lpName, OpenEventW(dwDesiredAccess, bInheritHandle, wide));
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

/* ---- mutexes ---- */

HANDLE WINAPI CreateMutexExW(LPSECURITY_ATTRIBUTES lpMutexAttributes, LPCWSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess)
{
    struct tsm_cell cell = tsm_mutex_cell();

    if (dwFlags & ~(DWORD)CREATE_MUTEX_INITIAL_OWNER)
        return refuse(STATUS_INVALID_PARAMETER);
    tsm_thread_attach();
    return create(&mutex_kind, lpMutexAttributes, lpName, &cell, dwDesiredAccess,
                  dwFlags & CREATE_MUTEX_INITIAL_OWNER ? tsm_teb_tid() : 0);
}

HANDLE WINAPI CreateMutexExA(LPSECURITY_ATTRIBUTES lpMutexAttributes, LPCSTR lpName, DWORD dwFlags,
                             DWORD dwDesiredAccess)
{
    WITH_WIDE(lpName, CreateMutexExW(lpMutexAttributes, wide, dwFlags, dwDesiredAccess));
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
    WITH_WIDE(lpName, CreateMutexW(lpMutexAttributes, bInitialOwner, wide));
}

HANDLE WINAPI OpenMutexW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName)
{
    return open_named(&mutex_kind, dwDesiredAccess, bInheritHandle, lpName);
}

HANDLE WINAPI OpenMutexA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName)
{
    WITH_WIDE(lpName, OpenMutexW(dwDesiredAccess, bInheritHandle, wide));
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

/* ---- semaphores ---- */

HANDLE WINAPI CreateSemaphoreExW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                                 LONG lMaximumCount, LPCWSTR lpName, DWORD dwFlags,
                                 DWORD dwDesiredAccess)
{
    struct tsm_cell cell = tsm_semaphore_cell(lInitialCount, lMaximumCount);

    if (lMaximumCount <= 0 || lInitialCount < 0 || lInitialCount > lMaximumCount || dwFlags)
        return refuse(STATUS_INVALID_PARAMETER);
    return create(&semaphore_kind, lpSemaphoreAttributes, lpName, &cell, dwDesiredAccess, 0);
}

HANDLE WINAPI CreateSemaphoreExA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes, LONG lInitialCount,
                                 LONG lMaximumCount, LPCSTR lpName, DWORD dwFlags,
                                 DWORD dwDesiredAccess)
{
    WITH_WIDE(lpName, CreateSemaphoreExW(lpSemaphoreAttributes, lInitialCount, lMaximumCount, wide,
                                         dwFlags, dwDesiredAccess));
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
    WITH_WIDE(lpName, CreateSemaphoreW(lpSemaphoreAttributes, lInitialCount, lMaximumCount, wide));
}

HANDLE WINAPI OpenSemaphoreW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName)
{
    return open_named(&semaphore_kind, dwDesiredAccess, bInheritHandle, lpName);
}

HANDLE WINAPI OpenSemaphoreA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName)
{
    WITH_WIDE(lpName, OpenSemaphoreW(dwDesiredAccess, bInheritHandle, wide));
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

/* ---- timers ---- */

HANDLE WINAPI CreateWaitableTimerExW(LPSECURITY_ATTRIBUTES lpTimerAttributes, LPCWSTR lpTimerName,
                                     DWORD dwFlags, DWORD dwDesiredAccess)
{
    struct tsm_cell cell = tsm_timer_cell(dwFlags & CREATE_WAITABLE_TIMER_MANUAL_RESET);

    /* All timers are of high resolution here. */
    if (dwFlags &
        ~(DWORD)(CREATE_WAITABLE_TIMER_MANUAL_RESET | CREATE_WAITABLE_TIMER_HIGH_RESOLUTION))
        return refuse(STATUS_INVALID_PARAMETER);
    return create(&timer_kind, lpTimerAttributes, lpTimerName, &cell, dwDesiredAccess, 0);
}

HANDLE WINAPI CreateWaitableTimerExA(LPSECURITY_ATTRIBUTES lpTimerAttributes, LPCSTR lpTimerName,
                                     DWORD dwFlags, DWORD dwDesiredAccess)
{
    WITH_WIDE(lpTimerName,
              CreateWaitableTimerExW(lpTimerAttributes, wide, dwFlags, dwDesiredAccess));
}

HANDLE WINAPI CreateWaitableTimerW(LPSECURITY_ATTRIBUTES lpTimerAttributes, BOOL bManualReset,
                                   LPCWSTR lpTimerName)
{
    return CreateWaitableTimerExW(lpTimerAttributes, lpTimerName,
                                  bManualReset ? CREATE_WAITABLE_TIMER_MANUAL_RESET : 0,
                                  TIMER_ALL_ACCESS);
}

HANDLE WINAPI CreateWaitableTimerA(LPSECURITY_ATTRIBUTES lpTimerAttributes, BOOL bManualReset,
                                   LPCSTR lpTimerName)
{
    WITH_WIDE(lpTimerName, CreateWaitableTimerW(lpTimerAttributes, bManualReset, wide));
}

HANDLE WINAPI OpenWaitableTimerW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpTimerName)
{
    return open_named(&timer_kind, dwDesiredAccess, bInheritHandle, lpTimerName);
}

HANDLE WINAPI OpenWaitableTimerA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpTimerName)
{
    WITH_WIDE(lpTimerName, OpenWaitableTimerW(dwDesiredAccess, bInheritHandle, wide));
}

static BOOL set_timer(HANDLE handle, const LARGE_INTEGER *due, LONG period,
                      PTIMERAPCROUTINE function, void *argument, bool resumes)
{
    struct tsm_timer_routine *routine = NULL;
    struct tsm_object *timer;
    NTSTATUS status = tsm_handle_ref(handle, &tsm_timer_ops, TIMER_MODIFY_STATE, &timer);

    if (!NT_SUCCESS(status))
        return tsm_return(status);
    if (!due || period < 0)
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status) && function) {
        tsm_thread_attach();
        routine = tsm_apc_queue_current() ? tsm_timer_routine_new(function, argument) : NULL;
        status = routine ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    if (NT_SUCCESS(status))
        tsm_timer_set(timer, due->QuadPart, (uint32_t)period, routine);
    tsm_object_unref(timer);
    /* Windows: a success that says that nobody wakes a sleeping computer. */
    if (NT_SUCCESS(status) && resumes)
        tsm_set_last_error(ERROR_NOT_SUPPORTED);
    return tsm_return(status);
}

BOOL WINAPI SetWaitableTimer(HANDLE hTimer, const LARGE_INTEGER *lpDueTime, LONG lPeriod,
                             PTIMERAPCROUTINE pfnCompletionRoutine, LPVOID lpArgToCompletionRoutine,
                             BOOL fResume)
{
    return set_timer(hTimer, lpDueTime, lPeriod, pfnCompletionRoutine, lpArgToCompletionRoutine,
                     fResume);
}

BOOL WINAPI SetWaitableTimerEx(HANDLE hTimer, const LARGE_INTEGER *lpDueTime, LONG lPeriod,
                               PTIMERAPCROUTINE pfnCompletionRoutine,
                               LPVOID lpArgToCompletionRoutine, PREASON_CONTEXT WakeContext,
                               ULONG TolerableDelay)
{
    return set_timer(hTimer, lpDueTime, lPeriod, pfnCompletionRoutine, lpArgToCompletionRoutine,
                     WakeContext != NULL);
}

BOOL WINAPI CancelWaitableTimer(HANDLE hTimer)
{
    struct tsm_object *timer;
    NTSTATUS status = tsm_handle_ref(hTimer, &tsm_timer_ops, TIMER_MODIFY_STATE, &timer);

    if (NT_SUCCESS(status)) {
        tsm_timer_cancel(timer);
        tsm_object_unref(timer);
    }
    return tsm_return(status);
}

/* ---- waits ---- */

/* What a wait function returns; everything that the wait held is let go. */
static DWORD end_wait(NTSTATUS status)
{
    if (status == STATUS_USER_APC)
        tsm_apc_deliver();
    if (NT_SUCCESS(status))
        return (DWORD)status;
    tsm_return(status);
    return WAIT_FAILED;
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
    return end_wait(status);
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
    if (dwMilliseconds == 0)
        SwitchToThread();
    if (bAlertable)
        tsm_thread_attach();
    return dwMilliseconds || bAlertable
               ? end_wait(tsm_wait_delay(bAlertable, tsm_deadline_in_ms(dwMilliseconds)))
               : 0;
}

VOID WINAPI Sleep(DWORD dwMilliseconds)
{
    SleepEx(dwMilliseconds, FALSE);
}

static NTSTATUS signal_object(struct tsm_object *object)
{
    if (object->ops == &tsm_mutex_ops)
        return tsm_mutex_release(object, tsm_teb_tid());
    if (object->ops == &tsm_semaphore_ops)
        return tsm_semaphore_release(object, 1, NULL);
    if (object->ops != &tsm_event_ops)
        return STATUS_OBJECT_TYPE_MISMATCH;
    tsm_event_signal(object);
    return STATUS_SUCCESS;
}

/* What signalling such an object takes. */
static uint32_t signal_access(const struct tsm_object *object)
{
    return object->ops == &tsm_event_ops       ? EVENT_MODIFY_STATE
           : object->ops == &tsm_semaphore_ops ? SEMAPHORE_MODIFY_STATE
                                               : 0;
}

DWORD WINAPI SignalObjectAndWait(HANDLE hObjectToSignal, HANDLE hObjectToWaitOn,
                                 DWORD dwMilliseconds, BOOL bAlertable)
{
    struct tsm_object *signals = NULL, *waits = NULL;
    uint32_t granted = 0;
    NTSTATUS status = tsm_handle_ref(hObjectToSignal, NULL, 0, &signals);

    tsm_thread_attach();
    if (NT_SUCCESS(status))
        status = tsm_handle_ref(hObjectToWaitOn, NULL, SYNCHRONIZE, &waits);
    if (NT_SUCCESS(status) && NT_SUCCESS(tsm_handle_get_access(hObjectToSignal, &granted)) &&
        (granted & signal_access(signals)) != signal_access(signals))
        status = STATUS_ACCESS_DENIED;
    if (NT_SUCCESS(status))
        status = signal_object(signals);
    if (NT_SUCCESS(status))
        status = tsm_wait_objects(&waits, 1, false, bAlertable, tsm_deadline_in_ms(dwMilliseconds));
    tsm_object_unref(signals);
    tsm_object_unref(waits);
    return end_wait(status);
}
