/* SPDX-License-Identifier: MIT */
/* The thread pool: work objects and single calls. There is one pool, that of the process. */
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

#ifdef __cplusplus
}
#endif

#endif
