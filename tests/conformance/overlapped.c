/* SPDX-License-Identifier: MIT */
/* Overlapped operations on named pipes: what OVERLAPPED, event and handle tell, and when. */
#include "conformance.h"
#include "overlapped.h"

/* ---- reading ---- */

TEST(a_read_that_finds_data_succeeds_at_once)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov = with_event();
    char buffer[64];
    DWORD count = 77;

    write_now(pair.client, "hello", 5);
    SetEvent(ov.hEvent);
    CHECK(ReadFile(pair.server, buffer, sizeof(buffer), &count, &ov));
    CHECK_U32(count, 5);
    CHECK_U32(ov.Internal, 0);
    CHECK_U32(ov.InternalHigh, 5);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 0), WAIT_OBJECT_0);
    CHECK(memcmp(buffer, "hello", 5) == 0);
    count = 0;
    CHECK(GetOverlappedResult(pair.server, &ov, &count, FALSE));
    CHECK_U32(count, 5);
}

struct writer {
    HANDLE pipe;
    volatile LONG asked;
};

static DWORD WINAPI write_when_asked(LPVOID argument)
{
    struct writer *writer = argument;
    LONG done = 0;

    while (writer->asked >= 0) {
        if (writer->asked > done) {
            write_now(writer->pipe, "x", 1);
            done++;
        } else {
            SwitchToThread();
        }
    }
    return 0;
}

TEST(a_read_that_ends_does_not_signal_the_event_of_the_next_one)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096);
    struct writer writer = {pair.client, 0};
    HANDLE thread = start(write_when_asked, &writer);
    OVERLAPPED ov = with_event();
    char byte;
    DWORD begin = GetTickCount();
    int i, k;

    for (i = 0; i < 2000 && GetTickCount() - begin < 8000; i++) {
        CHECK_ERR(ReadFile(pair.server, &byte, 1, NULL, &ov), ERROR_IO_PENDING);
        for (k = 0; k < 20; k++)
            CHECK_U32(WaitForSingleObject(ov.hEvent, 0), WAIT_TIMEOUT);
        InterlockedIncrement(&writer.asked);
        while (!HasOverlappedIoCompleted((volatile OVERLAPPED *)&ov))
            SwitchToThread();
    }
    writer.asked = -1;
    CHECK_U32(exit_code_of(thread), 0);
}

TEST(a_read_that_finds_nothing_pends_until_something_comes)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov = with_event();
    char buffer[64];
    DWORD count = 77;

    SetEvent(ov.hEvent);
    ov.InternalHigh = 1234;
    CHECK_ERR(ReadFile(pair.server, buffer, sizeof(buffer), &count, &ov), ERROR_IO_PENDING);
    CHECK_U32(count, 0);
    CHECK_U32(ov.Internal, STATUS_PENDING);
    CHECK_U32(ov.InternalHigh, 1234);
    CHECK(!HasOverlappedIoCompleted(&ov));
    CHECK_U32(WaitForSingleObject(ov.hEvent, 0), WAIT_TIMEOUT);
    CHECK_ERR(GetOverlappedResult(pair.server, &ov, &count, FALSE), ERROR_IO_INCOMPLETE);
    write_now(pair.client, "hello", 5);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
    CHECK(HasOverlappedIoCompleted(&ov));
    CHECK_U32(ov.Internal, 0);
    CHECK_U32(ov.InternalHigh, 5);
    CHECK(GetOverlappedResult(pair.server, &ov, &count, TRUE));
    CHECK_U32(count, 5);
}

