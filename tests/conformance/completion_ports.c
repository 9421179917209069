/* SPDX-License-Identifier: MIT */
/* Completion ports: packets that programs post, and the threads that take them. */
#include "conformance.h"

static HANDLE create_port(DWORD threads)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, threads);

    CHECK(port != NULL);
    return port;
}

static void post(HANDLE port, DWORD bytes)
{
    CHECK(PostQueuedCompletionStatus(port, bytes, 7, (LPOVERLAPPED)(ULONG_PTR)0x1234));
}

/* The byte count of the packet taken. */
static DWORD take(HANDLE port, DWORD ms)
{
    DWORD bytes = 0;
    ULONG_PTR key = 0;
    LPOVERLAPPED overlapped = NULL;

    if (!GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, ms)) {
        CHECK(overlapped == NULL);
        return 0xFFFFFFFF;
    }
    CHECK_U32(key, 7);
    CHECK(overlapped == (LPOVERLAPPED)(ULONG_PTR)0x1234);
    return bytes;
}

TEST(a_packet_comes_out_as_it_was_posted)
{
    HANDLE port = create_port(0);
    DWORD bytes = 1;
    ULONG_PTR key = 1;
    LPOVERLAPPED overlapped = (LPOVERLAPPED)(ULONG_PTR)1;

    CHECK(PostQueuedCompletionStatus(port, 0, 0, NULL));
    CHECK(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 0));
    CHECK(bytes == 0 && key == 0 && overlapped == NULL);
    CHECK(PostQueuedCompletionStatus(port, 0xFFFFFFFF, (ULONG_PTR)-1, (LPOVERLAPPED)(ULONG_PTR)3));
    CHECK(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 0));
    CHECK(bytes == 0xFFFFFFFF && key == (ULONG_PTR)-1 && overlapped == (LPOVERLAPPED)(ULONG_PTR)3);
}

TEST(packets_come_in_their_order)
{
    HANDLE port = create_port(0);
    DWORD i;

    for (i = 0; i < 100; i++)
        post(port, i);
    for (i = 0; i < 100; i++)
        CHECK_U32(take(port, 0), i);
}

TEST(no_packet_in_time_is_a_timeout_that_touches_nothing_but_the_pointer)
{
    HANDLE port = create_port(0);
    DWORD bytes = 11, before = GetTickCount();
    ULONG_PTR key = 12;
    LPOVERLAPPED overlapped = (LPOVERLAPPED)(ULONG_PTR)13;

    CHECK_ERR(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 0), WAIT_TIMEOUT);
    CHECK(overlapped == NULL);
    CHECK_ERR(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 50), WAIT_TIMEOUT);
    CHECK(bytes == 11 && key == 12 && overlapped == NULL);
    CHECK(GetTickCount() - before >= 40);
}

TEST(several_packets_come_at_once_in_the_ex_form)
{
    HANDLE port = create_port(0);
    OVERLAPPED_ENTRY entries[4];
    ULONG count = 77;

    post(port, 1);
    post(port, 2);
    post(port, 3);
    memset(entries, 0xAA, sizeof(entries));
    CHECK(GetQueuedCompletionStatusEx(port, entries, 2, &count, 0, FALSE));
    CHECK_U32(count, 2);
    CHECK(entries[0].dwNumberOfBytesTransferred == 1 && entries[1].dwNumberOfBytesTransferred == 2);
    CHECK(entries[0].lpCompletionKey == 7);
    CHECK_WINE_DIFFERS(entries[0].Internal == 0, "it is not filled in");
    CHECK(entries[0].lpOverlapped == (LPOVERLAPPED)(ULONG_PTR)0x1234);
    CHECK(GetQueuedCompletionStatusEx(port, entries, 4, &count, 1000, FALSE));
    CHECK_U32(count, 1);
    CHECK_ERR(GetQueuedCompletionStatusEx(port, entries, 4, &count, 10, FALSE), WAIT_TIMEOUT);
    SetLastError(0);
    CHECK_WINE_DIFFERS(!GetQueuedCompletionStatusEx(port, entries, 0, &count, 0, FALSE) &&
                           GetLastError() == ERROR_INVALID_PARAMETER,
                       "none is as good as any");
}

