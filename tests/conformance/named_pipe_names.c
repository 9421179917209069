/* SPDX-License-Identifier: MIT */
/* The names of pipes: what they may be made of, and which of them are one. */
#include "pipe_helpers.h"

#define NOTHING INVALID_HANDLE_VALUE

static HANDLE create_named(const char *name)
{
    return CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 0, NULL);
}

static HANDLE open_named(const char *name)
{
    return CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
}

/* A name of this test alone, with something behind it. */
static const char *named(const char *tail)
{
    static char names[4][256];
    static int next;
    char *name = names[next++ % 4];

    snprintf(name, sizeof(names[0]), "%s%s", pipe_name(), tail);
    return name;
}

TEST(a_null_name_is_path_not_found)
{
    CHECK_ERR(create_named(NULL) != NOTHING, ERROR_PATH_NOT_FOUND);
}

TEST(a_name_outside_the_pipe_folder_is_an_invalid_name)
{
    CHECK_ERR(create_named("not a pipe") != NOTHING, ERROR_INVALID_NAME);
    CHECK_ERR(create_named("\\\\.\\mailslot\\x") != NOTHING, ERROR_INVALID_NAME);
}

TEST(a_pipe_cannot_be_created_on_another_machine)
{
    WINE_DIFFERS("remote names are path not found");
    CHECK_ERR(create_named("\\\\server\\pipe\\x") != NOTHING, ERROR_INVALID_NAME);
}

TEST(names_compare_without_case)
{
    CHECK(create_named("\\\\.\\PiPe\\Conformance.Case") != NOTHING);
    CHECK(open_named("\\\\.\\pipe\\conformance.CASE") != NOTHING);
}

TEST(letters_beyond_ascii_compare_without_case_too)
{
    /* e acute, Greek sigma, Cyrillic zhe */
    static const WCHAR lower[] = {'\\', '\\', '.', '\\', 'p', 'i',  'p',   'e',   '\\',
                                  'c',  'o',  'n', 'f',  '.', 0xE9, 0x3C3, 0x436, 0};
    static const WCHAR upper[] = {'\\', '\\', '.', '\\', 'p', 'i',  'p',   'e',   '\\',
                                  'c',  'o',  'n', 'f',  '.', 0xC9, 0x3A3, 0x416, 0};

    CHECK(CreateNamedPipeW(lower, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 0, NULL) != NOTHING);
    CHECK(CreateFileW(upper, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) != NOTHING);
}

TEST(case_does_not_make_a_second_pipe)
{
    CHECK(create_named("\\\\.\\pipe\\conformance.one") != NOTHING);
    CHECK_ERR(create_named("\\\\.\\pipe\\CONFORMANCE.ONE") != NOTHING, ERROR_PIPE_BUSY);
}

TEST(names_may_hold_any_character_but_a_backslash)
{
    const char *name = named(" <>*?|\" /%.:;");

    CHECK(create_named(name) != NOTHING);
    CHECK(open_named(name) != NOTHING);
}

TEST(each_unusual_character_makes_another_name)
{
    static const char *const tails[] = {"<", ">",   "*",   "?",   "\"", "|",
                                        "/", "a b", "a.b", "..b", "%2A"};
    size_t i;

    for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
        CHECK(create_named(named(tails[i])) != NOTHING);
    CHECK_ERR(open_pipe() != NOTHING, ERROR_FILE_NOT_FOUND);
    for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
        CHECK(open_named(named(tails[i])) != NOTHING);
}

/* The system below keeps them apart; Win32 of Windows makes the one into the other on the way. */
TEST(a_slash_and_a_backslash_make_two_names)
{
    CHECK(create_named(named("a/b")) != NOTHING);
    WINE_DIFFERS("a slash becomes a backslash on the way to the pipe");
    CHECK_ERR(open_named(named("a\\b")) != NOTHING, ERROR_FILE_NOT_FOUND);
}

