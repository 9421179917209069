/* SPDX-License-Identifier: MIT */
#include "api/api.h"
#include "process/threadpool_io.h"
#include "process/threadpool_work.h"

BOOL WINAPI TrySubmitThreadpoolCallback(PTP_SIMPLE_CALLBACK pfns, PVOID pv,
                                        PTP_CALLBACK_ENVIRON pcbe)
{
    return tsm_return(pcbe ? STATUS_NOT_SUPPORTED
                           : tsm_threadpool_call(pfns, NULL, pv, TSM_WORK_SHORT));
}

PTP_WORK WINAPI CreateThreadpoolWork(PTP_WORK_CALLBACK pfnwk, PVOID pv, PTP_CALLBACK_ENVIRON pcbe)
{
    PTP_WORK work = pcbe ? NULL : tsm_threadpool_work_new(pfnwk, pv);

    if (!work)
        tsm_return(pcbe ? STATUS_NOT_SUPPORTED : STATUS_NO_MEMORY);
    return work;
}

VOID WINAPI SubmitThreadpoolWork(PTP_WORK pwk)
{
    tsm_threadpool_work_submit(pwk);
}

VOID WINAPI WaitForThreadpoolWorkCallbacks(PTP_WORK pwk, BOOL fCancelPendingCallbacks)
{
    tsm_threadpool_work_wait(pwk, fCancelPendingCallbacks ? TSM_WORK_CANCEL : TSM_WORK_WAIT);
}

VOID WINAPI CloseThreadpoolWork(PTP_WORK pwk)
{
    tsm_threadpool_work_close(pwk);
}

/* ---- the ends of overlapped operations ---- */

PTP_IO WINAPI CreateThreadpoolIo(HANDLE fl, PTP_WIN32_IO_CALLBACK pfnio, PVOID pv,
                                 PTP_CALLBACK_ENVIRON pcbe)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    PTP_IO io = NULL;
    NTSTATUS status = pcbe ? STATUS_NOT_SUPPORTED : tsm_file_from_handle(fl, 0, &file);

    if (NT_SUCCESS(status))
        status = tsm_threadpool_io_new(file, pfnio, pv, &io);
    tsm_return(status);
    return io;
}

VOID WINAPI StartThreadpoolIo(PTP_IO pio)
{
    tsm_threadpool_io_start(pio);
}

VOID WINAPI CancelThreadpoolIo(PTP_IO pio)
{
    tsm_threadpool_io_cancel(pio);
}

VOID WINAPI WaitForThreadpoolIoCallbacks(PTP_IO pio, BOOL fCancelPendingCallbacks)
{
    tsm_threadpool_io_wait(pio, fCancelPendingCallbacks ? TSM_WORK_CANCEL : TSM_WORK_WAIT);
}

VOID WINAPI CloseThreadpoolIo(PTP_IO pio)
{
    tsm_threadpool_io_close(pio);
}
