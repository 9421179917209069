/* SPDX-License-Identifier: MIT */
/* Reading, writing, quotas, NOWAIT, transactions, peeking, queries, flushing. */
#include "pipe_helpers.h"

TEST(a_message_read_takes_exactly_one_message)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    write_all(pair.client, "one", 3);
    write_all(pair.client, "three", 5);
    read_exactly(pair.server, "one", 3);
    read_exactly(pair.server, "three", 5);
}

TEST(a_long_message_is_read_in_parts)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char buffer[4];
    DWORD count = 99;

    write_all(pair.client, "abcdef", 6);
    CHECK_ERR(ReadFile(pair.server, buffer, 4, &count, NULL), ERROR_MORE_DATA);
    CHECK_U32(count, 4);
    read_exactly(pair.server, "ef", 2);
}

TEST(a_byte_read_joins_messages)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    set_mode(pair.server, PIPE_READMODE_BYTE);
    write_all(pair.client, "one", 3);
    write_all(pair.client, "two", 3);
    read_exactly(pair.server, "onetwo", 6);
}

TEST(a_byte_pipe_joins_and_splits_writes)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    char buffer[4];
    DWORD count;

    write_all(pair.client, "one", 3);
    write_all(pair.client, "two", 3);
    CHECK(ReadFile(pair.server, buffer, 4, &count, NULL));
    CHECK_U32(count, 4);
    read_exactly(pair.server, "wo", 2);
}

TEST(an_empty_message_is_read_as_success_with_no_bytes)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    write_all(pair.client, "", 0);
    read_exactly(pair.server, "", 0);
    set_mode(pair.server, PIPE_READMODE_BYTE);
    write_all(pair.client, "", 0);
    read_exactly(pair.server, "", 0);
}

TEST(an_empty_write_to_a_byte_pipe_does_nothing)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    struct call call;

    start_call(&call, call_read, pair.server, 10);
    write_all(pair.client, "", 0);
    CHECK(thread_is_blocked(call.thread));
    write_all(pair.client, "x", 1);
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 1);
}

TEST(a_read_of_nothing_waits_for_data_and_leaves_it)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    struct call call;

    start_call(&call, call_read, pair.server, 0);
    CHECK(thread_is_blocked(call.thread));
    write_all(pair.client, "xy", 2);
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 0);
    read_exactly(pair.server, "xy", 2);
}

TEST(a_read_of_nothing_in_message_mode_says_more_data)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte;
    DWORD count = 9;

    write_all(pair.client, "xy", 2);
    CHECK_ERR(ReadFile(pair.server, &byte, 0, &count, NULL), ERROR_MORE_DATA);
    CHECK_U32(count, 0);
    read_exactly(pair.server, "xy", 2);
}

TEST(a_message_of_a_megabyte_arrives_as_sent)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 2 << 20, 2 << 20);
    char *out = (char *)malloc(1 << 20), *in = (char *)malloc(1 << 20);
    DWORD i, count;

    for (i = 0; i < 1 << 20; i++)
        out[i] = (char)(i * 31 + (i >> 8));
    write_all(pair.client, out, 1 << 20);
    CHECK(ReadFile(pair.server, in, 1 << 20, &count, NULL));
    CHECK_U32(count, 1 << 20);
    CHECK(memcmp(in, out, 1 << 20) == 0);
    free(out);
    free(in);
}

TEST(a_write_within_the_quota_does_not_wait)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 5000, 6000);
    static char data[6000];

    write_all(pair.server, data, 5000);
    write_all(pair.client, data, 6000);
}

TEST(a_write_over_the_quota_waits_until_its_unread_rest_fits)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 5000, 6000);
    char buffer[2000];
    struct call call;
    DWORD count;

    start_call(&call, call_write, pair.server, 7000);
    CHECK(thread_is_blocked(call.thread));
    CHECK_U32(available(pair.client), 7000);
    CHECK(ReadFile(pair.client, buffer, 1999, &count, NULL));
    CHECK_U32(count, 1999);
    CHECK(thread_is_blocked(call.thread));
    CHECK(ReadFile(pair.client, buffer, 1, &count, NULL));
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 7000);
    CHECK_U32(available(pair.client), 5000);
}

