/* SPDX-License-Identifier: MIT */
/* Taking operations back. */
#include "conformance.h"
#include "overlapped.h"

#define CANCELLED 0xC0000120

static void check_cancelled(HANDLE pipe, OVERLAPPED *ov)
{
    DWORD count = 77;

    CHECK_U32(WaitForSingleObject(ov->hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(ov->Internal, CANCELLED);
    CHECK_U32(ov->InternalHigh, 0);
    CHECK_ERR(GetOverlappedResult(pipe, ov, &count, TRUE), ERROR_OPERATION_ABORTED);
    CHECK_U32(count, 0);
}

static void check_nothing_to_cancel(HANDLE pipe)
{
    SetLastError(0);
    CHECK_WINE_DIFFERS(!CancelIoEx(pipe, NULL) && GetLastError() == ERROR_NOT_FOUND,
                       "nothing is enough");
}

static DWORD waiting_bytes(HANDLE pipe)
{
    DWORD count = 77;

    CHECK(PeekNamedPipe(pipe, NULL, 0, NULL, &count, NULL));
    return count;
}

TEST(a_cancelled_read_ends_as_aborted_and_only_once)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov = with_event();
    char buffer[8];
    DWORD count;

    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    CHECK(CancelIoEx(pair.server, &ov));
    check_cancelled(pair.server, &ov);
    CHECK_ERR(CancelIoEx(pair.server, &ov), ERROR_NOT_FOUND);
    check_nothing_to_cancel(pair.server);
    write_now(pair.client, "abc", 3);
    CHECK(ReadFile(pair.server, buffer, 8, &count, &ov));
    CHECK_U32(count, 3);
}

TEST(cancelling_meets_only_the_operation_with_that_overlapped)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED first = with_event(), second = with_event();
    char buffer[2][8];

    CHECK_ERR(ReadFile(pair.server, buffer[0], 8, NULL, &first), ERROR_IO_PENDING);
    CHECK_ERR(ReadFile(pair.server, buffer[1], 8, NULL, &second), ERROR_IO_PENDING);
    CHECK(CancelIoEx(pair.server, &first));
    check_cancelled(pair.server, &first);
    CHECK(!HasOverlappedIoCompleted(&second));
    write_now(pair.client, "abc", 3);
    CHECK_U32(WaitForSingleObject(second.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(second.InternalHigh, 3);
    CHECK_ERR(CancelIoEx(pair.server, &second), ERROR_NOT_FOUND);
}

TEST(cancelling_all_ends_all)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100);
    OVERLAPPED reads = with_event(), writes = with_event();
    static char buffer[200];

    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &reads), ERROR_IO_PENDING);
    CHECK_ERR(WriteFile(pair.server, buffer, 200, NULL, &writes), ERROR_IO_PENDING);
    CHECK(CancelIoEx(pair.server, NULL));
    check_cancelled(pair.server, &reads);
    check_cancelled(pair.server, &writes);
    CHECK_U32(waiting_bytes(pair.client), 0);
}

struct reader {
    HANDLE pipe;
    OVERLAPPED ov;
    char buffer[8];
    HANDLE go_on;
};

static DWORD WINAPI begin_a_read(LPVOID argument)
{
    struct reader *reader = argument;

    CHECK_ERR(ReadFile(reader->pipe, reader->buffer, 8, NULL, &reader->ov), ERROR_IO_PENDING);
    WaitForSingleObject(reader->go_on, 10000);
    return 0;
}

TEST(the_old_form_cancels_what_the_calling_thread_has_begun)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    static struct reader reader;
    OVERLAPPED ov = with_event();
    char buffer[8];
    HANDLE thread;

    reader.pipe = pair.server;
    reader.ov = with_event();
    reader.go_on = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = start(begin_a_read, &reader);
    CHECK(thread_is_blocked(thread));
    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    CHECK(CancelIo(pair.server));
    check_cancelled(pair.server, &ov);
    CHECK(!HasOverlappedIoCompleted(&reader.ov));
    CHECK(CancelIo(pair.server));
    CHECK(CancelIoEx(pair.server, NULL));
    check_cancelled(pair.server, &reader.ov);
    SetEvent(reader.go_on);
    CHECK_U32(exit_code_of(thread), 0);
}

