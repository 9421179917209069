/* SPDX-License-Identifier: MIT */
/* What is left to the other end when one end closes, disconnects, ends or is killed. */
#include "pipe_helpers.h"

#define NOTHING INVALID_HANDLE_VALUE

static HANDLE open_named(const char *name)
{
    HANDLE client =
        CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD mode = PIPE_READMODE_MESSAGE;

    CHECK(client != NOTHING);
    CHECK(SetNamedPipeHandleState(client, &mode, NULL, NULL));
    return client;
}

static HANDLE open_when_there(void)
{
    HANDLE client = NOTHING;
    int i;

    for (i = 0; i < 500 && client == NOTHING; i++) {
        client = open_pipe();
        if (client == NOTHING)
            Sleep(10);
    }
    CHECK(client != NOTHING);
    set_mode(client, PIPE_READMODE_MESSAGE);
    return client;
}

static void connect_role(HANDLE server)
{
    if (!ConnectNamedPipe(server, NULL))
        CHECK_U32(GetLastError(), ERROR_PIPE_CONNECTED);
}

static void check_broken(HANDLE pipe)
{
    char byte;
    DWORD count = 99;

    CHECK_ERR(ReadFile(pipe, &byte, 1, &count, NULL), ERROR_BROKEN_PIPE);
    CHECK_U32(count, 0);
    CHECK_ERR(WriteFile(pipe, &byte, 1, &count, NULL), ERROR_NO_DATA);
    CHECK_U32(count, 0);
}

static void check_ends_with(struct call *call, DWORD error)
{
    finish_call(call);
    CHECK(!call->result);
    CHECK_U32(call->error, error);
    CHECK_U32(call->count, 0);
}

/* ---- closing ---- */

TEST(data_of_a_closed_server_is_read_before_the_pipe_breaks)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    write_all(pair.server, "one", 3);
    write_all(pair.server, "two", 3);
    CHECK(CloseHandle(pair.server));
    CHECK_U32(available(pair.client), 6);
    read_exactly(pair.client, "one", 3);
    read_exactly(pair.client, "two", 3);
    check_broken(pair.client);
    check_broken(pair.client);
}

TEST(a_message_that_was_half_read_when_its_writer_closed_is_read_to_its_end)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char buffer[2];
    DWORD count;

    write_all(pair.client, "abcdef", 6);
    CHECK_ERR(ReadFile(pair.server, buffer, 2, &count, NULL), ERROR_MORE_DATA);
    CHECK(CloseHandle(pair.client));
    read_exactly(pair.server, "cdef", 4);
    check_broken(pair.server);
}

TEST(new_writes_fail_with_no_data_although_older_data_wait_to_be_read)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    DWORD count = 99;

    write_all(pair.client, "unread", 6);
    CHECK(CloseHandle(pair.client));
    CHECK_ERR(WriteFile(pair.server, "x", 1, &count, NULL), ERROR_NO_DATA);
    CHECK_U32(count, 0);
    read_exactly(pair.server, "unread", 6);
}

TEST(what_the_closing_end_had_not_read_is_lost)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    write_all(pair.server, "never read", 10);
    write_all(pair.client, "last", 4);
    CHECK(CloseHandle(pair.client));
    CHECK(FlushFileBuffers(pair.server));
    read_exactly(pair.server, "last", 4);
    check_broken(pair.server);
}

TEST(only_the_last_handle_to_an_end_closes_it)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    HANDLE copy;
    struct call call;

    CHECK(DuplicateHandle(GetCurrentProcess(), pair.client, GetCurrentProcess(), &copy, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    CHECK(CloseHandle(pair.client));
    write_all(copy, "still here", 10);
    read_exactly(pair.server, "still here", 10);
    start_call(&call, call_read, pair.server, 10);
    CHECK(thread_is_blocked(call.thread));
    CHECK(CloseHandle(copy));
    check_ends_with(&call, ERROR_BROKEN_PIPE);
}

TEST(a_blocked_read_ends_with_broken_pipe_when_the_peer_closes)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call call;

    start_call(&call, call_read, pair.server, 10);
    CHECK(thread_is_blocked(call.thread));
    CloseHandle(pair.client);
    finish_call(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_BROKEN_PIPE);
}