TEST(with_a_quota_of_nothing_every_write_waits_for_its_reader)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 0, 0);
    struct call call;

    start_call(&call, call_write, pair.server, 10);
    CHECK(thread_is_blocked(call.thread));
    read_exactly(pair.client, call.buffer, 10);
    finish_call(&call);
    CHECK(call.result);
}

TEST(a_nowait_read_of_an_empty_pipe_fails_with_no_data)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte;
    DWORD count;

    set_mode(pair.server, PIPE_READMODE_MESSAGE | PIPE_NOWAIT);
    CHECK_ERR(ReadFile(pair.server, &byte, 1, &count, NULL), ERROR_NO_DATA);
}

TEST(a_nowait_write_over_the_quota_succeeds_with_nothing_written)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 512, 512);
    static char data[513];
    DWORD count = 99;

    set_mode(pair.server, PIPE_NOWAIT);
    CHECK(WriteFile(pair.server, data, 513, &count, NULL));
    CHECK_U32(count, 0);
    CHECK(WriteFile(pair.server, data, 512, &count, NULL));
    CHECK_U32(count, 512);
}

TEST(a_nowait_write_gives_a_pending_read_its_part)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 512, 512);
    static char data[514];
    struct call call;
    DWORD count = 99;

    set_mode(pair.server, PIPE_NOWAIT);
    start_call(&call, call_read, pair.client, 1);
    CHECK(thread_is_blocked(call.thread));
    CHECK(WriteFile(pair.server, data, 514, &count, NULL));
    CHECK_U32(count, 1);
    finish_call(&call);
    CHECK_U32(call.count, 1);
}

TEST(a_nowait_server_connects_without_waiting)
{
    HANDLE server = create_pipe(PIPE_TYPE_BYTE | PIPE_NOWAIT), client;

    CHECK_ERR(ConnectNamedPipe(server, NULL), ERROR_PIPE_LISTENING);
    client = open_pipe();
    CHECK_ERR(ConnectNamedPipe(server, NULL), ERROR_PIPE_CONNECTED);
    CloseHandle(client);
    CHECK_ERR(ConnectNamedPipe(server, NULL), ERROR_NO_DATA);
}

static DWORD WINAPI answer_one(LPVOID pipe)
{
    char buffer[64];
    DWORD count;

    if (!ReadFile((HANDLE)pipe, buffer, sizeof(buffer), &count, NULL))
        return 1;
    return !WriteFile((HANDLE)pipe, "answer", 6, &count, NULL);
}

TEST(a_transaction_writes_and_reads_the_answer)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    HANDLE thread = CreateThread(NULL, 0, answer_one, pair.server, 0, NULL);
    char reply[16], question[] = "question";
    DWORD count = 0;

    CHECK(TransactNamedPipe(pair.client, question, 8, reply, sizeof(reply), &count, NULL));
    CHECK_U32(count, 6);
    CHECK(memcmp(reply, "answer", 6) == 0);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
}

TEST(a_long_answer_leaves_its_rest)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char reply[2], question[] = "q";
    DWORD count = 0;

    CreateThread(NULL, 0, answer_one, pair.server, 0, NULL);
    CHECK_ERR(TransactNamedPipe(pair.client, question, 1, reply, 2, &count, NULL), ERROR_MORE_DATA);
    CHECK_U32(count, 2);
    read_exactly(pair.client, "swer", 4);
}

TEST(a_transaction_with_unread_data_is_busy)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte = 0;
    DWORD count;

    write_all(pair.server, "unread", 6);
    CHECK_ERR(TransactNamedPipe(pair.client, &byte, 1, &byte, 1, &count, NULL), ERROR_PIPE_BUSY);
}

TEST(a_transaction_needs_message_reads)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte = 0;
    DWORD count;

    set_mode(pair.client, PIPE_READMODE_BYTE);
    CHECK_ERR(TransactNamedPipe(pair.client, &byte, 1, &byte, 1, &count, NULL), ERROR_BAD_PIPE);
}

