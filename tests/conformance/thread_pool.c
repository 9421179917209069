/* SPDX-License-Identifier: MIT */
/* The thread pool: pieces of work, and waits that it does for others. */
#include "conformance.h"
#include "overlapped.h"

static HANDLE create_event(BOOL manual)
{
    HANDLE event = CreateEventA(NULL, manual, FALSE, NULL);

    CHECK(event != NULL);
    return event;
}

static DWORD worker_id;

static DWORD WINAPI set_event(LPVOID event)
{
    worker_id = GetCurrentThreadId();
    SetEvent((HANDLE)event);
    return 0;
}

TEST(a_piece_of_work_runs_on_another_thread)
{
    HANDLE done = create_event(TRUE);

    CHECK(QueueUserWorkItem(set_event, done, WT_EXECUTEDEFAULT));
    CHECK_U32(WaitForSingleObject(done, 10000), WAIT_OBJECT_0);
    CHECK(worker_id != 0 && worker_id != GetCurrentThreadId());
}

static DWORD WINAPI count_up(LPVOID counter)
{
    InterlockedIncrement((LONG *)counter);
    return 0;
}

TEST(every_piece_of_work_is_done_once)
{
    static volatile LONG count;
    int i;

    for (i = 0; i < 5000; i++)
        CHECK(QueueUserWorkItem(count_up, (LPVOID)&count, WT_EXECUTEDEFAULT));
    await(&count, 5000);
    Sleep(20);
    CHECK_U32(count, 5000);
}

#define CHAIN 20

static HANDLE chain[CHAIN + 1];

static DWORD WINAPI wait_for_the_next(LPVOID index)
{
    ULONG_PTR i = (ULONG_PTR)index;

    WaitForSingleObject(chain[i + 1], 15000);
    SetEvent(chain[i]);
    return 0;
}

TEST(pieces_of_work_that_wait_for_each_other_get_on)
{
    ULONG_PTR i;

    for (i = 0; i <= CHAIN; i++)
        chain[i] = create_event(TRUE);
    for (i = 0; i < CHAIN; i++)
        CHECK(QueueUserWorkItem(wait_for_the_next, (LPVOID)i, i % 2 ? WT_EXECUTELONGFUNCTION : 0));
    /* Behind all of those, who wait for it. */
    CHECK(QueueUserWorkItem(set_event, chain[CHAIN], WT_EXECUTEDEFAULT));
    CHECK_U32(WaitForSingleObject(chain[0], 15000), WAIT_OBJECT_0);
}

static VOID CALLBACK simple(PTP_CALLBACK_INSTANCE instance, PVOID context)
{
    (void)instance;
    InterlockedIncrement((LONG *)context);
}

TEST(a_single_callback_is_called_once)
{
    static volatile LONG count;

    CHECK(TrySubmitThreadpoolCallback(simple, (PVOID)&count, NULL));
    await(&count, 1);
    CHECK(TrySubmitThreadpoolCallback(simple, (PVOID)&count, NULL));
    await(&count, 2);
}

struct job {
    volatile LONG begun;
    volatile LONG ended;
    HANDLE gate; /* it waits for this one, if there is one */
    PTP_WORK work;
};

static VOID CALLBACK work_callback(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WORK work)
{
    struct job *job = context;

    (void)instance;
    job->work = work;
    InterlockedIncrement(&job->begun);
    if (job->gate)
        WaitForSingleObject(job->gate, 15000);
    InterlockedIncrement(&job->ended);
}

TEST(a_work_object_is_called_as_often_as_it_is_submitted)
{
    struct job job = {0, 0, NULL, NULL};
    PTP_WORK work = CreateThreadpoolWork(work_callback, &job, NULL);
    int i;

    CHECK(work != NULL);
    for (i = 0; i < 1000; i++)
        SubmitThreadpoolWork(work);
    WaitForThreadpoolWorkCallbacks(work, FALSE);
    CHECK_U32(job.ended, 1000);
    CHECK(job.work == work);
    WaitForThreadpoolWorkCallbacks(work, FALSE);
    CloseThreadpoolWork(work);
}