TEST(a_message_that_is_too_long_is_a_warning_with_a_count_in_the_overlapped)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov = with_event();
    char buffer[4];
    DWORD count = 77;

    write_now(pair.client, "abcdefgh", 8);
    CHECK_ERR(ReadFile(pair.server, buffer, 4, &count, &ov), ERROR_MORE_DATA);
    CHECK_U32(count, 0);
    CHECK_U32(ov.Internal, 0x80000005);
    CHECK_U32(ov.InternalHigh, 4);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 0), WAIT_OBJECT_0);
    CHECK_ERR(GetOverlappedResult(pair.server, &ov, &count, FALSE), ERROR_MORE_DATA);
    CHECK_U32(count, 4);
    CHECK(ReadFile(pair.server, buffer, 4, &count, &ov));
    CHECK_U32(count, 4);
    /* And after a wait. */
    CHECK_ERR(ReadFile(pair.server, buffer, 4, &count, &ov), ERROR_IO_PENDING);
    write_now(pair.client, "12345", 5);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(ov.Internal, 0x80000005);
    CHECK_U32(ov.InternalHigh, 4);
    CHECK_ERR(GetOverlappedResult(pair.server, &ov, &count, TRUE), ERROR_MORE_DATA);
    CHECK_U32(count, 4);
}

TEST(what_fails_at_once_leaves_the_overlapped_pending_and_the_event_reset)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096);
    OVERLAPPED ov = with_event();
    char buffer[4];
    DWORD count = 77;

    CHECK(CloseHandle(pair.client));
    SetEvent(ov.hEvent);
    ov.InternalHigh = 1234;
    ov.Internal = 99;
    CHECK_ERR(ReadFile(pair.server, buffer, 4, &count, &ov), ERROR_BROKEN_PIPE);
    CHECK_U32(count, 0);
    CHECK_U32(ov.Internal, STATUS_PENDING);
    CHECK_U32(ov.InternalHigh, 1234);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 0), WAIT_TIMEOUT);
    CHECK_ERR(WriteFile(pair.server, buffer, 4, &count, &ov), ERROR_NO_DATA);
    CHECK_U32(ov.Internal, STATUS_PENDING);
}

TEST(a_bad_handle_does_not_even_reset_the_event)
{
    OVERLAPPED ov = with_event();
    char buffer[4];
    DWORD count = 77;

    SetEvent(ov.hEvent);
    CHECK_ERR(ReadFile(NULL, buffer, 4, &count, &ov), ERROR_INVALID_HANDLE);
    CHECK_U32(count, 0);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 0), WAIT_OBJECT_0);
}

TEST(reads_that_pend_are_served_in_their_order)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov[3];
    char buffer[3][8];
    int i;

    for (i = 0; i < 3; i++) {
        ov[i] = with_event();
        CHECK_ERR(ReadFile(pair.server, buffer[i], 8, NULL, &ov[i]), ERROR_IO_PENDING);
    }
    for (i = 0; i < 3; i++) {
        write_now(pair.client, i == 0 ? "a" : i == 1 ? "bb" : "ccc", (DWORD)i + 1);
        CHECK_U32(WaitForSingleObject(ov[i].hEvent, 5000), WAIT_OBJECT_0);
        CHECK_U32(ov[i].InternalHigh, i + 1);
        if (i < 2)
            CHECK(!HasOverlappedIoCompleted(&ov[i + 1]));
    }
}

TEST(one_write_may_end_several_reads)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096);
    OVERLAPPED first = with_event(), second = with_event();
    char buffer[2][4];

    CHECK_ERR(ReadFile(pair.server, buffer[0], 4, NULL, &first), ERROR_IO_PENDING);
    CHECK_ERR(ReadFile(pair.server, buffer[1], 4, NULL, &second), ERROR_IO_PENDING);
    write_now(pair.client, "abcdef", 6);
    CHECK_U32(WaitForSingleObject(first.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(second.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(first.InternalHigh, 4);
    CHECK_U32(second.InternalHigh, 2);
}

TEST(a_pending_read_of_nothing_ends_with_the_next_data_and_takes_none)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096);
    OVERLAPPED ov = with_event();
    char buffer[4];
    DWORD count;

    CHECK_ERR(ReadFile(pair.server, buffer, 0, NULL, &ov), ERROR_IO_PENDING);
    write_now(pair.client, "abc", 3);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(ov.Internal, 0);
    CHECK_U32(ov.InternalHigh, 0);
    CHECK(ReadFile(pair.server, buffer, 4, &count, &ov));
    CHECK_U32(count, 3);
}

