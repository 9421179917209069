/* SPDX-License-Identifier: MIT */
/* Reading, by type of the pipe and read mode of the handle. */
#include "pipe_helpers.h"

/* One read with this much room; its bytes must be these. */
static void read_some(HANDLE pipe, DWORD room, const char *text)
{
    char buffer[64];
    DWORD count = 99;

    CHECK(ReadFile(pipe, buffer, room, &count, NULL));
    CHECK_U32(count, strlen(text));
    CHECK(memcmp(buffer, text, count) == 0);
}

/* The beginning of a message whose rest stays. */
static void read_part(HANDLE pipe, DWORD room, const char *text)
{
    char buffer[64];
    DWORD count = 99;

    CHECK_ERR(ReadFile(pipe, buffer, room, &count, NULL), ERROR_MORE_DATA);
    CHECK_U32(count, room);
    CHECK(memcmp(buffer, text, room) == 0);
}

/* ---- byte pipes ---- */

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

TEST(a_byte_read_returns_what_is_there_and_does_not_wait_for_more)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);

    write_all(pair.client, "abc", 3);
    read_some(pair.server, 64, "abc");
    write_all(pair.server, "de", 2);
    read_some(pair.client, 64, "de");
}

TEST(a_read_of_an_empty_pipe_waits_for_data)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    struct call call;

    start_call(&call, call_read, pair.client, 64);
    CHECK(thread_is_blocked(call.thread));
    write_all(pair.server, "now", 3);
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 3);
    CHECK(memcmp(call.buffer, "now", 3) == 0);
}

TEST(both_directions_are_apart)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);

    write_all(pair.client, "up", 2);
    write_all(pair.server, "down", 4);
    CHECK_U32(available(pair.server), 2);
    CHECK_U32(available(pair.client), 4);
    read_some(pair.client, 64, "down");
    read_some(pair.server, 64, "up");
}

/* ---- message pipes in message mode ---- */

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

TEST(each_part_of_a_message_but_the_last_says_more_data)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    write_all(pair.client, "abcdefg", 7);
    write_all(pair.client, "next", 4);
    read_part(pair.server, 3, "abc");
    read_part(pair.server, 3, "def");
    read_some(pair.server, 3, "g");
    read_some(pair.server, 4, "next");
}

TEST(a_message_that_just_fits_is_complete)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    write_all(pair.client, "abcd", 4);
    read_some(pair.server, 4, "abcd");
    write_all(pair.client, "abcdef", 6);
    read_part(pair.server, 4, "abcd");
    read_some(pair.server, 2, "ef");
}

static DWORD WINAPI read_the_rest(LPVOID pipe)
{
    char buffer[16];
    DWORD count = 0;

    return ReadFile((HANDLE)pipe, buffer, sizeof(buffer), &count, NULL) && count == 2 &&
           memcmp(buffer, "ef", 2) == 0;
}

TEST(the_rest_of_a_message_may_be_read_by_another_thread)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    HANDLE thread;
    DWORD is_right = 0;

    write_all(pair.client, "abcdef", 6);
    read_part(pair.server, 4, "abcd");
    thread = CreateThread(NULL, 0, read_the_rest, pair.server, 0, NULL);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &is_right));
    CHECK(is_right);
}