TEST(calls_of_one_work_object_run_side_by_side)
{
    struct job job = {0, 0, NULL, NULL};
    PTP_WORK work = CreateThreadpoolWork(work_callback, &job, NULL);

    job.gate = create_event(TRUE);
    SubmitThreadpoolWork(work);
    SubmitThreadpoolWork(work);
    SubmitThreadpoolWork(work);
    WINE_DIFFERS("no more than there are processors");
    await(&job.begun, 3);
    CHECK_U32(job.ended, 0);
    SetEvent(job.gate);
    WaitForThreadpoolWorkCallbacks(work, FALSE);
    CHECK_U32(job.ended, 3);
    CloseThreadpoolWork(work);
}

TEST(waiting_may_cancel_calls_that_have_not_begun)
{
    struct job job = {0, 0, NULL, NULL};
    PTP_WORK work = CreateThreadpoolWork(work_callback, &job, NULL);
    int i;

    for (i = 0; i < 100000; i++)
        SubmitThreadpoolWork(work);
    WaitForThreadpoolWorkCallbacks(work, TRUE);
    i = job.begun;
    CHECK_U32(job.ended, i);
    Sleep(50);
    CHECK_U32(job.ended, i);
    CloseThreadpoolWork(work);
}

TEST(a_closed_work_object_still_makes_its_calls)
{
    static struct job job;
    PTP_WORK work = CreateThreadpoolWork(work_callback, &job, NULL);

    job.gate = create_event(TRUE);
    SubmitThreadpoolWork(work);
    await(&job.begun, 1);
    CloseThreadpoolWork(work);
    SetEvent(job.gate);
    await(&job.ended, 1);
}

/* ---- registered waits ---- */

struct watch {
    volatile LONG signaled;
    volatile LONG late;
    HANDLE gate;
    DWORD thread;
};

static VOID CALLBACK watch_callback(PVOID context, BOOLEAN is_late)
{
    struct watch *watch = context;

    watch->thread = GetCurrentThreadId();
    InterlockedIncrement(is_late ? &watch->late : &watch->signaled);
    if (watch->gate)
        WaitForSingleObject(watch->gate, 15000);
}

static HANDLE watch_object(HANDLE object, struct watch *watch, ULONG ms, ULONG flags)
{
    HANDLE wait = NULL;

    CHECK(RegisterWaitForSingleObject(&wait, object, watch_callback, watch, ms, flags));
    CHECK(wait != NULL);
    return wait;
}

TEST(a_registered_wait_calls_each_time_the_object_is_signaled)
{
    struct watch watch = {0, 0, NULL, 0};
    HANDLE event = create_event(FALSE), wait = watch_object(event, &watch, INFINITE, 0);
    LONG i;

    for (i = 1; i <= 5; i++) {
        SetEvent(event);
        await(&watch.signaled, i);
    }
    CHECK(watch.thread != GetCurrentThreadId());
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    SetEvent(event);
    Sleep(50);
    CHECK_U32(watch.signaled, 5);
    CHECK_U32(watch.late, 0);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
}

TEST(a_registered_wait_may_call_once_only)
{
    struct watch watch = {0, 0, NULL, 0};
    HANDLE event = create_event(TRUE);
    HANDLE wait = watch_object(event, &watch, INFINITE, WT_EXECUTEONLYONCE);

    SetEvent(event);
    await(&watch.signaled, 1);
    Sleep(50);
    CHECK_U32(watch.signaled, 1);
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
}