static DWORD WINAPI serve_one(LPVOID pipe)
{
    if (!ConnectNamedPipe((HANDLE)pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
        return 1;
    return answer_one(pipe);
}

TEST(a_call_opens_transacts_and_closes)
{
    HANDLE thread = CreateThread(NULL, 0, serve_one, create_pipe(MESSAGE_MODE), 0, NULL);
    char reply[16], question[] = "question";
    DWORD count = 0;

    CHECK(CallNamedPipeA(pipe_name(), question, 8, reply, sizeof(reply), &count, 1000));
    CHECK_U32(count, 6);
    CHECK(memcmp(reply, "answer", 6) == 0);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
}

TEST(a_message_pipe_peeks_one_message_and_tells_its_rest)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char buffer[16];
    DWORD read = 9, total = 9, left = 9;

    write_all(pair.client, "abcdef", 6);
    write_all(pair.client, "xyz", 3);
    CHECK(PeekNamedPipe(pair.server, buffer, 4, &read, &total, &left));
    CHECK_U32(read, 4);
    CHECK_U32(total, 9);
    CHECK_U32(left, 2);
    CHECK(PeekNamedPipe(pair.server, buffer, 16, &read, &total, &left));
    CHECK_U32(read, 6);
    read_exactly(pair.server, "abcdef", 6);
}

TEST(a_byte_pipe_peeks_across_writes_and_tells_a_negative_rest)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    char buffer[16];
    DWORD read = 9, total = 9, left = 9;

    write_all(pair.client, "ab", 2);
    write_all(pair.client, "cd", 2);
    CHECK(PeekNamedPipe(pair.server, buffer, 16, &read, &total, &left));
    CHECK_U32(read, 4);
    CHECK_U32(total, 4);
    CHECK_U32(left, 0xFFFFFFFC);
}

TEST(peeking_an_empty_pipe_or_an_empty_message_says_nothing)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CHECK_U32(available(pair.server), 0);
    write_all(pair.client, "", 0);
    CHECK_U32(available(pair.server), 0);
    CHECK(PeekNamedPipe(pair.server, (void *)1, 0, NULL, NULL, NULL));
}

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

TEST(message_reads_cannot_be_set_on_a_byte_pipe)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    DWORD mode = PIPE_READMODE_MESSAGE;

    CHECK_ERR(SetNamedPipeHandleState(pair.client, &mode, NULL, NULL), ERROR_INVALID_PARAMETER);
    CHECK_ERR(SetNamedPipeHandleState(pair.server, &mode, NULL, NULL), ERROR_INVALID_PARAMETER);
}

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

TEST(flush_waits_until_everything_was_read)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call call;

    CHECK(FlushFileBuffers(pair.server));
    write_all(pair.server, "one", 3);
    write_all(pair.server, "", 0);
    start_call(&call, call_flush, pair.server, 0);
    CHECK(thread_is_blocked(call.thread));
    read_exactly(pair.client, "one", 3);
    CHECK(thread_is_blocked(call.thread));
    read_exactly(pair.client, "", 0);
    finish_call(&call);
    CHECK(call.result);
}

TEST(flush_fails_when_the_reader_closes)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call call;

    write_all(pair.server, "one", 3);
    start_call(&call, call_flush, pair.server, 0);
    CHECK(thread_is_blocked(call.thread));
    CloseHandle(pair.client);
    finish_call(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_BROKEN_PIPE);
}

struct writer {
    HANDLE pipe;
    int number;
};

static DWORD WINAPI write_numbered(LPVOID argument)
{
    struct writer *writer = (struct writer *)argument;
    char message[256];
    DWORD i, count;

    for (i = 0; i < 500; i++) {
        DWORD length = 1 + (i * 7 + (DWORD)writer->number * 13) % sizeof(message);

        memset(message, 'a' + writer->number, length);
        if (!WriteFile(writer->pipe, message, length, &count, NULL) || count != length)
            return 1;
    }
    return 0;
}

TEST(messages_of_many_writing_threads_stay_whole)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 1000, 1000);
    struct writer writers[4];
    DWORD seen[4] = {0, 0, 0, 0}, i, k, count;
    char message[256];

    for (i = 0; i < 4; i++) {
        writers[i].pipe = pair.client;
        writers[i].number = (int)i;
        CHECK(CreateThread(NULL, 0, write_numbered, &writers[i], 0, NULL) != NULL);
    }
    for (i = 0; i < 2000; i++) {
        DWORD who;

        CHECK(ReadFile(pair.server, message, sizeof(message), &count, NULL));
        who = (DWORD)(message[0] - 'a');
        CHECK(who < 4);
        CHECK_U32(count, 1 + (seen[who] * 7 + who * 13) % sizeof(message));
        for (k = 0; k < count; k++)
            CHECK(message[k] == message[0]);
        seen[who]++;
    }
}
