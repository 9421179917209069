/* SPDX-License-Identifier: MIT */
/* PIPE_NOWAIT: no call on such a handle waits. Quotas of 512 bytes. */
#include "pipe_helpers.h"

#define QUOTA 512

static char data[1024];

static struct pair connect_nowait(DWORD pipe_mode)
{
    struct pair pair = connect_pair(pipe_mode, QUOTA, QUOTA);

    set_mode(pair.server, (pipe_mode & PIPE_READMODE_MESSAGE) | PIPE_NOWAIT);
    return pair;
}

/* Windows: it succeeds, whatever it has written. */
static void check_writes(HANDLE pipe, DWORD length, DWORD written)
{
    DWORD count = 99;

    CHECK(WriteFile(pipe, data, length, &count, NULL));
    CHECK_U32(count, written);
}

static void start_reader(struct call *call, HANDLE pipe, DWORD room)
{
    start_call(call, call_read, pipe, room);
    CHECK(thread_is_blocked(call->thread));
}

/* ---- reads ---- */

TEST(a_nowait_read_of_an_empty_pipe_fails_with_no_data)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte;
    DWORD count;

    set_mode(pair.server, PIPE_READMODE_MESSAGE | PIPE_NOWAIT);
    CHECK_ERR(ReadFile(pair.server, &byte, 1, &count, NULL), ERROR_NO_DATA);
}

TEST(a_nowait_read_of_an_empty_byte_pipe_fails_with_no_data)
{
    struct pair pair = connect_nowait(PIPE_TYPE_BYTE);
    DWORD count = 99;

    CHECK_ERR(ReadFile(pair.server, data, 1, &count, NULL), ERROR_NO_DATA);
    CHECK_U32(count, 0);
    CHECK_ERR(ReadFile(pair.server, data, 0, &count, NULL), ERROR_NO_DATA);
}

TEST(a_nowait_read_takes_what_is_there)
{
    struct pair pair = connect_nowait(MESSAGE_MODE);
    DWORD count;

    write_all(pair.client, "abcdef", 6);
    CHECK_ERR(ReadFile(pair.server, data, 4, &count, NULL), ERROR_MORE_DATA);
    CHECK_U32(count, 4);
    CHECK(ReadFile(pair.server, data, 4, &count, NULL));
    CHECK_U32(count, 2);
    CHECK_ERR(ReadFile(pair.server, data, 4, &count, NULL), ERROR_NO_DATA);
}

TEST(a_nowait_read_takes_an_empty_message)
{
    struct pair pair = connect_nowait(MESSAGE_MODE);
    DWORD count = 99;

    write_all(pair.client, "", 0);
    CHECK(ReadFile(pair.server, data, 4, &count, NULL));
    CHECK_U32(count, 0);
    CHECK_ERR(ReadFile(pair.server, data, 4, &count, NULL), ERROR_NO_DATA);
}

TEST(a_nowait_read_tells_an_empty_pipe_from_a_broken_one)
{
    struct pair pair = connect_nowait(MESSAGE_MODE);
    DWORD count;

    CHECK_ERR(ReadFile(pair.server, data, 1, &count, NULL), ERROR_NO_DATA);
    CHECK(CloseHandle(pair.client));
    CHECK_ERR(ReadFile(pair.server, data, 1, &count, NULL), ERROR_BROKEN_PIPE);
}

TEST(a_nowait_client_reads_without_waiting)
{
    struct pair pair = connect_pair(MESSAGE_MODE, QUOTA, QUOTA);
    DWORD count;

    set_mode(pair.client, PIPE_READMODE_MESSAGE | PIPE_NOWAIT);
    CHECK_ERR(ReadFile(pair.client, data, 1, &count, NULL), ERROR_NO_DATA);
    write_all(pair.server, "x", 1);
    read_exactly(pair.client, "x", 1);
}

/* ---- writes without a reader ---- */

TEST(a_nowait_write_within_the_free_quota_writes_everything)
{
    struct pair pair = connect_nowait(PIPE_TYPE_BYTE);

    check_writes(pair.server, 300, 300);
    check_writes(pair.server, 212, 212);
    CHECK_U32(available(pair.client), 512);
}

