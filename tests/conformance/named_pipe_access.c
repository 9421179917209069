/* SPDX-License-Identifier: MIT */
/* The rights that come with a pipe's handle, and the calls that ask for them. */
#include "pipe_helpers.h"

#define NOTHING INVALID_HANDLE_VALUE

static HANDLE create_instance(DWORD direction)
{
    HANDLE server = create_pipe_with(direction, MESSAGE_MODE, 1, 64, 64);

    CHECK(server != NOTHING);
    return server;
}

static HANDLE open_with(DWORD access)
{
    HANDLE client = CreateFileA(pipe_name(), access, 0, NULL, OPEN_EXISTING, 0, NULL);

    CHECK(client != NOTHING);
    return client;
}

/* A duplicate cannot have what its source has not, so duplicates tell what that is. */
static DWORD rights_of(HANDLE handle)
{
    DWORD rights = 0, bit;
    HANDLE copy;

    for (bit = 1; bit <= SYNCHRONIZE; bit <<= 1)
        if (DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &copy, bit, FALSE,
                            0)) {
            rights |= bit;
            CHECK(CloseHandle(copy));
        }
    return rights;
}

static BOOL set_state(HANDLE pipe)
{
    DWORD mode = PIPE_READMODE_BYTE;

    return SetNamedPipeHandleState(pipe, &mode, NULL, NULL);
}

#define WINE_ADDS "a duplicate may have more rights than its source"

/* ---- what is granted ---- */

TEST(a_duplex_server_may_read_and_write_everything_but_delete_and_change_owners)
{
    HANDLE server = create_instance(PIPE_ACCESS_DUPLEX);

    WINE_DIFFERS(WINE_ADDS);
    CHECK_U32(rights_of(server), 0x12019F);
}

TEST(an_inbound_server_has_the_rights_of_a_reader)
{
    HANDLE server = create_instance(PIPE_ACCESS_INBOUND);

    WINE_DIFFERS(WINE_ADDS);
    CHECK_U32(rights_of(server), 0x120089);
}

TEST(an_outbound_server_has_the_rights_of_a_writer)
{
    HANDLE server = create_instance(PIPE_ACCESS_OUTBOUND);

    WINE_DIFFERS(WINE_ADDS);
    CHECK_U32(rights_of(server), 0x120116);
}

TEST(a_server_may_ask_for_the_right_to_change_its_list)
{
    HANDLE server = create_instance(PIPE_ACCESS_INBOUND | WRITE_DAC);

    WINE_DIFFERS(WINE_ADDS);
    CHECK_U32(rights_of(server), 0x120089 | WRITE_DAC);
}

TEST(a_client_that_asks_for_nothing_may_wait_and_read_attributes)
{
    HANDLE client;

    create_instance(PIPE_ACCESS_DUPLEX);
    client = open_with(0);
    WINE_DIFFERS(WINE_ADDS);
    CHECK_U32(rights_of(client), SYNCHRONIZE | FILE_READ_ATTRIBUTES);
}

TEST(a_reading_client_has_the_rights_of_a_reader)
{
    HANDLE client;

    create_instance(PIPE_ACCESS_DUPLEX);
    client = open_with(GENERIC_READ);
    WINE_DIFFERS(WINE_ADDS);
    CHECK_U32(rights_of(client), FILE_GENERIC_READ);
}

TEST(a_writing_client_may_read_attributes_too)
{
    HANDLE client;

    create_instance(PIPE_ACCESS_DUPLEX);
    client = open_with(GENERIC_WRITE);
    WINE_DIFFERS(WINE_ADDS);
    CHECK_U32(rights_of(client), FILE_GENERIC_WRITE | FILE_READ_ATTRIBUTES);
}

/* ---- what is asked for ---- */