TEST(a_blocked_write_ends_with_broken_pipe_when_the_reader_closes)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 100, 100);
    struct call call;

    start_call(&call, call_write, pair.server, 200);
    CHECK(thread_is_blocked(call.thread));
    CloseHandle(pair.client);
    finish_call(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_BROKEN_PIPE);
}

TEST(closing_the_server_frees_the_name_although_a_client_is_open)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CloseHandle(pair.server);
    CHECK_ERR(open_pipe() != INVALID_HANDLE_VALUE, ERROR_FILE_NOT_FOUND);
    CHECK(create_pipe(PIPE_TYPE_BYTE) != INVALID_HANDLE_VALUE);
}

TEST(a_blocked_client_read_ends_with_broken_pipe_when_the_server_closes)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call call;

    start_call(&call, call_read, pair.client, 10);
    CHECK(thread_is_blocked(call.thread));
    CHECK(CloseHandle(pair.server));
    check_ends_with(&call, ERROR_BROKEN_PIPE);
}

TEST(a_blocked_client_write_ends_with_broken_pipe_when_the_server_closes)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100, 100);
    struct call call;

    start_call(&call, call_write, pair.client, 200);
    CHECK(thread_is_blocked(call.thread));
    CHECK(CloseHandle(pair.server));
    check_ends_with(&call, ERROR_BROKEN_PIPE);
}

TEST(a_blocked_write_fails_although_a_part_of_it_was_read)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100, 100);
    struct call call;
    char buffer[50];
    DWORD count;

    start_call(&call, call_write, pair.server, 300);
    CHECK(thread_is_blocked(call.thread));
    CHECK(ReadFile(pair.client, buffer, sizeof(buffer), &count, NULL));
    CHECK_U32(count, 50);
    CHECK(thread_is_blocked(call.thread));
    CHECK(CloseHandle(pair.client));
    check_ends_with(&call, ERROR_BROKEN_PIPE);
}

TEST(a_write_that_was_read_in_time_succeeds_although_its_reader_closes_at_once)
{
    struct call call;
    DWORD begin = GetTickCount();
    int i;

    for (i = 0; i < 100 && GetTickCount() - begin < 8000; i++) {
        struct pair pair = connect_pair(PIPE_TYPE_BYTE, 10, 10);
        char buffer[300];
        DWORD count;

        start_call(&call, call_write, pair.server, 300);
        CHECK(ReadFile(pair.client, buffer, sizeof(buffer), &count, NULL));
        CHECK(CloseHandle(pair.client));
        finish_call(&call);
        CHECK_U32(count, 300);
        CHECK(call.result);
        CHECK_U32(call.count, 300);
        CHECK(CloseHandle(pair.server));
    }
}

TEST(a_flush_whose_data_were_read_in_time_succeeds_although_the_reader_closes_at_once)
{
    struct call call;
    DWORD begin = GetTickCount();
    int i;

    for (i = 0; i < 100 && GetTickCount() - begin < 8000; i++) {
        struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);

        write_all(pair.server, "data", 4);
        start_call(&call, call_flush, pair.server, 0);
        read_exactly(pair.client, "data", 4);
        CHECK(CloseHandle(pair.client));
        finish_call(&call);
        CHECK(call.result);
        CHECK(CloseHandle(pair.server));
    }
}

/* ---- disconnecting ---- */

TEST(disconnect_discards_what_the_client_wrote_and_what_it_was_to_read)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte;
    DWORD count = 99;

    write_all(pair.client, "to the server", 13);
    write_all(pair.server, "to the client", 13);
    CHECK(DisconnectNamedPipe(pair.server));
    CHECK_ERR(ReadFile(pair.server, &byte, 1, &count, NULL), ERROR_PIPE_NOT_CONNECTED);
    CHECK_U32(count, 0);
    CHECK_ERR(ReadFile(pair.client, &byte, 1, &count, NULL), ERROR_PIPE_NOT_CONNECTED);
    CHECK_U32(count, 0);
}

TEST(the_next_client_does_not_see_what_was_left_of_the_last_one)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call call;
    HANDLE next;

    write_all(pair.client, "old", 3);
    write_all(pair.server, "old", 3);
    CHECK(DisconnectNamedPipe(pair.server));
    start_call(&call, call_connect, pair.server, 0);
    CHECK(thread_is_blocked(call.thread));
    next = open_pipe();
    CHECK(next != NOTHING);
    finish_call(&call);
    CHECK_U32(available(pair.server), 0);
    CHECK_U32(available(next), 0);
    write_all(next, "new", 3);
    read_exactly(pair.server, "new", 3);
}