TEST(a_nowait_message_within_the_free_quota_is_written)
{
    struct pair pair = connect_nowait(MESSAGE_MODE);

    check_writes(pair.server, 512, 512);
    CHECK_U32(available(pair.client), 512);
}

TEST(a_nowait_write_over_the_quota_succeeds_with_nothing_written)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 512, 512);
    DWORD count = 99;

    set_mode(pair.server, PIPE_NOWAIT);
    CHECK(WriteFile(pair.server, data, 513, &count, NULL));
    CHECK_U32(count, 0);
    CHECK(WriteFile(pair.server, data, 512, &count, NULL));
    CHECK_U32(count, 512);
}

TEST(a_nowait_message_over_the_quota_succeeds_with_nothing_written)
{
    struct pair pair = connect_nowait(MESSAGE_MODE);

    check_writes(pair.server, 513, 0);
    CHECK_U32(available(pair.client), 0);
}

TEST(a_nowait_write_over_what_is_left_of_the_quota_writes_nothing)
{
    struct pair pair = connect_nowait(PIPE_TYPE_BYTE);
    DWORD count;

    check_writes(pair.server, 500, 500);
    check_writes(pair.server, 13, 0);
    check_writes(pair.server, 12, 12);
    check_writes(pair.server, 1, 0);
    CHECK(ReadFile(pair.client, data, 1, &count, NULL));
    check_writes(pair.server, 1, 1);
    CHECK_U32(available(pair.client), 512);
}

TEST(an_empty_nowait_message_is_written_over_a_full_quota)
{
    struct pair pair = connect_nowait(MESSAGE_MODE);

    check_writes(pair.server, 512, 512);
    check_writes(pair.server, 0, 0);
    read_exactly(pair.client, data, 512);
    read_exactly(pair.client, "", 0);
}

TEST(a_nowait_write_to_a_closed_peer_fails_with_no_data)
{
    struct pair pair = connect_nowait(PIPE_TYPE_BYTE);
    DWORD count;

    CHECK(CloseHandle(pair.client));
    CHECK_ERR(WriteFile(pair.server, data, 1, &count, NULL), ERROR_NO_DATA);
    CHECK_ERR(WriteFile(pair.server, data, 1000, &count, NULL), ERROR_NO_DATA);
}

/* ---- writes with a reader that waits ---- */

TEST(a_nowait_write_goes_to_a_waiting_read_that_has_room_for_it)
{
    struct pair pair = connect_nowait(PIPE_TYPE_BYTE);
    struct call call;

    start_reader(&call, pair.client, 1024);
    check_writes(pair.server, 900, 900);
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 900);
}

TEST(a_nowait_message_goes_to_a_waiting_read_that_has_room_for_it)
{
    struct pair pair = connect_nowait(MESSAGE_MODE);
    struct call call;

    start_reader(&call, pair.client, 1024);
    check_writes(pair.server, 900, 900);
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 900);
}

TEST(a_nowait_write_whose_rest_fits_is_written_completely)
{
    struct pair pair = connect_nowait(PIPE_TYPE_BYTE);
    struct call call;

    start_reader(&call, pair.client, 1);
    check_writes(pair.server, 513, 513);
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 1);
    CHECK_U32(available(pair.client), 512);
}

TEST(a_nowait_message_whose_rest_fits_is_written_completely)
{
    struct pair pair = connect_nowait(MESSAGE_MODE);
    struct call call;

    start_reader(&call, pair.client, 1);
    check_writes(pair.server, 513, 513);
    finish_call(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_MORE_DATA);
    CHECK_U32(call.count, 1);
    CHECK_U32(available(pair.client), 512);
}

TEST(a_nowait_write_gives_a_pending_read_its_part)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 512, 512);
    struct call call;
    DWORD count = 99;

    set_mode(pair.server, PIPE_NOWAIT);
    start_call(&call, call_read, pair.client, 1);
    CHECK(thread_is_blocked(call.thread));
    CHECK(WriteFile(pair.server, data, 514, &count, NULL));
    CHECK_U32(count, 1);
    finish_call(&call);
    CHECK_U32(call.count, 1);
}

