/* SPDX-License-Identifier: MIT */
/* Ordinary files and NUL. */
#include "inherit.h"

static char names[8][300];
static int name_count;

/* A path in the directory for temporary files that no other test uses. */
static const char *fresh_name(void)
{
    char folder[200];
    char *name = names[name_count];

    if (GetEnvironmentVariableA("TEMP", folder, sizeof(folder)) == 0 &&
        GetEnvironmentVariableA("TMPDIR", folder, sizeof(folder)) == 0)
        strcpy(folder, "/tmp");
    snprintf(name, sizeof(names[0]), "%s/transom-files-%lu-%d.tmp", folder,
             (unsigned long)GetCurrentProcessId(), name_count++);
    DeleteFileA(name);
    return name;
}

static void remove_files(void)
{
    while (name_count > 0)
        DeleteFileA(names[--name_count]);
}

static HANDLE open_file(const char *name, DWORD access, DWORD disposition)
{
    return CreateFileA(name, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                       disposition, FILE_ATTRIBUTE_NORMAL, NULL);
}

static HANDLE new_file(const char *name)
{
    HANDLE file = open_file(name, GENERIC_READ | GENERIC_WRITE, CREATE_NEW);

    CHECK(file != INVALID_HANDLE_VALUE);
    return file;
}

static void write_text(HANDLE file, const char *text)
{
    DWORD count = 0;

    CHECK(WriteFile(file, text, (DWORD)strlen(text), &count, NULL));
    CHECK_U32(count, strlen(text));
}

static void make_file(const char *name, const char *text)
{
    HANDLE file = new_file(name);

    write_text(file, text);
    CHECK(CloseHandle(file));
}

static DWORD size_of(HANDLE file)
{
    LARGE_INTEGER size;

    CHECK(GetFileSizeEx(file, &size));
    return (DWORD)size.QuadPart;
}

static LONGLONG seek(HANDLE file, LONGLONG distance, DWORD method)
{
    LARGE_INTEGER move, position;

    move.QuadPart = distance;
    position.QuadPart = -1;
    CHECK(SetFilePointerEx(file, move, &position, method));
    return position.QuadPart;
}

static void check_text(HANDLE file, const char *text)
{
    char buffer[200];
    DWORD count = 0;

    CHECK(ReadFile(file, buffer, sizeof(buffer), &count, NULL));
    CHECK_U32(count, strlen(text));
    CHECK(memcmp(buffer, text, count) == 0);
}

TEST(create_new_makes_a_file_and_refuses_one_that_exists)
{
    const char *name = fresh_name();
    HANDLE file;

    SetLastError(1234);
    file = open_file(name, GENERIC_WRITE, CREATE_NEW);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), 0);
    CHECK(CloseHandle(file));
    CHECK(open_file(name, GENERIC_WRITE, CREATE_NEW) == INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_FILE_EXISTS);
    remove_files();
}