TEST(a_blocked_client_write_ends_with_not_connected_when_the_server_disconnects)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100, 100);
    struct call call;

    start_call(&call, call_write, pair.client, 200);
    CHECK(thread_is_blocked(call.thread));
    CHECK(DisconnectNamedPipe(pair.server));
    check_ends_with(&call, ERROR_PIPE_NOT_CONNECTED);
}

TEST(a_blocked_client_flush_ends_with_not_connected_when_the_server_disconnects)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 100, 100);
    struct call call;

    write_all(pair.client, "unread", 6);
    start_call(&call, call_flush, pair.client, 0);
    CHECK(thread_is_blocked(call.thread));
    CHECK(DisconnectNamedPipe(pair.server));
    check_ends_with(&call, ERROR_PIPE_NOT_CONNECTED);
}

TEST(flushing_before_the_disconnect_loses_nothing)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call call;

    start_call(&call, call_read, pair.client, 10);
    write_all(pair.server, "goodbye", 7);
    CHECK(FlushFileBuffers(pair.server));
    CHECK(DisconnectNamedPipe(pair.server));
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 7);
}

/* ---- ended and killed ---- */

ROLE(write_and_return)
{
    HANDLE client = open_named(argument);

    write_all(client, "one", 3);
    write_all(client, "", 0);
    write_all(client, "two", 3);
    return 0;
}

TEST(what_an_ended_client_had_written_is_read_before_the_pipe_breaks)
{
    HANDLE server = create_pipe(MESSAGE_MODE);

    CHECK_U32(wait_role(spawn_role(write_and_return, pipe_name())), 0);
    read_exactly(server, "one", 3);
    read_exactly(server, "", 0);
    read_exactly(server, "two", 3);
    check_broken(server);
}

ROLE(say_hello_and_return)
{
    HANDLE client = open_named(argument);

    write_all(client, "hello", 5);
    read_exactly(client, "end", 3);
    return 0;
}

TEST(writing_to_a_client_that_has_ended_fails_at_once)
{
    DWORD count;
    int i;

    for (i = 0; i < 20; i++) {
        HANDLE server = create_pipe(MESSAGE_MODE);
        PROCESS client = spawn_role(say_hello_and_return, pipe_name());

        connect_role(server);
        read_exactly(server, "hello", 5);
        write_all(server, "end", 3);
        CHECK_U32(wait_role(client), 0);
        CHECK_ERR(WriteFile(server, "x", 1, &count, NULL), ERROR_NO_DATA);
        CHECK(CloseHandle(server));
    }
}

ROLE(write_and_hang)
{
    HANDLE client = open_named(argument);

    write_all(client, "unread", 6);
    write_all(client, "ready", 5);
    CHECK(SetEvent(OpenEventA(EVENT_MODIFY_STATE, FALSE, argument + 9)));
    hang();
    return 0;
}

/* It has written, and the server has not looked. */
static PROCESS spawn_writer(void)
{
    HANDLE has_written = CreateEventA(NULL, TRUE, FALSE, pipe_name() + 9);
    PROCESS client = spawn_role(write_and_hang, pipe_name());

    CHECK_U32(WaitForSingleObject(has_written, 10000), WAIT_OBJECT_0);
    return client;
}

TEST(what_a_killed_client_had_written_is_read_before_the_pipe_breaks)
{
    HANDLE server = create_pipe(MESSAGE_MODE);
    PROCESS client = spawn_writer();

    connect_role(server);
    CHECK_U32(available(server), 11);
    kill_role(client);
    read_exactly(server, "unread", 6);
    read_exactly(server, "ready", 5);
    check_broken(server);
}

TEST(a_client_that_was_killed_before_the_server_looked_was_a_client)
{
    HANDLE server = create_pipe(MESSAGE_MODE);
    PROCESS client = spawn_writer();

    kill_role(client);
    CHECK_ERR(ConnectNamedPipe(server, NULL), ERROR_NO_DATA);
    read_exactly(server, "unread", 6);
    read_exactly(server, "ready", 5);
    check_broken(server);
}

