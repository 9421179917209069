/* SPDX-License-Identifier: MIT */
#include "api/api.h"
#include "object/handle_table.h"
#include "process/courier.h"
#include "process/process.h"

#define KNOWN_FLAGS (HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE)

BOOL WINAPI CloseHandle(HANDLE hObject)
{
    /* Windows: closing a pseudo handle succeeds and does nothing. */
    if (hObject == GetCurrentProcess() || hObject == GetCurrentThread())
        return TRUE;
    return tsm_return(tsm_handle_close(hObject));
}

/* Both processes are the calling one. */
static NTSTATUS duplicate_here(const struct tsm_courier_order *order, HANDLE *out)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (order->is_wanted)
        status = tsm_handle_duplicate(order->handle, order->access, order->has_same_access,
                                      order->flags, out);
    /* Windows: the source goes also when the copy fails. */
    if (order->closes_source) {
        NTSTATUS closed = tsm_handle_close(order->handle);

        if (NT_SUCCESS(status))
            status = closed;
    }
    return status;
}

BOOL WINAPI DuplicateHandle(HANDLE hSourceProcessHandle, HANDLE hSourceHandle,
                            HANDLE hTargetProcessHandle, LPHANDLE lpTargetHandle,
                            DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwOptions)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *source = NULL;
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *target = NULL;
    struct tsm_courier_order order = {
        .handle = hSourceHandle,
        .access = dwDesiredAccess,
        .flags = bInheritHandle ? TSM_HANDLE_INHERIT : 0,
        .has_same_access = dwOptions & DUPLICATE_SAME_ACCESS,
        .closes_source = dwOptions & DUPLICATE_CLOSE_SOURCE,
        .is_wanted = lpTargetHandle || !(dwOptions & DUPLICATE_CLOSE_SOURCE),
    };
    HANDLE made = NULL;
    NTSTATUS status =
        tsm_handle_ref(hSourceProcessHandle, &tsm_process_ops, PROCESS_DUP_HANDLE, &source);

    if (NT_SUCCESS(status) && order.is_wanted)
        status =
            tsm_handle_ref(hTargetProcessHandle, &tsm_process_ops, PROCESS_DUP_HANDLE, &target);
    if (!NT_SUCCESS(status))
        return tsm_return(status);
    order.source = source;
    order.target = target ? target : source;
    status = tsm_process_id(source) == GetCurrentProcessId() &&
                     tsm_process_id(order.target) == GetCurrentProcessId()
                 ? duplicate_here(&order, &made)
                 : tsm_courier_run(&order, &made);
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