TEST(pending_reads_fail_when_the_peer_closes)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096);
    OVERLAPPED ov = with_event();
    char buffer[4];
    DWORD count = 77;

    CHECK_ERR(ReadFile(pair.server, buffer, 4, NULL, &ov), ERROR_IO_PENDING);
    CHECK(CloseHandle(pair.client));
    CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(ov.Internal, 0xC000014B);
    CHECK_U32(ov.InternalHigh, 0);
    CHECK_ERR(GetOverlappedResult(pair.server, &ov, &count, TRUE), ERROR_BROKEN_PIPE);
}

TEST(pending_operations_fail_when_the_server_disconnects)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100);
    OVERLAPPED reads = with_event(), writes = with_event();
    static char buffer[500];

    CHECK_ERR(ReadFile(pair.client, buffer, 4, NULL, &reads), ERROR_IO_PENDING);
    CHECK_ERR(WriteFile(pair.client, buffer, sizeof(buffer), NULL, &writes), ERROR_IO_PENDING);
    CHECK(DisconnectNamedPipe(pair.server));
    CHECK_U32(WaitForSingleObject(reads.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(writes.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(reads.Internal, 0xC00000B0);
    CHECK_U32(writes.Internal, 0xC00000B0);
}

/* ---- writing ---- */

TEST(a_write_that_fits_succeeds_at_once)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100);
    OVERLAPPED ov = with_event();
    char buffer[100] = {0};
    DWORD count = 77;

    CHECK(WriteFile(pair.client, buffer, 100, &count, &ov));
    CHECK_U32(count, 100);
    CHECK_U32(ov.Internal, 0);
    CHECK_U32(ov.InternalHigh, 100);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 0), WAIT_OBJECT_0);
}

TEST(a_write_over_the_quota_pends_until_its_rest_fits)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100);
    OVERLAPPED ov = with_event(), reads = with_event();
    char buffer[150] = {0};
    DWORD count = 77;

    CHECK_ERR(WriteFile(pair.client, buffer, 150, &count, &ov), ERROR_IO_PENDING);
    CHECK_U32(count, 0);
    CHECK(PeekNamedPipe(pair.server, NULL, 0, NULL, &count, NULL));
    CHECK_U32(count, 150);
    CHECK(ReadFile(pair.server, buffer, 49, &count, &reads));
    CHECK_U32(WaitForSingleObject(ov.hEvent, BLOCKED_MS), WAIT_TIMEOUT);
    CHECK(ReadFile(pair.server, buffer, 1, &count, &reads));
    CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(ov.Internal, 0);
    CHECK_U32(ov.InternalHigh, 150);
}

TEST(writes_end_in_their_order)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 100);
    OVERLAPPED ov[3], reads = with_event();
    char buffer[200] = {0};
    DWORD count;
    int i;

    for (i = 0; i < 3; i++) {
        ov[i] = with_event();
        CHECK_ERR(WriteFile(pair.client, buffer, i == 0 ? 101 : 10, NULL, &ov[i]),
                  ERROR_IO_PENDING);
    }
    CHECK_U32(WaitForSingleObject(ov[1].hEvent, BLOCKED_MS), WAIT_TIMEOUT);
    CHECK(ReadFile(pair.server, buffer, sizeof(buffer), &count, &reads));
    CHECK_U32(count, 101);
    for (i = 0; i < 3; i++)
        CHECK_U32(WaitForSingleObject(ov[i].hEvent, 5000), WAIT_OBJECT_0);
    for (i = 0; i < 2; i++) {
        CHECK(ReadFile(pair.server, buffer, sizeof(buffer), &count, &reads));
        CHECK_U32(count, 10);
    }
}

TEST(pending_writes_fail_when_the_reader_closes)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100);
    OVERLAPPED ov = with_event();
    char buffer[150] = {0};

    CHECK_ERR(WriteFile(pair.client, buffer, 150, NULL, &ov), ERROR_IO_PENDING);
    CHECK(CloseHandle(pair.server));
    CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(ov.Internal, 0xC000014B);
}

/* ---- connecting ---- */

