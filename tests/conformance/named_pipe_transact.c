/* SPDX-License-Identifier: MIT */
/* TransactNamedPipe and CallNamedPipe. */
#include "pipe_helpers.h"

/* A transaction in a thread of its own: it sends the first bytes of the buffer. */
struct transaction {
    HANDLE pipe, thread;
    char request[16384], reply[16384];
    DWORD length, room, count, error;
    BOOL result;
};

static DWORD WINAPI transact(LPVOID argument)
{
    struct transaction *call = (struct transaction *)argument;

    call->result = TransactNamedPipe(call->pipe, call->request, call->length, call->reply,
                                     call->room, &call->count, NULL);
    call->error = GetLastError();
    return 0;
}

static void start_transaction(struct transaction *call, HANDLE pipe, const char *request,
                              DWORD length, DWORD room)
{
    memset(call, 0, sizeof(*call));
    call->pipe = pipe;
    memcpy(call->request, request, length);
    call->length = length;
    call->room = room;
    call->count = 99;
    call->thread = CreateThread(NULL, 0, transact, call, 0, NULL);
    CHECK(call->thread != NULL);
}

static void finish_transaction(struct transaction *call)
{
    CHECK_U32(WaitForSingleObject(call->thread, 5000), WAIT_OBJECT_0);
    CloseHandle(call->thread);
}

static void check_reply(struct transaction *call, const char *text)
{
    finish_transaction(call);
    CHECK(call->result);
    CHECK_U32(call->count, strlen(text));
    CHECK(memcmp(call->reply, text, call->count) == 0);
}

static DWORD WINAPI answer_one(LPVOID pipe)
{
    char buffer[64];
    DWORD count;

    if (!ReadFile((HANDLE)pipe, buffer, sizeof(buffer), &count, NULL))
        return 1;
    return !WriteFile((HANDLE)pipe, "answer", 6, &count, NULL);
}

/* ---- TransactNamedPipe ---- */

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

TEST(a_transaction_waits_until_the_answer_is_written)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct transaction call;

    start_transaction(&call, pair.client, "question", 8, 64);
    read_exactly(pair.server, "question", 8);
    CHECK(thread_is_blocked(call.thread));
    write_all(pair.server, "answer", 6);
    check_reply(&call, "answer");
}

TEST(the_server_may_begin_a_transaction_too)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct transaction call;

    start_transaction(&call, pair.server, "question", 8, 64);
    read_exactly(pair.client, "question", 8);
    write_all(pair.client, "answer", 6);
    check_reply(&call, "answer");
}

TEST(a_transaction_gives_its_request_to_a_waiting_read_at_once)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct transaction call;
    struct call reader;

    start_call(&reader, call_read, pair.server, 64);
    CHECK(thread_is_blocked(reader.thread));
    start_transaction(&call, pair.client, "question", 8, 64);
    finish_call(&reader);
    CHECK_U32(reader.count, 8);
    write_all(pair.server, "answer", 6);
    check_reply(&call, "answer");
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

TEST(an_unread_empty_message_makes_a_transaction_busy_too)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte = 0;
    DWORD count;

    write_all(pair.server, "", 0);
    CHECK_ERR(TransactNamedPipe(pair.client, &byte, 1, &byte, 1, &count, NULL), ERROR_PIPE_BUSY);
    CHECK_U32(available(pair.server), 0);
}

TEST(a_transaction_needs_message_reads)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte = 0;
    DWORD count;

    set_mode(pair.client, PIPE_READMODE_BYTE);
    CHECK_ERR(TransactNamedPipe(pair.client, &byte, 1, &byte, 1, &count, NULL), ERROR_BAD_PIPE);
}

TEST(a_transaction_on_a_byte_pipe_is_refused)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    char byte = 0;
    DWORD count;

    CHECK_ERR(TransactNamedPipe(pair.client, &byte, 1, &byte, 1, &count, NULL), ERROR_BAD_PIPE);
    CHECK_ERR(TransactNamedPipe(pair.server, &byte, 1, &byte, 1, &count, NULL), ERROR_BAD_PIPE);
    CHECK_U32(available(pair.server), 0);
}

TEST(a_refused_transaction_sends_nothing)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte = 0;
    DWORD count;

    write_all(pair.server, "unread", 6);
    CHECK_ERR(TransactNamedPipe(pair.client, &byte, 1, &byte, 1, &count, NULL), ERROR_PIPE_BUSY);
    set_mode(pair.client, PIPE_READMODE_BYTE);
    CHECK_ERR(TransactNamedPipe(pair.client, &byte, 1, &byte, 1, &count, NULL), ERROR_BAD_PIPE);
    CHECK_U32(available(pair.server), 0);
    read_exactly(pair.client, "unread", 6);
}

