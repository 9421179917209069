/* SPDX-License-Identifier: MIT */
/* What can be asked about a pipe and its ends, and what can be set. */
#include "pipe_helpers.h"

#define NOTHING INVALID_HANDLE_VALUE

static DWORD state_of(HANDLE pipe)
{
    DWORD state = 99;

    CHECK(GetNamedPipeHandleStateA(pipe, &state, NULL, NULL, NULL, NULL, 0));
    return state;
}

static DWORD instances_of(HANDLE pipe)
{
    DWORD count = 99999;

    CHECK(GetNamedPipeHandleStateA(pipe, NULL, &count, NULL, NULL, NULL, 0));
    return count;
}

/* ---- GetNamedPipeInfo ---- */

TEST(info_reports_what_was_asked_for)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 1, 0xf000);
    DWORD flags, out, in, max;

    CHECK(GetNamedPipeInfo(pair.server, &flags, &out, &in, &max));
    CHECK_U32(flags, PIPE_SERVER_END | PIPE_TYPE_MESSAGE);
    CHECK_U32(out, 1);
    CHECK_U32(in, 0xf000);
    CHECK_U32(max, 1);
    CHECK(GetNamedPipeInfo(pair.client, &flags, &out, &in, &max));
    CHECK_U32(flags, PIPE_CLIENT_END | PIPE_TYPE_MESSAGE);
    CHECK_U32(out, 1);
    CHECK_U32(in, 0xf000);
}

TEST(info_reports_sizes_as_they_were_asked_for_on_both_ends)
{
    static const DWORD sizes[] = {0, 1, 1024, 5000, 0xf000, 0x10000, 0x20000};
    size_t i;

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct pair pair = connect_pair(PIPE_TYPE_BYTE, sizes[i], 2 * sizes[i]);
        DWORD out = 99, in = 99, max = 99;

        CHECK(GetNamedPipeInfo(pair.server, NULL, &out, &in, &max));
        CHECK_U32(out, sizes[i]);
        CHECK_U32(in, 2 * sizes[i]);
        CHECK_U32(max, 1);
        out = in = max = 99;
        CHECK(GetNamedPipeInfo(pair.client, NULL, &out, &in, &max));
        CHECK_U32(out, sizes[i]);
        CHECK_U32(in, 2 * sizes[i]);
        CHECK_U32(max, 1);
        CHECK(CloseHandle(pair.client));
        CHECK(CloseHandle(pair.server));
    }
}

TEST(info_tells_type_and_end)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);
    DWORD flags = 99;

    CHECK(GetNamedPipeInfo(pair.server, &flags, NULL, NULL, NULL));
    CHECK_U32(flags, PIPE_SERVER_END | PIPE_TYPE_BYTE);
    CHECK(GetNamedPipeInfo(pair.client, &flags, NULL, NULL, NULL));
    CHECK_U32(flags, PIPE_CLIENT_END | PIPE_TYPE_BYTE);
}

TEST(info_tells_the_type_and_not_the_read_mode)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE, 64, 64);
    DWORD flags = 99;

    CHECK(GetNamedPipeInfo(pair.server, &flags, NULL, NULL, NULL));
    CHECK_U32(flags, PIPE_SERVER_END | PIPE_TYPE_MESSAGE);
}

TEST(a_limit_of_255_is_reported_as_255)
{
    HANDLE server =
        create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, PIPE_UNLIMITED_INSTANCES, 64, 64);
    DWORD max = 99;

    CHECK(GetNamedPipeInfo(server, NULL, NULL, NULL, &max));
    WINE_DIFFERS("no limit is reported as 4294967295");
    CHECK_U32(max, PIPE_UNLIMITED_INSTANCES);
}

TEST(every_result_of_info_may_be_left_out)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);

    CHECK(GetNamedPipeInfo(pair.server, NULL, NULL, NULL, NULL));
    CHECK(GetNamedPipeInfo(pair.client, NULL, NULL, NULL, NULL));
}

/* ---- GetNamedPipeHandleState ---- */

TEST(the_state_of_a_server_is_what_it_was_created_with)
{
    CHECK_U32(state_of(create_pipe(PIPE_TYPE_BYTE)), PIPE_READMODE_BYTE | PIPE_WAIT);
}