TEST(connecting_pends_until_a_client_comes)
{
    HANDLE server = create_server(PIPE_TYPE_BYTE, 100), client;
    OVERLAPPED ov = with_event();
    DWORD count = 77;

    SetEvent(ov.hEvent);
    CHECK_ERR(ConnectNamedPipe(server, &ov), ERROR_IO_PENDING);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 0), WAIT_TIMEOUT);
    CHECK_U32(ov.Internal, STATUS_PENDING);
    client = open_client();
    CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(ov.Internal, 0);
    CHECK(GetOverlappedResult(server, &ov, &count, TRUE));
    CHECK_U32(count, 0);
    CHECK(CloseHandle(client));
}

TEST(a_connect_ends_also_when_another_call_sees_the_client_first)
{
    HANDLE server = create_server(PIPE_TYPE_BYTE, 100);
    OVERLAPPED ov = with_event();
    int i;

    for (i = 0; i < 50; i++) {
        HANDLE client;
        DWORD count;

        CHECK_ERR(ConnectNamedPipe(server, &ov), ERROR_IO_PENDING);
        client = open_client();
        PeekNamedPipe(server, NULL, 0, NULL, &count, NULL);
        CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
        CHECK_U32(ov.Internal, 0);
        CHECK(CloseHandle(client));
        CHECK(DisconnectNamedPipe(server));
    }
}

TEST(connecting_to_a_client_that_is_there_fails_at_once)
{
    HANDLE server = create_server(PIPE_TYPE_BYTE, 100);
    OVERLAPPED ov = with_event();

    open_client();
    SetEvent(ov.hEvent);
    CHECK_ERR(ConnectNamedPipe(server, &ov), ERROR_PIPE_CONNECTED);
    CHECK_U32(ov.Internal, STATUS_PENDING);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 0), WAIT_TIMEOUT);
}

