/* SPDX-License-Identifier: MIT */
/* The thread pool of the process, in its older form. */
#ifndef TRANSOM_THREADPOOLLEGACYAPISET_H
#define TRANSOM_THREADPOOLLEGACYAPISET_H

#include <minwindef.h>
#include <minwinbase.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Has a thread of the pool call a function. With WT_EXECUTELONGFUNCTION it gets one of its own when
 * all are at work. SDK: QueueUserWorkItem.
 */
WINBASEAPI BOOL WINAPI QueueUserWorkItem(LPTHREAD_START_ROUTINE Function, PVOID Context,
                                         ULONG Flags);

/*
 * Ends a wait of RegisterWaitForSingleObject. With INVALID_HANDLE_VALUE it returns when no call of
 * it runs any more; with an event that is set then, or with NULL, FALSE and ERROR_IO_PENDING say that
 * one still runs. SDK: UnregisterWaitEx.
 */
WINBASEAPI BOOL WINAPI UnregisterWaitEx(HANDLE WaitHandle, HANDLE CompletionEvent);

#ifdef __cplusplus
}
#endif

#endif
