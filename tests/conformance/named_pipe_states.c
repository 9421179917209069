/* SPDX-License-Identifier: MIT */
/* What each operation gets in each state of the pipe, at both ends. */
#include "pipe_helpers.h"

#define NOTHING INVALID_HANDLE_VALUE

static struct pair disconnected_pair(void)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CHECK(DisconnectNamedPipe(pair.server));
    return pair;
}

/* Its client has closed. */
static HANDLE closing_server(void)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CHECK(CloseHandle(pair.client));
    return pair.server;
}

/* Its server has closed. */
static HANDLE closing_client(void)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CHECK(CloseHandle(pair.server));
    return pair.client;
}

static void check_read_fails(HANDLE pipe, DWORD error)
{
    char byte = 0;
    DWORD count = 99;

    CHECK_ERR(ReadFile(pipe, &byte, 1, &count, NULL), error);
    CHECK_U32(count, 0);
}

static void check_write_fails(HANDLE pipe, DWORD error)
{
    DWORD count = 99;

    CHECK_ERR(WriteFile(pipe, "x", 1, &count, NULL), error);
    CHECK_U32(count, 0);
}

static void check_peek_fails(HANDLE pipe, DWORD error)
{
    DWORD total = 77;

    CHECK_ERR(PeekNamedPipe(pipe, NULL, 0, NULL, &total, NULL), error);
    CHECK_U32(total, 77);
}

static void check_transact_fails(HANDLE pipe, DWORD error)
{
    char byte = 0;
    DWORD count;

    CHECK_ERR(TransactNamedPipe(pipe, &byte, 1, &byte, 1, &count, NULL), error);
}

static void check_can_be_queried_and_set(HANDLE pipe)
{
    DWORD value = 99, mode = PIPE_READMODE_BYTE;

    CHECK(GetNamedPipeInfo(pipe, &value, NULL, NULL, NULL));
    CHECK(value & PIPE_TYPE_MESSAGE);
    CHECK(GetNamedPipeHandleStateA(pipe, &value, NULL, NULL, NULL, NULL, 0));
    CHECK_U32(value, PIPE_READMODE_MESSAGE);
    CHECK(SetNamedPipeHandleState(pipe, &mode, NULL, NULL));
    CHECK(GetNamedPipeHandleStateA(pipe, &value, NULL, NULL, NULL, NULL, 0));
    CHECK_U32(value, PIPE_READMODE_BYTE);
}

/* ---- listening ---- */

TEST(reading_a_listening_pipe_fails_with_listening)
{
    check_read_fails(create_pipe(MESSAGE_MODE), ERROR_PIPE_LISTENING);
}

TEST(writing_a_listening_pipe_fails_with_listening)
{
    check_write_fails(create_pipe(MESSAGE_MODE), ERROR_PIPE_LISTENING);
}

TEST(peeking_a_listening_pipe_fails_with_bad_pipe)
{
    check_peek_fails(create_pipe(MESSAGE_MODE), ERROR_BAD_PIPE);
}

TEST(transacting_on_a_listening_pipe_fails_with_bad_pipe)
{
    check_transact_fails(create_pipe(MESSAGE_MODE), ERROR_BAD_PIPE);
}

TEST(flushing_a_listening_pipe_succeeds)
{
    CHECK(FlushFileBuffers(create_pipe(MESSAGE_MODE)));
}

TEST(a_listening_pipe_can_be_queried_and_set)
{
    check_can_be_queried_and_set(create_pipe(MESSAGE_MODE));
}

TEST(a_listening_pipe_knows_its_server_and_no_client)
{
    HANDLE server = create_pipe(MESSAGE_MODE);
    ULONG id = 0;

    CHECK(GetNamedPipeServerProcessId(server, &id));
    CHECK_U32(id, GetCurrentProcessId());
    WINE_DIFFERS("a client that never was is known");
    CHECK_ERR(GetNamedPipeClientProcessId(server, &id), ERROR_NOT_FOUND);
}

/* ---- connected ---- */

