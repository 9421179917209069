/* SPDX-License-Identifier: MIT */
/* The rules of a name hold between processes as they do within one, and outlive none of them. */
#include "pipe_helpers.h"

#define NOTHING INVALID_HANDLE_VALUE

/* How a ROLE tells what it saw: the error, 0 for success. */
static int error_of(HANDLE handle)
{
    return handle == NOTHING ? (int)GetLastError() : 0;
}

static HANDLE create_named(const char *name, DWORD open_mode, DWORD pipe_mode, DWORD max)
{
    return CreateNamedPipeA(name, open_mode, pipe_mode, max, 64, 64, 0, NULL);
}

static HANDLE create_here(DWORD open_mode, DWORD max)
{
    HANDLE server = create_named(pipe_name(), open_mode, PIPE_TYPE_BYTE, max);

    CHECK(server != NOTHING);
    return server;
}

static HANDLE open_named(const char *name)
{
    return CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
}

/* Until a role has made its pipe. */
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
    return client;
}

ROLE(create_a_duplex_instance)
{
    return error_of(create_named(argument, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2));
}

ROLE(create_an_inbound_instance)
{
    return error_of(create_named(argument, PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 2));
}

ROLE(create_the_first_instance)
{
    return error_of(create_named(argument, PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
                                 PIPE_TYPE_BYTE, 2));
}

ROLE(open_the_pipe)
{
    return error_of(open_named(argument));
}

/* ---- limits and rules ---- */

TEST(instances_of_several_processes_share_one_limit)
{
    create_here(PIPE_ACCESS_DUPLEX, 1);
    CHECK_U32(wait_role(spawn_role(create_a_duplex_instance, pipe_name())), ERROR_PIPE_BUSY);
}

TEST(a_second_process_may_serve_the_same_name)
{
    create_here(PIPE_ACCESS_DUPLEX, 2);
    CHECK_U32(wait_role(spawn_role(create_a_duplex_instance, pipe_name())), 0);
}

TEST(an_instance_ends_with_its_process_and_makes_room)
{
    create_here(PIPE_ACCESS_DUPLEX, 2);
    CHECK_U32(wait_role(spawn_role(create_a_duplex_instance, pipe_name())), 0);
    CHECK_U32(wait_role(spawn_role(create_a_duplex_instance, pipe_name())), 0);
    create_here(PIPE_ACCESS_DUPLEX, 2);
    CHECK_U32(wait_role(spawn_role(create_a_duplex_instance, pipe_name())), ERROR_PIPE_BUSY);
}

TEST(the_limit_is_checked_before_the_direction_in_another_process_too)
{
    create_here(PIPE_ACCESS_DUPLEX, 1);
    CHECK_U32(wait_role(spawn_role(create_an_inbound_instance, pipe_name())), ERROR_PIPE_BUSY);
}

TEST(another_direction_is_denied_to_another_process)
{
    create_here(PIPE_ACCESS_DUPLEX, 2);
    CHECK_U32(wait_role(spawn_role(create_an_inbound_instance, pipe_name())), ERROR_ACCESS_DENIED);
}

TEST(the_first_instance_flag_looks_at_other_processes)
{
    create_here(PIPE_ACCESS_DUPLEX, 2);
    WINE_DIFFERS("FILE_FLAG_FIRST_PIPE_INSTANCE is ignored");
    CHECK_U32(wait_role(spawn_role(create_the_first_instance, pipe_name())), ERROR_ACCESS_DENIED);
}

TEST(a_name_that_only_ended_processes_served_is_free)
{
    CHECK_U32(wait_role(spawn_role(create_an_inbound_instance, pipe_name())), 0);
    CHECK_ERR(open_pipe() != NOTHING, ERROR_FILE_NOT_FOUND);
    CHECK_U32(wait_role(spawn_role(create_the_first_instance, pipe_name())), 0);
    create_here(PIPE_ACCESS_OUTBOUND, 1);
}

ROLE(check_the_first_type)
{
    HANDLE second = create_named(argument, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 9);
    DWORD flags = 99, max = 99;

    CHECK(second != NOTHING);
    CHECK(GetNamedPipeInfo(second, &flags, NULL, NULL, &max));
    CHECK_U32(flags, PIPE_SERVER_END | PIPE_TYPE_MESSAGE);
    CHECK_U32(max, 3);
    return 0;
}

TEST(type_and_limit_of_the_first_instance_rule_in_another_process)
{
    CHECK(create_named(pipe_name(), PIPE_ACCESS_DUPLEX, MESSAGE_MODE, 3) != NOTHING);
    CHECK_U32(wait_role(spawn_role(check_the_first_type, pipe_name())), 0);
}