TEST(several_connects_of_one_instance_end_together)
{
    HANDLE server = create_server(PIPE_TYPE_BYTE, 100);
    OVERLAPPED first = with_event(), second = with_event();

    CHECK_ERR(ConnectNamedPipe(server, &first), ERROR_IO_PENDING);
    CHECK_ERR(ConnectNamedPipe(server, &second), ERROR_IO_PENDING);
    open_client();
    CHECK_U32(WaitForSingleObject(first.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(second.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(first.Internal, 0);
    CHECK_U32(second.Internal, 0);
}

TEST(an_instance_serves_one_client_after_another)
{
    HANDLE server = create_server(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 100);
    OVERLAPPED ov = with_event(), reads = with_event();
    char buffer[16];
    DWORD count;
    int i;

    for (i = 0; i < 20; i++) {
        HANDLE client;

        CHECK_ERR(ConnectNamedPipe(server, &ov), ERROR_IO_PENDING);
        client = open_client();
        CHECK(GetOverlappedResult(server, &ov, &count, TRUE));
        CHECK_ERR(ReadFile(server, buffer, sizeof(buffer), NULL, &reads), ERROR_IO_PENDING);
        write_now(client, "hi", 2);
        CHECK(GetOverlappedResult(server, &reads, &count, TRUE));
        CHECK_U32(count, 2);
        CHECK(CloseHandle(client));
        CHECK(DisconnectNamedPipe(server));
    }
}

TEST(disconnecting_ends_a_pending_connect)
{
    HANDLE server = create_server(PIPE_TYPE_BYTE, 100);
    OVERLAPPED ov = with_event();

    CHECK_ERR(ConnectNamedPipe(server, &ov), ERROR_IO_PENDING);
    SetLastError(0);
    if (!DisconnectNamedPipe(server))
        CHECK_WINE_DIFFERS(0, "it cannot be disconnected while it listens");
    else {
        CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
        CHECK_U32(ov.Internal, 0xC00000B0);
    }
}

TEST(closing_the_server_ends_a_pending_connect)
{
    HANDLE server = create_server(PIPE_TYPE_BYTE, 100);
    OVERLAPPED ov = with_event();

    CHECK_ERR(ConnectNamedPipe(server, &ov), ERROR_IO_PENDING);
    CHECK(CloseHandle(server));
    CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
    CHECK(HasOverlappedIoCompleted(&ov));
    CHECK_WINE_DIFFERS(ov.Internal == 0xC000014B, "it is cancelled");
}

static DWORD WINAPI connect_blocking(LPVOID server)
{
    return ConnectNamedPipe((HANDLE)server, NULL) ? 1 : GetLastError();
}

static DWORD WINAPI read_blocking(LPVOID pipe)
{
    static char buffer[16];
    DWORD count = 0;

    return ReadFile((HANDLE)pipe, buffer, sizeof(buffer), &count, NULL) ? count : GetLastError();
}

TEST(without_an_overlapped_an_overlapped_handle_blocks)
{
    HANDLE server = create_server(PIPE_TYPE_BYTE, 100), client, thread;

    thread = start(connect_blocking, server);
    CHECK(thread_is_blocked(thread));
    client = open_client();
    CHECK_U32(exit_code_of(thread), 1);
    thread = start(read_blocking, server);
    CHECK(thread_is_blocked(thread));
    write_now(client, "abc", 3);
    CHECK_U32(exit_code_of(thread), 3);
}

TEST(blocking_and_overlapped_reads_share_a_handle)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov = with_event();
    char buffer[8];
    HANDLE thread;

    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    thread = start(read_blocking, pair.server);
    CHECK(thread_is_blocked(thread));
    write_now(pair.client, "a", 1);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
    CHECK(thread_is_blocked(thread));
    write_now(pair.client, "bb", 2);
    CHECK_U32(exit_code_of(thread), 2);
    /* The other way round. */
    thread = start(read_blocking, pair.server);
    CHECK(thread_is_blocked(thread));
    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    write_now(pair.client, "ccc", 3);
    CHECK_U32(exit_code_of(thread), 3);
    CHECK_U32(WaitForSingleObject(ov.hEvent, BLOCKED_MS), WAIT_TIMEOUT);
    write_now(pair.client, "dddd", 4);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(ov.InternalHigh, 4);
}

TEST(a_synchronous_handle_blocks_also_with_an_overlapped)
{
    HANDLE server, client;
    OVERLAPPED ov = with_event();
    char buffer[4];
    DWORD count = 77;

    server =
        CreateNamedPipeA(pipe_name(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 100, 100, 0, NULL);
    client =
        CreateFileA(pipe_name(), GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(client != INVALID_HANDLE_VALUE);
    CHECK_ERR(ConnectNamedPipe(server, &ov), ERROR_PIPE_CONNECTED);
    CHECK(WriteFile(client, "ab", 2, &count, NULL));
    CHECK(ReadFile(server, buffer, 4, &count, &ov));
    CHECK_U32(count, 2);
    CHECK_U32(ov.Internal, 0);
    CHECK_U32(ov.InternalHigh, 2);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 0), WAIT_OBJECT_0);
}

/* ---- the handle as something to wait for ---- */

TEST(the_handle_is_signaled_by_the_end_of_what_has_no_event)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov;
    char buffer[8];
    DWORD count;

    memset(&ov, 0, sizeof(ov));
    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    CHECK_U32(WaitForSingleObject(pair.server, 0), WAIT_TIMEOUT);
    write_now(pair.client, "abc", 3);
    CHECK_U32(WaitForSingleObject(pair.server, 5000), WAIT_OBJECT_0);
    CHECK_U32(ov.InternalHigh, 3);
    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    write_now(pair.client, "defg", 4);
    CHECK(GetOverlappedResult(pair.server, &ov, &count, TRUE));
    CHECK_U32(count, 4);
}

TEST(the_handle_stays_unsignaled_when_an_event_is_set_instead)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov = with_event();
    char buffer[8];

    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    CHECK_U32(WaitForSingleObject(pair.server, 0), WAIT_TIMEOUT);
    write_now(pair.client, "abc", 3);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(pair.server, 0), WAIT_TIMEOUT);
}

