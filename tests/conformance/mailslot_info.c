/* SPDX-License-Identifier: MIT */
/* GetMailslotInfo and SetMailslotInfo. */
#include "conformance.h"

struct info {
    DWORD max_message, next, count, timeout;
};

static struct info query(HANDLE slot)
{
    struct info info = {1, 2, 3, 4};

    CHECK(GetMailslotInfo(slot, &info.max_message, &info.next, &info.count, &info.timeout));
    return info;
}

static HANDLE open_writer(void)
{
    HANDLE writer =
        CreateFileA(slot_name(), GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);

    CHECK(writer != INVALID_HANDLE_VALUE);
    return writer;
}

static void put(HANDLE writer, DWORD length)
{
    static char bytes[1000];
    DWORD count = 77;

    CHECK(WriteFile(writer, bytes, length, &count, NULL));
    CHECK_U32(count, length);
}

static DWORD take(HANDLE slot)
{
    char bytes[1000];
    DWORD count = 77;

    CHECK(ReadFile(slot, bytes, sizeof(bytes), &count, NULL));
    return count;
}

TEST(a_new_slot_has_nothing_and_what_was_asked_for)
{
    struct info info = query(CreateMailslotA(slot_name(), 100, 200, NULL));

    CHECK_U32(info.max_message, 100);
    CHECK_U32(info.next, MAILSLOT_NO_MESSAGE);
    CHECK_U32(info.count, 0);
    CHECK_U32(info.timeout, 200);
}

TEST(zero_and_the_largest_numbers_come_back)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL);
    struct info info = query(slot);

    CHECK_U32(info.max_message, 0);
    CHECK_U32(info.timeout, 0);
    CHECK(CloseHandle(slot));
    info = query(CreateMailslotA(slot_name(), 0xFFFFFFFF, MAILSLOT_WAIT_FOREVER, NULL));
    CHECK_U32(info.max_message, 0xFFFFFFFF);
    CHECK_U32(info.timeout, MAILSLOT_WAIT_FOREVER);
}

TEST(every_pointer_may_be_missing)
{
    HANDLE slot = CreateMailslotA(slot_name(), 100, 200, NULL);
    DWORD value = 7;

    CHECK(GetMailslotInfo(slot, NULL, NULL, NULL, NULL));
    CHECK(GetMailslotInfo(slot, &value, NULL, NULL, NULL));
    CHECK_U32(value, 100);
    CHECK(GetMailslotInfo(slot, NULL, &value, NULL, NULL));
    CHECK_U32(value, MAILSLOT_NO_MESSAGE);
    CHECK(GetMailslotInfo(slot, NULL, NULL, &value, NULL));
    CHECK_U32(value, 0);
    CHECK(GetMailslotInfo(slot, NULL, NULL, NULL, &value));
    CHECK_U32(value, 200);
}

TEST(count_and_next_size_are_exact)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL), writer = open_writer();
    struct info info;
    DWORD i;

    WINE_DIFFERS("the count is wrong");
    for (i = 1; i <= 5; i++) {
        put(writer, 10 * i);
        info = query(slot);
        CHECK_U32(info.count, i);
        CHECK_U32(info.next, 10);
    }
    for (i = 1; i <= 5; i++) {
        CHECK_U32(take(slot), 10 * i);
        info = query(slot);
        CHECK_U32(info.count, 5 - i);
        CHECK_U32(info.next, i < 5 ? 10 * (i + 1) : MAILSLOT_NO_MESSAGE);
    }
}

TEST(one_message_is_counted)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL), writer = open_writer();
    struct info info;

    put(writer, 12);
    info = query(slot);
    CHECK_U32(info.count, 1);
    CHECK_U32(info.next, 12);
    CHECK_U32(take(slot), 12);
    info = query(slot);
    CHECK_U32(info.count, 0);
    CHECK_U32(info.next, MAILSLOT_NO_MESSAGE);
}

