/* SPDX-License-Identifier: MIT */
/* Names, and the rules of CreateNamedPipe and of opening, also between processes. */
#include "pipe_helpers.h"

#define NOTHING INVALID_HANDLE_VALUE

static HANDLE create_named(const char *name)
{
    return CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 0, NULL);
}

TEST(a_null_name_is_path_not_found)
{
    CHECK_ERR(create_named(NULL) != NOTHING, ERROR_PATH_NOT_FOUND);
}

TEST(a_name_outside_the_pipe_folder_is_an_invalid_name)
{
    CHECK_ERR(create_named("not a pipe") != NOTHING, ERROR_INVALID_NAME);
}

TEST(names_compare_without_case)
{
    HANDLE client;

    CHECK(create_named("\\\\.\\PiPe\\Conformance.Case") != NOTHING);
    client = CreateFileA("\\\\.\\pipe\\conformance.CASE", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                         OPEN_EXISTING, 0, NULL);
    CHECK(client != NOTHING);
}

TEST(names_may_hold_any_character_but_a_backslash)
{
    const char *name = "\\\\.\\pipe\\conformance <>*?|\" %.";

    CHECK(create_named(name) != NOTHING);
    CHECK(CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL) !=
          NOTHING);
}

TEST(a_name_of_256_characters_works_and_one_of_300_is_too_long)
{
    char name[320];

    memset(name, 'n', sizeof(name));
    memcpy(name, "\\\\.\\pipe\\", 9);
    name[256] = 0;
    CHECK(create_named(name) != NOTHING);
    CHECK(CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL) !=
          NOTHING);
    name[256] = 'n';
    name[300] = 0;
    CHECK_ERR(create_named(name) != NOTHING, ERROR_FILENAME_EXCED_RANGE);
}

TEST(wide_and_narrow_names_are_one)
{
    HANDLE server = CreateNamedPipeW((const WCHAR *)L"\\\\.\\pipe\\conformance.wide",
                                     PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 0, NULL);

    CHECK(server != NOTHING);
    CHECK(CreateFileA("\\\\.\\pipe\\conformance.wide", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                      OPEN_EXISTING, 0, NULL) != NOTHING);
}

TEST(message_reads_on_a_byte_pipe_are_refused)
{
    CHECK_ERR(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_READMODE_MESSAGE, 1, 0, 0) != NOTHING,
              ERROR_INVALID_PARAMETER);
}

TEST(a_pipe_without_direction_or_instances_is_refused)
{
    CHECK_ERR(create_pipe_with(0, PIPE_TYPE_BYTE, 1, 0, 0) != NOTHING, ERROR_INVALID_PARAMETER);
    WINE_DIFFERS("a limit of no instance is accepted");
    CHECK_ERR(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 0, 0, 0) != NOTHING,
              ERROR_INVALID_PARAMETER);
    CHECK_ERR(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 256, 0, 0) != NOTHING,
              ERROR_INVALID_PARAMETER);
}

TEST(the_instance_limit_of_the_first_creation_rules)
{
    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0) != NOTHING);
    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 7, 0, 0) != NOTHING);
    CHECK_ERR(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 7, 0, 0) != NOTHING,
              ERROR_PIPE_BUSY);
}

TEST(the_limit_is_checked_before_the_direction)
{
    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0) != NOTHING);
    CHECK_ERR(create_pipe_with(PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 1, 0, 0) != NOTHING,
              ERROR_PIPE_BUSY);
}

TEST(an_instance_of_another_direction_is_denied)
{
    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 4, 0, 0) != NOTHING);
    CHECK_ERR(create_pipe_with(PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 4, 0, 0) != NOTHING,
              ERROR_ACCESS_DENIED);
}

TEST(an_instance_of_another_type_is_accepted_and_the_first_type_rules)
{
    HANDLE second;
    DWORD flags = 99, max = 99;

    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 4, 0, 0) != NOTHING);
    second = create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 3, 0, 0);
    CHECK(second != NOTHING);
    CHECK(GetNamedPipeInfo(second, &flags, NULL, NULL, &max));
    CHECK_U32(flags, PIPE_SERVER_END);
    CHECK_U32(max, 4);
}

TEST(the_first_instance_flag_refuses_a_name_that_exists)
{
    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, PIPE_TYPE_BYTE, 4, 0,
                           0) != NOTHING);
    WINE_DIFFERS("FILE_FLAG_FIRST_PIPE_INSTANCE is ignored");
    CHECK_ERR(create_pipe_with(PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, PIPE_TYPE_BYTE,
                               4, 0, 0) != NOTHING,
              ERROR_ACCESS_DENIED);
}

