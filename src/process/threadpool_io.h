/* SPDX-License-Identifier: MIT */
/* Files whose overlapped operations end in calls of the thread pool. */
#pragma once

#include <threadpoolapiset.h>

#include "io/file.h"
#include "process/threadpool_work.h"

/* BindIoCompletionCallback: for the life of the file. STATUS_INVALID_PARAMETER as tsm_file_bind(). */
tsm_must_check NTSTATUS tsm_threadpool_bind(struct tsm_file *file,
                                            LPOVERLAPPED_COMPLETION_ROUTINE routine);

tsm_must_check NTSTATUS tsm_threadpool_io_new(struct tsm_file *file, PTP_WIN32_IO_CALLBACK callback,
                                              void *context, struct _TP_IO **out);

/* An operation is about to begin; it has failed at once and will make no call. */
void tsm_threadpool_io_start(struct _TP_IO *io);
void tsm_threadpool_io_cancel(struct _TP_IO *io);

/* Returns when no call is made and none is queued, those that have not begun cancelled or waited
 * for. Operations that still go on are not waited for. */
void tsm_threadpool_io_wait(struct _TP_IO *io, enum tsm_work_wait how);

/* No call begins that was not started before. */
void tsm_threadpool_io_close(struct _TP_IO *io);