TEST(the_state_of_a_message_server_that_does_not_wait)
{
    CHECK_U32(state_of(create_pipe(MESSAGE_MODE | PIPE_NOWAIT)),
              PIPE_READMODE_MESSAGE | PIPE_NOWAIT);
}

TEST(a_client_starts_with_byte_reads_and_waits)
{
    HANDLE server = create_pipe(MESSAGE_MODE), client = open_pipe();
    DWORD state = 99, instances = 99;

    CHECK(GetNamedPipeHandleStateA(client, &state, &instances, NULL, NULL, NULL, 0));
    CHECK_U32(state, PIPE_READMODE_BYTE | PIPE_WAIT);
    CHECK_U32(instances, 1);
    CHECK(GetNamedPipeHandleStateA(server, &state, NULL, NULL, NULL, NULL, 0));
    CHECK_U32(state, PIPE_READMODE_MESSAGE);
    CHECK(GetNamedPipeHandleStateA(server, NULL, NULL, NULL, NULL, NULL, 0));
}

TEST(instances_are_counted_wherever_one_asks)
{
    HANDLE first = create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 3, 64, 64), second, client;

    CHECK_U32(instances_of(first), 1);
    second = create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 3, 64, 64);
    client = open_pipe();
    CHECK_U32(instances_of(first), 2);
    CHECK_U32(instances_of(second), 2);
    CHECK_U32(instances_of(client), 2);
    CHECK(CloseHandle(second));
    CHECK_U32(instances_of(client), 1);
}

TEST(a_client_whose_servers_are_all_closed_counts_none)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);

    CHECK(CloseHandle(pair.server));
    CHECK_U32(instances_of(pair.client), 0);
}

TEST(more_than_255_instances_are_reported_as_255)
{
    HANDLE server = NOTHING;
    int i;

    for (i = 0; i < 260; i++) {
        server =
            create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, PIPE_UNLIMITED_INSTANCES, 0, 0);
        CHECK(server != NOTHING);
    }
    WINE_DIFFERS("the count is not capped");
    CHECK_U32(instances_of(server), 255);
}

TEST(every_result_of_the_state_may_be_left_out)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);

    CHECK(GetNamedPipeHandleStateA(pair.server, NULL, NULL, NULL, NULL, NULL, 0));
    CHECK(GetNamedPipeHandleStateW(pair.client, NULL, NULL, NULL, NULL, NULL, 0));
}

TEST(collection_values_of_a_local_pipe_cannot_be_asked_for)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);
    DWORD value;

    WINE_DIFFERS("collection values are ignored");
    CHECK_ERR(GetNamedPipeHandleStateA(pair.client, NULL, NULL, &value, NULL, NULL, 0),
              ERROR_INVALID_PARAMETER);
    CHECK_ERR(GetNamedPipeHandleStateA(pair.client, NULL, NULL, NULL, &value, NULL, 0),
              ERROR_INVALID_PARAMETER);
    CHECK_ERR(GetNamedPipeHandleStateA(pair.server, NULL, NULL, &value, &value, NULL, 0),
              ERROR_INVALID_PARAMETER);
}

/* ---- SetNamedPipeHandleState ---- */

TEST(both_modes_are_set_at_once)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 64, 64);

    set_mode(pair.client, PIPE_READMODE_MESSAGE | PIPE_NOWAIT);
    CHECK_U32(state_of(pair.client), PIPE_READMODE_MESSAGE | PIPE_NOWAIT);
    set_mode(pair.client, PIPE_NOWAIT);
    CHECK_U32(state_of(pair.client), PIPE_READMODE_BYTE | PIPE_NOWAIT);
    set_mode(pair.client, PIPE_READMODE_MESSAGE);
    CHECK_U32(state_of(pair.client), PIPE_READMODE_MESSAGE | PIPE_WAIT);
    set_mode(pair.client, 0);
    CHECK_U32(state_of(pair.client), PIPE_READMODE_BYTE | PIPE_WAIT);
    CHECK_U32(state_of(pair.server), PIPE_READMODE_MESSAGE | PIPE_WAIT);
}

TEST(message_reads_cannot_be_set_on_a_byte_pipe)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    DWORD mode = PIPE_READMODE_MESSAGE;

    CHECK_ERR(SetNamedPipeHandleState(pair.client, &mode, NULL, NULL), ERROR_INVALID_PARAMETER);
    CHECK_ERR(SetNamedPipeHandleState(pair.server, &mode, NULL, NULL), ERROR_INVALID_PARAMETER);
}