static volatile LONG calls;

static void CALLBACK count_call(ULONG_PTR unused)
{
    (void)unused;
    calls++;
}

TEST(an_alertable_take_makes_calls_only_when_there_is_no_packet)
{
    HANDLE port = create_port(0);
    OVERLAPPED_ENTRY entry;
    ULONG count;

    CHECK(QueueUserAPC(count_call, GetCurrentThread(), 0));
    post(port, 1);
    CHECK(GetQueuedCompletionStatusEx(port, &entry, 1, &count, 1000, FALSE));
    CHECK_ERR(GetQueuedCompletionStatusEx(port, &entry, 1, &count, 10, FALSE), WAIT_TIMEOUT);
    CHECK_U32(calls, 0);
    CHECK_ERR(GetQueuedCompletionStatusEx(port, &entry, 1, &count, 1000, TRUE), WAIT_IO_COMPLETION);
    CHECK_U32(calls, 1);
}

TEST(what_is_no_port_is_refused)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL), port = create_port(0);
    DWORD bytes;
    ULONG_PTR key;
    LPOVERLAPPED overlapped;

    CHECK_ERR(GetQueuedCompletionStatus(event, &bytes, &key, &overlapped, 0), ERROR_INVALID_HANDLE);
    CHECK_ERR(PostQueuedCompletionStatus(event, 0, 0, NULL), ERROR_INVALID_HANDLE);
    CHECK_ERR(CreateIoCompletionPort(INVALID_HANDLE_VALUE, port, 0, 0) != NULL,
              ERROR_INVALID_PARAMETER);
    CHECK(CloseHandle(port));
    CHECK_ERR(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 0), ERROR_INVALID_HANDLE);
    CHECK_ERR(PostQueuedCompletionStatus(port, 0, 0, NULL), ERROR_INVALID_HANDLE);
}