TEST(create_always_truncates_and_says_that_the_file_existed)
{
    const char *name = fresh_name();
    HANDLE file;

    SetLastError(1234);
    file = open_file(name, GENERIC_WRITE, CREATE_ALWAYS);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), 0);
    write_text(file, "something");
    CHECK(CloseHandle(file));
    SetLastError(1234);
    file = open_file(name, GENERIC_WRITE, CREATE_ALWAYS);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_ALREADY_EXISTS);
    CHECK_U32(size_of(file), 0);
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(open_existing_opens_only_what_exists)
{
    const char *name = fresh_name();
    HANDLE file;

    CHECK(open_file(name, GENERIC_READ, OPEN_EXISTING) == INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_FILE_NOT_FOUND);
    make_file(name, "text");
    file = open_file(name, GENERIC_READ, OPEN_EXISTING);
    CHECK(file != INVALID_HANDLE_VALUE);
    check_text(file, "text");
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(a_missing_folder_is_a_missing_path)
{
    char name[400];

    snprintf(name, sizeof(name), "%s/no/such/folder", fresh_name());
    CHECK(open_file(name, GENERIC_READ, OPEN_EXISTING) == INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_PATH_NOT_FOUND);
    CHECK(open_file(name, GENERIC_WRITE, CREATE_ALWAYS) == INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_PATH_NOT_FOUND);
}

TEST(an_empty_name_is_a_missing_path)
{
    CHECK(open_file("", GENERIC_READ, OPEN_EXISTING) == INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_PATH_NOT_FOUND);
}

TEST(open_always_opens_or_creates_and_says_which)
{
    const char *name = fresh_name();
    HANDLE file;

    SetLastError(1234);
    file = open_file(name, GENERIC_WRITE, OPEN_ALWAYS);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), 0);
    write_text(file, "text");
    CHECK(CloseHandle(file));
    SetLastError(1234);
    file = open_file(name, GENERIC_READ, OPEN_ALWAYS);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_ALREADY_EXISTS);
    check_text(file, "text");
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(truncate_existing_empties_what_exists_and_creates_nothing)
{
    const char *name = fresh_name();
    HANDLE file;

    CHECK(open_file(name, GENERIC_WRITE, TRUNCATE_EXISTING) == INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_FILE_NOT_FOUND);
    make_file(name, "text");
    file = open_file(name, GENERIC_WRITE, TRUNCATE_EXISTING);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK_U32(size_of(file), 0);
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(a_disposition_that_does_not_exist_is_refused)
{
    const char *name = fresh_name();

    CHECK(open_file(name, GENERIC_WRITE, 0) == INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(open_file(name, GENERIC_WRITE, 6) == INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK_U32(GetFileAttributesA(name), INVALID_FILE_ATTRIBUTES);
}

TEST(a_folder_cannot_be_opened_like_a_file)
{
    CHECK(open_file(".", GENERIC_READ, OPEN_EXISTING) == INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_ACCESS_DENIED);
}

TEST(both_kinds_of_slashes_separate_folders)
{
    const char *name = fresh_name();
    char other[300];
    size_t i;
    HANDLE file;

    make_file(name, "text");
    for (i = 0; name[i] != '\0'; i++)
        other[i] = name[i] == '/' ? '\\' : name[i];
    other[i] = '\0';
    file = open_file(other, GENERIC_READ, OPEN_EXISTING);
    CHECK(file != INVALID_HANDLE_VALUE);
    check_text(file, "text");
    CHECK(CloseHandle(file));
    CHECK(DeleteFileA(other));
    CHECK_U32(GetFileAttributesA(name), INVALID_FILE_ATTRIBUTES);
}

TEST(reading_and_writing_move_one_position)
{
    HANDLE file = new_file(fresh_name());
    char buffer[4];
    DWORD count = 0;

    write_text(file, "abcdefgh");
    CHECK(seek(file, 0, FILE_CURRENT) == 8);
    CHECK(seek(file, 2, FILE_BEGIN) == 2);
    CHECK(ReadFile(file, buffer, 3, &count, NULL));
    CHECK_U32(count, 3);
    CHECK(memcmp(buffer, "cde", 3) == 0);
    write_text(file, "X");
    CHECK(seek(file, 0, FILE_CURRENT) == 6);
    CHECK(seek(file, 0, FILE_BEGIN) == 0);
    check_text(file, "abcdeXgh");
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(the_end_of_a_file_is_a_successful_read_of_nothing)
{
    HANDLE file = new_file(fresh_name());
    char buffer[16];
    DWORD count = 77;

    write_text(file, "abc");
    CHECK(ReadFile(file, buffer, sizeof(buffer), &count, NULL));
    CHECK_U32(count, 0);
    CHECK(seek(file, 100, FILE_BEGIN) == 100);
    count = 77;
    CHECK(ReadFile(file, buffer, sizeof(buffer), &count, NULL));
    CHECK_U32(count, 0);
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(reading_or_writing_nothing_succeeds_and_moves_nothing)
{
    HANDLE file = new_file(fresh_name());
    char buffer[4];
    DWORD count = 77;

    write_text(file, "abc");
    CHECK(seek(file, 10, FILE_BEGIN) == 10);
    CHECK(WriteFile(file, buffer, 0, &count, NULL));
    CHECK_U32(count, 0);
    CHECK_U32(size_of(file), 3);
    CHECK(seek(file, 1, FILE_BEGIN) == 1);
    count = 77;
    CHECK(ReadFile(file, buffer, 0, &count, NULL));
    CHECK_U32(count, 0);
    CHECK(seek(file, 0, FILE_CURRENT) == 1);
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(an_overlapped_on_a_synchronous_handle_names_the_place_and_the_position_follows)
{
    HANDLE file = new_file(fresh_name());
    OVERLAPPED overlapped;
    char buffer[4];
    DWORD count = 0;

    write_text(file, "abcdefgh");
    memset(&overlapped, 0, sizeof(overlapped));
    overlapped.Offset = 3;
    CHECK(ReadFile(file, buffer, 2, &count, &overlapped));
    CHECK_U32(count, 2);
    CHECK(memcmp(buffer, "de", 2) == 0);
    CHECK(overlapped.Internal == 0);
    CHECK(overlapped.InternalHigh == 2);
    CHECK(seek(file, 0, FILE_CURRENT) == 5);

    memset(&overlapped, 0, sizeof(overlapped));
    overlapped.Offset = 1;
    CHECK(WriteFile(file, "XY", 2, &count, &overlapped));
    CHECK_U32(count, 2);
    CHECK(overlapped.Internal == 0);
    CHECK(overlapped.InternalHigh == 2);
    CHECK(seek(file, 0, FILE_CURRENT) == 3);
    CHECK(seek(file, 0, FILE_BEGIN) == 0);
    check_text(file, "aXYdefgh");
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(the_count_may_be_null_when_there_is_an_overlapped)
{
    HANDLE file = new_file(fresh_name());
    OVERLAPPED overlapped;
    char buffer[4];

    memset(&overlapped, 0, sizeof(overlapped));
    CHECK(WriteFile(file, "abcd", 4, NULL, &overlapped));
    CHECK(overlapped.InternalHigh == 4);
    memset(&overlapped, 0, sizeof(overlapped));
    CHECK(ReadFile(file, buffer, 4, NULL, &overlapped));
    CHECK(overlapped.InternalHigh == 4);
    CHECK(memcmp(buffer, "abcd", 4) == 0);
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(the_end_of_a_file_read_with_an_overlapped_is_an_error)
{
    HANDLE file = new_file(fresh_name());
    OVERLAPPED overlapped;
    char buffer[4];
    DWORD count = 77;

    write_text(file, "abc");
    memset(&overlapped, 0, sizeof(overlapped));
    overlapped.Offset = 3;
    CHECK_ERR(ReadFile(file, buffer, 4, &count, &overlapped), ERROR_HANDLE_EOF);
    CHECK_U32(count, 0);
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(an_offset_of_all_ones_appends)
{
    HANDLE file = new_file(fresh_name());
    OVERLAPPED overlapped;
    DWORD count = 0;

    write_text(file, "abc");
    CHECK(seek(file, 0, FILE_BEGIN) == 0);
    memset(&overlapped, 0, sizeof(overlapped));
    overlapped.Offset = overlapped.OffsetHigh = 0xFFFFFFFF;
    CHECK(WriteFile(file, "def", 3, &count, &overlapped));
    CHECK_U32(count, 3);
    CHECK_U32(size_of(file), 6);
    CHECK(seek(file, 0, FILE_BEGIN) == 0);
    check_text(file, "abcdef");
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(a_file_opened_to_append_only_always_writes_at_its_end)
{
    const char *name = fresh_name();
    HANDLE file;

    make_file(name, "abc");
    file = open_file(name, FILE_APPEND_DATA | SYNCHRONIZE, OPEN_EXISTING);
    CHECK(file != INVALID_HANDLE_VALUE);
    write_text(file, "def");
    CHECK(CloseHandle(file));
    file = open_file(name, GENERIC_READ, OPEN_EXISTING);
    check_text(file, "abcdef");
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(set_file_pointer_reports_the_position_and_refuses_negative_ones)
{
    HANDLE file = new_file(fresh_name());
    LONG high = 0;
    LARGE_INTEGER move;

    write_text(file, "abcdefgh");
    CHECK_U32(SetFilePointer(file, -3, NULL, FILE_END), 5);
    CHECK_U32(SetFilePointer(file, 2, NULL, FILE_CURRENT), 7);
    CHECK_U32(SetFilePointer(file, 1, NULL, FILE_BEGIN), 1);
    SetLastError(0);
    CHECK_U32(SetFilePointer(file, -2, NULL, FILE_CURRENT), INVALID_SET_FILE_POINTER);
    CHECK_U32(GetLastError(), ERROR_NEGATIVE_SEEK);
    CHECK_U32(SetFilePointer(file, 0, NULL, FILE_CURRENT), 1);
    high = 1;
    CHECK_U32(SetFilePointer(file, 5, &high, FILE_BEGIN), 5);
    CHECK_U32(high, 1);
    CHECK(seek(file, 0, FILE_CURRENT) == 0x100000005LL);
    move.QuadPart = -1;
    CHECK_ERR(SetFilePointerEx(file, move, NULL, FILE_BEGIN), ERROR_NEGATIVE_SEEK);
    move.QuadPart = 0;
    CHECK_ERR(SetFilePointerEx(file, move, NULL, 3), ERROR_INVALID_PARAMETER);
    CHECK(SetFilePointerEx(file, move, NULL, FILE_BEGIN));
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(a_write_behind_the_end_fills_the_gap_with_zeros)
{
    HANDLE file = new_file(fresh_name());
    char buffer[8];
    DWORD count = 0;

    write_text(file, "ab");
    CHECK(seek(file, 5, FILE_BEGIN) == 5);
    CHECK_U32(size_of(file), 2);
    write_text(file, "c");
    CHECK_U32(size_of(file), 6);
    CHECK(seek(file, 0, FILE_BEGIN) == 0);
    CHECK(ReadFile(file, buffer, sizeof(buffer), &count, NULL));
    CHECK_U32(count, 6);
    CHECK(memcmp(buffer, "ab\0\0\0c", 6) == 0);
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(set_end_of_file_cuts_and_extends_at_the_position)
{
    HANDLE file = new_file(fresh_name());

    write_text(file, "abcdef");
    CHECK(seek(file, 3, FILE_BEGIN) == 3);
    CHECK(SetEndOfFile(file));
    CHECK_U32(size_of(file), 3);
    CHECK(seek(file, 10, FILE_BEGIN) == 10);
    CHECK(SetEndOfFile(file));
    CHECK_U32(size_of(file), 10);
    CHECK(seek(file, 0, FILE_CURRENT) == 10);
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(get_file_size_gives_both_halves)
{
    HANDLE file = new_file(fresh_name());
    DWORD high = 77;

    write_text(file, "abc");
    CHECK_U32(GetFileSize(file, &high), 3);
    CHECK_U32(high, 0);
    CHECK_U32(GetFileSize(file, NULL), 3);
    SetLastError(0);
    CHECK_U32(GetFileSize((HANDLE)(ULONG_PTR)0x00FFFFF0, NULL), INVALID_FILE_SIZE);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(a_handle_does_only_what_it_was_opened_for)
{
    const char *name = fresh_name();
    char byte = 0;
    DWORD count = 77;
    HANDLE file;

    make_file(name, "abc");
    file = open_file(name, GENERIC_READ, OPEN_EXISTING);
    CHECK_ERR(WriteFile(file, "x", 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK_U32(count, 0);
    CHECK_ERR(FlushFileBuffers(file), ERROR_ACCESS_DENIED);
    CHECK(CloseHandle(file));
    file = open_file(name, GENERIC_WRITE, OPEN_EXISTING);
    count = 77;
    CHECK_ERR(ReadFile(file, &byte, 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK_U32(count, 0);
    CHECK(FlushFileBuffers(file));
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(a_handle_without_write_access_cannot_cut_the_file)
{
    const char *name = fresh_name();
    HANDLE file;

    make_file(name, "abc");
    file = open_file(name, GENERIC_READ, OPEN_EXISTING);
    CHECK(!SetEndOfFile(file));
    CHECK_U32_WINE_DIFFERS(GetLastError(), ERROR_ACCESS_DENIED, "Wine 8 says 87");
    CHECK_U32(size_of(file), 3);
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(a_bad_buffer_is_an_error_and_no_crash)
{
    HANDLE file = new_file(fresh_name());
    char *bad = (char *)(ULONG_PTR)16;
    DWORD count = 77;

    write_text(file, "abc");
    CHECK(seek(file, 0, FILE_BEGIN) == 0);
    CHECK_ERR(ReadFile(file, bad, 3, &count, NULL), ERROR_NOACCESS);
    CHECK_U32(count, 0);
    /* The two names of the same trouble: systems differ. */
    CHECK(!WriteFile(file, bad, 3, &count, NULL));
    CHECK(GetLastError() == ERROR_NOACCESS || GetLastError() == ERROR_INVALID_USER_BUFFER);
    CHECK_U32(count, 0);
    CHECK_U32(size_of(file), 3);
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(a_duplicate_shares_the_position)
{
    HANDLE file = new_file(fresh_name());
    HANDLE copy = NULL;

    CHECK(DuplicateHandle(GetCurrentProcess(), file, GetCurrentProcess(), &copy, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    write_text(file, "abcdef");
    CHECK(seek(copy, 0, FILE_CURRENT) == 6);
    CHECK(seek(copy, 2, FILE_BEGIN) == 2);
    check_text(file, "cdef");
    CHECK(CloseHandle(file));
    CHECK(seek(copy, 0, FILE_CURRENT) == 6);
    CHECK(CloseHandle(copy));
    remove_files();
}

TEST(two_opens_of_a_file_have_positions_of_their_own)
{
    const char *name = fresh_name();
    HANDLE first = new_file(name);
    HANDLE second = open_file(name, GENERIC_READ, OPEN_EXISTING);

    CHECK(second != INVALID_HANDLE_VALUE);
    write_text(first, "abcdef");
    CHECK(seek(second, 0, FILE_CURRENT) == 0);
    check_text(second, "abcdef");
    CHECK(CloseHandle(first));
    CHECK(CloseHandle(second));
    remove_files();
}

TEST(deleting_removes_the_name)
{
    const char *name = fresh_name();

    CHECK_ERR(DeleteFileA(name), ERROR_FILE_NOT_FOUND);
    make_file(name, "abc");
    CHECK(DeleteFileA(name));
    CHECK_ERR(DeleteFileA(name), ERROR_FILE_NOT_FOUND);
    CHECK(open_file(name, GENERIC_READ, OPEN_EXISTING) == INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_FILE_NOT_FOUND);
}

TEST(a_folder_is_not_deleted_like_a_file)
{
    char folder[300];

    CHECK(GetCurrentDirectoryA(sizeof(folder), folder) != 0);
    CHECK_ERR(DeleteFileA(folder), ERROR_ACCESS_DENIED);
}

TEST(attributes_tell_files_from_folders_and_from_nothing)
{
    const char *name = fresh_name();
    DWORD attributes;

    SetLastError(0);
    CHECK_U32(GetFileAttributesA(name), INVALID_FILE_ATTRIBUTES);
    CHECK_U32(GetLastError(), ERROR_FILE_NOT_FOUND);
    make_file(name, "abc");
    attributes = GetFileAttributesA(name);
    CHECK(attributes != INVALID_FILE_ATTRIBUTES);
    CHECK_U32(attributes & FILE_ATTRIBUTE_DIRECTORY, 0);
    attributes = GetFileAttributesA(".");
    CHECK(attributes != INVALID_FILE_ATTRIBUTES);
    CHECK_U32(attributes & FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_DIRECTORY);
    remove_files();
}

TEST(delete_on_close_removes_the_file_with_its_last_handle)
{
    const char *name = fresh_name();
    HANDLE copy = NULL;
    HANDLE file = CreateFileA(name, GENERIC_WRITE | DELETE, FILE_SHARE_DELETE | FILE_SHARE_READ,
                              NULL, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE, NULL);

    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK(DuplicateHandle(GetCurrentProcess(), file, GetCurrentProcess(), &copy, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    CHECK(CloseHandle(file));
    CHECK(GetFileAttributesA(name) != INVALID_FILE_ATTRIBUTES);
    CHECK(CloseHandle(copy));
    CHECK_U32(GetFileAttributesA(name), INVALID_FILE_ATTRIBUTES);
}

ROLE(leave_open_what_is_deleted_on_close)
{
    DWORD access = GENERIC_WRITE | DELETE, attributes = FILE_FLAG_DELETE_ON_CLOSE;

    CHECK(CreateFileA(argument, access, 0, NULL, CREATE_NEW, attributes, NULL) !=
          INVALID_HANDLE_VALUE);
    CHECK(GetFileAttributesA(argument) != INVALID_FILE_ATTRIBUTES);
    return 0;
}

TEST(delete_on_close_removes_the_file_when_its_process_ends)
{
    const char *name = fresh_name();

    CHECK_U32(wait_role(spawn_role(leave_open_what_is_deleted_on_close, name)), 0);
    CHECK_U32(GetFileAttributesA(name), INVALID_FILE_ATTRIBUTES);
}

TEST(wide_names_reach_the_same_files)
{
    const char *name = fresh_name();
    WCHAR wide[300];
    HANDLE file;

    CHECK(MultiByteToWideChar(CP_UTF8, 0, name, -1, wide, 300) > 0);
    make_file(name, "abc");
    file = CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    check_text(file, "abc");
    CHECK(CloseHandle(file));
    CHECK(GetFileAttributesW(wide) != INVALID_FILE_ATTRIBUTES);
    CHECK(DeleteFileW(wide));
    CHECK_U32(GetFileAttributesW(wide), INVALID_FILE_ATTRIBUTES);
}

TEST(a_file_handle_is_signaled)
{
    HANDLE file = new_file(fresh_name());

    CHECK_U32(WaitForSingleObject(file, 0), WAIT_OBJECT_0);
    CHECK_U32(GetFileType(file), FILE_TYPE_DISK);
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(nul_swallows_everything_and_gives_nothing)
{
    static const char *const nul_names[] = {"NUL", "nul", "\\\\.\\NUL"};
    char buffer[16];
    DWORD count;
    size_t i;

    for (i = 0; i < sizeof(nul_names) / sizeof(nul_names[0]); i++) {
        HANDLE nul = open_file(nul_names[i], GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING);

        CHECK(nul != INVALID_HANDLE_VALUE);
        count = 77;
        CHECK(WriteFile(nul, "abc", 3, &count, NULL));
        CHECK_U32(count, 3);
        count = 77;
        CHECK(ReadFile(nul, buffer, sizeof(buffer), &count, NULL));
        CHECK_U32(count, 0);
        CHECK_U32(GetFileType(nul), FILE_TYPE_CHAR);
        CHECK(CloseHandle(nul));
    }
}

TEST(con_for_reading_and_writing_at_once_does_not_exist)
{
    CHECK(open_file("CON", GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING) == INVALID_HANDLE_VALUE);
    CHECK_U32_WINE_DIFFERS(GetLastError(), ERROR_FILE_NOT_FOUND, "Wine 8 without a console says 6");
}

TEST(files_that_are_not_shared_conflict)
{
    const char *name = fresh_name();
    HANDLE file;

    make_file(name, "abc");
    file = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    DEVIATES(1);
    CHECK(open_file(name, GENERIC_READ, OPEN_EXISTING) == INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_SHARING_VIOLATION);
    CHECK(CloseHandle(file));
    file = open_file(name, GENERIC_READ, OPEN_EXISTING);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(a_deleted_file_cannot_be_opened_though_a_handle_to_it_lives)
{
    const char *name = fresh_name();
    HANDLE file = new_file(name);

    CHECK(CloseHandle(file));
    file = CreateFileA(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       NULL, OPEN_EXISTING, 0, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK(DeleteFileA(name));
    CHECK_WINE_DIFFERS(open_file(name, GENERIC_READ, OPEN_EXISTING) == INVALID_HANDLE_VALUE,
                       "a file that is to be deleted can still be opened");
    CHECK(CloseHandle(file));
    WINE_DIFFERS("a second handle keeps the name");
    CHECK_ERR(open_file(name, GENERIC_READ, OPEN_EXISTING) != INVALID_HANDLE_VALUE,
              ERROR_FILE_NOT_FOUND);
}

TEST(flushing_a_file_takes_the_right_to_write_it)
{
    const char *name = fresh_name();
    HANDLE file = new_file(name);

    write_text(file, "abc");
    CHECK(FlushFileBuffers(file));
    CHECK(CloseHandle(file));
    file = open_file(name, GENERIC_READ, OPEN_EXISTING);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK_ERR(FlushFileBuffers(file), ERROR_ACCESS_DENIED);
    CHECK(CloseHandle(file));
    remove_files();
}

TEST(the_flags_about_caching_change_nothing_that_can_be_seen)
{
    static const DWORD flags[] = {FILE_FLAG_WRITE_THROUGH, FILE_FLAG_RANDOM_ACCESS,
                                  FILE_FLAG_SEQUENTIAL_SCAN};
    size_t i;

    for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        HANDLE file = CreateFileA(fresh_name(), GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_NEW,
                                  flags[i], NULL);

        CHECK(file != INVALID_HANDLE_VALUE);
        write_text(file, "abc");
        CHECK_U32(seek(file, 0, FILE_BEGIN), 0);
        check_text(file, "abc");
        CHECK(CloseHandle(file));
    }
    remove_files();
}

ROLE(write_through_inherited_handle)
{
    write_text(next_handle(&argument), "child");
    return 0;
}

TEST(an_inherited_file_handle_writes_at_the_shared_position)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, TRUE};
    const char *name = fresh_name();
    HANDLE file;

    file = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, &attributes, CREATE_NEW,
                       0, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    write_text(file, "parent ");
    CHECK_U32(wait_role(spawn_heir(write_through_inherited_handle, file, NULL)), 0);
    write_text(file, " parent");
    CHECK(seek(file, 0, FILE_BEGIN) == 0);
    check_text(file, "parent child parent");
    CHECK(CloseHandle(file));
    remove_files();
}
