/* SPDX-License-Identifier: MIT */
#include "api/api.h"
#include "object/handle_table.h"

#define KNOWN_FLAGS (HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE)

BOOL WINAPI CloseHandle(HANDLE hObject)
{
    /* Windows: closing a pseudo handle succeeds and does nothing. */
    if (hObject == GetCurrentProcess() || hObject == GetCurrentThread())
        return TRUE;
    return tsm_return(tsm_handle_close(hObject));
}

BOOL WINAPI DuplicateHandle(HANDLE hSourceProcessHandle, HANDLE hSourceHandle,
                            HANDLE hTargetProcessHandle, LPHANDLE lpTargetHandle,
                            DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwOptions)
{
    DWORD source = GetProcessId(hSourceProcessHandle), target = GetProcessId(hTargetProcessHandle);
    NTSTATUS status = STATUS_SUCCESS;
    HANDLE made = NULL;

    if (!source || !target)
        return tsm_return(STATUS_INVALID_HANDLE);
    if (source != GetCurrentProcessId() || target != source)
        return tsm_return(STATUS_NOT_SUPPORTED); /* other processes: not built yet */
    if (lpTargetHandle || !(dwOptions & DUPLICATE_CLOSE_SOURCE))
        status =
            tsm_handle_duplicate(hSourceHandle, dwDesiredAccess, dwOptions & DUPLICATE_SAME_ACCESS,
                                 bInheritHandle ? TSM_HANDLE_INHERIT : 0, &made);
    /* Windows: the source goes also when the copy fails. */
    if (dwOptions & DUPLICATE_CLOSE_SOURCE) {
        NTSTATUS closed = tsm_handle_close(hSourceHandle);

        if (NT_SUCCESS(status))
            status = closed;
    }
    if (NT_SUCCESS(status) && lpTargetHandle)
        *lpTargetHandle = made;
    return tsm_return(status);
}

BOOL WINAPI GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags)
{
    uint32_t flags = 0;
    NTSTATUS status = tsm_handle_get_flags(hObject, &flags);

    if (NT_SUCCESS(status))
        *lpdwFlags = flags;
    return tsm_return(status);
}

BOOL WINAPI SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags)
{
    if ((dwMask | dwFlags) & ~(DWORD)KNOWN_FLAGS)
        return tsm_return(STATUS_INVALID_PARAMETER);
    return tsm_return(tsm_handle_set_flags(hObject, dwMask, dwFlags));
}

BOOL WINAPI CompareObjectHandles(HANDLE hFirstObjectHandle, HANDLE hSecondObjectHandle)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *first = NULL;
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *second = NULL;
    NTSTATUS status = tsm_handle_ref(hFirstObjectHandle, NULL, 0, &first);

    if (NT_SUCCESS(status))
        status = tsm_handle_ref(hSecondObjectHandle, NULL, 0, &second);
    if (NT_SUCCESS(status) && first != second) {
        tsm_set_last_error(ERROR_NOT_SAME_OBJECT);
        return FALSE;
    }
    return tsm_return(status);
}
