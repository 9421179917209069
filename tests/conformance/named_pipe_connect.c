/* SPDX-License-Identifier: MIT */
/* ConnectNamedPipe and DisconnectNamedPipe of synchronous handles. */
#include "pipe_helpers.h"

#define NOTHING INVALID_HANDLE_VALUE

/* ---- ConnectNamedPipe ---- */

TEST(connect_waits_for_a_client)
{
    HANDLE server = create_pipe(MESSAGE_MODE);
    struct call call;

    start_call(&call, call_connect, server, 0);
    CHECK(thread_is_blocked(call.thread));
    CHECK(open_pipe() != INVALID_HANDLE_VALUE);
    finish_call(&call);
    CHECK(call.result);
}

TEST(a_client_can_open_before_connect_and_connect_then_says_connected)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CHECK_ERR(ConnectNamedPipe(pair.server, NULL), ERROR_PIPE_CONNECTED);
    write_all(pair.client, "x", 1);
    read_exactly(pair.server, "x", 1);
}

TEST(a_server_can_read_without_connect)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    write_all(pair.client, "hello", 5);
    read_exactly(pair.server, "hello", 5);
}

TEST(a_server_can_write_without_connect)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    write_all(pair.server, "hello", 5);
    read_exactly(pair.client, "hello", 5);
}

TEST(connect_says_connected_again_and_again)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CHECK_ERR(ConnectNamedPipe(pair.server, NULL), ERROR_PIPE_CONNECTED);
    CHECK_ERR(ConnectNamedPipe(pair.server, NULL), ERROR_PIPE_CONNECTED);
    write_all(pair.client, "x", 1);
    CHECK_ERR(ConnectNamedPipe(pair.server, NULL), ERROR_PIPE_CONNECTED);
    read_exactly(pair.server, "x", 1);
}

TEST(connect_on_a_closing_pipe_fails_with_no_data)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CloseHandle(pair.client);
    CHECK_ERR(ConnectNamedPipe(pair.server, NULL), ERROR_NO_DATA);
    CHECK_ERR(open_pipe() != INVALID_HANDLE_VALUE, ERROR_PIPE_BUSY);
}

TEST(connect_on_a_closing_pipe_fails_although_data_wait)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    write_all(pair.client, "last", 4);
    CHECK(CloseHandle(pair.client));
    CHECK_ERR(ConnectNamedPipe(pair.server, NULL), ERROR_NO_DATA);
    read_exactly(pair.server, "last", 4);
    CHECK_ERR(ConnectNamedPipe(pair.server, NULL), ERROR_NO_DATA);
}

TEST(a_disconnected_server_listens_again_and_serves_the_next_client)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    HANDLE next;
    struct call call;

    CHECK(DisconnectNamedPipe(pair.server));
    CHECK_ERR(open_pipe() != INVALID_HANDLE_VALUE, ERROR_PIPE_BUSY);
    start_call(&call, call_connect, pair.server, 0);
    CHECK(thread_is_blocked(call.thread));
    next = open_pipe();
    CHECK(next != INVALID_HANDLE_VALUE);
    finish_call(&call);
    CHECK(call.result);
    write_all(next, "again", 5);
    read_exactly(pair.server, "again", 5);
}

TEST(connect_and_disconnect_on_a_client_fail_with_invalid_function)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CHECK_ERR(ConnectNamedPipe(pair.client, NULL), ERROR_INVALID_FUNCTION);
    WINE_DIFFERS("DisconnectNamedPipe on a client says 50");
    CHECK_ERR(DisconnectNamedPipe(pair.client), ERROR_INVALID_FUNCTION);
}

TEST(connect_on_a_client_fails_in_every_state_of_its_server)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    set_mode(pair.client, PIPE_NOWAIT);
    CHECK_ERR(ConnectNamedPipe(pair.client, NULL), ERROR_INVALID_FUNCTION);
    CHECK(DisconnectNamedPipe(pair.server));
    CHECK_ERR(ConnectNamedPipe(pair.client, NULL), ERROR_INVALID_FUNCTION);
    CHECK(CloseHandle(pair.server));
    CHECK_ERR(ConnectNamedPipe(pair.client, NULL), ERROR_INVALID_FUNCTION);
}

struct connect_with_overlapped {
    HANDLE server;
    OVERLAPPED overlapped;
    BOOL result;
};

static DWORD WINAPI connect_with_overlapped(LPVOID argument)
{
    struct connect_with_overlapped *call = (struct connect_with_overlapped *)argument;

    call->result = ConnectNamedPipe(call->server, &call->overlapped);
    return 0;
}

