/* SPDX-License-Identifier: MIT */
/* Overlapped operations on files that are bound to a completion port. */
#include "conformance.h"
#include "overlapped.h"

#define KEY 42

struct packet {
    BOOL result;
    DWORD error, bytes;
    ULONG_PTR key;
    LPOVERLAPPED overlapped;
};

static HANDLE bind_port(HANDLE file)
{
    HANDLE port = CreateIoCompletionPort(file, NULL, KEY, 0);

    CHECK(port != NULL);
    return port;
}

static struct packet take(HANDLE port, DWORD ms)
{
    struct packet packet = {FALSE, 0, 77, 77, NULL};

    SetLastError(0);
    packet.result =
        GetQueuedCompletionStatus(port, &packet.bytes, &packet.key, &packet.overlapped, ms);
    packet.error = GetLastError();
    return packet;
}

static void check_packet(HANDLE port, LPOVERLAPPED overlapped, DWORD error, DWORD bytes)
{
    struct packet packet = take(port, 5000);

    CHECK(packet.overlapped == overlapped);
    CHECK_U32(packet.result, error == 0);
    if (error)
        CHECK_U32(packet.error, error);
    CHECK_U32(packet.bytes, bytes);
    CHECK_U32(packet.key, KEY);
}

static void check_none(HANDLE port)
{
    struct packet packet = take(port, 50);

    CHECK(!packet.result && packet.overlapped == NULL);
    CHECK_U32(packet.error, WAIT_TIMEOUT);
}

TEST(each_end_of_an_operation_is_a_packet)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    HANDLE port = bind_port(pair.server);
    OVERLAPPED reads, writes;
    char buffer[8];
    DWORD count;

    memset(&reads, 0, sizeof(reads));
    memset(&writes, 0, sizeof(writes));
    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &reads), ERROR_IO_PENDING);
    check_none(port);
    write_now(pair.client, "abc", 3);
    check_packet(port, &reads, 0, 3);
    /* Also what succeeds at once. */
    CHECK(WriteFile(pair.server, "12", 2, &count, &writes));
    CHECK_U32(count, 2);
    check_packet(port, &writes, 0, 2);
    write_now(pair.client, "abcd", 4);
    CHECK(ReadFile(pair.server, buffer, 8, &count, &reads));
    check_packet(port, &reads, 0, 4);
    check_none(port);
}

TEST(warnings_and_late_errors_are_packets_and_errors_at_once_are_not)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    HANDLE port = bind_port(pair.server);
    OVERLAPPED ov;
    char buffer[8];

    memset(&ov, 0, sizeof(ov));
    write_now(pair.client, "abcdef", 6);
    CHECK_ERR(ReadFile(pair.server, buffer, 4, NULL, &ov), ERROR_MORE_DATA);
    check_packet(port, &ov, ERROR_MORE_DATA, 4);
    CHECK(ReadFile(pair.server, buffer, 4, NULL, &ov));
    check_packet(port, &ov, 0, 2);
    CHECK_ERR(ReadFile(pair.server, buffer, 4, NULL, &ov), ERROR_IO_PENDING);
    CHECK(CancelIoEx(pair.server, &ov));
    check_packet(port, &ov, ERROR_OPERATION_ABORTED, 0);
    CHECK_ERR(ReadFile(pair.server, buffer, 4, NULL, &ov), ERROR_IO_PENDING);
    CHECK(CloseHandle(pair.client));
    check_packet(port, &ov, ERROR_BROKEN_PIPE, 0);
    CHECK_ERR(ReadFile(pair.server, buffer, 4, NULL, &ov), ERROR_BROKEN_PIPE);
    check_none(port);
}

TEST(a_connect_is_a_packet_and_a_client_that_is_there_is_none)
{
    HANDLE server = create_server(PIPE_TYPE_BYTE, 100), port = bind_port(server), client;
    OVERLAPPED ov;

    memset(&ov, 0, sizeof(ov));
    CHECK_ERR(ConnectNamedPipe(server, &ov), ERROR_IO_PENDING);
    client = open_client();
    check_packet(port, &ov, 0, 0);
    CHECK_ERR(ConnectNamedPipe(server, &ov), ERROR_PIPE_CONNECTED);
    check_none(port);
    CHECK(CloseHandle(client));
}