ROLE(create_second_instance)
{
    HANDLE second =
        CreateNamedPipeA(argument, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0, 0, NULL);

    CHECK(second != NOTHING);
    CHECK_ERR(CreateNamedPipeA(argument, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0, 0, NULL) !=
                  NOTHING,
              ERROR_PIPE_BUSY);
    CHECK_ERR(CreateNamedPipeA(argument, PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 2, 0, 0, 0, NULL) !=
                  NOTHING,
              ERROR_PIPE_BUSY);
    return 0;
}

TEST(instances_of_several_processes_share_limit_and_rules)
{
    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0) != NOTHING);
    CHECK_U32(wait_role(spawn_role(create_second_instance, pipe_name())), 0);
    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0) != NOTHING);
}

TEST(a_fresh_server_handle_is_signaled)
{
    CHECK_U32(WaitForSingleObject(create_pipe(PIPE_TYPE_BYTE), 0), WAIT_OBJECT_0);
}

TEST(opening_a_missing_pipe_is_file_not_found)
{
    CHECK_ERR(open_pipe() != NOTHING, ERROR_FILE_NOT_FOUND);
}

TEST(opening_a_pipe_whose_instances_are_taken_is_busy)
{
    connect_pair(PIPE_TYPE_BYTE, 0, 0);
    CHECK_ERR(open_pipe() != NOTHING, ERROR_PIPE_BUSY);
}

TEST(opening_against_the_direction_is_denied)
{
    CHECK(create_pipe_with(PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 1, 0, 0) != NOTHING);
    CHECK_ERR(CreateFileA(pipe_name(), GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) != NOTHING,
              ERROR_ACCESS_DENIED);
    CHECK(CreateFileA(pipe_name(), GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL) != NOTHING);
}

TEST(opening_without_access_takes_the_instance_up)
{
    HANDLE client;
    char byte;
    DWORD count;

    create_pipe(PIPE_TYPE_BYTE);
    client = CreateFileA(pipe_name(), 0, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(client != NOTHING);
    CHECK_ERR(ReadFile(client, &byte, 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK_ERR(open_pipe() != NOTHING, ERROR_PIPE_BUSY);
}

TEST(an_inbound_server_cannot_write)
{
    HANDLE server = create_pipe_with(PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 1, 0, 0);
    DWORD count;

    CHECK_ERR(WriteFile(server, "x", 1, &count, NULL), ERROR_ACCESS_DENIED);
}

TEST(clients_get_the_instance_that_has_listened_longest)
{
    HANDLE first = create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 64);
    HANDLE second = create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 64);
    HANDLE a = open_pipe(), b = open_pipe();

    CHECK(first != NOTHING && second != NOTHING && a != NOTHING && b != NOTHING);
    write_all(a, "a", 1);
    write_all(b, "b", 1);
    read_exactly(first, "a", 1);
    read_exactly(second, "b", 1);
}

TEST(waiting_for_a_missing_pipe_fails_at_once)
{
    CHECK_ERR(WaitNamedPipeA(pipe_name(), 5000), ERROR_FILE_NOT_FOUND);
}

TEST(waiting_for_a_listening_pipe_succeeds_at_once)
{
    create_pipe(PIPE_TYPE_BYTE);
    CHECK(WaitNamedPipeA(pipe_name(), 1));
}

TEST(waiting_for_a_busy_pipe_times_out)
{
    DWORD begin;

    connect_pair(PIPE_TYPE_BYTE, 0, 0);
    begin = GetTickCount();
    CHECK_ERR(WaitNamedPipeA(pipe_name(), 200), ERROR_SEM_TIMEOUT);
    CHECK(GetTickCount() - begin >= 150);
}

static DWORD WINAPI create_another(LPVOID argument)
{
    Sleep(100);
    return create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0) == NOTHING;
}

TEST(a_new_instance_wakes_those_who_wait)
{
    HANDLE thread;

    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0) != NOTHING);
    CHECK(open_pipe() != NOTHING);
    thread = CreateThread(NULL, 0, create_another, NULL, 0, NULL);
    CHECK(WaitNamedPipeA(pipe_name(), 5000));
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
}

TEST(a_remote_name_is_not_reached)
{
    WINE_DIFFERS("remote names are path not found");
#ifdef _WIN32
    SKIP("needs a network");
#endif
    CHECK_ERR(CreateFileA("\\\\server\\pipe\\x", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) !=
                  NOTHING,
              ERROR_BAD_NETPATH);
}