TEST(a_cancelled_connect_leaves_the_instance_listening)
{
    HANDLE server = create_server(PIPE_TYPE_BYTE, 100), client;
    OVERLAPPED ov = with_event();
    DWORD count;

    CHECK_ERR(ConnectNamedPipe(server, &ov), ERROR_IO_PENDING);
    CHECK(CancelIo(server));
    check_cancelled(server, &ov);
    CHECK_ERR(ConnectNamedPipe(server, &ov), ERROR_IO_PENDING);
    client = open_client();
    CHECK(GetOverlappedResult(server, &ov, &count, TRUE));
    CHECK(CloseHandle(client));
}

TEST(a_cancelled_write_takes_its_bytes_back)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 100);
    OVERLAPPED first = with_event(), second = with_event(), reads = with_event();
    char buffer[200];
    DWORD count;

    memset(buffer, 'x', sizeof(buffer));
    write_now(pair.client, buffer, 10);
    CHECK_ERR(WriteFile(pair.client, buffer, 150, NULL, &first), ERROR_IO_PENDING);
    CHECK_ERR(WriteFile(pair.client, "end", 3, NULL, &second), ERROR_IO_PENDING);
    CHECK_U32(waiting_bytes(pair.server), 163);
    CHECK(CancelIoEx(pair.client, &first));
    check_cancelled(pair.client, &first);
    /* What came behind it moves up. */
    CHECK_U32(WaitForSingleObject(second.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(second.InternalHigh, 3);
    CHECK_U32(waiting_bytes(pair.server), 13);
    CHECK(ReadFile(pair.server, buffer, sizeof(buffer), &count, &reads));
    CHECK_U32(count, 10);
    CHECK(ReadFile(pair.server, buffer, sizeof(buffer), &count, &reads));
    CHECK_U32(count, 3);
    CHECK(memcmp(buffer, "end", 3) == 0);
}

TEST(a_write_that_was_read_in_part_gives_back_the_rest)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100);
    OVERLAPPED ov = with_event(), reads = with_event();
    char buffer[300] = {0};
    DWORD count;

    CHECK_ERR(WriteFile(pair.client, buffer, 300, NULL, &ov), ERROR_IO_PENDING);
    CHECK(ReadFile(pair.server, buffer, 120, &count, &reads));
    CHECK_U32(count, 120);
    CHECK_U32(waiting_bytes(pair.server), 180);
    CHECK(CancelIoEx(pair.client, &ov));
    check_cancelled(pair.client, &ov);
    CHECK_U32(waiting_bytes(pair.server), 0);
    write_now(pair.client, "abc", 3);
    CHECK(ReadFile(pair.server, buffer, 120, &count, &reads));
    CHECK_U32(count, 3);
}

static DWORD WINAPI flush(LPVOID pipe)
{
    return FlushFileBuffers((HANDLE)pipe) ? 0 : GetLastError();
}

TEST(cancelling_the_last_write_ends_a_flush)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100);
    OVERLAPPED ov = with_event();
    char buffer[300] = {0};
    HANDLE thread;

    CHECK_ERR(WriteFile(pair.client, buffer, 300, NULL, &ov), ERROR_IO_PENDING);
    thread = start(flush, pair.client);
    CHECK(thread_is_blocked(thread));
    CHECK(CancelIoEx(pair.client, &ov));
    check_cancelled(pair.client, &ov);
    CHECK_U32(exit_code_of(thread), 0);
}

TEST(a_cancelled_transaction_leaves_its_request)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov = with_event(), reads = with_event();
    char answer[8], buffer[8];
    DWORD count;

    CHECK_ERR(TransactNamedPipe(pair.client, "ask", 3, answer, 8, NULL, &ov), ERROR_IO_PENDING);
    CHECK(CancelIoEx(pair.client, &ov));
    check_cancelled(pair.client, &ov);
    CHECK(ReadFile(pair.server, buffer, 8, &count, &reads));
    CHECK_U32(count, 3);
}

static volatile LONG calls;
static DWORD call_error;

static void CALLBACK routine(DWORD error, DWORD bytes, LPOVERLAPPED overlapped)
{
    (void)bytes;
    (void)overlapped;
    calls++;
    call_error = error;
}

TEST(the_routine_of_a_cancelled_operation_is_called)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov;
    char buffer[8];

    memset(&ov, 0, sizeof(ov));
    CHECK(ReadFileEx(pair.server, buffer, 8, &ov, routine));
    CHECK(CancelIo(pair.server));
    CHECK_U32(calls, 0);
    CHECK_U32(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    CHECK_U32(calls, 1);
    CHECK_U32(call_error, ERROR_OPERATION_ABORTED);
}