TEST(an_inbound_server_cannot_write)
{
    HANDLE server = create_instance(PIPE_ACCESS_INBOUND);
    DWORD count = 99;

    CHECK_ERR(WriteFile(server, "x", 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK_U32(count, 0);
}

TEST(an_outbound_server_cannot_read_nor_peek)
{
    HANDLE server = create_instance(PIPE_ACCESS_OUTBOUND);
    DWORD count = 99;
    char byte;

    open_with(GENERIC_READ);
    CHECK_ERR(ReadFile(server, &byte, 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK_U32(count, 0);
    CHECK_ERR(PeekNamedPipe(server, NULL, 0, NULL, &count, NULL), ERROR_ACCESS_DENIED);
}

TEST(data_pass_one_way_through_pipes_of_one_direction)
{
    HANDLE server = create_instance(PIPE_ACCESS_INBOUND), client = open_with(GENERIC_WRITE);

    write_all(client, "in", 2);
    read_exactly(server, "in", 2);
    CHECK(CloseHandle(client));
    CHECK(CloseHandle(server));
    server = create_instance(PIPE_ACCESS_OUTBOUND);
    client = open_with(GENERIC_READ);
    write_all(server, "out", 3);
    read_exactly(client, "out", 3);
}

TEST(a_reading_client_cannot_write_and_a_writing_client_cannot_read)
{
    HANDLE server = create_instance(PIPE_ACCESS_DUPLEX), client = open_with(GENERIC_READ);
    DWORD count;
    char byte;

    CHECK_ERR(WriteFile(client, "x", 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK(CloseHandle(client));
    CHECK(CloseHandle(server));
    create_instance(PIPE_ACCESS_DUPLEX);
    client = open_with(GENERIC_WRITE);
    CHECK_ERR(ReadFile(client, &byte, 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK_ERR(PeekNamedPipe(client, NULL, 0, NULL, &count, NULL), ERROR_ACCESS_DENIED);
}

TEST(setting_the_state_needs_the_right_to_write_attributes)
{
    HANDLE client;

    create_instance(PIPE_ACCESS_DUPLEX);
    client = open_with(GENERIC_READ);
    WINE_DIFFERS("every client may set its state");
    CHECK_ERR(set_state(client), ERROR_ACCESS_DENIED);
}

TEST(a_reading_client_that_asks_for_the_right_to_write_attributes_can_set_its_state)
{
    create_instance(PIPE_ACCESS_DUPLEX);
    CHECK(set_state(open_with(GENERIC_READ | FILE_WRITE_ATTRIBUTES)));
}

TEST(the_right_to_write_contains_the_right_to_write_attributes)
{
    create_instance(PIPE_ACCESS_DUPLEX);
    CHECK(set_state(open_with(GENERIC_WRITE)));
}

TEST(an_inbound_server_cannot_set_its_state)
{
    CHECK_ERR(set_state(create_instance(PIPE_ACCESS_INBOUND)), ERROR_ACCESS_DENIED);
}

TEST(an_outbound_server_can_set_its_state_but_not_query_it)
{
    HANDLE server = create_instance(PIPE_ACCESS_OUTBOUND);
    DWORD value;

    CHECK(set_state(server));
    CHECK_ERR(GetNamedPipeHandleStateA(server, &value, NULL, NULL, NULL, NULL, 0),
              ERROR_ACCESS_DENIED);
    CHECK_ERR(GetNamedPipeInfo(server, &value, NULL, NULL, NULL), ERROR_ACCESS_DENIED);
}

TEST(every_client_can_query_because_every_open_grants_that)
{
    static const DWORD accesses[] = {0, GENERIC_READ, GENERIC_WRITE, FILE_READ_ATTRIBUTES};
    DWORD i, value;

    for (i = 0; i < 4; i++) {
        HANDLE server = create_instance(PIPE_ACCESS_DUPLEX), client = open_with(accesses[i]);

        CHECK(GetNamedPipeInfo(client, &value, NULL, NULL, NULL));
        CHECK_U32(value, PIPE_CLIENT_END | PIPE_TYPE_MESSAGE);
        CHECK(GetNamedPipeHandleStateA(client, &value, NULL, NULL, NULL, NULL, 0));
        CHECK(CloseHandle(client));
        CHECK(CloseHandle(server));
    }
}

TEST(a_duplicate_with_fewer_rights_can_do_less)
{
    HANDLE server = create_instance(PIPE_ACCESS_DUPLEX), reader;
    DWORD count;

    CHECK(DuplicateHandle(GetCurrentProcess(), server, GetCurrentProcess(), &reader, GENERIC_READ,
                          FALSE, 0));
    write_all(open_with(GENERIC_WRITE), "x", 1);
    CHECK_ERR(WriteFile(reader, "x", 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK_ERR(set_state(reader), ERROR_ACCESS_DENIED);
    read_exactly(reader, "x", 1);
}

TEST(flushing_needs_no_right_to_write)
{
    HANDLE server = create_instance(PIPE_ACCESS_INBOUND);

    open_with(GENERIC_WRITE);
    CHECK(FlushFileBuffers(server));
}
