/* SPDX-License-Identifier: MIT */
/* Quotas: which writes wait, and what lets them go on. */
#include "pipe_helpers.h"

static char data[16384];

static void read_count(HANDLE pipe, DWORD room)
{
    DWORD count = 99;

    CHECK(ReadFile(pipe, data, room, &count, NULL));
    CHECK_U32(count, room);
}

static void read_part(HANDLE pipe, DWORD room)
{
    DWORD count = 99;

    CHECK_ERR(ReadFile(pipe, data, room, &count, NULL), ERROR_MORE_DATA);
    CHECK_U32(count, room);
}

static void check_written(struct call *call, DWORD length)
{
    finish_call(call);
    CHECK(call->result);
    CHECK_U32(call->count, length);
}

TEST(a_write_within_the_quota_does_not_wait)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 5000, 6000);

    write_all(pair.server, data, 5000);
    write_all(pair.client, data, 6000);
}

TEST(each_direction_has_the_quota_that_it_was_given)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100, 300);
    struct call up, down;

    write_all(pair.server, data, 100);
    write_all(pair.client, data, 300);
    start_call(&down, call_write, pair.server, 1);
    start_call(&up, call_write, pair.client, 1);
    CHECK(thread_is_blocked(down.thread));
    CHECK(thread_is_blocked(up.thread));
    read_count(pair.server, 1);
    check_written(&up, 1);
    CHECK(thread_is_blocked(down.thread));
    read_count(pair.client, 1);
    check_written(&down, 1);
}

TEST(small_writes_fill_the_quota_to_the_byte)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 100, 100);
    struct call call;
    int i;

    for (i = 0; i < 100; i++)
        write_all(pair.client, "x", 1);
    start_call(&call, call_write, pair.client, 1);
    CHECK(thread_is_blocked(call.thread));
    read_exactly(pair.server, "x", 1);
    check_written(&call, 1);
    CHECK_U32(available(pair.server), 100);
}

TEST(a_write_over_the_quota_waits_until_its_unread_rest_fits)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 5000, 6000);
    char buffer[2000];
    struct call call;
    DWORD count;

    start_call(&call, call_write, pair.server, 7000);
    CHECK(thread_is_blocked(call.thread));
    CHECK_U32(available(pair.client), 7000);
    CHECK(ReadFile(pair.client, buffer, 1999, &count, NULL));
    CHECK_U32(count, 1999);
    CHECK(thread_is_blocked(call.thread));
    CHECK(ReadFile(pair.client, buffer, 1, &count, NULL));
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 7000);
    CHECK_U32(available(pair.client), 5000);
}

TEST(a_message_over_the_quota_waits_until_its_unread_rest_fits)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 5000, 6000);
    struct call call;

    start_call(&call, call_write, pair.server, 7000);
    CHECK(thread_is_blocked(call.thread));
    CHECK_U32(available(pair.client), 7000);
    read_part(pair.client, 1999);
    CHECK(thread_is_blocked(call.thread));
    read_part(pair.client, 1);
    check_written(&call, 7000);
    CHECK_U32(available(pair.client), 5000);
    read_count(pair.client, 5000);
}

TEST(a_write_that_does_not_fit_beside_older_data_waits_for_them_to_be_read)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 100, 100);
    struct call call;

    write_all(pair.client, data, 60);
    start_call(&call, call_write, pair.client, 60);
    CHECK(thread_is_blocked(call.thread));
    CHECK_U32(available(pair.server), 120);
    read_count(pair.server, 60);
    check_written(&call, 60);
    CHECK_U32(available(pair.server), 60);
}

TEST(a_waiting_read_takes_its_bytes_before_the_quota_counts)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100, 100);
    struct call call;

    start_call(&call, call_read, pair.client, 50);
    CHECK(thread_is_blocked(call.thread));
    write_all(pair.server, data, 150);
    finish_call(&call);
    CHECK_U32(call.count, 50);
    CHECK_U32(available(pair.client), 100);
}

TEST(a_waiting_message_read_takes_a_message_of_any_size)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 100, 100);
    struct call call;

    start_call(&call, call_read, pair.client, 5000);
    CHECK(thread_is_blocked(call.thread));
    write_all(pair.server, data, 5000);
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 5000);
}

TEST(what_comes_behind_a_waiting_write_waits_too)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100, 100);
    struct call first, second;

    start_call(&first, call_write, pair.client, 150);
    CHECK(thread_is_blocked(first.thread));
    start_call(&second, call_write, pair.client, 1);
    CHECK(thread_is_blocked(second.thread));
    read_count(pair.server, 49);
    CHECK(thread_is_blocked(first.thread));
    CHECK(thread_is_blocked(second.thread));
    read_count(pair.server, 1);
    check_written(&first, 150);
    CHECK(thread_is_blocked(second.thread));
    read_count(pair.server, 1);
    check_written(&second, 1);
}

