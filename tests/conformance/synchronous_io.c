/* SPDX-License-Identifier: MIT */
/* ReadFile and WriteFile on synchronous handles to pipes: counts, errors, and an OVERLAPPED given
 * all the same. */
#include "pipe_helpers.h"

static OVERLAPPED fresh_overlapped(HANDLE event)
{
    OVERLAPPED overlapped;

    memset(&overlapped, 0, sizeof(overlapped));
    overlapped.Internal = 12345;
    overlapped.InternalHigh = 12345;
    overlapped.Offset = 1000;
    overlapped.hEvent = event;
    return overlapped;
}

static HANDLE create_event(BOOL initial)
{
    HANDLE event = CreateEventA(NULL, TRUE, initial, NULL);

    CHECK(event != NULL);
    return event;
}

/* ---- the buffer ---- */

TEST(no_buffer_is_an_error_and_not_the_end_of_the_program)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 64, 64);
    DWORD count = 99;

    write_all(pair.client, "abc", 3);
    CHECK_ERR(ReadFile(pair.server, NULL, 3, &count, NULL), ERROR_NOACCESS);
    CHECK_U32(count, 0);
    CHECK_ERR(ReadFile(pair.server, (void *)8, 3, &count, NULL), ERROR_NOACCESS);
    CHECK_U32(available(pair.server), 3);
}

TEST(nothing_is_written_from_no_buffer)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 64, 64);
    DWORD count = 99;

    CHECK(!WriteFile(pair.client, NULL, 3, &count, NULL));
    CHECK_U32_WINE_DIFFERS(GetLastError(), ERROR_NOACCESS, "ERROR_INVALID_USER_BUFFER");
    CHECK_U32(count, 0);
    CHECK_U32(available(pair.server), 0);
}

ROLE(write_from_far_away)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 64, 64);
    DWORD count;

    WriteFile(pair.client, (void *)(ULONG_PTR)0x7ff000000000, 3, &count, NULL);
    return GetLastError() == ERROR_NOACCESS || GetLastError() == ERROR_INVALID_USER_BUFFER ? 0 : 1;
}

TEST(no_bad_buffer_ends_the_program)
{
    PROCESS program = spawn_role(write_from_far_away, "");

    DEVIATES(17);
    CHECK_U32(wait_role(program), 0);
}

/* ---- the count ---- */

TEST(a_call_that_fails_sets_the_count_to_0)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 64, 64);
    DWORD count = 99;
    char byte;

    CHECK(CloseHandle(pair.client));
    CHECK_ERR(ReadFile(pair.server, &byte, 1, &count, NULL), ERROR_BROKEN_PIPE);
    CHECK_U32(count, 0);
    count = 99;
    CHECK_ERR(WriteFile(pair.server, "x", 1, &count, NULL), ERROR_NO_DATA);
    CHECK_U32(count, 0);
}

TEST(a_handle_that_is_none_sets_the_count_to_0_even_for_no_bytes)
{
    DWORD count = 99;
    char byte = 0;

    CHECK_ERR(ReadFile(INVALID_HANDLE_VALUE, &byte, 0, &count, NULL), ERROR_INVALID_HANDLE);
    CHECK_U32(count, 0);
    count = 99;
    CHECK_ERR(WriteFile(INVALID_HANDLE_VALUE, &byte, 0, &count, NULL), ERROR_INVALID_HANDLE);
    CHECK_U32(count, 0);
    count = 99;
    CHECK_ERR(ReadFile(NULL, &byte, 1, &count, NULL), ERROR_INVALID_HANDLE);
    CHECK_U32(count, 0);
}

TEST(the_count_may_be_left_out_when_there_is_an_overlapped)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 64, 64);
    OVERLAPPED overlapped = fresh_overlapped(NULL);
    char buffer[16];

    CHECK(WriteFile(pair.client, "abc", 3, NULL, &overlapped));
    CHECK(overlapped.Internal == 0 && overlapped.InternalHigh == 3);
    overlapped = fresh_overlapped(NULL);
    CHECK(ReadFile(pair.server, buffer, sizeof(buffer), NULL, &overlapped));
    CHECK(overlapped.Internal == 0 && overlapped.InternalHigh == 3);
    CHECK(memcmp(buffer, "abc", 3) == 0);
}

/* ---- an OVERLAPPED ---- */

TEST(the_offset_of_an_overlapped_means_nothing_to_a_pipe)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);
    OVERLAPPED overlapped = fresh_overlapped(NULL);
    DWORD count = 99;
    char buffer[16];

    CHECK(WriteFile(pair.client, "abc", 3, &count, &overlapped));
    CHECK_U32(count, 3);
    overlapped.Offset = 7;
    CHECK(ReadFile(pair.server, buffer, sizeof(buffer), &count, &overlapped));
    CHECK_U32(count, 3);
    CHECK(memcmp(buffer, "abc", 3) == 0);
}

TEST(a_success_sets_the_event)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 64, 64);
    HANDLE event = create_event(FALSE);
    OVERLAPPED overlapped = fresh_overlapped(event);
    DWORD count = 99;
    char buffer[16];

    CHECK(WriteFile(pair.client, "abc", 3, &count, &overlapped));
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    CHECK(ResetEvent(event));
    CHECK(ReadFile(pair.server, buffer, sizeof(buffer), &count, &overlapped));
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
}

