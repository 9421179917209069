/* SPDX-License-Identifier: MIT */
/* ReadFile on a mailslot. */
#include "conformance.h"

struct pair {
    HANDLE slot, writer;
};

static struct pair pair_new(DWORD max_message, DWORD timeout)
{
    struct pair pair;

    pair.slot = CreateMailslotA(slot_name(), max_message, timeout, NULL);
    CHECK(pair.slot != INVALID_HANDLE_VALUE);
    pair.writer =
        CreateFileA(slot_name(), GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(pair.writer != INVALID_HANDLE_VALUE);
    return pair;
}

static void put(HANDLE writer, const char *text)
{
    DWORD count = 77;

    CHECK(WriteFile(writer, text, (DWORD)strlen(text), &count, NULL));
    CHECK_U32(count, strlen(text));
}

/* The next message is that. */
static void expect(HANDLE slot, const char *text)
{
    char message[100];
    DWORD count = 77;

    CHECK(ReadFile(slot, message, sizeof(message), &count, NULL));
    CHECK_U32(count, strlen(text));
    CHECK(memcmp(message, text, count) == 0);
}

TEST(a_message_is_read_as_a_whole)
{
    struct pair pair = pair_new(0, 0);

    put(pair.writer, "first");
    put(pair.writer, "second");
    expect(pair.slot, "first");
    put(pair.writer, "third");
    expect(pair.slot, "second");
    expect(pair.slot, "third");
}

TEST(a_read_of_an_empty_slot_with_timeout_zero_fails_at_once)
{
    struct pair pair = pair_new(0, 0);
    char text[4];
    DWORD count = 7, begin = GetTickCount();

    CHECK_ERR(ReadFile(pair.slot, text, sizeof(text), &count, NULL), ERROR_SEM_TIMEOUT);
    CHECK_U32(count, 0);
    CHECK(GetTickCount() - begin < 5000);
}

TEST(so_does_a_read_of_no_bytes)
{
    struct pair pair = pair_new(0, 0);
    char text[4];
    DWORD count = 7;

    WINE_DIFFERS("a read of no bytes succeeds");
    CHECK_ERR(ReadFile(pair.slot, text, 0, &count, NULL), ERROR_SEM_TIMEOUT);
    CHECK_U32(count, 0);
}

TEST(a_read_waits_as_long_as_the_timeout_says)
{
    struct pair pair = pair_new(0, 1000);
    char text[4];
    DWORD count = 7, begin = GetTickCount(), waited;

    CHECK_ERR(ReadFile(pair.slot, text, sizeof(text), &count, NULL), ERROR_SEM_TIMEOUT);
    waited = GetTickCount() - begin;
    CHECK(waited >= 900 && waited < 6000);
    CHECK_U32(count, 0);
}

static DWORD WINAPI write_later(LPVOID writer)
{
    Sleep(BLOCKED_MS);
    put(writer, "late");
    return 0;
}

TEST(a_message_ends_the_wait)
{
    struct pair pair = pair_new(0, 10000);
    DWORD begin = GetTickCount(), waited;

    CHECK(CreateThread(NULL, 0, write_later, pair.writer, 0, NULL) != NULL);
    expect(pair.slot, "late");
    waited = GetTickCount() - begin;
    CHECK(waited >= BLOCKED_MS - 30 && waited < 5000);
}

static DWORD WINAPI read_one(LPVOID slot)
{
    char text[16];
    DWORD count;

    return ReadFile(slot, text, sizeof(text), &count, NULL) ? 0 : GetLastError();
}

TEST(a_read_without_timeout_waits_for_ever)
{
    struct pair pair = pair_new(0, MAILSLOT_WAIT_FOREVER);
    HANDLE thread = CreateThread(NULL, 0, read_one, pair.slot, 0, NULL);
    DWORD code;

    CHECK(thread_is_blocked(thread));
    put(pair.writer, "x");
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, 0);
}

TEST(a_message_too_long_for_the_buffer_stays)
{
    struct pair pair = pair_new(0, 0);
    char text[8] = "unused";
    DWORD count = 7;

    put(pair.writer, "too long for it");
    put(pair.writer, "next");
    WINE_DIFFERS("it is cut off");
    CHECK_ERR(ReadFile(pair.slot, text, 4, &count, NULL), ERROR_INSUFFICIENT_BUFFER);
    CHECK_U32(count, 0);
    CHECK(strcmp(text, "unused") == 0);
    CHECK_ERR(ReadFile(pair.slot, text, 0, &count, NULL), ERROR_INSUFFICIENT_BUFFER);
    expect(pair.slot, "too long for it");
    expect(pair.slot, "next");
}

TEST(a_message_of_the_buffers_length_fits)
{
    struct pair pair = pair_new(0, 0);
    char text[5] = "....";
    DWORD count = 7;

    put(pair.writer, "four");
    CHECK(ReadFile(pair.slot, text, 4, &count, NULL));
    CHECK_U32(count, 4);
    CHECK(strcmp(text, "four") == 0);
}

