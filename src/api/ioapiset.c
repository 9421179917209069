/* SPDX-License-Identifier: MIT */
#include "api/api.h"
#include "io/async.h"
#include "io/completion_port.h"
#include "io/console.h"
#include "io/file.h"
#include "object/handle_table.h"
#include "process/thread.h"
#include "sync/apc.h"
#include "sync/event.h"
#include "sync/wait.h"

/* So many packets are taken at once; a program that asks for more gets them in its next call. */
#define ENTRIES_MAX 64

static NTSTATUS new_port(DWORD threads, HANDLE *out)
{
    struct tsm_port *port = tsm_port_new(threads);

    if (!port)
        return STATUS_NO_MEMORY;

    NTSTATUS status = tsm_handle_insert(tsm_port_object(port), IO_COMPLETION_ALL_ACCESS, 0, out);

    tsm_object_unref(tsm_port_object(port));
    return status;
}

static NTSTATUS bind_file(HANDLE handle, HANDLE port_handle, ULONG_PTR key)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *port = NULL;
    NTSTATUS status = tsm_file_from_handle(handle, 0, &file);

    if (NT_SUCCESS(status))
        status = tsm_handle_ref(port_handle, &tsm_port_ops, IO_COMPLETION_MODIFY_STATE, &port);
    return NT_SUCCESS(status) ? tsm_file_bind(file, tsm_port_from(port), key) : status;
}

HANDLE WINAPI CreateIoCompletionPort(HANDLE FileHandle, HANDLE ExistingCompletionPort,
                                     ULONG_PTR CompletionKey, DWORD NumberOfConcurrentThreads)
{
    HANDLE handle = ExistingCompletionPort;
    NTSTATUS status = STATUS_SUCCESS;

    if (!ExistingCompletionPort)
        status = new_port(NumberOfConcurrentThreads, &handle);
    else if (FileHandle == INVALID_HANDLE_VALUE)
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status) && FileHandle != INVALID_HANDLE_VALUE) {
        status = bind_file(FileHandle, handle, CompletionKey);
        if (!NT_SUCCESS(status) && !ExistingCompletionPort)
            (void)!NT_SUCCESS(tsm_handle_close(handle));
    }
    return tsm_return(status) ? handle : NULL;
}

/* Waits for packets; the calls that came instead have been made. */
static NTSTATUS take(HANDLE handle, struct tsm_packet_entry *entries, uint32_t capacity,
                     uint32_t *count, bool alertable, DWORD timeout_ms)
{
    struct tsm_object *port;
    NTSTATUS status = tsm_handle_ref(handle, &tsm_port_ops, IO_COMPLETION_MODIFY_STATE, &port);

    if (!NT_SUCCESS(status))
        return status;
    tsm_thread_attach();
    status = tsm_port_take(tsm_port_from(port), entries, capacity, count, alertable,
                           tsm_deadline_in_ms(timeout_ms));
    tsm_object_unref(port);
    if (status == STATUS_USER_APC)
        tsm_apc_deliver();
    return status;
}

BOOL WINAPI GetQueuedCompletionStatus(HANDLE CompletionPort, LPDWORD lpNumberOfBytesTransferred,
                                      PULONG_PTR lpCompletionKey, LPOVERLAPPED *lpOverlapped,
                                      DWORD dwMilliseconds)
{
    struct tsm_packet_entry entry;
    uint32_t count;
    NTSTATUS status = take(CompletionPort, &entry, 1, &count, false, dwMilliseconds);

    if (status != STATUS_SUCCESS) {
        *lpOverlapped = NULL;
        tsm_return(status);
        return FALSE;
    }
    *lpNumberOfBytesTransferred = entry.information;
    *lpCompletionKey = entry.key;
    *lpOverlapped = entry.overlapped;
    status = (NTSTATUS)entry.status;
    if (NT_SUCCESS(status))
        return TRUE;
    tsm_return(status);
    return FALSE;
}

BOOL WINAPI GetQueuedCompletionStatusEx(HANDLE CompletionPort,
                                        LPOVERLAPPED_ENTRY lpCompletionPortEntries, ULONG ulCount,
                                        PULONG ulNumEntriesRemoved, DWORD dwMilliseconds,
                                        BOOL fAlertable)
{
    struct tsm_packet_entry entries[ENTRIES_MAX];
    uint32_t count = 0;
    NTSTATUS status =
        ulCount ? take(CompletionPort, entries, (uint32_t)tsm_min_u64(ulCount, ENTRIES_MAX), &count,
                       fAlertable, dwMilliseconds)
                : STATUS_INVALID_PARAMETER;

    if (status != STATUS_SUCCESS) {
        tsm_return(status);
        return FALSE;
    }
    for (uint32_t i = 0; i < count; i++)
        lpCompletionPortEntries[i] = (OVERLAPPED_ENTRY){
            .lpCompletionKey = entries[i].key,
            .lpOverlapped = entries[i].overlapped,
            .Internal = entries[i].status,
            .dwNumberOfBytesTransferred = entries[i].information,
        };
    *ulNumEntriesRemoved = count;
    return TRUE;
}

