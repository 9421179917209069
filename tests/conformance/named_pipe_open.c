/* SPDX-License-Identifier: MIT */
/* Opening a named pipe: which instance a client gets, how its handle begins, and when it gets none. */
#include "pipe_helpers.h"

#define NOTHING INVALID_HANDLE_VALUE

static HANDLE open_with(DWORD access, DWORD flags)
{
    return CreateFileA(pipe_name(), access, 0, NULL, OPEN_EXISTING, flags, NULL);
}

static HANDLE create_instance(DWORD direction, DWORD max)
{
    HANDLE server = create_pipe_with(direction, PIPE_TYPE_BYTE, max, 64, 64);

    CHECK(server != NOTHING);
    return server;
}

/* Which of the servers got the client that wrote this letter. */
static void check_got(HANDLE server, char letter)
{
    read_exactly(server, &letter, 1);
}

static HANDLE open_and_write(char letter)
{
    HANDLE client = open_pipe();

    CHECK(client != NOTHING);
    write_all(client, &letter, 1);
    return client;
}

/* ---- failures ---- */

TEST(opening_a_missing_pipe_is_file_not_found)
{
    CHECK_ERR(open_pipe() != NOTHING, ERROR_FILE_NOT_FOUND);
}

TEST(opening_a_pipe_whose_instances_are_taken_is_busy)
{
    connect_pair(PIPE_TYPE_BYTE, 0, 0);
    CHECK_ERR(open_pipe() != NOTHING, ERROR_PIPE_BUSY);
}

TEST(opening_is_busy_while_the_only_instance_is_closing)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 0, 0);

    CHECK(CloseHandle(pair.client));
    CHECK_ERR(open_pipe() != NOTHING, ERROR_PIPE_BUSY);
}

TEST(opening_is_busy_while_the_only_instance_is_disconnected)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 0, 0);

    CHECK(DisconnectNamedPipe(pair.server));
    CHECK_ERR(open_pipe() != NOTHING, ERROR_PIPE_BUSY);
}

TEST(opening_is_busy_after_an_instance_that_never_had_a_client_was_disconnected)
{
    HANDLE server = create_instance(PIPE_ACCESS_DUPLEX, 1);

    WINE_DIFFERS("a listening instance cannot be disconnected");
    CHECK(DisconnectNamedPipe(server));
    CHECK_ERR(open_pipe() != NOTHING, ERROR_PIPE_BUSY);
}

TEST(reading_from_an_inbound_pipe_is_denied_to_clients)
{
    create_instance(PIPE_ACCESS_INBOUND, 1);
    CHECK_ERR(open_with(GENERIC_READ, 0) != NOTHING, ERROR_ACCESS_DENIED);
    CHECK_ERR(open_with(GENERIC_READ | GENERIC_WRITE, 0) != NOTHING, ERROR_ACCESS_DENIED);
    CHECK(open_with(GENERIC_WRITE, 0) != NOTHING);
}

TEST(writing_to_an_outbound_pipe_is_denied_to_clients)
{
    create_instance(PIPE_ACCESS_OUTBOUND, 1);
    CHECK_ERR(open_with(GENERIC_WRITE, 0) != NOTHING, ERROR_ACCESS_DENIED);
    CHECK_ERR(open_with(GENERIC_READ | GENERIC_WRITE, 0) != NOTHING, ERROR_ACCESS_DENIED);
    CHECK(open_with(GENERIC_READ, 0) != NOTHING);
}

TEST(an_open_that_is_denied_takes_no_instance_up)
{
    HANDLE server = create_instance(PIPE_ACCESS_INBOUND, 1), client;

    CHECK_ERR(open_with(GENERIC_READ, 0) != NOTHING, ERROR_ACCESS_DENIED);
    client = open_with(GENERIC_WRITE, 0);
    CHECK(client != NOTHING);
    write_all(client, "x", 1);
    check_got(server, 'x');
}

/* ---- which instance ---- */

TEST(clients_get_the_instance_that_has_listened_longest)
{
    HANDLE servers[4];
    char i;

    for (i = 0; i < 4; i++)
        servers[(int)i] = create_instance(PIPE_ACCESS_DUPLEX, 4);
    for (i = 0; i < 4; i++)
        open_and_write((char)('a' + i));
    for (i = 0; i < 4; i++)
        check_got(servers[(int)i], (char)('a' + i));
}

TEST(a_thread_that_waits_in_connect_gives_its_instance_no_priority)
{
    HANDLE first = create_instance(PIPE_ACCESS_DUPLEX, 2);
    HANDLE second = create_instance(PIPE_ACCESS_DUPLEX, 2);
    struct call call;

    start_call(&call, call_connect, second, 0);
    CHECK(thread_is_blocked(call.thread));
    open_and_write('a');
    CHECK(thread_is_blocked(call.thread));
    check_got(first, 'a');
    open_and_write('b');
    finish_call(&call);
    CHECK(call.result);
    check_got(second, 'b');
}

