/* SPDX-License-Identifier: MIT */
/* WriteFile to a mailslot. */
#include "conformance.h"

static HANDLE open_writer(const char *name)
{
    HANDLE writer = CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);

    CHECK(writer != INVALID_HANDLE_VALUE);
    return writer;
}

static char bytes[70000];

TEST(the_longest_message_fits_and_one_byte_more_is_refused)
{
    HANDLE slot = CreateMailslotA(slot_name(), 10, 0, NULL), writer = open_writer(slot_name());
    DWORD count = 7, next;

    CHECK(WriteFile(writer, bytes, 10, &count, NULL));
    CHECK_U32(count, 10);
    WINE_DIFFERS("the maximum is not looked at");
    CHECK_ERR(WriteFile(writer, bytes, 11, &count, NULL), ERROR_INVALID_PARAMETER);
    CHECK_U32(count, 0);
    CHECK(GetMailslotInfo(slot, NULL, &next, &count, NULL));
    CHECK_U32(count, 1);
    CHECK_U32(next, 10);
}

TEST(a_maximum_of_zero_is_none)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL), writer = open_writer(slot_name());
    DWORD count = 7, next;

    CHECK(WriteFile(writer, bytes, sizeof(bytes), &count, NULL));
    CHECK_U32(count, sizeof(bytes));
    CHECK(GetMailslotInfo(slot, NULL, &next, NULL, NULL));
    CHECK_U32_WINE_DIFFERS(next, sizeof(bytes), "it says at most 65536");
}

static DWORD WINAPI write_many(LPVOID writer)
{
    DWORD i, count;

    for (i = 0; i < 100000; i++)
        if (!WriteFile(writer, &i, sizeof(i), &count, NULL) || count != sizeof(i))
            return 1;
    return 0;
}

TEST(a_writer_never_waits_for_the_reader)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL), writer = open_writer(slot_name());
    HANDLE thread = CreateThread(NULL, 0, write_many, writer, 0, NULL);
    DWORD code = 9, i, number, count;

    WINE_DIFFERS("a writer waits after some hundred messages");
    CHECK_U32(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, 0);
    CHECK(GetMailslotInfo(slot, NULL, NULL, &count, NULL));
    CHECK_U32(count, 100000);
    for (i = 0; i < 100000; i++) {
        CHECK(ReadFile(slot, &number, sizeof(number), &count, NULL));
        CHECK_U32(number, i);
    }
}

#define LONG_LENGTH (17u << 20)

static DWORD WINAPI write_long_ones(LPVOID writer)
{
    DWORD i, count;

    for (i = 0; i < LONG_LENGTH / sizeof(bytes) + 1; i++)
        if (!WriteFile(writer, bytes, sizeof(bytes), &count, NULL) || count != sizeof(bytes))
            return 1;
    return 0;
}

TEST(unread_messages_are_limited_by_memory_alone)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL), writer = open_writer(slot_name());
    HANDLE thread = CreateThread(NULL, 0, write_long_ones, writer, 0, NULL);
    DWORD code = 9, count;

    WINE_DIFFERS("a writer waits after a few messages");
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, 0);
    DEVIATES(61);
    CHECK(GetMailslotInfo(slot, NULL, NULL, &count, NULL));
    CHECK_U32(count, LONG_LENGTH / sizeof(bytes) + 1);
}

static char *long_message;

static DWORD WINAPI write_one_long(LPVOID writer)
{
    DWORD count;

    return WriteFile(writer, long_message, LONG_LENGTH, &count, NULL) && count == LONG_LENGTH;
}

TEST(a_message_may_be_very_long)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL), writer = open_writer(slot_name());
    HANDLE thread;
    DWORD code = 9, next;

    CHECK((long_message = calloc(1, LONG_LENGTH)) != NULL);
    thread = CreateThread(NULL, 0, write_one_long, writer, 0, NULL);
    WINE_DIFFERS("the writer waits");
    DEVIATES(62);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, TRUE);
    CHECK(GetMailslotInfo(slot, NULL, &next, NULL, NULL));
    CHECK_U32(next, LONG_LENGTH);
}