BOOL WINAPI PostQueuedCompletionStatus(HANDLE CompletionPort, DWORD dwNumberOfBytesTransferred,
                                       ULONG_PTR dwCompletionKey, LPOVERLAPPED lpOverlapped)
{
    struct tsm_handle_pin pin;
    NTSTATUS status = tsm_handle_pin(CompletionPort, IO_COMPLETION_MODIFY_STATE, &pin);

    if (!NT_SUCCESS(status))
        return tsm_return(status);
    status = pin.object->ops == &tsm_port_ops
                 ? tsm_port_post(tsm_port_from(pin.object), dwCompletionKey, lpOverlapped,
                                 dwNumberOfBytesTransferred)
                 : STATUS_OBJECT_TYPE_MISMATCH;
    tsm_handle_unpin(&pin);
    return tsm_return(status);
}

/* ---- results ---- */

static NTSTATUS status_of(const OVERLAPPED *overlapped)
{
    /* pairs with the release of whoever finishes the request */
    return (NTSTATUS)(uint32_t)__atomic_load_n(&overlapped->Internal, __ATOMIC_ACQUIRE);
}

/* Windows: with several requests that have no event the file tells of any of them. */
static NTSTATUS wait_for_end(HANDLE file, const OVERLAPPED *overlapped, DWORD timeout_ms,
                             bool alertable)
{
    HANDLE event = (HANDLE)((uintptr_t)overlapped->hEvent & ~(uintptr_t)1);
    struct tsm_object *object;
    NTSTATUS status = tsm_handle_ref(event ? event : file, NULL, SYNCHRONIZE, &object);

    if (!NT_SUCCESS(status))
        return status;
    tsm_thread_attach();
    status = tsm_wait_objects(&object, 1, false, alertable, tsm_deadline_in_ms(timeout_ms));
    tsm_object_unref(object);
    if (status == STATUS_USER_APC)
        tsm_apc_deliver();
    return status;
}

BOOL WINAPI GetOverlappedResultEx(HANDLE hFile, LPOVERLAPPED lpOverlapped,
                                  LPDWORD lpNumberOfBytesTransferred, DWORD dwMilliseconds,
                                  BOOL bAlertable)
{
    NTSTATUS status = status_of(lpOverlapped);

    if (status == STATUS_PENDING && dwMilliseconds) {
        NTSTATUS waited = wait_for_end(hFile, lpOverlapped, dwMilliseconds, bAlertable);

        if (waited != STATUS_WAIT_0) {
            tsm_return(waited);
            return FALSE;
        }
        status = status_of(lpOverlapped);
    }
    if (status == STATUS_PENDING) {
        tsm_set_last_error(ERROR_IO_INCOMPLETE);
        return FALSE;
    }
    *lpNumberOfBytesTransferred = (DWORD)lpOverlapped->InternalHigh;
    return tsm_return(status);
}

BOOL WINAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped,
                                LPDWORD lpNumberOfBytesTransferred, BOOL bWait)
{
    return GetOverlappedResultEx(hFile, lpOverlapped, lpNumberOfBytesTransferred,
                                 bWait ? INFINITE : 0, FALSE);
}

/* ---- cancelling ---- */

BOOL WINAPI CancelIo(HANDLE hFile)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_cancel cancel = {.tid = GetCurrentThreadId(), .which = TSM_CANCEL_OVERLAPPED};
    NTSTATUS status = tsm_file_from_handle(hFile, 0, &file);

    if (NT_SUCCESS(status))
        status = tsm_async_cancel(file, &cancel);
    /* Windows: that there was nothing is a success here. */
    return tsm_return(status == STATUS_NOT_FOUND ? STATUS_SUCCESS : status);
}

BOOL WINAPI CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_cancel cancel = {.overlapped = lpOverlapped, .which = TSM_CANCEL_ALL};
    NTSTATUS status = tsm_file_from_handle(hFile, 0, &file);

    if (NT_SUCCESS(status))
        status = tsm_async_cancel(file, &cancel);
    return tsm_return(status);
}

BOOL WINAPI CancelSynchronousIo(HANDLE hThread)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *thread = NULL;
    struct tsm_cancel cancel = {.which = TSM_CANCEL_BLOCKING};
    NTSTATUS status = tsm_handle_ref(hThread, &tsm_thread_ops, THREAD_TERMINATE, &thread);

    if (NT_SUCCESS(status)) {
        cancel.tid = tsm_thread_id(thread);
        status = tsm_async_cancel_everywhere(&cancel);
        if (status == STATUS_NOT_FOUND && tsm_console_call_back(cancel.tid))
            status = STATUS_SUCCESS;
    }
    return tsm_return(status);
}