TEST(a_nowait_message_whose_rest_does_not_fit_leaves_the_reader_waiting)
{
    struct pair pair = connect_nowait(MESSAGE_MODE);
    struct call call;

    start_reader(&call, pair.client, 1);
    WINE_DIFFERS("the waiting read gets its part of a message that is not written");
    check_writes(pair.server, 514, 0);
    CHECK(thread_is_blocked(call.thread));
    check_writes(pair.server, 1, 1);
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 1);
}

/* ---- connecting, and the mode itself ---- */

TEST(a_nowait_server_connects_without_waiting)
{
    HANDLE server = create_pipe(PIPE_TYPE_BYTE | PIPE_NOWAIT), client;

    CHECK_ERR(ConnectNamedPipe(server, NULL), ERROR_PIPE_LISTENING);
    client = open_pipe();
    CHECK_ERR(ConnectNamedPipe(server, NULL), ERROR_PIPE_CONNECTED);
    CloseHandle(client);
    CHECK_ERR(ConnectNamedPipe(server, NULL), ERROR_NO_DATA);
}

TEST(a_nowait_server_listens_again_without_waiting)
{
    struct pair pair = connect_nowait(PIPE_TYPE_BYTE);

    CHECK(DisconnectNamedPipe(pair.server));
    CHECK_ERR(open_pipe() != INVALID_HANDLE_VALUE, ERROR_PIPE_BUSY);
    CHECK_ERR(ConnectNamedPipe(pair.server, NULL), ERROR_PIPE_LISTENING);
    CHECK(open_pipe() != INVALID_HANDLE_VALUE);
    CHECK_ERR(ConnectNamedPipe(pair.server, NULL), ERROR_PIPE_CONNECTED);
}

TEST(a_nowait_server_finds_its_client_by_asking)
{
    HANDLE server = create_pipe(PIPE_TYPE_BYTE | PIPE_NOWAIT);
    DWORD count;

    CHECK_ERR(ReadFile(server, data, 1, &count, NULL), ERROR_PIPE_LISTENING);
    CHECK_ERR(WriteFile(server, data, 1, &count, NULL), ERROR_PIPE_LISTENING);
    CHECK(open_pipe() != INVALID_HANDLE_VALUE);
    CHECK_ERR(ReadFile(server, data, 1, &count, NULL), ERROR_NO_DATA);
    check_writes(server, 1, 1);
}

TEST(waiting_can_be_switched_off_and_on)
{
    struct pair pair = connect_nowait(PIPE_TYPE_BYTE);
    struct call call;
    DWORD count;

    CHECK_ERR(ReadFile(pair.server, data, 1, &count, NULL), ERROR_NO_DATA);
    set_mode(pair.server, PIPE_WAIT);
    start_reader(&call, pair.server, 10);
    write_all(pair.client, "x", 1);
    finish_call(&call);
    CHECK(call.result);
}

TEST(one_end_that_may_not_wait_does_not_change_the_other)
{
    struct pair pair = connect_nowait(PIPE_TYPE_BYTE);
    struct call call;
    DWORD state = 99;

    CHECK(GetNamedPipeHandleStateA(pair.client, &state, NULL, NULL, NULL, NULL, 0));
    CHECK_U32(state, PIPE_WAIT);
    start_reader(&call, pair.client, 10);
    check_writes(pair.server, 1, 1);
    finish_call(&call);
}

TEST(a_flush_waits_even_on_a_handle_that_may_not)
{
    struct pair pair = connect_nowait(PIPE_TYPE_BYTE);
    struct call call;

    check_writes(pair.server, 3, 3);
    start_call(&call, call_flush, pair.server, 0);
    CHECK(thread_is_blocked(call.thread));
    read_exactly(pair.client, data, 3);
    finish_call(&call);
    CHECK(call.result);
}
