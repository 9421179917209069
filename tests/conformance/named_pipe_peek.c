/* SPDX-License-Identifier: MIT */
/* PeekNamedPipe: what it copies, what it counts, and that it takes nothing. */
#include "pipe_helpers.h"

/* All results of one peek with this much room. */
static void check_peek(HANDLE pipe, DWORD room, const char *text, DWORD total, DWORD left)
{
    char buffer[64];
    DWORD read = 77, seen = 77, rest = 77;

    CHECK(PeekNamedPipe(pipe, buffer, room, &read, &seen, &rest));
    CHECK_U32(read, strlen(text));
    CHECK(memcmp(buffer, text, read) == 0);
    CHECK_U32(seen, total);
    CHECK_U32(rest, left);
}

/* ---- byte pipes ---- */

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

TEST(the_rest_of_a_byte_pipe_is_minus_what_was_copied)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);

    write_all(pair.client, "abcdef", 6);
    check_peek(pair.server, 0, "", 6, 0);
    check_peek(pair.server, 4, "abcd", 6, 0xFFFFFFFC);
    check_peek(pair.server, 64, "abcdef", 6, 0xFFFFFFFA);
}

TEST(peeking_takes_nothing)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);

    write_all(pair.server, "abc", 3);
    check_peek(pair.client, 64, "abc", 3, 0xFFFFFFFD);
    check_peek(pair.client, 64, "abc", 3, 0xFFFFFFFD);
    read_exactly(pair.client, "abc", 3);
    check_peek(pair.client, 64, "", 0, 0);
}

/* ---- message pipes ---- */

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

TEST(byte_mode_does_not_make_a_peek_cross_messages)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    set_mode(pair.server, PIPE_READMODE_BYTE);
    write_all(pair.client, "abc", 3);
    write_all(pair.client, "defgh", 5);
    check_peek(pair.server, 64, "abc", 8, 0);
    check_peek(pair.server, 2, "ab", 8, 1);
}

TEST(a_message_that_was_begun_is_peeked_from_where_it_stands)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char buffer[4];
    DWORD count;

    write_all(pair.client, "abcdef", 6);
    write_all(pair.client, "xyz", 3);
    CHECK_ERR(ReadFile(pair.server, buffer, 2, &count, NULL), ERROR_MORE_DATA);
    check_peek(pair.server, 3, "cde", 7, 1);
    check_peek(pair.server, 64, "cdef", 7, 0);
    check_peek(pair.server, 0, "", 7, 4);
}

TEST(an_empty_message_hides_the_bytes_of_those_behind_it)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    write_all(pair.client, "", 0);
    write_all(pair.client, "abc", 3);
    check_peek(pair.server, 64, "", 3, 0);
    read_exactly(pair.server, "", 0);
    check_peek(pair.server, 64, "abc", 3, 0);
}

/* ---- what it counts and what it needs ---- */

TEST(peeking_an_empty_pipe_or_an_empty_message_says_nothing)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    CHECK_U32(available(pair.server), 0);
    write_all(pair.client, "", 0);
    CHECK_U32(available(pair.server), 0);
    CHECK(PeekNamedPipe(pair.server, (void *)1, 0, NULL, NULL, NULL));
}

TEST(a_peek_counts_what_waiting_writes_have_to_give)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 10, 10);
    struct call call;

    write_all(pair.client, "abcd", 4);
    start_call(&call, call_write, pair.client, 50);
    CHECK(thread_is_blocked(call.thread));
    check_peek(pair.server, 64, "abcd", 54, 0);
    read_exactly(pair.server, "abcd", 4);
    CHECK_U32(available(pair.server), 50);
}

TEST(every_result_of_a_peek_may_be_left_out)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    char buffer[4];
    DWORD value = 77;

    write_all(pair.client, "abc", 3);
    CHECK(PeekNamedPipe(pair.server, NULL, 0, NULL, NULL, NULL));
    CHECK(PeekNamedPipe(pair.server, buffer, sizeof(buffer), NULL, NULL, NULL));
    CHECK(memcmp(buffer, "abc", 3) == 0);
    CHECK(PeekNamedPipe(pair.server, NULL, 0, &value, NULL, NULL));
    CHECK_U32(value, 0);
}

TEST(a_peek_never_waits)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);

    check_peek(pair.server, 64, "", 0, 0);
    set_mode(pair.server, PIPE_NOWAIT);
    check_peek(pair.server, 64, "", 0, 0);
    write_all(pair.client, "abc", 3);
    check_peek(pair.server, 64, "abc", 3, 0xFFFFFFFD);
}

TEST(peeking_a_closed_pipe_shows_what_is_left)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);

    write_all(pair.client, "abc", 3);
    write_all(pair.client, "de", 2);
    CHECK(CloseHandle(pair.client));
    check_peek(pair.server, 64, "abc", 5, 0);
    read_exactly(pair.server, "abc", 3);
    check_peek(pair.server, 64, "de", 2, 0);
}

TEST(a_peek_that_fails_leaves_its_results_alone)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    DWORD read = 77, total = 77, left = 77;
    char buffer[4] = "old";

    CHECK(CloseHandle(pair.client));
    CHECK_ERR(PeekNamedPipe(pair.server, buffer, sizeof(buffer), &read, &total, &left),
              ERROR_BROKEN_PIPE);
    CHECK_U32(read, 77);
    CHECK_U32(total, 77);
    CHECK_U32(left, 77);
    CHECK(strcmp(buffer, "old") == 0);
    CHECK(DisconnectNamedPipe(pair.server));
    CHECK_ERR(PeekNamedPipe(pair.server, buffer, sizeof(buffer), &read, &total, &left),
              ERROR_BAD_PIPE);
    CHECK_U32(total, 77);
}

TEST(peeking_a_file_is_not_supported)
{
    char path[MAX_PATH];
    HANDLE file;
    DWORD total;

    CHECK(GetModuleFileNameA(NULL, path, sizeof(path)));
    file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK_ERR(PeekNamedPipe(file, NULL, 0, NULL, &total, NULL), ERROR_NOT_SUPPORTED);
}