TEST(the_low_bit_of_the_event_spares_the_packet)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    HANDLE port = bind_port(pair.server), event = CreateEventA(NULL, TRUE, FALSE, NULL);
    OVERLAPPED ov;
    char buffer[8];
    DWORD count;

    memset(&ov, 0, sizeof(ov));
    ov.hEvent = (HANDLE)((ULONG_PTR)event | 1);
    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    write_now(pair.client, "abc", 3);
    CHECK_U32(WaitForSingleObject(event, 5000), WAIT_OBJECT_0);
    CHECK(GetOverlappedResult(pair.server, &ov, &count, TRUE));
    CHECK_U32(count, 3);
    check_none(port);
}

TEST(an_event_is_set_beside_the_packet)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    HANDLE port = bind_port(pair.server);
    OVERLAPPED ov = with_event();
    char buffer[8];

    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    write_now(pair.client, "abc", 3);
    check_packet(port, &ov, 0, 3);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 0), WAIT_OBJECT_0);
}

TEST(success_at_once_needs_no_packet_if_the_file_says_so)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    HANDLE port = bind_port(pair.server);
    OVERLAPPED ov;
    char buffer[8];
    DWORD count;

    memset(&ov, 0, sizeof(ov));
    CHECK(SetFileCompletionNotificationModes(pair.server, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
    write_now(pair.client, "abc", 3);
    CHECK(ReadFile(pair.server, buffer, 8, &count, &ov));
    CHECK_U32(count, 3);
    CHECK_U32(ov.InternalHigh, 3);
    check_none(port);
    CHECK_ERR(ReadFile(pair.server, buffer, 8, &count, &ov), ERROR_IO_PENDING);
    write_now(pair.client, "abcd", 4);
    check_packet(port, &ov, 0, 4);
    SetLastError(0);
    CHECK_WINE_DIFFERS(!SetFileCompletionNotificationModes(pair.server, 0xF0) &&
                           GetLastError() == ERROR_INVALID_PARAMETER,
                       "any flag is accepted");
}

TEST(a_warning_at_once_comes_as_a_packet_then)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    HANDLE port = bind_port(pair.server);
    OVERLAPPED ov;
    char buffer[8];
    DWORD count;

    memset(&ov, 0, sizeof(ov));
    CHECK(SetFileCompletionNotificationModes(pair.server, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
    write_now(pair.client, "abcdef", 6);
    WINE_DIFFERS("it is a failure at once, and a packet as well");
    CHECK_ERR(ReadFile(pair.server, buffer, 4, &count, &ov), ERROR_IO_PENDING);
    check_packet(port, &ov, ERROR_MORE_DATA, 4);
}

TEST(the_handle_may_be_left_unsignaled)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    OVERLAPPED ov;
    char buffer[8];

    memset(&ov, 0, sizeof(ov));
    CHECK(SetFileCompletionNotificationModes(pair.server, FILE_SKIP_SET_EVENT_ON_HANDLE));
    CHECK_ERR(ReadFile(pair.server, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    write_now(pair.client, "abc", 3);
    while (!HasOverlappedIoCompleted(&ov))
        Sleep(1);
    CHECK_U32(WaitForSingleObject(pair.server, 20), WAIT_TIMEOUT);
}

TEST(a_file_is_bound_once_and_has_no_routines_then)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096);
    HANDLE port = bind_port(pair.server), other;
    OVERLAPPED ov;
    char buffer[8];

    CHECK_ERR(CreateIoCompletionPort(pair.server, port, 1, 0) != NULL, ERROR_INVALID_PARAMETER);
    other = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    CHECK_ERR(CreateIoCompletionPort(pair.server, other, 1, 0) != NULL, ERROR_INVALID_PARAMETER);
    CHECK(CreateIoCompletionPort(pair.client, port, 1, 0) == port);
    memset(&ov, 0, sizeof(ov));
    CHECK_ERR(
        ReadFileEx(pair.server, buffer, 8, &ov, (LPOVERLAPPED_COMPLETION_ROUTINE)(void *)bind_port),
        ERROR_INVALID_PARAMETER);
}

TEST(duplicates_are_bound_to_the_same_port)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096);
    HANDLE port = bind_port(pair.server), twin = NULL;
    OVERLAPPED ov;
    char buffer[8];

    CHECK(DuplicateHandle(GetCurrentProcess(), pair.server, GetCurrentProcess(), &twin, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    memset(&ov, 0, sizeof(ov));
    CHECK_ERR(ReadFile(twin, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    write_now(pair.client, "abc", 3);
    check_packet(port, &ov, 0, 3);
}

static DWORD WINAPI read_and_leave(LPVOID argument)
{
    static char buffer[8];
    static OVERLAPPED ov;

    CHECK_ERR(ReadFile((HANDLE)argument, buffer, 8, NULL, &ov), ERROR_IO_PENDING);
    return (DWORD)(ULONG_PTR)&ov;
}

TEST(what_a_port_waits_for_outlives_its_thread)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096);
    HANDLE port = bind_port(pair.server);
    DWORD address = exit_code_of(start(read_and_leave, pair.server));
    struct packet packet;

    check_none(port);
    write_now(pair.client, "abc", 3);
    packet = take(port, 5000);
    CHECK(packet.result);
    CHECK_U32((ULONG_PTR)packet.overlapped, address);
    CHECK_U32(packet.bytes, 3);
}

TEST(many_operations_are_many_packets)
{
    enum { COUNT = 200 };
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 65536);
    static OVERLAPPED ov[COUNT];
    static char buffers[COUNT][8];
    HANDLE port = bind_port(pair.server);
    int i;

    for (i = 0; i < COUNT; i++)
        CHECK_ERR(ReadFile(pair.server, buffers[i], 8, NULL, &ov[i]), ERROR_IO_PENDING);
    for (i = 0; i < COUNT; i++)
        write_now(pair.client, &i, sizeof(i));
    for (i = 0; i < COUNT; i++) {
        check_packet(port, &ov[i], 0, sizeof(i));
        CHECK(memcmp(buffers[i], &i, sizeof(i)) == 0);
    }
    check_none(port);
}

