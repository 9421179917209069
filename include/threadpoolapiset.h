/* SPDX-License-Identifier: MIT */
/* The thread pool: work objects, single calls, the ends of overlapped operations. There is one pool. */
#ifndef TRANSOM_THREADPOOLAPISET_H
#define TRANSOM_THREADPOOLAPISET_H

#include <minwindef.h>
#include <minwinbase.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Has a thread of the pool call a function once. The environment must be NULL. SDK:
 * TrySubmitThreadpoolCallback.
 */
WINBASEAPI BOOL WINAPI TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK pfns, PVOID pv,
                                                   PTP_CALLBACK_ENVIRON pcbe);

/*
 * Makes a work object: a function that the pool calls each time it is submitted. The environment
 * must be NULL. NULL on failure; the caller closes it. SDK: CreateThreadpoolWork.
 */
WINBASEAPI PTP_WORK WINAPI CreateThreadpoolWork(PTP_WORK_CALLBACK pfnwk, PVOID pv,
                                                PTP_CALLBACK_ENVIRON pcbe);

/* Has the pool call it once more, also beside calls that still run. SDK: SubmitThreadpoolWork. */
WINBASEAPI VOID WINAPI SubmitThreadpoolWork(PTP_WORK pwk);

/*
 * Waits until its calls have returned; those that have not begun may be cancelled. SDK:
 * WaitForThreadpoolWorkCallbacks.
 */
WINBASEAPI VOID WINAPI WaitForThreadpoolWorkCallbacks(PTP_WORK pwk, BOOL fCancelPendingCallbacks);

/* Gives it up; it goes when its last call has returned. SDK: CloseThreadpoolWork. */
WINBASEAPI VOID WINAPI CloseThreadpoolWork(PTP_WORK pwk);

typedef VOID(WINAPI *PTP_WIN32_IO_CALLBACK)(PTP_CALLBACK_INSTANCE Instance, PVOID Context,
                                            PVOID Overlapped, ULONG IoResult,
                                            ULONG_PTR NumberOfBytesTransferred, PTP_IO Io);

/*
 * Binds an overlapped file to the pool, which calls a function each time an operation has ended.
 * The environment must be NULL. NULL on failure, as CreateIoCompletionPort; the caller closes it.
 * SDK: CreateThreadpoolIo.
 */
WINBASEAPI PTP_IO WINAPI CreateThreadpoolIo(HANDLE fl, PTP_WIN32_IO_CALLBACK pfnio, PVOID pv,
                                            PTP_CALLBACK_ENVIRON pcbe);

/* To be called before each operation on the file. SDK: StartThreadpoolIo. */
WINBASEAPI VOID WINAPI StartThreadpoolIo(PTP_IO pio);

/* To be called when it has failed at once, so that there is no call. SDK: CancelThreadpoolIo. */
WINBASEAPI VOID WINAPI CancelThreadpoolIo(PTP_IO pio);

/*
 * Waits until its calls have returned; those that have not begun may be cancelled. SDK:
 * WaitForThreadpoolIoCallbacks.
 */
WINBASEAPI VOID WINAPI WaitForThreadpoolIoCallbacks(PTP_IO pio, BOOL fCancelPendingCallbacks);

/* Gives it up; it goes with the file. SDK: CloseThreadpoolIo. */
WINBASEAPI VOID WINAPI CloseThreadpoolIo(PTP_IO pio);

#ifdef __cplusplus
}
#endif

#endif