TEST(a_mode_that_is_refused_changes_nothing)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);
    DWORD mode = PIPE_READMODE_MESSAGE | PIPE_NOWAIT;

    CHECK_ERR(SetNamedPipeHandleState(pair.client, &mode, NULL, NULL), ERROR_INVALID_PARAMETER);
    CHECK_U32(state_of(pair.client), PIPE_READMODE_BYTE | PIPE_WAIT);
}

TEST(unknown_modes_are_refused)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 64, 64);
    DWORD mode = 4;

    CHECK_ERR(SetNamedPipeHandleState(pair.client, &mode, NULL, NULL), ERROR_INVALID_PARAMETER);
    mode = PIPE_READMODE_MESSAGE | 0x80000000;
    CHECK_ERR(SetNamedPipeHandleState(pair.server, &mode, NULL, NULL), ERROR_INVALID_PARAMETER);
}

TEST(a_duplicate_shares_the_modes)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 64, 64);
    HANDLE copy;

    CHECK(DuplicateHandle(GetCurrentProcess(), pair.client, GetCurrentProcess(), &copy, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    set_mode(copy, PIPE_NOWAIT);
    CHECK_U32(state_of(pair.client), PIPE_NOWAIT);
}

TEST(collection_values_of_a_local_pipe_cannot_be_set)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);
    DWORD value = 1;

    WINE_DIFFERS("collection values are ignored");
    CHECK_ERR(SetNamedPipeHandleState(pair.client, NULL, &value, NULL), ERROR_INVALID_PARAMETER);
    CHECK_ERR(SetNamedPipeHandleState(pair.client, NULL, NULL, &value), ERROR_INVALID_PARAMETER);
    CHECK_ERR(SetNamedPipeHandleState(pair.server, NULL, &value, NULL), ERROR_INVALID_PARAMETER);
}

/* ---- who is at the ends ---- */

TEST(process_ids_of_both_ends_are_known_and_outlive_the_peer)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    ULONG id = 0;

    CHECK(GetNamedPipeClientProcessId(pair.server, &id));
    CHECK_U32(id, GetCurrentProcessId());
    CHECK(GetNamedPipeServerProcessId(pair.client, &id));
    CHECK_U32(id, GetCurrentProcessId());
    CloseHandle(pair.client);
    CHECK(GetNamedPipeClientProcessId(pair.server, &id));
    WINE_DIFFERS("process ids are known after a disconnect");
    CHECK(DisconnectNamedPipe(pair.server));
    CHECK_ERR(GetNamedPipeClientProcessId(pair.server, &id), ERROR_NOT_FOUND);
}

TEST(each_end_knows_the_processes_of_both)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);
    ULONG id = 0;

    CHECK(GetNamedPipeServerProcessId(pair.server, &id));
    CHECK_U32(id, GetCurrentProcessId());
    id = 0;
    CHECK(GetNamedPipeClientProcessId(pair.client, &id));
    CHECK_U32(id, GetCurrentProcessId());
}

TEST(each_end_knows_the_sessions_of_both)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);
    DWORD own = 99;
    ULONG id = 98;

    CHECK(ProcessIdToSessionId(GetCurrentProcessId(), &own));
    CHECK(GetNamedPipeClientSessionId(pair.server, &id));
    CHECK_U32(id, own);
    id = 98;
    CHECK(GetNamedPipeServerSessionId(pair.server, &id));
    CHECK_U32(id, own);
    id = 98;
    CHECK(GetNamedPipeClientSessionId(pair.client, &id));
    CHECK_U32(id, own);
    id = 98;
    CHECK(GetNamedPipeServerSessionId(pair.client, &id));
    CHECK_U32(id, own);
}

TEST(an_id_needs_a_place_to_be_put)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);

    WINE_DIFFERS("a missing place is 1784");
    CHECK_ERR(GetNamedPipeClientProcessId(pair.server, NULL), ERROR_INSUFFICIENT_BUFFER);
    CHECK_ERR(GetNamedPipeServerProcessId(pair.client, NULL), ERROR_INSUFFICIENT_BUFFER);
    CHECK_ERR(GetNamedPipeServerSessionId(pair.client, NULL), ERROR_INSUFFICIENT_BUFFER);
}

