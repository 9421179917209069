/* SPDX-License-Identifier: MIT */
/* Work of the thread pool that is made once and submitted often. */
#pragma once

#include <threadpoolapiset.h>

#include "base/status.h"
#include "os/work_pool.h"

/* NULL without memory. */
struct _TP_WORK *tsm_threadpool_work_new(PTP_WORK_CALLBACK callback, void *context);

/* One more call. */
void tsm_threadpool_work_submit(struct _TP_WORK *work);

enum tsm_work_wait { TSM_WORK_WAIT, TSM_WORK_CANCEL };

/* Returns when no call is made and none will be; those that have not begun are waited for, or
 * cancelled. */
void tsm_threadpool_work_wait(struct _TP_WORK *work, enum tsm_work_wait how);

/* Calls that were submitted are still made. */
void tsm_threadpool_work_close(struct _TP_WORK *work);

/* A single call. Either function is NULL. */
tsm_must_check NTSTATUS tsm_threadpool_call(PTP_SIMPLE_CALLBACK callback,
                                            LPTHREAD_START_ROUTINE function, void *context,
                                            enum tsm_work_length length);