TEST(an_empty_message_is_a_read_of_no_bytes)
{
    struct pair pair = pair_new(0, 0);
    char text[4];
    DWORD count = 7;

    WINE_DIFFERS("empty messages are lost");
    put(pair.writer, "");
    put(pair.writer, "behind");
    put(pair.writer, "");
    CHECK(ReadFile(pair.slot, text, sizeof(text), &count, NULL));
    CHECK_U32(count, 0);
    expect(pair.slot, "behind");
    CHECK(ReadFile(pair.slot, text, 0, &count, NULL));
    CHECK_U32(count, 0);
    CHECK_ERR(ReadFile(pair.slot, text, sizeof(text), &count, NULL), ERROR_SEM_TIMEOUT);
}

TEST(an_invalid_handle_reads_nothing)
{
    char text[4];
    DWORD count = 7;

    CHECK_ERR(ReadFile(INVALID_HANDLE_VALUE, text, sizeof(text), &count, NULL),
              ERROR_INVALID_HANDLE);
    CHECK_U32(count, 0);
}

TEST(each_of_several_waiting_reads_gets_a_message)
{
    struct pair pair = pair_new(0, MAILSLOT_WAIT_FOREVER);
    HANDLE threads[4];
    DWORD i, code;

    for (i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, read_one, pair.slot, 0, NULL);
    CHECK(thread_is_blocked(threads[0]));
    for (i = 0; i < 4; i++)
        put(pair.writer, "one of them");
    for (i = 0; i < 4; i++) {
        CHECK_U32(WaitForSingleObject(threads[i], 5000), WAIT_OBJECT_0);
        CHECK(GetExitCodeThread(threads[i], &code));
        CHECK_U32(code, 0);
    }
}

TEST(waiting_reads_end_at_their_own_times)
{
    HANDLE threads[3], slot = CreateMailslotA(slot_name(), 0, 300, NULL);
    DWORD i, code, begin = GetTickCount();

    for (i = 0; i < 3; i++) {
        threads[i] = CreateThread(NULL, 0, read_one, slot, 0, NULL);
        Sleep(50);
    }
    for (i = 0; i < 3; i++) {
        CHECK_U32(WaitForSingleObject(threads[i], 5000), WAIT_OBJECT_0);
        CHECK(GetExitCodeThread(threads[i], &code));
        CHECK_U32(code, ERROR_SEM_TIMEOUT);
    }
    CHECK(GetTickCount() - begin >= 350);
}

TEST(messages_stay_when_their_writer_closes)
{
    struct pair pair = pair_new(0, 0);

    put(pair.writer, "left");
    put(pair.writer, "behind");
    CHECK(CloseHandle(pair.writer));
    expect(pair.slot, "left");
    Sleep(50);
    expect(pair.slot, "behind");
}

TEST(many_writers_that_come_and_go_leave_all_their_messages)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL);
    DWORD i, count, number;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    for (i = 0; i < 2000; i++) {
        HANDLE writer =
            CreateFileA(slot_name(), GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);

        if (writer == INVALID_HANDLE_VALUE || !WriteFile(writer, &i, sizeof(i), &count, NULL))
            CHECK_WINE_DIFFERS(0, "some hundred messages are the end");
        CHECK(CloseHandle(writer));
        if (is_wine() && i == 100)
            break;
    }
    for (i = 0; i < (is_wine() ? 100u : 2000u); i++) {
        CHECK(ReadFile(slot, &number, sizeof(number), &count, NULL));
        CHECK_U32(number, i);
    }
}

static void fill(char *bytes, DWORD length, DWORD seed)
{
    DWORD i;

    for (i = 0; i < length; i++)
        bytes[i] = (char)(seed + i * 7 + i / 251);
}

TEST(messages_of_all_sizes_come_as_they_were)
{
    static const DWORD sizes[] = {1, 7, 8, 63, 64, 65, 4095, 4096, 4097, 65535, 150000};
    static char out[150000], in[150000];
    struct pair pair = pair_new(0, 0);
    DWORD i, count;

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        fill(out, sizes[i], i);
        CHECK(WriteFile(pair.writer, out, sizes[i], &count, NULL));
        CHECK_U32(count, sizes[i]);
        CHECK(ReadFile(pair.slot, in, sizeof(in), &count, NULL));
        CHECK_U32(count, sizes[i]);
        CHECK(memcmp(in, out, count) == 0);
    }
}

TEST(a_read_with_an_overlapped_that_finds_a_message_succeeds)
{
    struct pair pair = pair_new(0, 0);
    OVERLAPPED overlapped;
    char text[8];
    DWORD count = 7;

    memset(&overlapped, 0, sizeof(overlapped));
    put(pair.writer, "there");
    CHECK(ReadFile(pair.slot, text, sizeof(text), &count, &overlapped));
    CHECK_U32(count, 5);
    CHECK_U32(overlapped.InternalHigh, 5);
    CHECK_U32(overlapped.Internal, 0);
}