TEST(a_request_may_be_empty)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct transaction call;

    start_transaction(&call, pair.client, "", 0, 64);
    read_exactly(pair.server, "", 0);
    write_all(pair.server, "answer", 6);
    check_reply(&call, "answer");
}

TEST(an_answer_may_be_empty)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct transaction call;

    start_transaction(&call, pair.client, "question", 8, 64);
    read_exactly(pair.server, "question", 8);
    write_all(pair.server, "", 0);
    check_reply(&call, "");
}

TEST(an_empty_answer_needs_no_room)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct transaction call;

    start_transaction(&call, pair.client, "question", 8, 0);
    read_exactly(pair.server, "question", 8);
    write_all(pair.server, "", 0);
    check_reply(&call, "");
}

TEST(an_answer_without_room_for_it_waits_to_be_read)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct transaction call;

    start_transaction(&call, pair.client, "question", 8, 0);
    read_exactly(pair.server, "question", 8);
    write_all(pair.server, "answer", 6);
    finish_transaction(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_MORE_DATA);
    CHECK_U32(call.count, 0);
    read_exactly(pair.client, "answer", 6);
}

TEST(a_transaction_may_be_answered_by_a_transaction)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct transaction first, second;

    start_transaction(&first, pair.client, "one", 3, 64);
    read_exactly(pair.server, "one", 3);
    start_transaction(&second, pair.server, "two", 3, 64);
    check_reply(&first, "two");
    CHECK(thread_is_blocked(second.thread));
    write_all(pair.client, "three", 5);
    check_reply(&second, "three");
}

TEST(a_request_is_never_held_back_by_the_quota)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 0, 0);
    struct transaction call;

    start_transaction(&call, pair.client, "question", 8, 64);
    read_exactly(pair.server, "question", 8);
    CHECK(thread_is_blocked(call.thread));
    write_all(pair.server, "answer", 6);
    check_reply(&call, "answer");
}

static DWORD WINAPI echo_64_kib(LPVOID pipe)
{
    char *message = (char *)malloc(65536);
    DWORD count;

    if (!ReadFile((HANDLE)pipe, message, 65536, &count, NULL))
        return 1;
    return !WriteFile((HANDLE)pipe, message, count, &count, NULL);
}

TEST(a_transaction_of_64_kib_goes_through)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char *out = (char *)malloc(65536), *in = (char *)calloc(1, 65536);
    HANDLE thread = CreateThread(NULL, 0, echo_64_kib, pair.server, 0, NULL);
    DWORD count = 0, i;

    for (i = 0; i < 65536; i++)
        out[i] = (char)(i * 31 + (i >> 8));
    CHECK(TransactNamedPipe(pair.client, out, 65536, in, 65536, &count, NULL));
    CHECK_U32(count, 65536);
    CHECK(memcmp(in, out, 65536) == 0);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
}

TEST(a_transaction_ends_with_broken_pipe_when_the_peer_closes)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct transaction call;

    start_transaction(&call, pair.client, "question", 8, 64);
    CHECK(thread_is_blocked(call.thread));
    CHECK(CloseHandle(pair.server));
    finish_transaction(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_BROKEN_PIPE);
}

TEST(a_transaction_ends_with_not_connected_when_the_server_disconnects)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct transaction call;

    start_transaction(&call, pair.client, "question", 8, 64);
    CHECK(thread_is_blocked(call.thread));
    CHECK(DisconnectNamedPipe(pair.server));
    finish_transaction(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_PIPE_NOT_CONNECTED);
}

static DWORD WINAPI transact_32_mib(LPVOID argument)
{
    struct transaction *call = (struct transaction *)argument;

    call->result = TransactNamedPipe(call->pipe, calloc(1, 32 << 20), 32 << 20, call->reply, 64,
                                     &call->count, NULL);
    call->error = GetLastError();
    return 0;
}

TEST(a_request_may_be_of_any_length)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct transaction call;
    char *in = (char *)malloc(32 << 20);
    DWORD count = 0;

    memset(&call, 0, sizeof(call));
    call.pipe = pair.client;
    call.thread = CreateThread(NULL, 0, transact_32_mib, &call, 0, NULL);
    DEVIATES(11);
    CHECK(WaitForSingleObject(call.thread, 2000) == WAIT_TIMEOUT);
    CHECK(ReadFile(pair.server, in, 32 << 20, &count, NULL));
    CHECK_U32(count, 32 << 20);
    write_all(pair.server, "answer", 6);
    finish_transaction(&call);
    CHECK(call.result);
}

/* ---- CallNamedPipe ---- */

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

TEST(a_call_closes_the_pipe_when_it_has_its_answer)
{
    HANDLE server = create_pipe(MESSAGE_MODE);
    HANDLE thread = CreateThread(NULL, 0, serve_one, server, 0, NULL);
    char reply[16], question[] = "question";
    DWORD count = 0;

    CHECK(CallNamedPipeW(pipe_name_w(), question, 8, reply, sizeof(reply), &count, 1000));
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK_ERR(ReadFile(server, reply, 1, &count, NULL), ERROR_BROKEN_PIPE);
}

