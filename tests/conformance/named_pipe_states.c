/* SPDX-License-Identifier: MIT */
/* What each operation gets in each state, at both ends. */
#include "pipe_helpers.h"

TEST(reading_and_writing_a_listening_pipe_fails_with_listening)
{
    HANDLE server = create_pipe(MESSAGE_MODE);
    char byte = 0;
    DWORD count;

    CHECK_ERR(ReadFile(server, &byte, 1, &count, NULL), ERROR_PIPE_LISTENING);
    CHECK_ERR(WriteFile(server, &byte, 1, &count, NULL), ERROR_PIPE_LISTENING);
}

TEST(peeking_and_transacting_on_a_listening_pipe_fails_with_bad_pipe)
{
    HANDLE server = create_pipe(MESSAGE_MODE);
    char byte = 0;
    DWORD count;

    CHECK_ERR(PeekNamedPipe(server, NULL, 0, NULL, &count, NULL), ERROR_BAD_PIPE);
    CHECK_ERR(TransactNamedPipe(server, &byte, 1, &byte, 1, &count, NULL), ERROR_BAD_PIPE);
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

TEST(data_of_a_closed_peer_is_read_before_the_pipe_breaks)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte;
    DWORD count;

    write_all(pair.client, "last", 4);
    write_all(pair.client, "", 0);
    CloseHandle(pair.client);
    read_exactly(pair.server, "last", 4);
    read_exactly(pair.server, "", 0);
    CHECK_ERR(ReadFile(pair.server, &byte, 1, &count, NULL), ERROR_BROKEN_PIPE);
}

TEST(writing_to_a_closed_peer_fails_with_no_data)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    DWORD count;

    CloseHandle(pair.client);
    CHECK_ERR(WriteFile(pair.server, "x", 1, &count, NULL), ERROR_NO_DATA);
}

TEST(writing_to_a_closed_server_fails_with_no_data)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte;
    DWORD count;

    CloseHandle(pair.server);
    CHECK_ERR(WriteFile(pair.client, "x", 1, &count, NULL), ERROR_NO_DATA);
    CHECK_ERR(ReadFile(pair.client, &byte, 1, &count, NULL), ERROR_BROKEN_PIPE);
}

TEST(connect_on_a_closing_pipe_fails_with_no_data)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CloseHandle(pair.client);
    CHECK_ERR(ConnectNamedPipe(pair.server, NULL), ERROR_NO_DATA);
    CHECK_ERR(open_pipe() != INVALID_HANDLE_VALUE, ERROR_PIPE_BUSY);
}

TEST(peeking_a_closed_and_empty_pipe_fails_with_broken_and_leaves_outputs)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    DWORD total = 77;

    CloseHandle(pair.client);
    CHECK_ERR(PeekNamedPipe(pair.server, NULL, 0, NULL, &total, NULL), ERROR_BROKEN_PIPE);
    CHECK_U32(total, 77);
}

TEST(disconnect_discards_data_and_cuts_the_client_off)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte;
    DWORD count, mode = 0;

    write_all(pair.server, "lost", 4);
    CHECK(DisconnectNamedPipe(pair.server));
    CHECK_ERR(ReadFile(pair.client, &byte, 1, &count, NULL), ERROR_PIPE_NOT_CONNECTED);
    CHECK_ERR(WriteFile(pair.client, &byte, 1, &count, NULL), ERROR_PIPE_NOT_CONNECTED);
    CHECK_ERR(PeekNamedPipe(pair.client, NULL, 0, NULL, &count, NULL), ERROR_PIPE_NOT_CONNECTED);
    CHECK_ERR(FlushFileBuffers(pair.client), ERROR_PIPE_NOT_CONNECTED);
    CHECK_ERR(GetNamedPipeInfo(pair.client, NULL, NULL, NULL, NULL), ERROR_PIPE_NOT_CONNECTED);
    CHECK_ERR(SetNamedPipeHandleState(pair.client, &mode, NULL, NULL), ERROR_PIPE_NOT_CONNECTED);
    CHECK_U32(WaitForSingleObject(pair.client, 0), WAIT_TIMEOUT);
}

TEST(a_disconnected_server_fails_with_not_connected)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte = 0;
    DWORD count;

    CHECK(DisconnectNamedPipe(pair.server));
    CHECK_ERR(ReadFile(pair.server, &byte, 1, &count, NULL), ERROR_PIPE_NOT_CONNECTED);
    CHECK_ERR(WriteFile(pair.server, &byte, 1, &count, NULL), ERROR_PIPE_NOT_CONNECTED);
    CHECK_ERR(DisconnectNamedPipe(pair.server), ERROR_PIPE_NOT_CONNECTED);
    CHECK_ERR(PeekNamedPipe(pair.server, NULL, 0, NULL, &count, NULL), ERROR_BAD_PIPE);
    CHECK(GetNamedPipeInfo(pair.server, NULL, NULL, NULL, NULL));
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

TEST(closing_the_server_frees_the_name_although_a_client_is_open)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CloseHandle(pair.server);
    CHECK_ERR(open_pipe() != INVALID_HANDLE_VALUE, ERROR_FILE_NOT_FOUND);
    CHECK(create_pipe(PIPE_TYPE_BYTE) != INVALID_HANDLE_VALUE);
}

ROLE(write_and_hang)
{
    HANDLE client =
        CreateFileA(argument, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    char byte;
    DWORD count;

    CHECK(client != INVALID_HANDLE_VALUE);
    write_all(client, "alive", 5);
    ReadFile(client, &byte, 1, &count, NULL);
    Sleep(INFINITE);
    return 0;
}

TEST(a_killed_client_breaks_the_pipe_after_its_data)
{
    HANDLE server = create_pipe(MESSAGE_MODE);
    PROCESS client = spawn_role(write_and_hang, pipe_name());
    char byte;
    DWORD count;

    if (!ConnectNamedPipe(server, NULL))
        CHECK_U32(GetLastError(), ERROR_PIPE_CONNECTED);
    read_exactly(server, "alive", 5);
    kill_role(client);
    CHECK_ERR(ReadFile(server, &byte, 1, &count, NULL), ERROR_BROKEN_PIPE);
    CHECK_ERR(WriteFile(server, &byte, 1, &count, NULL), ERROR_NO_DATA);
}

ROLE(over_quota_writer)
{
    static char data[200];
    HANDLE client =
        CreateFileA(argument, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD count;

    CHECK(client != INVALID_HANDLE_VALUE);
    write_all(client, "kept", 4);
    WriteFile(client, data, sizeof(data), &count, NULL);
    return 0;
}

TEST(a_killed_writer_takes_its_pending_data_back)
{
    HANDLE server = create_pipe_with(PIPE_ACCESS_DUPLEX, MESSAGE_MODE, 1, 100, 100);
    PROCESS client = spawn_role(over_quota_writer, pipe_name());
    char byte;
    DWORD count, i;

    if (!ConnectNamedPipe(server, NULL))
        CHECK_U32(GetLastError(), ERROR_PIPE_CONNECTED);
    for (i = 0; i < 100 && available(server) < 204; i++)
        Sleep(20);
    CHECK_U32(available(server), 204);
    kill_role(client);
    read_exactly(server, "kept", 4);
    CHECK_ERR(ReadFile(server, &byte, 1, &count, NULL), ERROR_BROKEN_PIPE);
}