TEST(an_overlapped_does_not_keep_connect_from_waiting)
{
    struct connect_with_overlapped call;
    HANDLE thread;

    memset(&call, 0, sizeof(call));
    call.server = create_pipe(PIPE_TYPE_BYTE);
    thread = CreateThread(NULL, 0, connect_with_overlapped, &call, 0, NULL);
    CHECK(thread_is_blocked(thread));
    CHECK(open_pipe() != NOTHING);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(call.result);
}

TEST(a_client_that_left_before_connect_looked_is_no_reason_to_wait)
{
    HANDLE server = create_pipe(PIPE_TYPE_BYTE), client = open_pipe();

    write_all(client, "bye", 3);
    CHECK(CloseHandle(client));
    CHECK_ERR(ConnectNamedPipe(server, NULL), ERROR_NO_DATA);
    read_exactly(server, "bye", 3);
}

TEST(a_client_may_come_and_go_while_connect_waits)
{
    HANDLE server = create_pipe(PIPE_TYPE_BYTE), client;
    struct call call;

    start_call(&call, call_connect, server, 0);
    CHECK(thread_is_blocked(call.thread));
    client = open_pipe();
    CHECK(client != NOTHING);
    write_all(client, "bye", 3);
    CHECK(CloseHandle(client));
    finish_call(&call);
    CHECK(call.result);
    read_exactly(server, "bye", 3);
}

TEST(one_instance_serves_many_clients_one_after_the_other)
{
    HANDLE server = create_pipe(MESSAGE_MODE);
    int i;

    for (i = 0; i < 50; i++) {
        struct call call;
        HANDLE client;

        start_call(&call, call_connect, server, 0);
        if (i > 0)
            CHECK(WaitNamedPipeA(pipe_name(), 5000));
        client = open_pipe();
        CHECK(client != NOTHING);
        finish_call(&call);
        CHECK(call.result || call.error == ERROR_PIPE_CONNECTED);
        write_all(client, &i, sizeof(i));
        read_exactly(server, &i, sizeof(i));
        CHECK(DisconnectNamedPipe(server));
        CHECK(CloseHandle(client));
    }
}

/* ---- DisconnectNamedPipe ---- */

TEST(a_listening_instance_can_be_disconnected)
{
    HANDLE server = create_pipe(PIPE_TYPE_BYTE);

    WINE_DIFFERS("a listening instance cannot be disconnected");
    CHECK(DisconnectNamedPipe(server));
    CHECK_ERR(DisconnectNamedPipe(server), ERROR_PIPE_NOT_CONNECTED);
}

TEST(a_listening_instance_that_was_disconnected_listens_again)
{
    HANDLE server = create_pipe(PIPE_TYPE_BYTE);
    struct call call;

    WINE_DIFFERS("a listening instance cannot be disconnected");
    CHECK(DisconnectNamedPipe(server));
    CHECK_ERR(open_pipe() != NOTHING, ERROR_PIPE_BUSY);
    start_call(&call, call_connect, server, 0);
    CHECK(thread_is_blocked(call.thread));
    CHECK(open_pipe() != NOTHING);
    finish_call(&call);
    CHECK(call.result);
}

TEST(a_closing_instance_can_be_disconnected)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CHECK(CloseHandle(pair.client));
    CHECK(DisconnectNamedPipe(pair.server));
    CHECK_ERR(DisconnectNamedPipe(pair.server), ERROR_PIPE_NOT_CONNECTED);
}

TEST(a_blocked_client_read_ends_with_not_connected_when_the_server_disconnects)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call call;

    start_call(&call, call_read, pair.client, 10);
    CHECK(thread_is_blocked(call.thread));
    CHECK(DisconnectNamedPipe(pair.server));
    finish_call(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_PIPE_NOT_CONNECTED);
}

TEST(a_client_that_was_cut_off_keeps_a_handle_that_is_not_signaled)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CHECK_U32(WaitForSingleObject(pair.client, 0), WAIT_OBJECT_0);
    CHECK(DisconnectNamedPipe(pair.server));
    CHECK_U32(WaitForSingleObject(pair.client, 50), WAIT_TIMEOUT);
    CHECK(CloseHandle(pair.client));
}

TEST(a_client_that_was_cut_off_stays_so_when_the_server_listens_again)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call call;
    HANDLE next;
    char byte;
    DWORD count;

    CHECK(DisconnectNamedPipe(pair.server));
    start_call(&call, call_connect, pair.server, 0);
    CHECK(thread_is_blocked(call.thread));
    next = open_pipe();
    CHECK(next != NOTHING);
    finish_call(&call);
    CHECK_ERR(ReadFile(pair.client, &byte, 1, &count, NULL), ERROR_PIPE_NOT_CONNECTED);
    CHECK_ERR(WriteFile(pair.client, &byte, 1, &count, NULL), ERROR_PIPE_NOT_CONNECTED);
    CHECK(CloseHandle(pair.client));
    write_all(next, "x", 1);
    read_exactly(pair.server, "x", 1);
}