TEST(a_synchronous_file_cannot_be_bound)
{
    HANDLE port = create_port(0), null;

    null = CreateFileA("NUL", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(null != INVALID_HANDLE_VALUE);
    CHECK_ERR(CreateIoCompletionPort(null, port, 0, 0) != NULL, ERROR_INVALID_PARAMETER);
    CHECK_ERR(CreateIoCompletionPort(null, NULL, 0, 0) != NULL, ERROR_INVALID_PARAMETER);
}

static DWORD WINAPI take_error(LPVOID port)
{
    DWORD bytes;
    ULONG_PTR key;
    LPOVERLAPPED overlapped = (LPOVERLAPPED)(ULONG_PTR)1;
    BOOL result = GetQueuedCompletionStatus((HANDLE)port, &bytes, &key, &overlapped, 10000);

    return result || overlapped ? 1 : GetLastError();
}

static DWORD exit_code_of(HANDLE thread)
{
    DWORD code = 77;

    CHECK_U32(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    return code;
}

static HANDLE start(LPTHREAD_START_ROUTINE routine, LPVOID argument)
{
    HANDLE thread = CreateThread(NULL, 0, routine, argument, 0, NULL);

    CHECK(thread != NULL);
    return thread;
}

TEST(closing_a_port_wakes_those_who_wait)
{
    HANDLE port = create_port(0), first = start(take_error, port), second = start(take_error, port);

    CHECK(thread_is_blocked(first));
    CHECK(thread_is_blocked(second));
    CHECK(CloseHandle(port));
    WINE_DIFFERS("they wait on");
    CHECK_U32(exit_code_of(first), ERROR_ABANDONED_WAIT_0);
    CHECK_U32(exit_code_of(second), ERROR_ABANDONED_WAIT_0);
}

TEST(a_second_handle_keeps_a_port)
{
    HANDLE port = create_port(0), twin = NULL;

    CHECK(DuplicateHandle(GetCurrentProcess(), port, GetCurrentProcess(), &twin, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    CHECK(CloseHandle(port));
    post(twin, 5);
    CHECK_U32(take(twin, 0), 5);
}

TEST(a_port_is_signaled_while_it_has_packets)
{
    HANDLE port = create_port(0);

    CHECK_U32(WaitForSingleObject(port, 0), WAIT_TIMEOUT);
    post(port, 1);
    CHECK_U32(WaitForSingleObject(port, 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(port, 0), WAIT_OBJECT_0);
    CHECK_U32(take(port, 0), 1);
    CHECK_U32(WaitForSingleObject(port, 0), WAIT_TIMEOUT);
}

/* ---- several threads ---- */

struct worker {
    HANDLE port;
    HANDLE go_on; /* after a packet it waits for this one */
    volatile LONG took;
    int spins;
};

static DWORD WINAPI work(LPVOID argument)
{
    struct worker *worker = argument;

    while (take(worker->port, 10000) != 0xFFFFFFFF) {
        InterlockedIncrement(&worker->took);
        if (worker->go_on)
            WaitForSingleObject(worker->go_on, 10000);
        while (worker->spins)
            SwitchToThread();
    }
    return 0;
}

TEST(the_thread_that_came_last_is_served_first)
{
    HANDLE port = create_port(8);
    struct worker first = {port, NULL, 0, 0}, second = {port, NULL, 0, 0};
    HANDLE threads[2];
    LONG i;

    threads[0] = start(work, &first);
    CHECK(thread_is_blocked(threads[0]));
    threads[1] = start(work, &second);
    CHECK(thread_is_blocked(threads[1]));
    for (i = 1; i <= 5; i++) {
        post(port, 1);
        CHECK_U32(count_ended(threads, 2), 0); /* it is back */
        CHECK_U32(first.took + second.took, i);
    }
    WINE_DIFFERS("the one that came first");
    CHECK_U32(second.took, 5);
    CHECK_U32(first.took, 0);
}

TEST(no_more_threads_run_than_the_port_was_told)
{
    HANDLE port = create_port(1);
    struct worker first = {port, NULL, 0, 1}, second = {port, NULL, 0, 1};
    int i;

    CHECK(thread_is_blocked(start(work, &first)));
    CHECK(thread_is_blocked(start(work, &second)));
    post(port, 1);
    post(port, 2);
    for (i = 0; i < 1000 && first.took + second.took == 0; i++)
        Sleep(5);
    Sleep(BLOCKED_MS);
    WINE_DIFFERS("there is no limit");
    CHECK_U32(first.took + second.took, 1);
    first.spins = second.spins = 0;
    for (i = 0; i < 1000 && first.took + second.took == 1; i++)
        Sleep(5);
    CHECK_U32(first.took + second.took, 2);
}

TEST(a_thread_that_blocks_makes_room_for_another)
{
    HANDLE port = create_port(1), gate = CreateEventA(NULL, TRUE, FALSE, NULL);
    struct worker first = {port, gate, 0, 0}, second = {port, gate, 0, 0};

    CHECK(thread_is_blocked(start(work, &first)));
    CHECK(thread_is_blocked(start(work, &second)));
    post(port, 1);
    post(port, 2);
    await(&first.took, 1);
    await(&second.took, 1);
    SetEvent(gate);
}

TEST(many_threads_take_every_packet_once)
{
    enum { THREADS = 6, PACKETS = 20000 };
    HANDLE port = create_port(0);
    struct worker workers[THREADS];
    LONG sum = 0;
    int i, turns;

    for (i = 0; i < THREADS; i++) {
        memset(&workers[i], 0, sizeof(workers[i]));
        workers[i].port = port;
        start(work, &workers[i]);
    }
    for (i = 0; i < PACKETS; i++)
        post(port, 1);
    for (turns = 0; turns < 2000 && sum != PACKETS; turns++) {
        Sleep(5);
        for (sum = 0, i = 0; i < THREADS; i++)
            sum += workers[i].took;
    }
    CHECK_U32(sum, PACKETS);
    Sleep(20);
    for (sum = 0, i = 0; i < THREADS; i++)
        sum += workers[i].took;
    CHECK_U32(sum, PACKETS);
}

static DWORD WINAPI take_and_leave(LPVOID port)
{
    return take((HANDLE)port, 10000);
}

TEST(a_thread_that_ends_leaves_its_place)
{
    HANDLE port = create_port(1);
    struct worker worker = {port, NULL, 0, 0};

    post(port, 3);
    CHECK_U32(exit_code_of(start(take_and_leave, port)), 3);
    start(work, &worker);
    post(port, 1);
    await(&worker.took, 1);
}