/* ---- opening and waiting ---- */

TEST(a_pipe_of_another_process_is_missing_busy_or_there)
{
    HANDLE server;

    CHECK_U32(wait_role(spawn_role(open_the_pipe, pipe_name())), ERROR_FILE_NOT_FOUND);
    server = create_here(PIPE_ACCESS_DUPLEX, 1);
    CHECK_U32(wait_role(spawn_role(open_the_pipe, pipe_name())), 0);
    CHECK_U32(wait_role(spawn_role(open_the_pipe, pipe_name())), ERROR_PIPE_BUSY);
    CHECK_ERR(ConnectNamedPipe(server, NULL), ERROR_NO_DATA);
}

TEST(the_direction_is_denied_to_clients_of_another_process)
{
    create_here(PIPE_ACCESS_INBOUND, 1);
    CHECK_U32(wait_role(spawn_role(open_the_pipe, pipe_name())), ERROR_ACCESS_DENIED);
}

ROLE(wait_for_the_pipe)
{
    DWORD begin = GetTickCount();

    CHECK_ERR(WaitNamedPipeA(argument, 200), ERROR_SEM_TIMEOUT);
    CHECK(GetTickCount() - begin >= 150);
    CHECK(SetEvent(OpenEventA(EVENT_MODIFY_STATE, FALSE, argument + 9)));
    CHECK(WaitNamedPipeA(argument, NMPWAIT_WAIT_FOREVER));
    return error_of(open_named(argument));
}

TEST(a_process_waits_until_another_makes_an_instance)
{
    HANDLE has_waited = CreateEventA(NULL, TRUE, FALSE, pipe_name() + 9);
    PROCESS role;

    create_here(PIPE_ACCESS_DUPLEX, 2);
    CHECK(open_pipe() != NOTHING);
    role = spawn_role(wait_for_the_pipe, pipe_name());
    CHECK_U32(WaitForSingleObject(has_waited, 10000), WAIT_OBJECT_0);
    CHECK(role_is_blocked(role));
    create_here(PIPE_ACCESS_DUPLEX, 2);
    CHECK_U32(wait_role(role), 0);
}

/* ---- data ---- */

ROLE(echo_one_client)
{
    HANDLE server = create_named(argument, PIPE_ACCESS_DUPLEX, MESSAGE_MODE, 1);
    char message[300];
    DWORD count, sent;

    CHECK(server != NOTHING);
    if (!ConnectNamedPipe(server, NULL))
        CHECK_U32(GetLastError(), ERROR_PIPE_CONNECTED);
    while (ReadFile(server, message, sizeof(message), &count, NULL))
        CHECK(WriteFile(server, message, count, &sent, NULL) && sent == count);
    CHECK_U32(GetLastError(), ERROR_BROKEN_PIPE);
    return 0;
}

TEST(messages_come_back_whole_from_another_process)
{
    PROCESS role = spawn_role(echo_one_client, pipe_name());
    HANDLE client = open_when_there();
    char message[300];
    DWORD i;

    set_mode(client, PIPE_READMODE_MESSAGE);
    for (i = 0; i < sizeof(message); i++) {
        memset(message, (int)i, sizeof(message));
        write_all(client, message, i);
        read_exactly(client, message, i);
    }
    CHECK(CloseHandle(client));
    CHECK_U32(wait_role(role), 0);
}

TEST(each_process_knows_the_ids_of_both)
{
    PROCESS role = spawn_role(echo_one_client, pipe_name());
    HANDLE client = open_when_there();
    ULONG id = 0;

    CHECK(GetNamedPipeServerProcessId(client, &id));
    CHECK_U32(id, role.id);
    CHECK(GetNamedPipeClientProcessId(client, &id));
    CHECK_U32(id, GetCurrentProcessId());
    set_mode(client, PIPE_READMODE_MESSAGE);
    write_all(client, "and it is there", 15);
    read_exactly(client, "and it is there", 15);
    CHECK(CloseHandle(client));
    CHECK_U32(wait_role(role), 0);
}

ROLE(check_ids_as_client)
{
    HANDLE client = open_named(argument);
    ULONG server_id = 0, own_id = 0;

    CHECK(client != NOTHING);
    CHECK(GetNamedPipeServerProcessId(client, &server_id));
    CHECK(GetNamedPipeClientProcessId(client, &own_id));
    CHECK_U32(own_id, GetCurrentProcessId());
    write_all(client, &server_id, sizeof(server_id));
    return 0;
}