TEST(with_a_quota_of_nothing_every_write_waits_for_its_reader)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 0, 0);
    struct call call;

    start_call(&call, call_write, pair.server, 10);
    CHECK(thread_is_blocked(call.thread));
    read_exactly(pair.client, call.buffer, 10);
    finish_call(&call);
    CHECK(call.result);
}

TEST(with_a_quota_of_nothing_a_write_waits_until_its_last_byte_is_read)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 0, 0);
    struct call call;

    start_call(&call, call_write, pair.server, 10);
    CHECK(thread_is_blocked(call.thread));
    CHECK_U32(available(pair.client), 10);
    read_count(pair.client, 9);
    CHECK(thread_is_blocked(call.thread));
    read_count(pair.client, 1);
    check_written(&call, 10);
}

TEST(a_write_far_over_the_quota_is_never_short)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 512, 512);
    struct call call;
    DWORD total = 0, count;

    start_call(&call, call_write, pair.client, 16384);
    while (total < 16384) {
        CHECK(ReadFile(pair.server, data, 100, &count, NULL));
        total += count;
    }
    check_written(&call, 16384);
    CHECK_U32(total, 16384);
}

/* ---- a writer that dies while it waits ---- */

ROLE(over_quota_writer)
{
    HANDLE client =
        CreateFileA(argument, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD count;

    CHECK(client != INVALID_HANDLE_VALUE);
    write_all(client, "kept", 4);
    WriteFile(client, data, 200, &count, NULL);
    return 0;
}

static PROCESS start_writer(HANDLE server)
{
    PROCESS client = spawn_role(over_quota_writer, pipe_name());
    int i;

    if (!ConnectNamedPipe(server, NULL))
        CHECK_U32(GetLastError(), ERROR_PIPE_CONNECTED);
    for (i = 0; i < 500 && available(server) < 204; i++)
        Sleep(10);
    CHECK_U32(available(server), 204);
    return client;
}

TEST(a_killed_writer_takes_the_unread_rest_of_its_waiting_bytes_along)
{
    HANDLE server = create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 100, 100);
    PROCESS client = start_writer(server);
    DWORD count;

    read_count(server, 54);
    CHECK_U32(available(server), 150);
    kill_role(client);
    CHECK_ERR(ReadFile(server, data, 1, &count, NULL), ERROR_BROKEN_PIPE);
}

TEST(a_killed_writer_takes_the_unread_rest_of_its_waiting_message_along)
{
    HANDLE server = create_pipe_with(PIPE_ACCESS_DUPLEX, MESSAGE_MODE, 1, 100, 100);
    PROCESS client = start_writer(server);
    DWORD count;

    read_exactly(server, "kept", 4);
    read_part(server, 50);
    kill_role(client);
    CHECK_ERR(ReadFile(server, data, 1, &count, NULL), ERROR_BROKEN_PIPE);
}

TEST(a_killed_writer_leaves_what_it_had_written_completely)
{
    HANDLE server = create_pipe_with(PIPE_ACCESS_DUPLEX, MESSAGE_MODE, 1, 100, 100);
    PROCESS client = start_writer(server);
    DWORD count;

    kill_role(client);
    read_exactly(server, "kept", 4);
    CHECK_ERR(ReadFile(server, data, 1, &count, NULL), ERROR_BROKEN_PIPE);
}

#define LONG_MESSAGE (40 << 20)

ROLE(writer_of_40_mib)
{
    HANDLE client =
        CreateFileA(argument, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD count;

    CHECK(client != INVALID_HANDLE_VALUE);
    WriteFile(client, calloc(1, LONG_MESSAGE), LONG_MESSAGE, &count, NULL);
    return 0;
}

TEST(a_killed_writer_takes_the_rest_of_a_message_of_any_length_along)
{
    HANDLE server = create_pipe_with(PIPE_ACCESS_DUPLEX, MESSAGE_MODE, 1, 100, 100);
    PROCESS client = spawn_role(writer_of_40_mib, pipe_name());
    DWORD count;
    int i;

    if (!ConnectNamedPipe(server, NULL))
        CHECK_U32(GetLastError(), ERROR_PIPE_CONNECTED);
    for (i = 0; i < 500 && available(server) < LONG_MESSAGE; i++)
        Sleep(10);
    read_part(server, 50);
    kill_role(client);
    DEVIATES(9);
    CHECK_ERR(ReadFile(server, data, 50, &count, NULL), ERROR_BROKEN_PIPE);
}
