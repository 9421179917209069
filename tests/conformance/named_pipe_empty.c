/* SPDX-License-Identifier: MIT */
/* Reads and writes of no bytes. */
#include "pipe_helpers.h"

static void check_read_of_nothing_waits(struct pair pair, BOOL says_more_data)
{
    struct call call;

    start_call(&call, call_read, pair.server, 0);
    CHECK(thread_is_blocked(call.thread));
    write_all(pair.client, "xy", 2);
    finish_call(&call);
    CHECK(call.result == !says_more_data);
    if (says_more_data)
        CHECK_U32(call.error, ERROR_MORE_DATA);
    CHECK_U32(call.count, 0);
    read_exactly(pair.server, "xy", 2);
}

/* ---- reads of nothing ---- */

TEST(a_read_of_nothing_waits_for_data_and_leaves_it)
{
    check_read_of_nothing_waits(connect_pair(PIPE_TYPE_BYTE, 4096, 4096), FALSE);
}

TEST(a_read_of_nothing_in_byte_mode_leaves_a_message)
{
    check_read_of_nothing_waits(connect_pair(PIPE_TYPE_MESSAGE, 4096, 4096), FALSE);
}

TEST(a_waiting_read_of_nothing_in_message_mode_says_more_data)
{
    check_read_of_nothing_waits(connect_pair(MESSAGE_MODE, 4096, 4096), TRUE);
}

TEST(a_waiting_read_of_nothing_takes_an_empty_message)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call call;

    start_call(&call, call_read, pair.server, 0);
    CHECK(thread_is_blocked(call.thread));
    write_all(pair.client, "", 0);
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 0);
    start_call(&call, call_read, pair.server, 10);
    CHECK(thread_is_blocked(call.thread));
    write_all(pair.client, "x", 1);
    finish_call(&call);
    CHECK_U32(call.count, 1);
}

TEST(a_read_of_nothing_succeeds_in_byte_mode_when_data_wait)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    char byte;
    DWORD count = 9;

    write_all(pair.client, "xy", 2);
    CHECK(ReadFile(pair.server, &byte, 0, &count, NULL));
    CHECK_U32(count, 0);
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

TEST(a_read_of_nothing_after_the_close_succeeds_while_data_wait_and_then_breaks)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    char byte;
    DWORD count = 9;

    write_all(pair.client, "xy", 2);
    CHECK(CloseHandle(pair.client));
    CHECK(ReadFile(pair.server, &byte, 0, &count, NULL));
    CHECK_U32(count, 0);
    read_exactly(pair.server, "xy", 2);
    CHECK_ERR(ReadFile(pair.server, &byte, 0, &count, NULL), ERROR_BROKEN_PIPE);
    CHECK_U32(count, 0);
}

TEST(a_read_of_nothing_in_message_mode_after_the_close_says_more_data_and_then_breaks)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte;
    DWORD count = 9;

    write_all(pair.client, "xy", 2);
    CHECK(CloseHandle(pair.client));
    CHECK_ERR(ReadFile(pair.server, &byte, 0, &count, NULL), ERROR_MORE_DATA);
    CHECK_U32(count, 0);
    read_exactly(pair.server, "xy", 2);
    CHECK_ERR(ReadFile(pair.server, &byte, 0, &count, NULL), ERROR_BROKEN_PIPE);
}

TEST(a_waiting_read_of_nothing_breaks_when_the_peer_closes)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call call;

    start_call(&call, call_read, pair.server, 0);
    CHECK(thread_is_blocked(call.thread));
    CHECK(CloseHandle(pair.client));
    finish_call(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_BROKEN_PIPE);
}

/* ---- writes of nothing ---- */

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

TEST(an_empty_message_is_read_as_success_with_no_bytes)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    write_all(pair.client, "", 0);
    read_exactly(pair.server, "", 0);
    set_mode(pair.server, PIPE_READMODE_BYTE);
    write_all(pair.client, "", 0);
    read_exactly(pair.server, "", 0);
}

TEST(an_empty_message_completes_exactly_one_waiting_read)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call call;

    start_call(&call, call_read, pair.server, 10);
    CHECK(thread_is_blocked(call.thread));
    write_all(pair.client, "", 0);
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 0);
    start_call(&call, call_read, pair.server, 10);
    CHECK(thread_is_blocked(call.thread));
    write_all(pair.client, "x", 1);
    finish_call(&call);
    CHECK_U32(call.count, 1);
}

TEST(empty_messages_keep_their_place_between_others)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    write_all(pair.client, "one", 3);
    write_all(pair.client, "", 0);
    write_all(pair.client, "", 0);
    write_all(pair.client, "two", 3);
    write_all(pair.client, "", 0);
    read_exactly(pair.server, "one", 3);
    read_exactly(pair.server, "", 0);
    read_exactly(pair.server, "", 0);
    read_exactly(pair.server, "two", 3);
    read_exactly(pair.server, "", 0);
}

TEST(an_empty_message_survives_the_close_of_its_writer)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte;
    DWORD count;

    write_all(pair.client, "", 0);
    CHECK(CloseHandle(pair.client));
    read_exactly(pair.server, "", 0);
    CHECK_ERR(ReadFile(pair.server, &byte, 1, &count, NULL), ERROR_BROKEN_PIPE);
}

TEST(empty_messages_need_no_quota)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 0, 4);
    int i;

    write_all(pair.client, "full", 4);
    for (i = 0; i < 100; i++)
        write_all(pair.client, "", 0);
    for (i = 0; i < 100; i++)
        write_all(pair.server, "", 0);
    read_exactly(pair.server, "full", 4);
    for (i = 0; i < 100; i++)
        read_exactly(pair.server, "", 0);
}

TEST(a_flush_waits_for_an_empty_message_too)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call call;

    write_all(pair.server, "", 0);
    start_call(&call, call_flush, pair.server, 0);
    CHECK(thread_is_blocked(call.thread));
    read_exactly(pair.client, "", 0);
    finish_call(&call);
    CHECK(call.result);
}

static DWORD WINAPI write_empties(LPVOID argument)
{
    struct call *call = (struct call *)argument;
    DWORD count;

    for (; call->length; call->length--)
        if (!WriteFile(call->pipe, "", 0, &count, NULL))
            return 1;
    return 0;
}

/* The system needs room for each of them all the same. */
TEST(millions_of_unread_empty_messages_never_wait)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 16, 16);
    struct call call;
    DWORD before = 0;

    if (is_wine() || getenv("TRANSOM_TEST_EMULATED"))
        SKIP("takes minutes here");
    start_call(&call, write_empties, pair.client, 12000000);
    DEVIATES(10);
    do
        before = *(volatile DWORD *)&call.length;
    while (WaitForSingleObject(call.thread, 1000) == WAIT_TIMEOUT &&
           *(volatile DWORD *)&call.length != before);
    CHECK_U32(*(volatile DWORD *)&call.length, 0);
}