TEST(reading_a_connected_and_empty_pipe_waits_at_both_ends)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call up, down;

    start_call(&up, call_read, pair.server, 10);
    start_call(&down, call_read, pair.client, 10);
    CHECK(thread_is_blocked(up.thread));
    CHECK(thread_is_blocked(down.thread));
    CHECK(CloseHandle(pair.client));
    finish_call(&up);
}

TEST(writing_a_connected_pipe_succeeds_at_both_ends)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    write_all(pair.server, "x", 1);
    write_all(pair.client, "x", 1);
}

TEST(peeking_a_connected_pipe_succeeds_at_both_ends)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CHECK_U32(available(pair.server), 0);
    CHECK_U32(available(pair.client), 0);
    write_all(pair.server, "xyz", 3);
    CHECK_U32(available(pair.client), 3);
}

TEST(a_connected_pipe_can_be_queried_and_set_at_both_ends)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    check_can_be_queried_and_set(pair.server);
    check_can_be_queried_and_set(pair.client);
}

/* ---- closing ---- */

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

TEST(reading_a_closing_and_empty_pipe_fails_with_broken_pipe)
{
    HANDLE server = closing_server();

    check_read_fails(server, ERROR_BROKEN_PIPE);
    CHECK(CloseHandle(server));
    check_read_fails(closing_client(), ERROR_BROKEN_PIPE);
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

TEST(peeking_a_closing_pipe_shows_the_data_that_are_left)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    write_all(pair.client, "last", 4);
    CHECK(CloseHandle(pair.client));
    CHECK_U32(available(pair.server), 4);
    CHECK_U32(available(pair.server), 4);
    read_exactly(pair.server, "last", 4);
    check_peek_fails(pair.server, ERROR_BROKEN_PIPE);
}

TEST(peeking_a_closing_and_empty_pipe_fails_with_broken_pipe)
{
    HANDLE server = closing_server();

    check_peek_fails(server, ERROR_BROKEN_PIPE);
    CHECK(CloseHandle(server));
    check_peek_fails(closing_client(), ERROR_BROKEN_PIPE);
}

TEST(transacting_on_a_closing_pipe_fails_with_bad_pipe)
{
    HANDLE server = closing_server();

    check_transact_fails(server, ERROR_BAD_PIPE);
    CHECK(CloseHandle(server));
    check_transact_fails(closing_client(), ERROR_BAD_PIPE);
}

TEST(flushing_a_closing_pipe_succeeds)
{
    CHECK(FlushFileBuffers(closing_server()));
}

TEST(flushing_to_a_closed_server_succeeds)
{
    CHECK(FlushFileBuffers(closing_client()));
}

TEST(a_closing_pipe_can_be_queried_and_set_at_both_ends)
{
    HANDLE server = closing_server();

    check_can_be_queried_and_set(server);
    CHECK(CloseHandle(server));
    check_can_be_queried_and_set(closing_client());
}

TEST(a_closing_pipe_knows_the_processes_of_both_ends)
{
    HANDLE server = closing_server(), client;
    ULONG id = 0;

    CHECK(GetNamedPipeClientProcessId(server, &id));
    CHECK_U32(id, GetCurrentProcessId());
    CHECK(GetNamedPipeServerProcessId(server, &id));
    CHECK(CloseHandle(server));
    client = closing_client();
    id = 0;
    CHECK(GetNamedPipeServerProcessId(client, &id));
    CHECK_U32(id, GetCurrentProcessId());
    CHECK(GetNamedPipeClientProcessId(client, &id));
}

/* ---- disconnected: the server ---- */

TEST(reading_a_disconnected_server_fails_with_not_connected)
{
    check_read_fails(disconnected_pair().server, ERROR_PIPE_NOT_CONNECTED);
}

TEST(writing_a_disconnected_server_fails_with_not_connected)
{
    check_write_fails(disconnected_pair().server, ERROR_PIPE_NOT_CONNECTED);
}

TEST(peeking_a_disconnected_server_fails_with_bad_pipe)
{
    check_peek_fails(disconnected_pair().server, ERROR_BAD_PIPE);
}

