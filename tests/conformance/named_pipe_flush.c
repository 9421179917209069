/* SPDX-License-Identifier: MIT */
/* FlushFileBuffers on a pipe: it waits until the peer has read everything. */
#include "pipe_helpers.h"

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

TEST(a_client_may_flush_too)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    struct call call;

    write_all(pair.client, "abc", 3);
    start_call(&call, call_flush, pair.client, 0);
    CHECK(thread_is_blocked(call.thread));
    read_exactly(pair.server, "abc", 3);
    finish_call(&call);
    CHECK(call.result);
}

TEST(a_flush_waits_for_the_last_byte)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    struct call call;
    char buffer[2];
    DWORD count;

    write_all(pair.server, "abc", 3);
    start_call(&call, call_flush, pair.server, 0);
    CHECK(ReadFile(pair.client, buffer, 2, &count, NULL));
    CHECK(thread_is_blocked(call.thread));
    CHECK(ReadFile(pair.client, buffer, 2, &count, NULL));
    finish_call(&call);
    CHECK(call.result);
}

TEST(a_flush_does_not_wait_for_what_this_end_has_to_read)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);

    write_all(pair.client, "unread", 6);
    CHECK(FlushFileBuffers(pair.server));
    read_exactly(pair.server, "unread", 6);
}

TEST(a_flush_with_nothing_unread_returns_at_once_at_both_ends)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CHECK(FlushFileBuffers(pair.server));
    CHECK(FlushFileBuffers(pair.client));
    write_all(pair.client, "x", 1);
    read_exactly(pair.server, "x", 1);
    CHECK(FlushFileBuffers(pair.client));
}

TEST(a_peek_is_no_read_to_a_flush)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call call;
    char buffer[16];

    write_all(pair.server, "abc", 3);
    start_call(&call, call_flush, pair.server, 0);
    CHECK(PeekNamedPipe(pair.client, buffer, sizeof(buffer), NULL, NULL, NULL));
    CHECK(thread_is_blocked(call.thread));
    read_exactly(pair.client, "abc", 3);
    finish_call(&call);
    CHECK(call.result);
}