TEST(a_wildcard_is_a_letter_like_others)
{
    CHECK(create_named(named("abc")) != NOTHING);
    CHECK_ERR(open_named(named("*")) != NOTHING, ERROR_FILE_NOT_FOUND);
    CHECK_ERR(open_named(named("a?c")) != NOTHING, ERROR_FILE_NOT_FOUND);
}

TEST(a_backslash_inside_a_name_makes_no_folder)
{
    CHECK(create_named(named("\\deep\\name")) != NOTHING);
    CHECK_ERR(open_named(named("\\deep")) != NOTHING, ERROR_FILE_NOT_FOUND);
    CHECK_ERR(open_pipe() != NOTHING, ERROR_FILE_NOT_FOUND);
    CHECK(open_named(named("\\deep\\name")) != NOTHING);
}

TEST(a_backslash_at_the_end_is_part_of_the_name)
{
    CHECK(create_named(named("\\")) != NOTHING);
    CHECK_ERR(open_pipe() != NOTHING, ERROR_FILE_NOT_FOUND);
    CHECK(open_named(named("\\")) != NOTHING);
}

TEST(a_name_of_256_characters_works_and_one_of_300_is_too_long)
{
    char name[320];

    memset(name, 'n', sizeof(name));
    memcpy(name, "\\\\.\\pipe\\", 9);
    name[256] = 0;
    CHECK(create_named(name) != NOTHING);
    CHECK(open_named(name) != NOTHING);
    name[256] = 'n';
    name[300] = 0;
    CHECK_ERR(create_named(name) != NOTHING, ERROR_FILENAME_EXCED_RANGE);
}

TEST(the_longest_name_has_259_characters)
{
    char name[320];

    memset(name, 'm', sizeof(name));
    memcpy(name, "\\\\.\\pipe\\", 9);
    name[259] = 0;
    CHECK(create_named(name) != NOTHING);
    CHECK(WaitNamedPipeA(name, 1));
    CHECK(open_named(name) != NOTHING);
    name[259] = 'm';
    name[260] = 0;
    CHECK_ERR(create_named(name) != NOTHING, ERROR_FILENAME_EXCED_RANGE);
}

TEST(long_names_that_differ_at_their_end_are_two)
{
    char first[256], second[256];

    memset(first, 'd', sizeof(first));
    memcpy(first, "\\\\.\\pipe\\", 9);
    first[250] = 0;
    memcpy(second, first, sizeof(second));
    second[249] = 'e';
    CHECK(create_named(first) != NOTHING);
    CHECK_ERR(open_named(second) != NOTHING, ERROR_FILE_NOT_FOUND);
    CHECK(create_named(second) != NOTHING);
    CHECK(open_named(second) != NOTHING);
    CHECK(open_named(first) != NOTHING);
}

TEST(wide_and_narrow_names_are_one)
{
    CHECK(CreateNamedPipeW(pipe_name_w(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0, 0, NULL) !=
          NOTHING);
    CHECK(open_pipe() != NOTHING);
    CHECK(create_pipe_with(PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0) != NOTHING);
    CHECK(CreateFileW(pipe_name_w(), GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) != NOTHING);
}

TEST(a_remote_name_is_not_reached)
{
    WINE_DIFFERS("remote names are path not found");
#ifdef _WIN32
    SKIP("needs a network");
#endif
    CHECK_ERR(open_named("\\\\server\\pipe\\x") != NOTHING, ERROR_BAD_NETPATH);
}

TEST(the_root_of_all_pipes_cannot_be_read)
{
    HANDLE root = CreateFileA("\\\\.\\pipe\\", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                              NULL, OPEN_EXISTING, 0, NULL);
    char byte;
    DWORD count;

    DEVIATES(22);
    CHECK(root != NOTHING);
    WINE_DIFFERS("what can be opened is no handle to read");
    CHECK_ERR(ReadFile(root, &byte, 1, &count, NULL), ERROR_INVALID_PARAMETER);
}

TEST(the_root_of_all_pipes_is_no_name_for_a_pipe)
{
    CHECK(create_named("\\\\.\\pipe\\") == NOTHING);
    CHECK(create_named("\\\\.\\pipe") == NOTHING);
}