TEST(the_rest_of_a_message_may_be_read_through_a_duplicate)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    HANDLE copy;

    write_all(pair.client, "abcdef", 6);
    read_part(pair.server, 4, "abcd");
    CHECK(DuplicateHandle(GetCurrentProcess(), pair.server, GetCurrentProcess(), &copy, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    read_some(copy, 16, "ef");
}

TEST(a_waiting_read_takes_the_beginning_of_a_message_that_is_too_long)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call call;

    start_call(&call, call_read, pair.server, 4);
    CHECK(thread_is_blocked(call.thread));
    write_all(pair.client, "abcdef", 6);
    finish_call(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_MORE_DATA);
    CHECK_U32(call.count, 4);
    CHECK(memcmp(call.buffer, "abcd", 4) == 0);
    read_some(pair.server, 16, "ef");
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

enum { HUGE_LENGTH = 100 << 20 };

static DWORD WINAPI write_huge(LPVOID argument)
{
    HANDLE *pipe = (HANDLE *)argument;
    char *data = (char *)calloc(1, HUGE_LENGTH);

    data[HUGE_LENGTH - 1] = 'z';
    write_all(*pipe, data, HUGE_LENGTH);
    free(data);
    return 0;
}

TEST(a_message_of_a_hundred_megabytes_arrives)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    HANDLE thread = CreateThread(NULL, 0, write_huge, &pair.client, 0, NULL);
    char *in = (char *)calloc(1, HUGE_LENGTH);
    DWORD count = 0;

    CHECK(ReadFile(pair.server, in, HUGE_LENGTH, &count, NULL));
    CHECK_U32(count, HUGE_LENGTH);
    CHECK(in[HUGE_LENGTH - 1] == 'z');
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    free(in);
}

TEST(a_long_message_stays_one_message_however_small_the_quota)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 16, 16);
    struct call call;
    static char buffer[16384];
    DWORD i, count;

    start_call(&call, call_write, pair.client, sizeof(call.buffer));
    CHECK(thread_is_blocked(call.thread));
    for (i = 0; i < 16; i++) {
        CHECK_ERR(ReadFile(pair.server, buffer, 1000, &count, NULL), ERROR_MORE_DATA);
        CHECK_U32(count, 1000);
    }
    CHECK(ReadFile(pair.server, buffer, 1000, &count, NULL));
    CHECK_U32(count, 384);
    finish_call(&call);
    CHECK(call.result);
}

/* ---- message pipes in byte mode ---- */

TEST(a_byte_read_joins_messages)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    set_mode(pair.server, PIPE_READMODE_BYTE);
    write_all(pair.client, "one", 3);
    write_all(pair.client, "two", 3);
    read_exactly(pair.server, "onetwo", 6);
}

TEST(a_byte_read_takes_whole_messages_and_a_part_of_the_next)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    set_mode(pair.server, PIPE_READMODE_BYTE);
    write_all(pair.client, "one", 3);
    write_all(pair.client, "two", 3);
    write_all(pair.client, "three", 5);
    read_some(pair.server, 8, "onetwoth");
    read_some(pair.server, 64, "ree");
}

TEST(a_byte_read_of_a_long_message_never_says_more_data)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    set_mode(pair.server, PIPE_READMODE_BYTE);
    write_all(pair.client, "abcdef", 6);
    read_some(pair.server, 4, "abcd");
    read_some(pair.server, 4, "ef");
}

TEST(message_mode_resumes_where_byte_mode_left_off)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    set_mode(pair.server, PIPE_READMODE_BYTE);
    write_all(pair.client, "one", 3);
    write_all(pair.client, "three", 5);
    write_all(pair.client, "four", 4);
    read_some(pair.server, 5, "oneth");
    set_mode(pair.server, PIPE_READMODE_MESSAGE);
    read_some(pair.server, 64, "ree");
    read_some(pair.server, 64, "four");
}

TEST(each_end_has_its_own_read_mode)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    set_mode(pair.client, PIPE_READMODE_BYTE);
    write_all(pair.client, "one", 3);
    write_all(pair.client, "two", 3);
    write_all(pair.server, "one", 3);
    write_all(pair.server, "two", 3);
    read_some(pair.server, 64, "one");
    read_some(pair.client, 64, "onetwo");
    read_some(pair.server, 64, "two");
}

TEST(a_client_that_sets_nothing_reads_bytes)
{
    HANDLE server = create_pipe(MESSAGE_MODE), client = open_pipe();

    write_all(server, "one", 3);
    write_all(server, "two", 3);
    read_some(client, 64, "onetwo");
}