enum { NUMBERS = 20000, READS = 16 };

static DWORD WINAPI write_numbers(LPVOID argument)
{
    for (int i = 0; i < NUMBERS; i++)
        write_now((HANDLE)argument, &i, sizeof(i));
    return 0;
}

TEST(packets_come_in_the_order_of_the_messages)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 65536);
    static OVERLAPPED ov[READS];
    static int numbers[READS];
    HANDLE port = bind_port(pair.server), writer;

    for (int i = 0; i < READS; i++)
        CHECK_ERR(ReadFile(pair.server, &numbers[i], sizeof(int), NULL, &ov[i]), ERROR_IO_PENDING);
    writer = start(write_numbers, pair.client);
    for (int i = 0; i < NUMBERS; i++) {
        int slot = i % READS;

        check_packet(port, &ov[slot], 0, sizeof(int));
        CHECK_U32(numbers[slot], i);
        /* Those that end at once come behind those that are under way. */
        if (i + READS < NUMBERS)
            CHECK(ReadFile(pair.server, &numbers[slot], sizeof(int), NULL, &ov[slot]) ||
                  GetLastError() == ERROR_IO_PENDING);
    }
    CHECK_U32(exit_code_of(writer), 0);
    check_none(port);
}

ROLE(writes_and_is_killed)
{
    HANDLE pipe =
        CreateFileA(argument, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD count;

    CHECK(pipe != INVALID_HANDLE_VALUE);
    CHECK(WriteFile(pipe, "abc", 3, &count, NULL));
    hang();
    return 0;
}

TEST(a_killed_peer_ends_all_that_waits_for_it)
{
    enum { COUNT = 1000 };
    static OVERLAPPED ov[COUNT];
    static char buffers[COUNT][8];
    HANDLE server = create_server(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4096);
    HANDLE port = bind_port(server);
    OVERLAPPED connects = with_event();
    PROCESS role;
    int i;

    CHECK_ERR(ConnectNamedPipe(server, &connects), ERROR_IO_PENDING);
    role = spawn_role(writes_and_is_killed, pipe_name());
    check_packet(port, &connects, 0, 0);
    for (i = 0; i < COUNT; i++)
        CHECK(ReadFile(server, buffers[i], 8, NULL, &ov[i]) || GetLastError() == ERROR_IO_PENDING);
    check_packet(port, &ov[0], 0, 3);
    kill_role(role);
    for (i = 1; i < COUNT; i++)
        check_packet(port, &ov[i], ERROR_BROKEN_PIPE, 0);
    check_none(port);
}
