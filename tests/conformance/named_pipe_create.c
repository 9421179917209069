/* SPDX-License-Identifier: MIT */
/* CreateNamedPipe: what it accepts, what it refuses, and what the first instance decides. */
#include "pipe_helpers.h"

#define NOTHING INVALID_HANDLE_VALUE

static HANDLE create_with(DWORD open_mode, DWORD pipe_mode)
{
    return create_pipe_with(open_mode, pipe_mode, 1, 0, 0);
}

static HANDLE duplicate_of(HANDLE handle)
{
    HANDLE copy = NULL;

    CHECK(DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &copy, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    return copy;
}

TEST(message_reads_on_a_byte_pipe_are_refused)
{
    CHECK_ERR(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_READMODE_MESSAGE, 1, 0, 0) != NOTHING,
              ERROR_INVALID_PARAMETER);
}

TEST(a_pipe_without_direction_is_refused)
{
    CHECK_ERR(create_with(0, PIPE_TYPE_BYTE) != NOTHING, ERROR_INVALID_PARAMETER);
    CHECK_ERR(create_with(FILE_FLAG_WRITE_THROUGH, PIPE_TYPE_BYTE) != NOTHING,
              ERROR_INVALID_PARAMETER);
}

TEST(a_limit_of_no_instance_is_refused)
{
    WINE_DIFFERS("a limit of no instance is accepted");
    CHECK_ERR(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 0, 0, 0) != NOTHING,
              ERROR_INVALID_PARAMETER);
}

TEST(a_limit_above_255_is_refused)
{
    WINE_DIFFERS("a limit above 255 is no limit");
    CHECK_ERR(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 256, 0, 0) != NOTHING,
              ERROR_INVALID_PARAMETER);
}

TEST(unknown_bits_of_the_open_mode_are_refused)
{
    WINE_DIFFERS("unknown bits are ignored");
    CHECK_ERR(create_with(PIPE_ACCESS_DUPLEX | 0x10, PIPE_TYPE_BYTE) != NOTHING,
              ERROR_INVALID_PARAMETER);
}

TEST(unknown_bits_of_the_pipe_mode_are_refused)
{
    WINE_DIFFERS("unknown bits are ignored");
    CHECK_ERR(create_with(PIPE_ACCESS_DUPLEX, 0x10) != NOTHING, ERROR_INVALID_PARAMETER);
}

TEST(write_through_and_the_rights_of_owners_are_accepted)
{
    CHECK(CloseHandle(create_with(PIPE_ACCESS_DUPLEX | FILE_FLAG_WRITE_THROUGH, PIPE_TYPE_BYTE)));
    CHECK(CloseHandle(create_with(PIPE_ACCESS_DUPLEX | WRITE_DAC, PIPE_TYPE_BYTE)));
    CHECK(CloseHandle(create_with(PIPE_ACCESS_DUPLEX | WRITE_OWNER, PIPE_TYPE_BYTE)));
}

TEST(remote_clients_may_be_rejected_and_local_ones_come_all_the_same)
{
    CHECK(create_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS) != NOTHING);
    CHECK(open_pipe() != NOTHING);
}

TEST(the_quotas_are_only_a_suggestion_of_any_size)
{
    CHECK(CloseHandle(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0)));
    CHECK(CloseHandle(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 1, 1)));
    CHECK(CloseHandle(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 16 << 20, 16 << 20)));
}

/* ---- instances ---- */

TEST(the_instance_limit_of_the_first_creation_rules)
{
    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0) != NOTHING);
    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 7, 0, 0) != NOTHING);
    CHECK_ERR(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 7, 0, 0) != NOTHING,
              ERROR_PIPE_BUSY);
}

TEST(a_closed_instance_makes_room_for_another)
{
    HANDLE first = create_pipe(PIPE_TYPE_BYTE);

    CHECK_ERR(create_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE) != NOTHING, ERROR_PIPE_BUSY);
    CHECK(CloseHandle(first));
    CHECK(create_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE) != NOTHING);
}

TEST(connected_and_disconnected_instances_count_for_the_limit)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 0, 0);

    CHECK_ERR(create_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE) != NOTHING, ERROR_PIPE_BUSY);
    CHECK(CloseHandle(pair.client));
    CHECK_ERR(create_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE) != NOTHING, ERROR_PIPE_BUSY);
    CHECK(DisconnectNamedPipe(pair.server));
    CHECK_ERR(create_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE) != NOTHING, ERROR_PIPE_BUSY);
}

TEST(a_limit_of_255_is_no_limit)
{
    int i;

    for (i = 0; i < 300; i++)
        CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, PIPE_UNLIMITED_INSTANCES, 0,
                               0) != NOTHING);
}

TEST(the_limit_is_checked_before_the_direction)
{
    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0) != NOTHING);
    CHECK_ERR(create_pipe_with(PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 1, 0, 0) != NOTHING,
              ERROR_PIPE_BUSY);
}

TEST(the_limit_is_checked_before_the_first_instance_flag)
{
    CHECK(create_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE) != NOTHING);
    CHECK_ERR(create_with(PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, PIPE_TYPE_BYTE) !=
                  NOTHING,
              ERROR_PIPE_BUSY);
}

TEST(an_instance_of_another_direction_is_denied)
{
    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 4, 0, 0) != NOTHING);
    CHECK_ERR(create_pipe_with(PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 4, 0, 0) != NOTHING,
              ERROR_ACCESS_DENIED);
}