TEST(more_data_leaves_the_count_at_0_and_tells_the_overlapped)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 64, 64);
    HANDLE event = create_event(FALSE);
    OVERLAPPED overlapped = fresh_overlapped(event);
    DWORD count = 99;
    char buffer[4];

    write_all(pair.client, "abcdef", 6);
    CHECK_ERR(ReadFile(pair.server, buffer, sizeof(buffer), &count, &overlapped), ERROR_MORE_DATA);
    CHECK_U32(count, 0);
    CHECK_U32(overlapped.Internal, 0x80000005);
    CHECK_U32(overlapped.InternalHigh, 4);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    CHECK(memcmp(buffer, "abcd", 4) == 0);
    read_exactly(pair.server, "ef", 2);
}

TEST(an_error_at_once_leaves_the_overlapped_pending_and_the_event_reset)
{
    HANDLE server = create_pipe(MESSAGE_MODE), event = create_event(TRUE);
    OVERLAPPED overlapped = fresh_overlapped(event);
    DWORD count = 99;
    char byte;

    CHECK_ERR(ReadFile(server, &byte, 1, &count, &overlapped), ERROR_PIPE_LISTENING);
    CHECK_U32(count, 0);
    CHECK_U32(overlapped.Internal, 0x103);
    CHECK_U32(overlapped.InternalHigh, 12345);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
}

TEST(a_handle_that_is_none_does_not_touch_the_event)
{
    HANDLE event = create_event(TRUE);
    OVERLAPPED overlapped = fresh_overlapped(event);
    DWORD count = 99;
    char byte;

    CHECK_ERR(ReadFile(INVALID_HANDLE_VALUE, &byte, 1, &count, &overlapped), ERROR_INVALID_HANDLE);
    CHECK_U32(count, 0);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
}

struct transfer {
    HANDLE pipe;
    OVERLAPPED overlapped;
    char buffer[256];
    DWORD length, count;
    BOOL result;
};

static DWORD WINAPI read_with_overlapped(LPVOID argument)
{
    struct transfer *call = (struct transfer *)argument;

    call->result =
        ReadFile(call->pipe, call->buffer, call->length, &call->count, &call->overlapped);
    return 0;
}

static DWORD WINAPI write_with_overlapped(LPVOID argument)
{
    struct transfer *call = (struct transfer *)argument;

    call->result =
        WriteFile(call->pipe, call->buffer, call->length, &call->count, &call->overlapped);
    return 0;
}

TEST(an_overlapped_does_not_keep_a_read_from_waiting)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);
    struct transfer call;
    HANDLE thread;

    memset(&call, 0, sizeof(call));
    call.pipe = pair.server;
    call.length = 16;
    thread = CreateThread(NULL, 0, read_with_overlapped, &call, 0, NULL);
    CHECK(thread_is_blocked(thread));
    write_all(pair.client, "abc", 3);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(call.result);
    CHECK_U32(call.count, 3);
    CHECK_U32(call.overlapped.Internal, 0);
    CHECK_U32(call.overlapped.InternalHigh, 3);
}

TEST(an_overlapped_does_not_keep_a_write_from_waiting)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);
    struct transfer call;
    HANDLE thread;

    memset(&call, 0, sizeof(call));
    call.pipe = pair.client;
    call.length = 100;
    thread = CreateThread(NULL, 0, write_with_overlapped, &call, 0, NULL);
    CHECK(thread_is_blocked(thread));
    read_exactly(pair.server, call.buffer, 100);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(call.result);
    CHECK_U32(call.count, 100);
    CHECK_U32(call.overlapped.InternalHigh, 100);
}

/* ---- last error and handles ---- */

TEST(a_success_leaves_the_last_error_alone)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 64, 64);

    SetLastError(0xDEADBEEF);
    write_all(pair.client, "abc", 3);
    read_exactly(pair.server, "abc", 3);
    CHECK_U32(GetLastError(), 0xDEADBEEF);
}

TEST(a_closed_handle_is_refused)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 64, 64);
    DWORD count = 99;
    char byte;

    CHECK(CloseHandle(pair.server));
    CHECK_ERR(ReadFile(pair.server, &byte, 1, &count, NULL), ERROR_INVALID_HANDLE);
    CHECK_ERR(WriteFile(pair.server, &byte, 1, &count, NULL), ERROR_INVALID_HANDLE);
    CHECK_ERR(FlushFileBuffers(pair.server), ERROR_INVALID_HANDLE);
    CHECK_ERR(CloseHandle(pair.server), ERROR_INVALID_HANDLE);
}

/* ---- one handle, two calls ---- */

TEST(calls_on_one_synchronous_handle_wait_for_each_other)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);
    struct call reader, writer;

    start_call(&reader, call_read, pair.server, 10);
    CHECK(thread_is_blocked(reader.thread));
    start_call(&writer, call_write, pair.server, 10);
    WINE_DIFFERS("a call does not wait for another one on the same handle");
    DEVIATES(2);
    CHECK(thread_is_blocked(writer.thread));
    write_all(pair.client, "x", 1);
    finish_call(&reader);
    finish_call(&writer);
}