TEST(a_registered_wait_calls_when_its_time_is_over)
{
    struct watch watch = {0, 0, NULL, 0};
    HANDLE event = create_event(TRUE);
    HANDLE wait = watch_object(event, &watch, 50, WT_EXECUTEONLYONCE);
    int i;

    await(&watch.late, 1);
    CHECK_U32(watch.signaled, 0);
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    wait = watch_object(event, &watch, 20, 0);
    for (i = 0; i < 1000 && watch.late < 4; i++)
        Sleep(5);
    WINE_DIFFERS("once and not again");
    CHECK(watch.late >= 4);
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
}

TEST(the_waiting_thread_may_make_the_calls_itself)
{
    struct watch watch = {0, 0, NULL, 0};
    HANDLE event = create_event(FALSE);
    HANDLE wait = watch_object(event, &watch, INFINITE, WT_EXECUTEINWAITTHREAD);
    LONG i;

    for (i = 1; i <= 3; i++) {
        SetEvent(event);
        await(&watch.signaled, i);
    }
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
}

TEST(many_waits_are_more_than_one_thread_can_do)
{
    enum { WAITS = 150 };
    static struct watch watches[WAITS];
    HANDLE events[WAITS], waits[WAITS];
    int i;

    for (i = 0; i < WAITS; i++) {
        events[i] = create_event(FALSE);
        waits[i] = watch_object(events[i], &watches[i], INFINITE, 0);
    }
    for (i = 0; i < WAITS; i++)
        SetEvent(events[i]);
    for (i = 0; i < WAITS; i++) {
        await(&watches[i].signaled, 1);
        CHECK(UnregisterWaitEx(waits[i], INVALID_HANDLE_VALUE));
    }
}

TEST(ending_a_wait_tells_that_a_call_runs)
{
    struct watch watch = {0, 0, NULL, 0};
    HANDLE event = create_event(FALSE), over = create_event(TRUE), wait;

    watch.gate = create_event(TRUE);
    wait = watch_object(event, &watch, INFINITE, 0);
    SetEvent(event);
    await(&watch.signaled, 1);
    CHECK_ERR(UnregisterWaitEx(wait, over), ERROR_IO_PENDING);
    CHECK_U32(WaitForSingleObject(over, BLOCKED_MS), WAIT_TIMEOUT);
    SetEvent(watch.gate);
    CHECK_U32(WaitForSingleObject(over, 10000), WAIT_OBJECT_0);
}

TEST(ending_a_wait_that_rests_needs_no_wait)
{
    struct watch watch = {0, 0, NULL, 0};
    HANDLE event = create_event(FALSE), over = create_event(TRUE);

    CHECK(UnregisterWait(watch_object(event, &watch, INFINITE, 0)));
    CHECK(UnregisterWaitEx(watch_object(event, &watch, INFINITE, 0), NULL));
    CHECK(UnregisterWaitEx(watch_object(event, &watch, INFINITE, 0), over));
    CHECK_U32(WaitForSingleObject(over, 5000), WAIT_OBJECT_0);
}

struct joiner {
    HANDLE wait;
    volatile LONG joined;
};

static DWORD WINAPI join(LPVOID argument)
{
    struct joiner *joiner = argument;

    CHECK(UnregisterWaitEx(joiner->wait, INVALID_HANDLE_VALUE));
    joiner->joined = 1;
    return 0;
}