typedef BOOL(WINAPI *computer_name_function)(HANDLE, LPSTR, ULONG);

TEST(a_client_of_this_machine_has_no_computer_name)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);
    char name[64];

#ifdef _WIN32
    FARPROC found =
        GetProcAddress(GetModuleHandleA("kernel32.dll"), "GetNamedPipeClientComputerNameA");
    computer_name_function get;

    memcpy(&get, &found, sizeof(get));
#else
    computer_name_function get = GetNamedPipeClientComputerNameA;
#endif
    if (is_wine())
        SKIP("Wine has no such function");
    CHECK_ERR(get(pair.server, name, sizeof(name)), ERROR_PIPE_LOCAL);
}

/* ---- other handles ---- */

TEST(both_ends_are_of_type_pipe)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 64, 64);

    CHECK_U32(GetFileType(pair.server), FILE_TYPE_PIPE);
    CHECK_U32(GetFileType(pair.client), FILE_TYPE_PIPE);
}

TEST(pipe_functions_refuse_handles_that_are_none)
{
    HANDLE none = (HANDLE)(ULONG_PTR)0x7FFFFFF0, event = CreateEventA(NULL, FALSE, FALSE, NULL);
    DWORD value = 0;

    CHECK_ERR(GetNamedPipeInfo(none, &value, NULL, NULL, NULL), ERROR_INVALID_HANDLE);
    CHECK_ERR(GetNamedPipeInfo(event, &value, NULL, NULL, NULL), ERROR_INVALID_HANDLE);
    CHECK_ERR(SetNamedPipeHandleState(none, &value, NULL, NULL), ERROR_INVALID_HANDLE);
    CHECK_ERR(PeekNamedPipe(event, NULL, 0, NULL, &value, NULL), ERROR_INVALID_HANDLE);
    CHECK_ERR(ConnectNamedPipe(none, NULL), ERROR_INVALID_HANDLE);
    CHECK_ERR(ConnectNamedPipe(event, NULL), ERROR_INVALID_HANDLE);
    CHECK_ERR(DisconnectNamedPipe(none), ERROR_INVALID_HANDLE);
    CHECK_ERR(TransactNamedPipe(none, &value, 1, &value, 1, &value, NULL), ERROR_INVALID_HANDLE);
}

TEST(a_server_that_has_read_nothing_does_not_know_who_its_client_is)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    char name[100];

    WINE_DIFFERS("it makes no attempt to tell the name of a user");
    CHECK_ERR(GetNamedPipeHandleStateA(pair.server, NULL, NULL, NULL, NULL, name, sizeof(name)),
              ERROR_CANNOT_IMPERSONATE);
}

TEST(a_server_learns_the_name_of_the_user_whose_message_it_has_read)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    char name[100] = "";

    write_all(pair.client, "abc", 3);
    read_exactly(pair.server, "abc", 3);
    DEVIATES(23);
    CHECK(GetNamedPipeHandleStateA(pair.server, NULL, NULL, NULL, NULL, name, sizeof(name)));
    CHECK(name[0] != 0);
}

TEST(the_name_of_a_user_is_not_told_for_what_is_no_pipe)
{
    char name[100];

    WINE_DIFFERS("it does not look at the handle when only the name is wanted");
    CHECK_ERR(GetNamedPipeHandleStateA((HANDLE)(ULONG_PTR)0x00FFFFF0, NULL, NULL, NULL, NULL, name,
                                       sizeof(name)),
              ERROR_INVALID_HANDLE);
}

TEST(the_size_of_a_pipe_is_what_waits_to_be_read)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    LARGE_INTEGER size;

    write_all(pair.client, "abc", 3);
    size.QuadPart = 77;
    WINE_DIFFERS("a pipe has no size");
    CHECK(GetFileSizeEx(pair.server, &size));
    CHECK(size.QuadPart == 3);
    CHECK_U32(GetFileSize(pair.client, NULL), 0);
    CHECK(CloseHandle(pair.client));
    CHECK_U32(GetFileSize(pair.server, NULL), 3);
    read_exactly(pair.server, "abc", 3);
    CHECK_U32(GetFileSize(pair.server, NULL), 0);
}