ROLE(open_and_hang)
{
    HANDLE client = open_named(argument);

    write_all(client, "ready", 5);
    hang();
    return 0;
}

TEST(a_blocked_read_ends_with_broken_pipe_when_the_client_is_killed)
{
    HANDLE server = create_pipe(MESSAGE_MODE);
    PROCESS client = spawn_role(open_and_hang, pipe_name());
    struct call call;

    connect_role(server);
    read_exactly(server, "ready", 5);
    start_call(&call, call_read, server, 10);
    CHECK(thread_is_blocked(call.thread));
    kill_role(client);
    check_ends_with(&call, ERROR_BROKEN_PIPE);
}

TEST(a_blocked_write_ends_with_broken_pipe_when_the_client_is_killed)
{
    HANDLE server = create_pipe_with(PIPE_ACCESS_DUPLEX, MESSAGE_MODE, 1, 100, 100);
    PROCESS client = spawn_role(open_and_hang, pipe_name());
    struct call call;

    connect_role(server);
    read_exactly(server, "ready", 5);
    start_call(&call, call_write, server, 500);
    CHECK(thread_is_blocked(call.thread));
    kill_role(client);
    check_ends_with(&call, ERROR_BROKEN_PIPE);
}

TEST(a_blocked_flush_ends_with_broken_pipe_when_the_client_is_killed)
{
    HANDLE server = create_pipe(MESSAGE_MODE);
    PROCESS client = spawn_role(open_and_hang, pipe_name());
    struct call call;

    connect_role(server);
    read_exactly(server, "ready", 5);
    write_all(server, "unread", 6);
    start_call(&call, call_flush, server, 0);
    CHECK(thread_is_blocked(call.thread));
    kill_role(client);
    check_ends_with(&call, ERROR_BROKEN_PIPE);
}

TEST(the_server_takes_the_next_client_after_one_was_killed)
{
    HANDLE server = create_pipe(MESSAGE_MODE), next;
    PROCESS client = spawn_role(open_and_hang, pipe_name());
    struct call call;

    connect_role(server);
    read_exactly(server, "ready", 5);
    kill_role(client);
    check_broken(server);
    CHECK(DisconnectNamedPipe(server));
    start_call(&call, call_connect, server, 0);
    CHECK(thread_is_blocked(call.thread));
    next = open_pipe();
    CHECK(next != NOTHING);
    finish_call(&call);
    CHECK(call.result);
    write_all(next, "next", 4);
    read_exactly(server, "next", 4);
}

ROLE(serve_and_hang)
{
    HANDLE server =
        CreateNamedPipeA(argument, PIPE_ACCESS_DUPLEX, MESSAGE_MODE, 1, 4096, 4096, 0, NULL);

    CHECK(server != NOTHING);
    connect_role(server);
    write_all(server, "one", 3);
    write_all(server, "two", 3);
    hang();
    return 0;
}

TEST(what_a_killed_server_had_written_is_read_before_the_pipe_breaks)
{
    PROCESS server = spawn_role(serve_and_hang, pipe_name());
    HANDLE client = open_when_there();
    int i;

    for (i = 0; i < 500 && available(client) < 6; i++)
        Sleep(10);
    kill_role(server);
    read_exactly(client, "one", 3);
    read_exactly(client, "two", 3);
    check_broken(client);
}

TEST(a_blocked_client_read_ends_with_broken_pipe_when_the_server_is_killed)
{
    PROCESS server = spawn_role(serve_and_hang, pipe_name());
    HANDLE client = open_when_there();
    struct call call;

    read_exactly(client, "one", 3);
    read_exactly(client, "two", 3);
    start_call(&call, call_read, client, 10);
    CHECK(thread_is_blocked(call.thread));
    kill_role(server);
    check_ends_with(&call, ERROR_BROKEN_PIPE);
}

TEST(the_name_of_a_killed_server_is_free)
{
    PROCESS server = spawn_role(serve_and_hang, pipe_name());
    HANDLE client = open_when_there();

    read_exactly(client, "one", 3);
    kill_role(server);
    CHECK_ERR(open_pipe() != NOTHING, ERROR_FILE_NOT_FOUND);
    CHECK_ERR(WaitNamedPipeA(pipe_name(), 1000), ERROR_FILE_NOT_FOUND);
    CHECK(create_pipe_with(PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 1, 0, 0) != NOTHING);
}