TEST(calling_a_missing_pipe_is_file_not_found)
{
    char byte = 0;
    DWORD count;

    CHECK_ERR(CallNamedPipeA(pipe_name(), &byte, 1, &byte, 1, &count, NMPWAIT_NOWAIT),
              ERROR_FILE_NOT_FOUND);
}

TEST(calling_a_busy_pipe_times_out)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte = 0;
    DWORD count, begin = GetTickCount();

    (void)pair;
    CHECK(!CallNamedPipeA(pipe_name(), &byte, 1, &byte, 1, &count, 200));
    CHECK(GetLastError() == ERROR_SEM_TIMEOUT || GetLastError() == ERROR_PIPE_BUSY);
    CHECK(GetTickCount() - begin >= 150);
}

static DWORD WINAPI serve_the_next(LPVOID pipe)
{
    Sleep(200);
    if (!DisconnectNamedPipe((HANDLE)pipe))
        return 1;
    return serve_one(pipe);
}

TEST(a_call_waits_for_an_instance_that_is_busy)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    HANDLE thread = CreateThread(NULL, 0, serve_the_next, pair.server, 0, NULL);
    char reply[16], question[] = "question";
    DWORD count = 0;

    CHECK(CallNamedPipeA(pipe_name(), question, 8, reply, sizeof(reply), &count,
                         NMPWAIT_WAIT_FOREVER));
    CHECK_U32(count, 6);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
}

TEST(a_call_may_wait_as_long_as_the_server_chose)
{
    HANDLE server =
        CreateNamedPipeA(pipe_name(), PIPE_ACCESS_DUPLEX, MESSAGE_MODE, 1, 4096, 4096, 300, NULL);
    DWORD count, begin;
    char byte = 0;

    CHECK(server != INVALID_HANDLE_VALUE);
    CHECK(open_pipe() != INVALID_HANDLE_VALUE);
    begin = GetTickCount();
    CHECK(!CallNamedPipeA(pipe_name(), &byte, 1, &byte, 1, &count, NMPWAIT_USE_DEFAULT_WAIT));
    CHECK(GetTickCount() - begin >= 250);
}

TEST(a_call_need_not_wait_as_long_as_the_server_chose)
{
    HANDLE server =
        CreateNamedPipeA(pipe_name(), PIPE_ACCESS_DUPLEX, MESSAGE_MODE, 1, 4096, 4096, 8000, NULL);
    DWORD count, begin;
    char byte = 0;

    CHECK(server != INVALID_HANDLE_VALUE);
    CHECK(open_pipe() != INVALID_HANDLE_VALUE);
    begin = GetTickCount();
    CHECK(!CallNamedPipeA(pipe_name(), &byte, 1, &byte, 1, &count, NMPWAIT_NOWAIT));
    CHECK(GetTickCount() - begin < 6000);
}

TEST(a_call_takes_both_directions)
{
    char byte = 0;
    DWORD count;

    CHECK(create_pipe_with(PIPE_ACCESS_INBOUND, MESSAGE_MODE, 1, 4096, 4096) !=
          INVALID_HANDLE_VALUE);
    CHECK_ERR(CallNamedPipeA(pipe_name(), &byte, 1, &byte, 1, &count, 100), ERROR_ACCESS_DENIED);
}

TEST(the_wide_call_is_the_same)
{
    HANDLE server = create_pipe(MESSAGE_MODE);
    HANDLE thread = CreateThread(NULL, 0, serve_one, server, 0, NULL);
    char reply[16], question[] = "question";
    DWORD count = 0;

    CHECK(CallNamedPipeW(pipe_name_w(), question, 8, reply, sizeof(reply), &count, 1000));
    CHECK_U32(count, 6);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
}

TEST(a_call_loses_what_has_no_room_of_the_answer)
{
    HANDLE server = create_pipe(MESSAGE_MODE);
    HANDLE thread = CreateThread(NULL, 0, serve_one, server, 0, NULL);
    char reply[2], question[] = "question";
    DWORD count = 0;

    CHECK_ERR(CallNamedPipeA(pipe_name(), question, 8, reply, sizeof(reply), &count, 1000),
              ERROR_MORE_DATA);
    CHECK_U32(count, 2);
    CHECK(memcmp(reply, "an", 2) == 0);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
}

TEST(a_call_on_a_byte_pipe_fails)
{
    char byte = 0;
    DWORD count;

    create_pipe(PIPE_TYPE_BYTE);
    CHECK_ERR(CallNamedPipeA(pipe_name(), &byte, 1, &byte, 1, &count, 1000),
              ERROR_INVALID_PARAMETER);
}
