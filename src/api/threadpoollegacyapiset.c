/* SPDX-License-Identifier: MIT */
#include "api/api.h"
#include "object/handle_table.h"
#include "process/registered_wait.h"
#include "process/threadpool_work.h"
#include "sync/event.h"

BOOL WINAPI QueueUserWorkItem(LPTHREAD_START_ROUTINE Function, PVOID Context, ULONG Flags)
{
    return tsm_return(tsm_threadpool_call(
        NULL, Function, Context, Flags & WT_EXECUTELONGFUNCTION ? TSM_WORK_LONG : TSM_WORK_SHORT));
}

BOOL WINAPI UnregisterWaitEx(HANDLE WaitHandle, HANDLE CompletionEvent)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *wait = NULL;
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *event = NULL;
    bool joins = CompletionEvent == INVALID_HANDLE_VALUE;
    NTSTATUS status = tsm_handle_ref(WaitHandle, &tsm_registered_wait_ops, 0, &wait);

    if (NT_SUCCESS(status) && CompletionEvent && !joins)
        status = tsm_handle_ref(CompletionEvent, &tsm_event_ops, EVENT_MODIFY_STATE, &event);
    if (!NT_SUCCESS(status))
        return tsm_return(status);
    status = joins ? tsm_registered_wait_end_and_join(wait) : tsm_registered_wait_end(wait, event);
    (void)!NT_SUCCESS(tsm_handle_close(WaitHandle));
    return tsm_return(status);
}