TEST(an_instance_that_listens_again_goes_to_the_end_of_the_queue)
{
    HANDLE first = create_instance(PIPE_ACCESS_DUPLEX, 3);
    HANDLE second = create_instance(PIPE_ACCESS_DUPLEX, 3), third, client;
    struct call call;

    client = open_and_write('a');
    check_got(first, 'a');
    CHECK(DisconnectNamedPipe(first));
    CHECK(CloseHandle(client));
    third = create_instance(PIPE_ACCESS_DUPLEX, 3);
    start_call(&call, call_connect, first, 0);
    CHECK(thread_is_blocked(call.thread));
    open_and_write('b');
    check_got(second, 'b');
    open_and_write('c');
    check_got(third, 'c');
    CHECK(thread_is_blocked(call.thread));
    open_and_write('d');
    finish_call(&call);
    CHECK(call.result);
    check_got(first, 'd');
}

TEST(a_closed_instance_is_passed_over)
{
    HANDLE first = create_instance(PIPE_ACCESS_DUPLEX, 2);
    HANDLE second = create_instance(PIPE_ACCESS_DUPLEX, 2);

    CHECK(CloseHandle(first));
    open_and_write('a');
    check_got(second, 'a');
    CHECK_ERR(open_pipe() != NOTHING, ERROR_PIPE_BUSY);
}

/* ---- the handle ---- */

TEST(a_client_starts_in_byte_mode_and_waits_whatever_the_server_chose)
{
    HANDLE client;
    DWORD state = 99;

    create_pipe(MESSAGE_MODE | PIPE_NOWAIT);
    client = open_pipe();
    CHECK(client != NOTHING);
    CHECK(GetNamedPipeHandleStateA(client, &state, NULL, NULL, NULL, NULL, 0));
    CHECK_U32(state, PIPE_READMODE_BYTE | PIPE_WAIT);
}

TEST(opening_without_access_takes_the_instance_up)
{
    HANDLE client;
    char byte = 0;
    DWORD count;

    create_pipe(PIPE_TYPE_BYTE);
    client = open_with(0, 0);
    CHECK(client != NOTHING);
    CHECK_ERR(ReadFile(client, &byte, 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK_ERR(WriteFile(client, &byte, 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK_ERR(open_pipe() != NOTHING, ERROR_PIPE_BUSY);
}

TEST(a_pipe_of_any_direction_can_be_opened_without_access)
{
    static const DWORD directions[] = {PIPE_ACCESS_INBOUND, PIPE_ACCESS_OUTBOUND,
                                       PIPE_ACCESS_DUPLEX};
    int i;

    for (i = 0; i < 3; i++) {
        HANDLE server = create_instance(directions[i], 1), client = open_with(0, 0);

        CHECK(client != NOTHING);
        CHECK_ERR(ConnectNamedPipe(server, NULL), ERROR_PIPE_CONNECTED);
        CHECK(CloseHandle(client));
        CHECK(CloseHandle(server));
    }
}

TEST(share_modes_mean_nothing_to_pipes)
{
    create_instance(PIPE_ACCESS_DUPLEX, 2);
    create_instance(PIPE_ACCESS_DUPLEX, 2);
    CHECK(open_pipe() != NOTHING);
    CHECK(CreateFileA(pipe_name(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                      NULL, OPEN_EXISTING, 0, NULL) != NOTHING);
}

TEST(write_through_and_the_qualities_of_impersonation_are_accepted)
{
    static const DWORD flags[] = {
        FILE_FLAG_WRITE_THROUGH,
        SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS,
        SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION | SECURITY_EFFECTIVE_ONLY,
        SECURITY_SQOS_PRESENT | SECURITY_IMPERSONATION | SECURITY_CONTEXT_TRACKING,
    };
    size_t i;

    for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        HANDLE server = create_instance(PIPE_ACCESS_DUPLEX, 1);
        HANDLE client = open_with(GENERIC_READ | GENERIC_WRITE, flags[i]);

        CHECK(client != NOTHING);
        write_all(client, "q", 1);
        check_got(server, 'q');
        CHECK(CloseHandle(client));
        CHECK(CloseHandle(server));
    }
}

TEST(only_security_attributes_make_a_client_handle_inheritable)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, TRUE};
    DWORD flags = 99;

    create_instance(PIPE_ACCESS_DUPLEX, 2);
    create_instance(PIPE_ACCESS_DUPLEX, 2);
    CHECK(GetHandleInformation(open_pipe(), &flags));
    CHECK_U32(flags, 0);
    CHECK(GetHandleInformation(
        CreateFileA(pipe_name(), GENERIC_READ, 0, &attributes, OPEN_EXISTING, 0, NULL), &flags));
    CHECK_U32(flags, HANDLE_FLAG_INHERIT);
}

TEST(a_fresh_client_handle_is_signaled)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);

    CHECK_U32(WaitForSingleObject(pair.client, 0), WAIT_OBJECT_0);
}