TEST(a_write_to_a_closed_slot_fails)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL), writer = open_writer(slot_name());
    DWORD count = 7;

    CHECK(WriteFile(writer, bytes, 4, &count, NULL));
    CHECK(CloseHandle(slot));
    WINE_DIFFERS("the writer is told something else");
    CHECK_ERR(WriteFile(writer, bytes, 4, &count, NULL), ERROR_HANDLE_EOF);
    CHECK_U32(count, 0);
}

TEST(a_writer_does_not_find_another_slot_of_the_name)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL), writer = open_writer(slot_name());
    DWORD count;

    CHECK(CloseHandle(slot));
    WINE_DIFFERS("a slot lives as long as its writers");
    slot = CreateMailslotA(slot_name(), 0, 0, NULL);
    CHECK(slot != INVALID_HANDLE_VALUE);
    CHECK(!WriteFile(writer, bytes, 4, &count, NULL));
    CHECK(GetMailslotInfo(slot, NULL, NULL, &count, NULL));
    CHECK_U32(count, 0);
}

TEST(a_slot_that_is_closed_takes_its_messages_along)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL), writer = open_writer(slot_name());
    DWORD count;

    CHECK(WriteFile(writer, bytes, 4, &count, NULL));
    CHECK(CloseHandle(slot));
    WINE_DIFFERS("a slot lives as long as its writers");
    slot = CreateMailslotA(slot_name(), 0, 0, NULL);
    CHECK(GetMailslotInfo(slot, NULL, NULL, &count, NULL));
    CHECK_U32(count, 0);
}

/* ---- all machines ---- */

static const char *everyone(void)
{
    static char name[160];

    snprintf(name, sizeof(name), "\\\\*%s", slot_name() + 3);
    return name;
}

TEST(a_message_to_everyone_reaches_the_slot_here)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 2000, NULL), writer;
    char text[500];
    DWORD count = 7;

    WINE_DIFFERS("there is no such name");
    writer = open_writer(everyone());
    CHECK(WriteFile(writer, "to all", 6, &count, NULL));
    CHECK_U32(count, 6);
    CHECK(ReadFile(slot, text, sizeof(text), &count, NULL));
    CHECK_U32(count, 6);
    CHECK(memcmp(text, "to all", 6) == 0);
}

TEST(a_message_to_everyone_is_sent_although_nobody_hears_it)
{
    HANDLE writer;
    DWORD count = 7;

    WINE_DIFFERS("there is no such name");
    writer = open_writer(everyone());
    CHECK(WriteFile(writer, "anybody?", 8, &count, NULL));
    CHECK_U32(count, 8);
}

TEST(a_message_to_everyone_has_at_most_424_bytes)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 2000, NULL), writer;
    DWORD count = 7, next;

    WINE_DIFFERS("there is no such name");
    writer = open_writer(everyone());
    CHECK(WriteFile(writer, bytes, 424, &count, NULL));
    CHECK_U32(count, 424);
    CHECK_ERR(WriteFile(writer, bytes, 425, &count, NULL), ERROR_BAD_NETPATH);
    CHECK_U32(count, 0);
    CHECK(GetMailslotInfo(slot, NULL, &next, &count, NULL));
    CHECK_U32(count, 1);
    CHECK_U32(next, 424);
}

TEST(a_writer_to_everyone_reaches_slots_that_come_later)
{
    HANDLE slot, writer;
    DWORD count, i;

    WINE_DIFFERS("there is no such name");
    writer = open_writer(everyone());
    for (i = 0; i < 3; i++) {
        slot = CreateMailslotA(slot_name(), 0, 2000, NULL);
        CHECK(slot != INVALID_HANDLE_VALUE);
        CHECK(WriteFile(writer, bytes, 5, &count, NULL));
        CHECK(ReadFile(slot, bytes, 5, &count, NULL));
        CHECK(CloseHandle(slot));
        CHECK(WriteFile(writer, bytes, 6, &count, NULL));
    }
}

TEST(a_message_to_everyone_that_is_too_long_for_the_slot_is_lost)
{
    HANDLE slot = CreateMailslotA(slot_name(), 10, 0, NULL), writer;
    DWORD count;

    WINE_DIFFERS("there is no such name");
    writer = open_writer(everyone());
    CHECK(WriteFile(writer, bytes, 11, &count, NULL));
    CHECK_U32(count, 11);
    CHECK(GetMailslotInfo(slot, NULL, NULL, &count, NULL));
    CHECK_U32(count, 0);
}
