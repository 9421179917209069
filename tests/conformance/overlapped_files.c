/* SPDX-License-Identifier: MIT */
/* Overlapped operations on ordinary files. */
#include "conformance.h"
#include "overlapped.h"

static char file_name[MAX_PATH];

static HANDLE create_file(void)
{
    HANDLE file;

    snprintf(file_name, sizeof(file_name), "overlapped.%u.tmp", (unsigned)GetCurrentProcessId());
    file = CreateFileA(file_name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                       FILE_FLAG_OVERLAPPED | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    return file;
}

/* The outcome, whether it came at once or later. */
static DWORD outcome(HANDLE file, OVERLAPPED *ov, BOOL result, DWORD *count)
{
    if (!result && GetLastError() != ERROR_IO_PENDING)
        return GetLastError();
    return GetOverlappedResult(file, ov, count, TRUE) ? 0 : GetLastError();
}

static void write_at(HANDLE file, DWORD offset, const char *text)
{
    OVERLAPPED ov = with_event();
    DWORD count = 0, length = (DWORD)strlen(text);

    ov.Offset = offset;
    CHECK_U32(outcome(file, &ov, WriteFile(file, text, length, NULL, &ov), &count), 0);
    CHECK_U32(count, length);
    CloseHandle(ov.hEvent);
}

TEST(reads_and_writes_go_where_their_offsets_say)
{
    HANDLE file = create_file();
    OVERLAPPED ov = with_event();
    char buffer[16] = {0};
    DWORD count = 0;

    write_at(file, 6, "world");
    write_at(file, 0, "hello ");
    ov.Offset = 3;
    CHECK_U32(outcome(file, &ov, ReadFile(file, buffer, 5, NULL, &ov), &count), 0);
    CHECK_U32(count, 5);
    CHECK(memcmp(buffer, "lo wo", 5) == 0);
    CHECK_U32(WaitForSingleObject(ov.hEvent, 0), WAIT_OBJECT_0);
    CHECK_U32(ov.Internal, 0);
    CHECK_U32(ov.InternalHigh, 5);
}

TEST(the_end_of_the_file_is_an_error)
{
    HANDLE file = create_file();
    OVERLAPPED ov = with_event();
    char buffer[16];
    DWORD count = 0;

    write_at(file, 0, "abc");
    ov.Offset = 1;
    CHECK_U32(outcome(file, &ov, ReadFile(file, buffer, 16, NULL, &ov), &count), 0);
    CHECK_U32(count, 2);
    ov.Offset = 3;
    CHECK_U32(outcome(file, &ov, ReadFile(file, buffer, 16, NULL, &ov), &count), ERROR_HANDLE_EOF);
}

TEST(a_write_with_all_bits_in_its_offset_appends)
{
    HANDLE file = create_file();
    OVERLAPPED ov = with_event();
    char buffer[16] = {0};
    DWORD count = 0;

    write_at(file, 0, "abc");
    ov.Offset = ov.OffsetHigh = 0xFFFFFFFF;
    CHECK_U32(outcome(file, &ov, WriteFile(file, "def", 3, NULL, &ov), &count), 0);
    ov.Offset = ov.OffsetHigh = 0;
    CHECK_U32(outcome(file, &ov, ReadFile(file, buffer, 16, NULL, &ov), &count), 0);
    CHECK_U32(count, 6);
    CHECK(memcmp(buffer, "abcdef", 6) == 0);
}

TEST(an_overlapped_file_needs_an_offset)
{
    HANDLE file = create_file();
    char buffer[16];
    DWORD count = 77;

    CHECK_ERR(ReadFile(file, buffer, 16, &count, NULL), ERROR_INVALID_PARAMETER);
    CHECK_U32(count, 0);
    CHECK_ERR(WriteFile(file, buffer, 16, &count, NULL), ERROR_INVALID_PARAMETER);
}

TEST(many_operations_go_on_at_once)
{
    enum { COUNT = 64 };
    HANDLE file = create_file(), port = CreateIoCompletionPort(file, NULL, 5, 0);
    static OVERLAPPED ov[COUNT];
    static char blocks[COUNT][512];
    DWORD bytes, error;
    ULONG_PTR key;
    LPOVERLAPPED found;
    int i, kind;

    CHECK(port != NULL);
    for (kind = 0; kind < 2; kind++) {
        for (i = 0; i < COUNT; i++) {
            BOOL result;

            ov[i].Offset = (DWORD)i * 512;
            if (kind == 0) {
                memset(blocks[i], i, 512);
                result = WriteFile(file, blocks[i], 512, NULL, &ov[i]);
            } else {
                memset(blocks[i], 0xFF, 512);
                result = ReadFile(file, blocks[i], 512, NULL, &ov[i]);
            }
            error = result ? 0 : GetLastError();
            CHECK(result || error == ERROR_IO_PENDING);
        }
        for (i = 0; i < COUNT; i++) {
            CHECK(GetQueuedCompletionStatus(port, &bytes, &key, &found, 10000));
            CHECK(found >= ov && found < ov + COUNT);
            CHECK_U32(bytes, 512);
            CHECK_U32(key, 5);
        }
    }
    for (i = 0; i < COUNT; i++)
        CHECK(blocks[i][0] == (char)i && blocks[i][511] == (char)i);
}

static volatile LONG calls;
static DWORD call_bytes, call_error;

static void CALLBACK routine(DWORD error, DWORD bytes, LPOVERLAPPED overlapped)
{
    (void)overlapped;
    calls++;
    call_error = error;
    call_bytes = bytes;
}

TEST(routines_are_called_for_files_too)
{
    HANDLE file = create_file();
    OVERLAPPED ov;
    char buffer[16];

    memset(&ov, 0, sizeof(ov));
    CHECK(WriteFileEx(file, "abcd", 4, &ov, routine));
    while (SleepEx(5000, TRUE) != WAIT_IO_COMPLETION)
        ;
    CHECK_U32(calls, 1);
    CHECK_U32(call_bytes, 4);
    CHECK(ReadFileEx(file, buffer, 16, &ov, routine));
    CHECK_U32(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    CHECK_U32(call_error, 0);
    CHECK_U32(call_bytes, 4);
}

TEST(the_handle_tells_the_end_of_what_has_no_event)
{
    HANDLE file = create_file();
    OVERLAPPED ov;
    DWORD count = 0;

    memset(&ov, 0, sizeof(ov));
    CHECK(WriteFile(file, "abc", 3, NULL, &ov) || GetLastError() == ERROR_IO_PENDING);
    CHECK_U32(WaitForSingleObject(file, 5000), WAIT_OBJECT_0);
    CHECK(GetOverlappedResult(file, &ov, &count, TRUE));
    CHECK_U32(count, 3);
}

TEST(the_null_device_may_be_overlapped)
{
    HANDLE null = CreateFileA("NUL", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                              FILE_FLAG_OVERLAPPED, NULL);
    OVERLAPPED ov = with_event();
    DWORD count = 77;

    CHECK(null != INVALID_HANDLE_VALUE);
    CHECK_U32(outcome(null, &ov, WriteFile(null, "abc", 3, NULL, &ov), &count), 0);
    CHECK_U32(count, 3);
}

TEST(a_synchronous_file_has_no_routines)
{
    HANDLE null = CreateFileA("NUL", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    OVERLAPPED ov;
    char buffer[4];

    memset(&ov, 0, sizeof(ov));
    SetLastError(0);
    CHECK_WINE_DIFFERS(!ReadFileEx(null, buffer, 4, &ov, routine) &&
                           GetLastError() == ERROR_INVALID_PARAMETER,
                       "it is read at once");
}

TEST(closing_with_operations_in_flight_ends_them)
{
    enum { COUNT = 100 };
    static OVERLAPPED ov[COUNT];
    static char buffer[4096];
    int round, i;

    for (round = 0; round < 10; round++) {
        HANDLE file = create_file();

        for (i = 0; i < COUNT; i++) {
            ov[i].hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
            CHECK(WriteFile(file, buffer, sizeof(buffer), NULL, &ov[i]) ||
                  GetLastError() == ERROR_IO_PENDING);
        }
        CHECK(CloseHandle(file));
        for (i = 0; i < COUNT; i++) {
            CHECK_U32(WaitForSingleObject(ov[i].hEvent, 10000), WAIT_OBJECT_0);
            CHECK(HasOverlappedIoCompleted(&ov[i]));
            CloseHandle(ov[i].hEvent);
        }
    }
}