TEST(ending_a_wait_may_wait_for_its_call)
{
    struct watch watch = {0, 0, NULL, 0};
    struct joiner joiner = {NULL, 0};
    HANDLE event = create_event(FALSE), thread;

    watch.gate = create_event(TRUE);
    joiner.wait = watch_object(event, &watch, INFINITE, 0);
    SetEvent(event);
    await(&watch.signaled, 1);
    thread = CreateThread(NULL, 0, join, &joiner, 0, NULL);
    CHECK(thread_is_blocked(thread));
    CHECK_U32(joiner.joined, 0);
    SetEvent(watch.gate);
    CHECK_U32(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CHECK_U32(joiner.joined, 1);
}

TEST(the_end_of_a_thread_is_told)
{
    struct watch watch = {0, 0, NULL, 0};
    HANDLE thread = CreateThread(NULL, 0, set_event, create_event(TRUE), 0, NULL);
    HANDLE wait = watch_object(thread, &watch, INFINITE, WT_EXECUTEONLYONCE);

    await(&watch.signaled, 1);
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
}

TEST(what_cannot_be_waited_for_is_refused)
{
    struct watch watch = {0, 0, NULL, 0};
    HANDLE wait = NULL;

    SetLastError(0);
    CHECK_WINE_DIFFERS(!RegisterWaitForSingleObject(&wait, NULL, watch_callback, &watch, 0, 0) &&
                           GetLastError() == ERROR_INVALID_HANDLE,
                       "NULL is accepted");
}

/* ---- the ends of overlapped operations ---- */

static struct {
    volatile LONG calls;
    DWORD error, bytes, thread;
    LPOVERLAPPED overlapped;
} saw;

static VOID CALLBACK on_end(DWORD error, DWORD bytes, LPOVERLAPPED overlapped)
{
    saw.error = error;
    saw.bytes = bytes;
    saw.overlapped = overlapped;
    saw.thread = GetCurrentThreadId();
    InterlockedIncrement(&saw.calls);
}

TEST(a_bound_file_makes_the_pool_call)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov;
    char buffer[8];

    memset(&ov, 0, sizeof(ov));
    CHECK(BindIoCompletionCallback(pair.server, on_end, 0));
    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    write_now(pair.client, "abc", 3);
    await(&saw.calls, 1);
    CHECK_U32(saw.error, 0);
    CHECK_U32(saw.bytes, 3);
    CHECK(saw.overlapped == &ov && saw.thread != GetCurrentThreadId());
    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    CHECK(CloseHandle(pair.client));
    await(&saw.calls, 2);
    CHECK_U32(saw.bytes, 0);
    CHECK(saw.error != 0);
    CHECK_ERR(BindIoCompletionCallback(pair.server, on_end, 0), ERROR_INVALID_PARAMETER);
}

static PTP_IO seen_io;
static PVOID seen_context;

static VOID CALLBACK on_io(PTP_CALLBACK_INSTANCE instance, PVOID context, PVOID overlapped,
                           ULONG error, ULONG_PTR bytes, PTP_IO io)
{
    (void)instance;
    seen_io = io;
    seen_context = context;
    on_end(error, (DWORD)bytes, overlapped);
}

TEST(an_io_object_makes_the_pool_call)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    PTP_IO io = CreateThreadpoolIo(pair.server, on_io, &pair, NULL);
    OVERLAPPED ov;
    char buffer[8];
    LONG i;

    CHECK(io != NULL);
    memset(&ov, 0, sizeof(ov));
    for (i = 1; i <= 10; i++) {
        StartThreadpoolIo(io);
        CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
        write_now(pair.client, "abcdef", (DWORD)i % 5 + 1);
        await(&saw.calls, i);
        CHECK_U32(saw.error, 0);
        CHECK_U32(saw.bytes, i % 5 + 1);
        CHECK(saw.overlapped == &ov && seen_io == io && seen_context == &pair);
    }
    CHECK(CloseHandle(pair.client));
    StartThreadpoolIo(io);
    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_BROKEN_PIPE);
    CancelThreadpoolIo(io);
    WaitForThreadpoolIoCallbacks(io, FALSE);
    CHECK_U32(saw.calls, 10);
    CHECK(CloseHandle(pair.server));
    CloseThreadpoolIo(io);
}

TEST(an_io_object_may_be_closed_before_its_file)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    PTP_IO io = CreateThreadpoolIo(pair.server, on_io, NULL, NULL);

    CHECK(io != NULL);
    CloseThreadpoolIo(io);
    CHECK(CloseHandle(pair.server));
    CHECK_ERR(CreateThreadpoolIo(NULL, on_io, NULL, NULL) != NULL, ERROR_INVALID_HANDLE);
}
