/* SPDX-License-Identifier: MIT */
/* The outcome of overlapped operations, their cancellation, and completion ports. */
#ifndef TRANSOM_IOAPISET_H
#define TRANSOM_IOAPISET_H

#include <minwindef.h>
#include <minwinbase.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Makes a completion port when FileHandle is INVALID_HANDLE_VALUE; of the threads that take packets
 * so many run at a time, 0 for one a processor. Or binds a file to an existing port, whose handle is
 * the result: what ends on the file becomes a packet with this key. ERROR_INVALID_PARAMETER when the
 * file was not opened with FILE_FLAG_OVERLAPPED, or is bound already. NULL on failure; the caller
 * closes a new port. SDK: CreateIoCompletionPort.
 */
WINBASEAPI HANDLE WINAPI CreateIoCompletionPort(HANDLE FileHandle, HANDLE ExistingCompletionPort,
                                                ULONG_PTR CompletionKey,
                                                DWORD NumberOfConcurrentThreads);

/*
 * Takes one packet, waiting for it so many ms. TRUE for one that was posted or whose operation has
 * succeeded. FALSE with an OVERLAPPED for one that failed, the last error says how; FALSE with NULL
 * for none: WAIT_TIMEOUT, or ERROR_ABANDONED_WAIT_0 when the port was closed. SDK:
 * GetQueuedCompletionStatus.
 */
WINBASEAPI BOOL WINAPI GetQueuedCompletionStatus(HANDLE CompletionPort,
                                                 LPDWORD lpNumberOfBytesTransferred,
                                                 PULONG_PTR lpCompletionKey,
                                                 LPOVERLAPPED *lpOverlapped, DWORD dwMilliseconds);

/*
 * Takes up to ulCount packets, waiting for the first one. Those of failed operations are among them:
 * see Internal. FALSE with WAIT_TIMEOUT, ERROR_ABANDONED_WAIT_0, or WAIT_IO_COMPLETION after calls
 * queued to the thread when it is alertable. SDK: GetQueuedCompletionStatusEx.
 */
WINBASEAPI BOOL WINAPI GetQueuedCompletionStatusEx(HANDLE CompletionPort,
                                                   LPOVERLAPPED_ENTRY lpCompletionPortEntries,
                                                   ULONG ulCount, PULONG ulNumEntriesRemoved,
                                                   DWORD dwMilliseconds, BOOL fAlertable);

/* Posts a packet; its parts come out as they are given. SDK: PostQueuedCompletionStatus. */
WINBASEAPI BOOL WINAPI PostQueuedCompletionStatus(HANDLE CompletionPort,
                                                  DWORD dwNumberOfBytesTransferred,
                                                  ULONG_PTR dwCompletionKey,
                                                  LPOVERLAPPED lpOverlapped);

/*
 * The outcome of an overlapped operation and its number of bytes. FALSE with ERROR_IO_INCOMPLETE
 * while it goes on, unless bWait waits for its end: for its event, or for the file when it has none.
 * SDK: GetOverlappedResult.
 */
WINBASEAPI BOOL WINAPI GetOverlappedResult(HANDLE hFile, LPOVERLAPPED lpOverlapped,
                                           LPDWORD lpNumberOfBytesTransferred, BOOL bWait);

/*
 * The same with a time to wait, and alertable: FALSE with WAIT_TIMEOUT, or with WAIT_IO_COMPLETION
 * after calls queued to the thread. SDK: GetOverlappedResultEx.
 */
WINBASEAPI BOOL WINAPI GetOverlappedResultEx(HANDLE hFile, LPOVERLAPPED lpOverlapped,
                                             LPDWORD lpNumberOfBytesTransferred,
                                             DWORD dwMilliseconds, BOOL bAlertable);

/*
 * Cancels what the calling thread has begun on a file. Each operation still ends in its way, with
 * ERROR_OPERATION_ABORTED or, if it was faster, with its result. SDK: CancelIo.
 */
WINBASEAPI BOOL WINAPI CancelIo(HANDLE hFile);

/*
 * Cancels what all threads have begun on a file, or only what was begun with that OVERLAPPED.
 * ERROR_NOT_FOUND when there is nothing. SDK: CancelIoEx.
 */
WINBASEAPI BOOL WINAPI CancelIoEx(HANDLE hFile, LPOVERLAPPED lpOverlapped);

/*
 * Cancels the operation on a named pipe in which a thread is blocked. ERROR_NOT_FOUND when it is in
 * none. SDK: CancelSynchronousIo.
 */
WINBASEAPI BOOL WINAPI CancelSynchronousIo(HANDLE hThread);

#ifdef __cplusplus
}
#endif

#endif