TEST(transacting_on_a_disconnected_server_fails_with_bad_pipe)
{
    check_transact_fails(disconnected_pair().server, ERROR_BAD_PIPE);
}

TEST(flushing_a_disconnected_server_succeeds)
{
    CHECK(FlushFileBuffers(disconnected_pair().server));
}

TEST(disconnecting_a_disconnected_server_fails_with_not_connected)
{
    CHECK_ERR(DisconnectNamedPipe(disconnected_pair().server), ERROR_PIPE_NOT_CONNECTED);
}

TEST(a_disconnected_server_can_be_queried_and_set)
{
    check_can_be_queried_and_set(disconnected_pair().server);
}

TEST(a_disconnected_server_knows_itself_and_has_forgotten_its_client)
{
    struct pair pair = disconnected_pair();
    ULONG id = 0;

    CHECK(GetNamedPipeServerProcessId(pair.server, &id));
    CHECK_U32(id, GetCurrentProcessId());
    WINE_DIFFERS("process ids are known after a disconnect");
    CHECK_ERR(GetNamedPipeClientProcessId(pair.server, &id), ERROR_NOT_FOUND);
}

/* ---- disconnected: the client ---- */

TEST(reading_a_client_that_was_cut_off_fails_with_not_connected)
{
    check_read_fails(disconnected_pair().client, ERROR_PIPE_NOT_CONNECTED);
}

TEST(writing_a_client_that_was_cut_off_fails_with_not_connected)
{
    check_write_fails(disconnected_pair().client, ERROR_PIPE_NOT_CONNECTED);
}

TEST(peeking_a_client_that_was_cut_off_fails_with_not_connected)
{
    check_peek_fails(disconnected_pair().client, ERROR_PIPE_NOT_CONNECTED);
}

TEST(transacting_on_a_client_that_was_cut_off_fails_with_not_connected)
{
    check_transact_fails(disconnected_pair().client, ERROR_PIPE_NOT_CONNECTED);
}

TEST(flushing_a_client_that_was_cut_off_fails_with_not_connected)
{
    CHECK_ERR(FlushFileBuffers(disconnected_pair().client), ERROR_PIPE_NOT_CONNECTED);
}

TEST(a_client_that_was_cut_off_can_neither_connect_nor_disconnect)
{
    struct pair pair = disconnected_pair();

    CHECK_ERR(ConnectNamedPipe(pair.client, NULL), ERROR_INVALID_FUNCTION);
    WINE_DIFFERS("DisconnectNamedPipe on a client says 50");
    CHECK_ERR(DisconnectNamedPipe(pair.client), ERROR_INVALID_FUNCTION);
}

TEST(a_client_that_was_cut_off_can_neither_be_queried_nor_set)
{
    struct pair pair = disconnected_pair();
    DWORD value = 0;

    CHECK_ERR(GetNamedPipeInfo(pair.client, &value, NULL, NULL, NULL), ERROR_PIPE_NOT_CONNECTED);
    CHECK_ERR(GetNamedPipeHandleStateA(pair.client, &value, NULL, NULL, NULL, NULL, 0),
              ERROR_PIPE_NOT_CONNECTED);
    CHECK_ERR(SetNamedPipeHandleState(pair.client, &value, NULL, NULL), ERROR_PIPE_NOT_CONNECTED);
}

TEST(a_client_that_was_cut_off_knows_no_process)
{
    struct pair pair = disconnected_pair();
    ULONG id = 0;

    WINE_DIFFERS("process ids are known after a disconnect");
    CHECK_ERR(GetNamedPipeClientProcessId(pair.client, &id), ERROR_PIPE_NOT_CONNECTED);
    CHECK_ERR(GetNamedPipeServerProcessId(pair.client, &id), ERROR_PIPE_NOT_CONNECTED);
}

TEST(a_client_that_was_cut_off_can_be_closed)
{
    struct pair pair = disconnected_pair();

    CHECK(CloseHandle(pair.client));
    CHECK_ERR(DisconnectNamedPipe(pair.server), ERROR_PIPE_NOT_CONNECTED);
}