TEST(an_empty_message_counts_and_its_size_is_zero)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL), writer = open_writer();
    struct info info;

    WINE_DIFFERS("empty messages are lost");
    put(writer, 0);
    info = query(slot);
    CHECK_U32(info.count, 1);
    CHECK_U32(info.next, 0);
    put(writer, 3);
    put(writer, 0);
    info = query(slot);
    CHECK_U32(info.count, 3);
    CHECK_U32(info.next, 0);
    CHECK_U32(take(slot), 0);
    info = query(slot);
    CHECK_U32(info.count, 2);
    CHECK_U32(info.next, 3);
}

TEST(messages_of_writers_that_have_gone_are_counted)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL), writer;
    struct info info;
    DWORD i;

    WINE_DIFFERS("the count is wrong");
    for (i = 1; i <= 20; i++) {
        writer = open_writer();
        put(writer, i);
        put(writer, i);
        CHECK(CloseHandle(writer));
        info = query(slot);
        CHECK_U32(info.count, 2 * i);
        CHECK_U32(info.next, 1);
    }
    for (i = 40; i-- > 0;) {
        take(slot);
        CHECK_U32(query(slot).count, i);
    }
}

TEST(a_read_that_fails_for_its_buffer_changes_no_count)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL), writer = open_writer();
    struct info info;
    char text[4];
    DWORD count;

    put(writer, 50);
    WINE_DIFFERS("the message is cut off");
    CHECK_ERR(ReadFile(slot, text, sizeof(text), &count, NULL), ERROR_INSUFFICIENT_BUFFER);
    info = query(slot);
    CHECK_U32(info.count, 1);
    CHECK_U32(info.next, 50);
}

TEST(the_timeout_can_be_changed)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, MAILSLOT_WAIT_FOREVER, NULL);
    DWORD count, begin = GetTickCount();
    char text[4];

    CHECK(SetMailslotInfo(slot, 200));
    CHECK_U32(query(slot).timeout, 200);
    CHECK_ERR(ReadFile(slot, text, sizeof(text), &count, NULL), ERROR_SEM_TIMEOUT);
    CHECK(GetTickCount() - begin >= 180);
    CHECK(SetMailslotInfo(slot, 0));
    CHECK_U32(query(slot).timeout, 0);
    CHECK_ERR(ReadFile(slot, text, sizeof(text), &count, NULL), ERROR_SEM_TIMEOUT);
    CHECK(SetMailslotInfo(slot, MAILSLOT_WAIT_FOREVER));
    CHECK_U32(query(slot).timeout, MAILSLOT_WAIT_FOREVER);
}

static DWORD WINAPI read_one(LPVOID slot)
{
    char text[16];
    DWORD count;

    return ReadFile(slot, text, sizeof(text), &count, NULL) ? 0 : GetLastError();
}

TEST(a_read_that_waits_keeps_its_timeout)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, MAILSLOT_WAIT_FOREVER, NULL);
    HANDLE thread = CreateThread(NULL, 0, read_one, slot, 0, NULL);

    CHECK(thread_is_blocked(thread));
    CHECK(SetMailslotInfo(slot, 0));
    CHECK(thread_is_blocked(thread));
}

TEST(what_is_no_slot_has_no_info)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);
    DWORD value;

    CHECK_ERR(GetMailslotInfo(INVALID_HANDLE_VALUE, &value, NULL, NULL, NULL),
              ERROR_INVALID_HANDLE);
    CHECK_ERR(SetMailslotInfo(INVALID_HANDLE_VALUE, 0), ERROR_INVALID_HANDLE);
    CHECK(!GetMailslotInfo(event, &value, NULL, NULL, NULL));
    CHECK(!SetMailslotInfo(event, 0));
}

TEST(a_writer_cannot_set_the_timeout)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 55, NULL), writer = open_writer();

    CHECK(!SetMailslotInfo(writer, 0));
    CHECK_U32(query(slot).timeout, 55);
}

TEST(a_writer_is_told_about_its_slot)
{
    DWORD value = 0;

    CHECK(CreateMailslotA(slot_name(), 100, 200, NULL) != INVALID_HANDLE_VALUE);
    WINE_DIFFERS("a writer's handle is invalid here");
    DEVIATES(60);
    CHECK(GetMailslotInfo(open_writer(), &value, NULL, NULL, NULL));
    CHECK_U32(value, 100);
}
