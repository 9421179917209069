/* SPDX-License-Identifier: MIT */
/* CreatePipe. */
#include "conformance.h"

TEST(bytes_pass_and_the_end_is_broken_pipe)
{
    HANDLE reader, writer;
    char buffer[16];
    DWORD count;

    CHECK(CreatePipe(&reader, &writer, NULL, 0));
    CHECK(WriteFile(writer, "ab", 2, &count, NULL));
    CHECK(WriteFile(writer, "cd", 2, &count, NULL));
    CloseHandle(writer);
    CHECK(ReadFile(reader, buffer, sizeof(buffer), &count, NULL));
    CHECK_U32(count, 4);
    CHECK_ERR(ReadFile(reader, buffer, sizeof(buffer), &count, NULL), ERROR_BROKEN_PIPE);
    CHECK_U32(count, 0);
}

TEST(writing_without_a_reader_fails_with_no_data)
{
    HANDLE reader, writer;
    DWORD count;

    CHECK(CreatePipe(&reader, &writer, NULL, 0));
    CloseHandle(reader);
    CHECK_ERR(WriteFile(writer, "x", 1, &count, NULL), ERROR_NO_DATA);
}

TEST(each_end_goes_one_way)
{
    HANDLE reader, writer;
    char byte = 0;
    DWORD count;

    CHECK(CreatePipe(&reader, &writer, NULL, 0));
    CHECK_ERR(ReadFile(writer, &byte, 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK_ERR(WriteFile(reader, &byte, 1, &count, NULL), ERROR_ACCESS_DENIED);
}

TEST(info_reports_the_size_asked_for)
{
    HANDLE reader, writer;
    DWORD flags, out, in, max;

    CHECK(CreatePipe(&reader, &writer, NULL, 1));
    CHECK(GetNamedPipeInfo(reader, &flags, &out, &in, &max));
    CHECK_U32(flags, PIPE_SERVER_END);
    CHECK_U32(out, 1);
    CHECK_U32(in, 1);
    CHECK_U32(max, 1);
    CHECK(CreatePipe(&reader, &writer, NULL, 0));
    CHECK(GetNamedPipeInfo(writer, &flags, &out, &in, &max));
    CHECK_U32(flags, PIPE_CLIENT_END);
    CHECK_U32(out, 4096);
    CHECK_U32(GetFileType(reader), FILE_TYPE_PIPE);
}

TEST(peeking_leaves_the_bytes)
{
    HANDLE reader, writer;
    char buffer[8];
    DWORD count, total, left;

    CHECK(CreatePipe(&reader, &writer, NULL, 0));
    CHECK(WriteFile(writer, "abcdef", 6, &count, NULL));
    CHECK(PeekNamedPipe(reader, buffer, 4, &count, &total, &left));
    CHECK_U32(count, 4);
    CHECK_U32(total, 6);
    CHECK_U32(left, 0xFFFFFFFC);
    CHECK(memcmp(buffer, "abcd", 4) == 0);
    CHECK(ReadFile(reader, buffer, 8, &count, NULL));
    CHECK_U32(count, 6);
    CloseHandle(writer);
    CHECK_ERR(PeekNamedPipe(reader, NULL, 0, NULL, &total, NULL), ERROR_BROKEN_PIPE);
}

TEST(the_size_asked_for_is_taken_without_a_reader)
{
    static char data[32768];
    HANDLE reader, writer;
    DWORD count;

    CHECK(CreatePipe(&reader, &writer, NULL, 32792));
    CHECK(WriteFile(writer, data, sizeof(data), &count, NULL));
    CHECK_U32(count, sizeof(data));
}