TEST(closing_the_last_handle_ends_what_pends)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100);
    OVERLAPPED reads = with_event(), writes = with_event();
    static char buffer[300];

    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &reads), ERROR_IO_PENDING);
    CHECK_ERR(WriteFile(pair.server, buffer, 300, NULL, &writes), ERROR_IO_PENDING);
    CHECK(CloseHandle(pair.server));
    CHECK_U32(WaitForSingleObject(reads.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(writes.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_U32(reads.Internal >> 30 & 3, 3);
    CHECK_U32(writes.Internal >> 30 & 3, 3);
}

TEST(a_second_handle_keeps_what_pends)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100);
    OVERLAPPED ov = with_event();
    HANDLE twin = NULL;
    char buffer[8];

    CHECK(DuplicateHandle(GetCurrentProcess(), pair.server, GetCurrentProcess(), &twin, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    CHECK(CloseHandle(pair.server));
    CHECK(!HasOverlappedIoCompleted(&ov));
    CHECK(CancelIoEx(twin, &ov));
    check_cancelled(twin, &ov);
}

/* ---- blocked threads ---- */

static DWORD WINAPI read_blocking(LPVOID pipe)
{
    char buffer[8];
    DWORD count;

    return ReadFile((HANDLE)pipe, buffer, 8, &count, NULL) ? 0 : GetLastError();
}

static DWORD WINAPI write_blocking(LPVOID pipe)
{
    static char buffer[300];
    DWORD count;

    return WriteFile((HANDLE)pipe, buffer, 300, &count, NULL) ? 0 : GetLastError();
}

static DWORD WINAPI connect_blocking(LPVOID pipe)
{
    return ConnectNamedPipe((HANDLE)pipe, NULL) ? 0 : GetLastError();
}

static DWORD WINAPI sleep_a_while(LPVOID unused)
{
    (void)unused;
    Sleep(300);
    return 0;
}

static struct pair synchronous_pair(void)
{
    struct pair pair;

    pair.server =
        CreateNamedPipeA(pipe_name(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 100, 100, 0, NULL);
    pair.client =
        CreateFileA(pipe_name(), GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(pair.client != INVALID_HANDLE_VALUE);
    return pair;
}

TEST(a_blocked_thread_can_be_taken_out_of_its_call)
{
    struct pair pair = synchronous_pair();
    HANDLE thread, server;

    thread = start(read_blocking, pair.server);
    CHECK(thread_is_blocked(thread));
    SetLastError(0xDEADBEEF);
    CHECK(CancelSynchronousIo(thread));
    CHECK_U32(GetLastError(), 0xDEADBEEF);
    CHECK_U32(exit_code_of(thread), ERROR_OPERATION_ABORTED);
    thread = start(write_blocking, pair.client);
    CHECK(thread_is_blocked(thread));
    CHECK(CancelSynchronousIo(thread));
    CHECK_U32(exit_code_of(thread), ERROR_OPERATION_ABORTED);
    CHECK_U32(waiting_bytes(pair.server), 0);
    server =
        CreateNamedPipeA(pipe_name(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 100, 100, 0, NULL);
    thread = start(connect_blocking, server);
    CHECK(thread_is_blocked(thread));
    CHECK(CancelSynchronousIo(thread));
    CHECK_U32(exit_code_of(thread), ERROR_OPERATION_ABORTED);
}

struct anonymous {
    HANDLE read_end, write_end;
};

static struct anonymous anonymous_pipe(void)
{
    struct anonymous pipe;

    CHECK(CreatePipe(&pipe.read_end, &pipe.write_end, NULL, 4096));
    return pipe;
}

static void check_passes(const struct anonymous *pipe, const char *text)
{
    char got[64];
    DWORD count;

    CHECK(WriteFile(pipe->write_end, text, (DWORD)strlen(text), &count, NULL));
    CHECK(ReadFile(pipe->read_end, got, sizeof(got), &count, NULL));
    CHECK_U32(count, strlen(text));
    CHECK(memcmp(got, text, count) == 0);
}

TEST(a_thread_that_reads_an_anonymous_pipe_can_be_taken_out)
{
    struct anonymous pipe = anonymous_pipe();
    HANDLE thread;
    int i;

    for (i = 0; i < 3; i++) {
        thread = start(read_blocking, pipe.read_end);
        CHECK(thread_is_blocked(thread));
        CHECK(CancelSynchronousIo(thread));
        CHECK_U32(exit_code_of(thread), ERROR_OPERATION_ABORTED);
        check_passes(&pipe, "goes on");
    }
}

static DWORD WINAPI read_one_byte(LPVOID pipe)
{
    char byte = 0;
    DWORD count;

    return ReadFile(pipe, &byte, 1, &count, NULL) ? (DWORD)byte : GetLastError();
}

TEST(of_two_who_read_an_anonymous_pipe_the_other_one_stays)
{
    struct anonymous pipe = anonymous_pipe();
    HANDLE first = start(read_one_byte, pipe.read_end),
           second = start(read_one_byte, pipe.read_end);
    DWORD count;

    CHECK(thread_is_blocked(first));
    CHECK(thread_is_blocked(second));
    CHECK(CancelSynchronousIo(first));
    CHECK_U32(WaitForSingleObject(first, 5000), WAIT_OBJECT_0);
    CHECK(thread_is_blocked(second));
    CHECK(WriteFile(pipe.write_end, "x", 1, &count, NULL));
    CHECK_U32(exit_code_of(first), ERROR_OPERATION_ABORTED);
    CHECK_U32(exit_code_of(second), 'x');
}

#define MORE_THAN_FITS (4 << 20)

static DWORD WINAPI write_more_than_fits(LPVOID pipe)
{
    char *bytes = calloc(1, MORE_THAN_FITS);
    DWORD count;

    return WriteFile(pipe, bytes, MORE_THAN_FITS, &count, NULL) ? 0 : GetLastError();
}

TEST(a_thread_that_writes_an_anonymous_pipe_can_be_taken_out)
{
    struct anonymous pipe = anonymous_pipe();
    HANDLE thread;
    char bytes[4096];
    DWORD count, total = 0;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    thread = start(write_more_than_fits, pipe.write_end);
    CHECK(thread_is_blocked(thread));
    CHECK(CancelSynchronousIo(thread));
    CHECK_U32(exit_code_of(thread), ERROR_OPERATION_ABORTED);
    CHECK(PeekNamedPipe(pipe.read_end, NULL, 0, NULL, &total, NULL));
    CHECK_DEVIATES(65, total == 0);
    for (; total; total -= count)
        CHECK(ReadFile(pipe.read_end, bytes, total < 4096 ? total : 4096, &count, NULL));
    check_passes(&pipe, "goes on");
}

static DWORD WINAPI flush_blocking(LPVOID pipe)
{
    return FlushFileBuffers(pipe) ? 0 : GetLastError();
}

TEST(a_thread_that_flushes_an_anonymous_pipe_can_be_taken_out)
{
    struct anonymous pipe = anonymous_pipe();
    HANDLE thread;
    char got[8];
    DWORD count;

    CHECK(WriteFile(pipe.write_end, "there", 5, &count, NULL));
    thread = start(flush_blocking, pipe.write_end);
    CHECK(thread_is_blocked(thread));
    CHECK(CancelSynchronousIo(thread));
    CHECK_U32(exit_code_of(thread), ERROR_OPERATION_ABORTED);
    CHECK(ReadFile(pipe.read_end, got, sizeof(got), &count, NULL));
    CHECK_U32(count, 5);
    CHECK(FlushFileBuffers(pipe.write_end));
}

TEST(a_thread_that_is_not_blocked_in_a_call_has_nothing_to_cancel)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100);
    static struct reader reader;
    HANDLE thread = start(sleep_a_while, NULL);

    CHECK_ERR(CancelSynchronousIo(thread), ERROR_NOT_FOUND);
    CHECK_ERR(CancelSynchronousIo(NULL), ERROR_INVALID_HANDLE);
    CHECK_U32(exit_code_of(thread), 0);
    reader.pipe = pair.server;
    reader.ov = with_event();
    reader.go_on = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = start(begin_a_read, &reader);
    CHECK(thread_is_blocked(thread));
    CHECK_ERR(CancelSynchronousIo(thread), ERROR_NOT_FOUND);
    CHECK(!HasOverlappedIoCompleted(&reader.ov));
    SetEvent(reader.go_on);
    CHECK_U32(exit_code_of(thread), 0);
}

TEST(what_has_no_operations_has_nothing_to_cancel)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100);
    OVERLAPPED ov = with_event();

    check_nothing_to_cancel(pair.server);
    CHECK_ERR(CancelIoEx(pair.server, &ov), ERROR_NOT_FOUND);
    CHECK(CancelIo(pair.server));
    CHECK_ERR(CancelIoEx(NULL, NULL), ERROR_INVALID_HANDLE);
    CHECK_ERR(CancelIo(NULL), ERROR_INVALID_HANDLE);
}