TEST(each_direction_wants_its_own_kind_of_instance)
{
    static const DWORD directions[] = {PIPE_ACCESS_INBOUND, PIPE_ACCESS_OUTBOUND,
                                       PIPE_ACCESS_DUPLEX};
    size_t i, k;

    for (i = 0; i < 3; i++) {
        HANDLE first = create_pipe_with(directions[i], PIPE_TYPE_BYTE, 4, 0, 0);

        CHECK(first != NOTHING);
        for (k = 0; k < 3; k++)
            if (k == i)
                CHECK(CloseHandle(create_pipe_with(directions[k], PIPE_TYPE_BYTE, 4, 0, 0)));
            else
                CHECK_ERR(create_pipe_with(directions[k], PIPE_TYPE_BYTE, 4, 0, 0) != NOTHING,
                          ERROR_ACCESS_DENIED);
        CHECK(CloseHandle(first));
    }
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

TEST(a_byte_instance_of_a_message_pipe_is_accepted_and_carries_messages)
{
    HANDLE second, client;
    DWORD flags = 99;

    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, MESSAGE_MODE, 2, 64, 64) != NOTHING);
    second = create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 64, 64);
    CHECK(second != NOTHING);
    CHECK(GetNamedPipeInfo(second, &flags, NULL, NULL, NULL));
    CHECK_U32(flags, PIPE_SERVER_END | PIPE_TYPE_MESSAGE);
    CHECK(open_pipe() != NOTHING);
    client = open_pipe();
    CHECK(client != NOTHING);
    set_mode(client, PIPE_READMODE_MESSAGE);
    write_all(second, "one", 3);
    write_all(second, "two", 3);
    read_exactly(client, "one", 3);
}

TEST(a_later_instance_has_its_own_read_mode_wait_mode_and_quotas)
{
    HANDLE second;
    DWORD state = 99, out = 99, in = 99;

    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, MESSAGE_MODE, 2, 100, 200) != NOTHING);
    second = create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_NOWAIT, 2, 300, 400);
    CHECK(second != NOTHING);
    CHECK(GetNamedPipeHandleStateA(second, &state, NULL, NULL, NULL, NULL, 0));
    CHECK_U32(state, PIPE_READMODE_BYTE | PIPE_NOWAIT);
    CHECK(GetNamedPipeInfo(second, NULL, &out, &in, NULL));
    WINE_DIFFERS("quotas are those of the first instance");
    CHECK_U32(out, 300);
    CHECK_U32(in, 400);
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

TEST(the_first_instance_flag_is_no_hindrance_to_later_instances_without_it)
{
    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, PIPE_TYPE_BYTE, 2, 0,
                           0) != NOTHING);
    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0) != NOTHING);
}

TEST(the_first_instance_flag_is_content_when_all_instances_are_gone)
{
    DWORD mode = PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE;

    CHECK(CloseHandle(create_with(mode, PIPE_TYPE_BYTE)));
    CHECK(create_with(mode, PIPE_TYPE_BYTE) != NOTHING);
}

/* ---- the handle and its end ---- */

TEST(a_fresh_server_handle_is_signaled)
{
    CHECK_U32(WaitForSingleObject(create_pipe(PIPE_TYPE_BYTE), 0), WAIT_OBJECT_0);
}

TEST(a_new_instance_listens_at_once)
{
    create_pipe(PIPE_TYPE_BYTE);
    CHECK(WaitNamedPipeA(pipe_name(), 1));
    CHECK(open_pipe() != NOTHING);
}

TEST(only_security_attributes_make_a_server_handle_inheritable)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, TRUE};
    DWORD flags = 99;

    CHECK(GetHandleInformation(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 3, 0, 0),
                               &flags));
    CHECK_U32(flags, 0);
    CHECK(GetHandleInformation(
        CreateNamedPipeA(pipe_name(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 3, 0, 0, 0, &attributes),
        &flags));
    CHECK_U32(flags, HANDLE_FLAG_INHERIT);
    attributes.bInheritHandle = FALSE;
    CHECK(GetHandleInformation(
        CreateNamedPipeA(pipe_name(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 3, 0, 0, 0, &attributes),
        &flags));
    CHECK_U32(flags, 0);
}

TEST(an_instance_lives_until_the_last_handle_to_it_is_closed)
{
    HANDLE server = create_pipe(PIPE_TYPE_BYTE), copy = duplicate_of(server), client;

    CHECK(CloseHandle(server));
    CHECK_ERR(create_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE) != NOTHING, ERROR_PIPE_BUSY);
    client = open_pipe();
    CHECK(client != NOTHING);
    write_all(client, "x", 1);
    read_exactly(copy, "x", 1);
    CHECK(CloseHandle(copy));
    CHECK_ERR(open_pipe() != NOTHING, ERROR_FILE_NOT_FOUND);
}

TEST(the_name_goes_with_the_last_instance_and_takes_its_rules_along)
{
    HANDLE first = create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0);
    HANDLE second = create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0);

    CHECK(first != NOTHING && second != NOTHING);
    CHECK(CloseHandle(first));
    CHECK_ERR(create_pipe_with(PIPE_ACCESS_INBOUND, PIPE_TYPE_BYTE, 2, 0, 0) != NOTHING,
              ERROR_ACCESS_DENIED);
    CHECK(CloseHandle(second));
    CHECK_ERR(open_pipe() != NOTHING, ERROR_FILE_NOT_FOUND);
    CHECK(create_pipe_with(PIPE_ACCESS_INBOUND, PIPE_TYPE_MESSAGE, 1, 0, 0) != NOTHING);
}

TEST(a_client_that_is_still_open_does_not_keep_the_name)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 0, 0);
    HANDLE next, client;

    CHECK(CloseHandle(pair.server));
    next = create_pipe(MESSAGE_MODE);
    client = open_pipe();
    CHECK(client != NOTHING);
    write_all(client, "new", 3);
    read_exactly(next, "new", 3);
}