TEST(a_fresh_overlapped_server_is_signaled)
{
    HANDLE server = create_server(PIPE_TYPE_BYTE, 100);

    CHECK_U32(WaitForSingleObject(server, 0), WAIT_OBJECT_0);
}

/* ---- results ---- */

static volatile LONG calls;

static void CALLBACK count_call(ULONG_PTR unused)
{
    (void)unused;
    calls++;
}

TEST(the_result_may_be_waited_for_with_a_time_and_alertably)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov = with_event();
    char buffer[8];
    DWORD count;

    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    CHECK(QueueUserAPC(count_call, GetCurrentThread(), 0));
    CHECK_ERR(GetOverlappedResultEx(pair.server, &ov, &count, 0, TRUE), ERROR_IO_INCOMPLETE);
    CHECK_ERR(GetOverlappedResultEx(pair.server, &ov, &count, 20, FALSE), WAIT_TIMEOUT);
    CHECK_U32(calls, 0);
    CHECK_ERR(GetOverlappedResultEx(pair.server, &ov, &count, 1000, TRUE), WAIT_IO_COMPLETION);
    CHECK_U32(calls, 1);
    write_now(pair.client, "abc", 3);
    CHECK(GetOverlappedResultEx(pair.server, &ov, &count, 5000, TRUE));
    CHECK_U32(count, 3);
}

TEST(blocking_pipe_calls_are_not_alertable)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    char buffer[8];
    DWORD count;

    CHECK(QueueUserAPC(count_call, GetCurrentThread(), 0));
    write_now(pair.client, "abc", 3);
    CHECK(ReadFile(pair.server, buffer, 8, &count, NULL));
    CHECK_U32(calls, 0);
    CHECK_U32(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
}

/* ---- transactions ---- */

TEST(a_transaction_pends_until_the_answer)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov = with_event(), reads = with_event();
    char answer[8], buffer[8];
    DWORD count = 77;

    CHECK_ERR(TransactNamedPipe(pair.client, "ask", 3, answer, 8, NULL, &ov), ERROR_IO_PENDING);
    CHECK(ReadFile(pair.server, buffer, 8, &count, &reads));
    CHECK_U32(count, 3);
    write_now(pair.server, "tell", 4);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
    CHECK(GetOverlappedResult(pair.client, &ov, &count, TRUE));
    CHECK_U32(count, 4);
    CHECK(memcmp(answer, "tell", 4) == 0);
}

TEST(an_answer_that_is_too_long_is_a_warning)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov = with_event(), reads = with_event();
    char answer[2], buffer[8];
    DWORD count = 77;

    CHECK_ERR(TransactNamedPipe(pair.client, "ask", 3, answer, 2, NULL, &ov), ERROR_IO_PENDING);
    write_now(pair.server, "tell", 4);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_ERR(GetOverlappedResult(pair.client, &ov, &count, TRUE), ERROR_MORE_DATA);
    CHECK_U32(count, 2);
    CHECK(ReadFile(pair.client, buffer, 8, &count, &reads));
    CHECK_U32(count, 2);
}

TEST(a_transaction_with_unread_data_in_its_way_fails_through_its_end)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov = with_event();
    char answer[8];
    DWORD count = 77, error;

    write_now(pair.server, "old", 3);
    SetLastError(0);
    CHECK(!TransactNamedPipe(pair.client, "ask", 3, answer, 8, NULL, &ov));
    error = GetLastError();
    if (error == ERROR_IO_PENDING) {
        CHECK_U32(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
        CHECK_ERR(GetOverlappedResult(pair.client, &ov, &count, TRUE), ERROR_PIPE_BUSY);
    } else {
        CHECK_U32(error, ERROR_PIPE_BUSY);
    }
}

/* ---- routines ---- */

static struct {
    int calls;
    DWORD error, bytes, thread;
    LPOVERLAPPED overlapped;
} routine_saw;

static void CALLBACK routine(DWORD error, DWORD bytes, LPOVERLAPPED overlapped)
{
    routine_saw.calls++;
    routine_saw.error = error;
    routine_saw.bytes = bytes;
    routine_saw.overlapped = overlapped;
    routine_saw.thread = GetCurrentThreadId();
}

