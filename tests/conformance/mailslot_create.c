/* SPDX-License-Identifier: MIT */
/* CreateMailslot and the opening of writers. */
#include "conformance.h"

static HANDLE open_writer(const char *name, DWORD access, DWORD share)
{
    return CreateFileA(name, access, share, NULL, OPEN_EXISTING, 0, NULL);
}

#define CHECK_NO_HANDLE(call, code)                                                     \
    do {                                                                                \
        SetLastError(0xDEADBEEF);                                                       \
        CHECK((call) == INVALID_HANDLE_VALUE);                                          \
        conformance_u32(__FILE__, __LINE__, "error of " #call, GetLastError(), (code)); \
    } while (0)

TEST(no_name_is_no_path)
{
    CHECK_NO_HANDLE(CreateMailslotA(NULL, 0, 0, NULL), ERROR_PATH_NOT_FOUND);
    CHECK_NO_HANDLE(CreateMailslotW(NULL, 0, 0, NULL), ERROR_PATH_NOT_FOUND);
}

TEST(a_name_without_the_prefix_is_refused)
{
    CHECK_NO_HANDLE(CreateMailslotA("name", 0, 0, NULL), ERROR_INVALID_NAME);
    CHECK_NO_HANDLE(CreateMailslotA("\\\\.\\pipe\\name", 0, 0, NULL), ERROR_INVALID_NAME);
}

TEST(a_slot_is_made_on_this_machine_only)
{
    WINE_DIFFERS("the path is not found");
    CHECK_NO_HANDLE(CreateMailslotA("\\\\elsewhere\\mailslot\\x", 0, 0, NULL), ERROR_INVALID_NAME);
    CHECK_NO_HANDLE(CreateMailslotA("\\\\*\\mailslot\\x", 0, 0, NULL), ERROR_INVALID_NAME);
}

TEST(a_name_has_one_slot)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL);

    CHECK(slot != INVALID_HANDLE_VALUE);
    CHECK_NO_HANDLE(CreateMailslotA(slot_name(), 0, 0, NULL), ERROR_ALREADY_EXISTS);
    CHECK(CloseHandle(slot));
    slot = CreateMailslotA(slot_name(), 0, 0, NULL);
    CHECK(slot != INVALID_HANDLE_VALUE);
}

ROLE(creates_another)
{
    CHECK_NO_HANDLE(CreateMailslotA(argument, 0, 0, NULL), ERROR_ALREADY_EXISTS);
    return EXIT_PASSED;
}

TEST(a_name_has_one_slot_in_all_processes)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL);

    CHECK(slot != INVALID_HANDLE_VALUE);
    CHECK_U32(wait_role(spawn_role(creates_another, slot_name())), 0);
}

TEST(a_pipe_and_a_slot_may_have_one_name)
{
    HANDLE pipe = CreateNamedPipeA(pipe_name(), PIPE_ACCESS_DUPLEX, 0, 1, 0, 0, 0, NULL);
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL);

    CHECK(pipe != INVALID_HANDLE_VALUE && slot != INVALID_HANDLE_VALUE);
    CHECK(open_writer(slot_name(), GENERIC_WRITE, FILE_SHARE_READ) != INVALID_HANDLE_VALUE);
    CHECK(CreateFileA(pipe_name(), GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL) !=
          INVALID_HANDLE_VALUE);
}

TEST(names_compare_without_case)
{
    char name[160];
    size_t i;

    CHECK(CreateMailslotA(slot_name(), 0, 0, NULL) != INVALID_HANDLE_VALUE);
    snprintf(name, sizeof(name), "%s", slot_name());
    for (i = 0; name[i]; i++)
        if (name[i] >= 'a' && name[i] <= 'z')
            name[i] = (char)(name[i] - 'a' + 'A');
    CHECK(open_writer(name, GENERIC_WRITE, FILE_SHARE_READ) != INVALID_HANDLE_VALUE);
    CHECK_NO_HANDLE(CreateMailslotA(name, 0, 0, NULL), ERROR_ALREADY_EXISTS);
}

TEST(a_name_may_have_several_parts)
{
    char name[160], other[160];

    snprintf(name, sizeof(name), "%s\\app\\part", slot_name());
    snprintf(other, sizeof(other), "%s\\app\\other", slot_name());
    CHECK(CreateMailslotA(name, 0, 0, NULL) != INVALID_HANDLE_VALUE);
    CHECK(CreateMailslotA(other, 0, 0, NULL) != INVALID_HANDLE_VALUE);
    CHECK(open_writer(name, GENERIC_WRITE, FILE_SHARE_READ) != INVALID_HANDLE_VALUE);
    CHECK(open_writer(other, GENERIC_WRITE, FILE_SHARE_READ) != INVALID_HANDLE_VALUE);
}

