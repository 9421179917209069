/* SPDX-License-Identifier: MIT */
/* Many threads write into one end: nothing of theirs is mixed, split or lost. */
#include "pipe_helpers.h"

#define WRITERS 4
#define WRITES  300

struct writer {
    HANDLE pipe;
    int number;
};

static DWORD length_of(int number, DWORD i)
{
    return 1 + (i * 7 + (DWORD)number * 13) % 256;
}

static DWORD WINAPI write_numbered(LPVOID argument)
{
    struct writer *writer = (struct writer *)argument;
    char message[256];
    DWORD i, count;

    for (i = 0; i < WRITES; i++) {
        DWORD length = length_of(writer->number, i);

        memset(message, 'a' + writer->number, length);
        if (!WriteFile(writer->pipe, message, length, &count, NULL) || count != length)
            return 1;
    }
    return 0;
}

static void start_writers(struct writer *writers, HANDLE *threads, HANDLE pipe)
{
    int i;

    for (i = 0; i < WRITERS; i++) {
        writers[i].pipe = pipe;
        writers[i].number = i;
        threads[i] = CreateThread(NULL, 0, write_numbered, &writers[i], 0, NULL);
        CHECK(threads[i] != NULL);
    }
}

static void finish_writers(HANDLE *threads)
{
    DWORD code = 99;
    int i;

    for (i = 0; i < WRITERS; i++) {
        CHECK_U32(WaitForSingleObject(threads[i], 5000), WAIT_OBJECT_0);
        CHECK(GetExitCodeThread(threads[i], &code));
        CHECK_U32(code, 0);
    }
}

static void check_messages_stay_whole(DWORD quota)
{
    struct pair pair = connect_pair(MESSAGE_MODE, quota, quota);
    struct writer writers[WRITERS];
    HANDLE threads[WRITERS];
    DWORD seen[WRITERS] = {0}, i, k, count;
    char message[256];

    start_writers(writers, threads, pair.client);
    for (i = 0; i < WRITERS * WRITES; i++) {
        int who;

        CHECK(ReadFile(pair.server, message, sizeof(message), &count, NULL));
        who = message[0] - 'a';
        CHECK(who >= 0 && who < WRITERS);
        CHECK_U32(count, length_of(who, seen[who]));
        for (k = 0; k < count; k++)
            CHECK(message[k] == message[0]);
        seen[who]++;
    }
    finish_writers(threads);
    CHECK_U32(available(pair.server), 0);
}

TEST(messages_of_many_writing_threads_stay_whole)
{
    check_messages_stay_whole(1000);
}

TEST(messages_of_many_threads_that_always_wait_stay_whole)
{
    check_messages_stay_whole(0);
}

/* Cuts a stream into runs of one letter each: their lengths are those of whole writes. */
static void check_stream_is_not_mixed(DWORD quota, DWORD room)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, quota, quota);
    struct writer writers[WRITERS];
    HANDLE threads[WRITERS];
    DWORD seen[WRITERS] = {0}, rest = 0, total = 0, expected = 0, count, i;
    char buffer[1000];
    int who = 0;

    for (i = 0; i < WRITERS * WRITES; i++)
        expected += length_of((int)(i / WRITES), i % WRITES);
    start_writers(writers, threads, pair.client);
    for (; total < expected; total += count) {
        CHECK(ReadFile(pair.server, buffer, room, &count, NULL));
        for (i = 0; i < count; i++) {
            if (rest == 0) {
                who = buffer[i] - 'a';
                CHECK(who >= 0 && who < WRITERS);
                rest = length_of(who, seen[who]++);
            }
            CHECK(buffer[i] == 'a' + who);
            rest--;
        }
    }
    CHECK_U32(rest, 0);
    CHECK_U32(total, expected);
    finish_writers(threads);
}

TEST(bytes_of_many_writing_threads_are_not_mixed)
{
    check_stream_is_not_mixed(1000, 1000);
}

TEST(bytes_of_many_threads_that_always_wait_are_not_mixed)
{
    check_stream_is_not_mixed(0, 10);
}

struct taker {
    HANDLE pipe, thread;
    DWORD sum, count;
};

static DWORD WINAPI take_numbers(LPVOID argument)
{
    struct taker *taker = (struct taker *)argument;
    DWORD number, count;

    while (ReadFile(taker->pipe, &number, sizeof(number), &count, NULL) &&
           count == sizeof(number)) {
        taker->sum += number;
        taker->count++;
    }
    return GetLastError() != ERROR_BROKEN_PIPE;
}

TEST(each_message_goes_to_one_of_many_reading_threads)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 64, 64);
    struct taker takers[3];
    DWORD i, sum = 0, count = 0, code = 99;

    for (i = 0; i < 3; i++) {
        memset(&takers[i], 0, sizeof(takers[i]));
        takers[i].pipe = pair.server;
        takers[i].thread = CreateThread(NULL, 0, take_numbers, &takers[i], 0, NULL);
    }
    for (i = 1; i <= 1000; i++)
        write_all(pair.client, &i, sizeof(i));
    CHECK(CloseHandle(pair.client));
    for (i = 0; i < 3; i++) {
        CHECK_U32(WaitForSingleObject(takers[i].thread, 5000), WAIT_OBJECT_0);
        CHECK(GetExitCodeThread(takers[i].thread, &code));
        CHECK_U32(code, 0);
        sum += takers[i].sum;
        count += takers[i].count;
    }
    CHECK_U32(count, 1000);
    CHECK_U32(sum, 500500);
}

struct answerer {
    HANDLE pipe, answers;
};

static DWORD WINAPI answer(LPVOID argument)
{
    const struct answerer *answerer = (const struct answerer *)argument;
    DWORD number, count;

    while (ReadFile(answerer->pipe, &number, sizeof(number), &count, NULL))
        ReleaseSemaphore(answerer->answers, 1, NULL);
    return 0;
}

/* Whichever thread finds a message gives it to the one that has waited longest, which must not sleep on. */
TEST(none_of_many_reading_threads_keeps_a_message_to_itself)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 64, 64);
    struct answerer answerer = {pair.server, CreateSemaphoreA(NULL, 0, 1, NULL)};
    HANDLE threads[3];
    DWORD i;

    for (i = 0; i < 3; i++)
        threads[i] = CreateThread(NULL, 0, answer, &answerer, 0, NULL);
    for (i = 0; i < 5000; i++) {
        write_all(pair.client, &i, sizeof(i));
        CHECK_U32(WaitForSingleObject(answerer.answers, 10000), WAIT_OBJECT_0);
    }
    CHECK(CloseHandle(pair.client));
    CHECK_U32(WaitForMultipleObjects(3, threads, TRUE, 10000), WAIT_OBJECT_0);
}