TEST(the_server_knows_which_process_its_client_was_even_when_that_has_ended)
{
    HANDLE server = create_here(PIPE_ACCESS_DUPLEX, 1);
    PROCESS role = spawn_role(check_ids_as_client, pipe_name());
    DWORD role_id = role.id, own_id = GetCurrentProcessId();
    ULONG id = 0;

    CHECK_U32(wait_role(role), 0);
    read_exactly(server, &own_id, sizeof(own_id));
    CHECK(GetNamedPipeClientProcessId(server, &id));
    CHECK_U32(id, role_id);
}

ROLE(say_a_word)
{
    HANDLE client = NOTHING;
    int i;

    for (i = 0; i < 1000 && client == NOTHING; i++) {
        if (WaitNamedPipeA(argument, 5000))
            client = open_named(argument);
        else
            CHECK_U32(GetLastError(), ERROR_SEM_TIMEOUT);
    }
    CHECK(client != NOTHING);
    write_all(client, "word", 4);
    return 0;
}

TEST(one_server_takes_many_processes_one_after_the_other)
{
    HANDLE server = create_here(PIPE_ACCESS_DUPLEX, 1);
    PROCESS roles[6];
    char byte;
    DWORD count;
    int i;

    for (i = 0; i < 6; i++)
        roles[i] = spawn_role(say_a_word, pipe_name());
    for (i = 0; i < 6; i++) {
        if (!ConnectNamedPipe(server, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
            CHECK_U32(GetLastError(), ERROR_NO_DATA);
        read_exactly(server, "word", 4);
        CHECK_ERR(ReadFile(server, &byte, 1, &count, NULL), ERROR_BROKEN_PIPE);
        CHECK(DisconnectNamedPipe(server));
    }
    for (i = 0; i < 6; i++)
        CHECK_U32(wait_role(roles[i]), 0);
}

ROLE(hold_the_pipe_open)
{
    if (open_named(argument) == NOTHING)
        return EXIT_FAILED;
    hang();
    return 0;
}

TEST(each_of_many_processes_has_an_instance_of_its_own)
{
    HANDLE servers[5];
    PROCESS roles[5];
    ULONG ids[5];
    int i, k, same = 0;

    for (i = 0; i < 5; i++)
        servers[i] = create_here(PIPE_ACCESS_DUPLEX, 5);
    for (i = 0; i < 5; i++)
        roles[i] = spawn_role(hold_the_pipe_open, pipe_name());
    for (i = 0; i < 5; i++) {
        if (!ConnectNamedPipe(servers[i], NULL))
            CHECK_U32(GetLastError(), ERROR_PIPE_CONNECTED);
        CHECK(GetNamedPipeClientProcessId(servers[i], &ids[i]));
    }
    for (i = 0; i < 5; i++)
        for (k = 0; k < 5; k++)
            same += ids[i] == roles[k].id;
    CHECK_U32(same, 5);
    for (i = 0; i < 5; i++)
        kill_role(roles[i]);
}

#define EARLY 200

static const char *numbered(const char *name, int number)
{
    static char text[sizeof(conformance_pipe) + 16];

    snprintf(text, sizeof(text), "%s.%d", name, number);
    return text;
}

ROLE(creates_one_after_the_other)
{
    int i;

    for (i = 0; i < EARLY; i++) {
        HANDLE server = CreateNamedPipeA(numbered(argument, i), PIPE_ACCESS_DUPLEX, PIPE_WAIT, 1, 0,
                                         0, 0, NULL);
        DWORD count;
        char byte;

        CHECK(server != INVALID_HANDLE_VALUE);
        CHECK(ConnectNamedPipe(server, NULL) || GetLastError() == ERROR_PIPE_CONNECTED ||
              GetLastError() == ERROR_NO_DATA);
        CHECK_ERR(ReadFile(server, &byte, 1, &count, NULL), ERROR_BROKEN_PIPE);
        CHECK(CloseHandle(server));
    }
    return EXIT_PASSED;
}

TEST(a_client_that_is_early_finds_nothing_or_the_pipe)
{
    PROCESS server = spawn_role(creates_one_after_the_other, pipe_name());
    int i;

    for (i = 0; i < EARLY; i++) {
        HANDLE client;

        do
            client = CreateFileA(numbered(pipe_name(), i), GENERIC_READ | GENERIC_WRITE, 0, NULL,
                                 OPEN_EXISTING, 0, NULL);
        while (client == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_NOT_FOUND);
        CHECK(client != INVALID_HANDLE_VALUE);
        CHECK(CloseHandle(client));
    }
    CHECK_U32(wait_role(server), 0);
}