TEST(names_with_wide_text_are_the_same)
{
    WCHAR name[160];
    size_t i = 0;

    do
        name[i] = (WCHAR)slot_name()[i];
    while (slot_name()[i++]);
    CHECK(CreateMailslotW(name, 0, 0, NULL) != INVALID_HANDLE_VALUE);
    CHECK(open_writer(slot_name(), GENERIC_WRITE, FILE_SHARE_READ) != INVALID_HANDLE_VALUE);
    CHECK(CreateFileW(name, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                      0, NULL) != INVALID_HANDLE_VALUE ||
          is_wine());
}

TEST(a_slot_that_is_not_there_cannot_be_opened)
{
    CHECK_NO_HANDLE(open_writer(slot_name(), GENERIC_WRITE, FILE_SHARE_READ), ERROR_FILE_NOT_FOUND);
    CHECK(CloseHandle(CreateMailslotA(slot_name(), 0, 0, NULL)));
    CHECK_NO_HANDLE(open_writer(slot_name(), GENERIC_WRITE, FILE_SHARE_READ), ERROR_FILE_NOT_FOUND);
}

TEST(share_modes_do_not_keep_writers_apart)
{
    static const DWORD shares[] = {FILE_SHARE_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, 0};
    size_t i;

    CHECK(CreateMailslotA(slot_name(), 0, 0, NULL) != INVALID_HANDLE_VALUE);
    CHECK(open_writer(slot_name(), GENERIC_WRITE, FILE_SHARE_READ) != INVALID_HANDLE_VALUE);
    WINE_DIFFERS("the first writer is the only one");
    for (i = 0; i < 3; i++)
        CHECK(open_writer(slot_name(), GENERIC_WRITE, shares[i]) != INVALID_HANDLE_VALUE);
}

TEST(a_share_mode_of_nothing_is_enough)
{
    CHECK(CreateMailslotA(slot_name(), 0, 0, NULL) != INVALID_HANDLE_VALUE);
    CHECK_WINE_DIFFERS(open_writer(slot_name(), GENERIC_WRITE, 0) != INVALID_HANDLE_VALUE,
                       "FILE_SHARE_READ is asked for");
}

TEST(a_writer_may_ask_to_read_and_gets_nothing)
{
    char text[4];
    DWORD count = 7;
    HANDLE writer;

    CHECK(CreateMailslotA(slot_name(), 0, 0, NULL) != INVALID_HANDLE_VALUE);
    writer = open_writer(slot_name(), GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ);
    CHECK(writer != INVALID_HANDLE_VALUE);
    CHECK(!ReadFile(writer, text, sizeof(text), &count, NULL));
    CHECK(GetLastError() == ERROR_INVALID_PARAMETER || GetLastError() == ERROR_ACCESS_DENIED);
    CHECK_U32(count, 0);
}

TEST(a_writer_without_the_right_to_read_gets_nothing)
{
    char text[4];
    DWORD count = 7;
    HANDLE writer;

    CHECK(CreateMailslotA(slot_name(), 0, 0, NULL) != INVALID_HANDLE_VALUE);
    writer = open_writer(slot_name(), GENERIC_WRITE, FILE_SHARE_READ);
    CHECK(!ReadFile(writer, text, sizeof(text), &count, NULL));
    CHECK(GetLastError() == ERROR_INVALID_PARAMETER || GetLastError() == ERROR_ACCESS_DENIED);
    CHECK_U32(count, 0);
}

TEST(a_handle_opened_to_read_only_cannot_write)
{
    HANDLE reader;
    DWORD count = 7;

    CHECK(CreateMailslotA(slot_name(), 0, 0, NULL) != INVALID_HANDLE_VALUE);
    reader = open_writer(slot_name(), GENERIC_READ, FILE_SHARE_READ);
    CHECK(reader != INVALID_HANDLE_VALUE);
    CHECK_ERR(WriteFile(reader, "x", 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK_U32(count, 0);
}

TEST(the_slots_own_handle_cannot_write)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL);
    DWORD count = 7;

    CHECK_ERR(WriteFile(slot, "x", 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK_U32(count, 0);
}

TEST(a_name_that_is_too_long_is_refused)
{
    char name[400];

    memset(name, 'n', sizeof(name));
    memcpy(name, "\\\\.\\mailslot\\", 13);
    name[MAX_PATH] = 0;
    CHECK_NO_HANDLE(CreateMailslotA(name, 0, 0, NULL), ERROR_FILENAME_EXCED_RANGE);
}