TEST(a_routine_runs_in_an_alertable_wait_and_not_in_the_call)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov;
    char buffer[8];

    memset(&ov, 0, sizeof(ov));
    ov.hEvent = (HANDLE)(ULONG_PTR)0x1234567; /* the program's own */
    write_now(pair.client, "abc", 3);
    SetLastError(0xDEADBEEF);
    CHECK(ReadFileEx(pair.server, buffer, 8, &ov, routine));
    CHECK_U32_WINE_DIFFERS(GetLastError(), 0, "the last error stays as it was");
    CHECK_U32(routine_saw.calls, 0);
    Sleep(10);
    CHECK_U32(routine_saw.calls, 0);
    CHECK_U32(SleepEx(0, TRUE), WAIT_IO_COMPLETION);
    CHECK_U32(routine_saw.calls, 1);
    CHECK_U32(routine_saw.error, 0);
    CHECK_U32(routine_saw.bytes, 3);
    CHECK(routine_saw.overlapped == &ov);
    CHECK_U32(SleepEx(0, TRUE), 0);
}

TEST(a_routine_runs_after_a_wait_as_well)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov;
    char buffer[8];

    memset(&ov, 0, sizeof(ov));
    CHECK(ReadFileEx(pair.server, buffer, 8, &ov, routine));
    CHECK_U32(SleepEx(20, TRUE), 0);
    write_now(pair.client, "abcd", 4);
    CHECK_U32(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    CHECK_U32(routine_saw.calls, 1);
    CHECK_U32(routine_saw.bytes, 4);
    CHECK_U32(routine_saw.thread, GetCurrentThreadId());
    CHECK(WriteFileEx(pair.server, "x", 1, &ov, routine));
    CHECK_U32(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    CHECK_U32(routine_saw.calls, 2);
    CHECK_U32(routine_saw.bytes, 1);
}

TEST(a_routine_is_told_of_warnings_and_errors)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov;
    char buffer[8];

    memset(&ov, 0, sizeof(ov));
    WINE_DIFFERS("a warning at once is a failure");
    write_now(pair.client, "abcdef", 6);
    CHECK(ReadFileEx(pair.server, buffer, 2, &ov, routine));
    CHECK_U32(GetLastError(), ERROR_MORE_DATA);
    CHECK_U32(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    CHECK_U32(routine_saw.error, ERROR_MORE_DATA);
    CHECK_U32(routine_saw.bytes, 2);
    CHECK(ReadFileEx(pair.server, buffer, 8, &ov, routine));
    CHECK_U32(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    CHECK(ReadFileEx(pair.server, buffer, 8, &ov, routine));
    CHECK(CloseHandle(pair.client));
    CHECK_U32(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    CHECK_U32(routine_saw.calls, 3);
    CHECK_U32(routine_saw.error, ERROR_BROKEN_PIPE);
    CHECK_U32(routine_saw.bytes, 0);
    CHECK_ERR(ReadFileEx(pair.server, buffer, 8, &ov, routine), ERROR_BROKEN_PIPE);
    CHECK_U32(SleepEx(20, TRUE), 0);
    CHECK_U32(routine_saw.calls, 3);
}

static DWORD WINAPI read_and_leave(LPVOID argument)
{
    static char buffer[8];
    static OVERLAPPED ov;
    struct pair *pair = argument;

    CHECK(ReadFileEx(pair->server, buffer, 8, &ov, routine));
    return 0;
}

TEST(what_a_thread_has_begun_ends_with_it)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov = with_event();
    char buffer[8];
    DWORD count;

    CHECK_U32(exit_code_of(start(read_and_leave, &pair)), 0);
    Sleep(20);
    write_now(pair.client, "abc", 3);
    CHECK(ReadFile(pair.server, buffer, 8, &count, &ov) || GetLastError() == ERROR_IO_PENDING);
    CHECK(GetOverlappedResultEx(pair.server, &ov, &count, 5000, FALSE));
    CHECK_U32(count, 3);
    CHECK_U32(routine_saw.calls, 0);
}
