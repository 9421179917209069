/* SPDX-License-Identifier: MIT */
/* Anonymous pipes: the rights of the two ends, how much they hold, many writers, and where the
 * house differs from Windows. */
#include "inherit.h"

static HANDLE read_end, write_end;

static void create_pipe(DWORD size)
{
    CHECK(CreatePipe(&read_end, &write_end, NULL, size));
}

static void create_inheritable_pipe(void)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, TRUE};

    CHECK(CreatePipe(&read_end, &write_end, &attributes, 0));
    CHECK(SetHandleInformation(read_end, HANDLE_FLAG_INHERIT, 0));
}

static DWORD available(void)
{
    DWORD total = 0;

    CHECK(PeekNamedPipe(read_end, NULL, 0, NULL, &total, NULL));
    return total;
}

/* A duplicate cannot have what its source has not, so duplicates tell what that is. */
static DWORD rights_of(HANDLE handle)
{
    DWORD rights = 0, bit;
    HANDLE copy;

    for (bit = 1; bit <= SYNCHRONIZE; bit <<= 1)
        if (DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &copy, bit, FALSE,
                            0)) {
            rights |= bit;
            CHECK(CloseHandle(copy));
        }
    return rights;
}

/* ---- rights ---- */

TEST(the_read_end_may_set_its_state_too)
{
    create_pipe(0);
    WINE_DIFFERS("a duplicate may have more rights than its source");
    CHECK_U32(rights_of(read_end), 0x120189);
}

TEST(the_write_end_may_be_queried_too)
{
    create_pipe(0);
    WINE_DIFFERS("a duplicate may have more rights than its source");
    CHECK_U32(rights_of(write_end), 0x120196);
}

TEST(both_ends_can_be_set_and_queried)
{
    DWORD mode = PIPE_NOWAIT, value = 0;

    create_pipe(0);
    CHECK(SetNamedPipeHandleState(read_end, &mode, NULL, NULL));
    CHECK(SetNamedPipeHandleState(write_end, &mode, NULL, NULL));
    CHECK(GetNamedPipeHandleStateA(read_end, &value, NULL, NULL, NULL, NULL, 0));
    CHECK_U32(value, PIPE_NOWAIT);
    CHECK(GetNamedPipeHandleStateA(write_end, &value, NULL, NULL, NULL, NULL, 0));
    CHECK_U32(value, PIPE_NOWAIT);
    CHECK(GetNamedPipeInfo(write_end, &value, NULL, NULL, NULL));
}

TEST(fresh_ends_are_signaled)
{
    create_pipe(0);
    CHECK_U32(WaitForSingleObject(read_end, 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(write_end, 0), WAIT_OBJECT_0);
}

ROLE(create_with_nowhere_to_put_the_ends)
{
    CreatePipe(NULL, NULL, NULL, 0);
    return 0;
}

TEST(a_pipe_needs_places_for_its_ends)
{
#ifdef __SANITIZE_ADDRESS__
    SKIP("the sanitizer ends the program in its own way");
#endif
    CHECK_U32(wait_role(spawn_role(create_with_nowhere_to_put_the_ends, "")),
              STATUS_ACCESS_VIOLATION);
}

/* ---- modes that a stream of bytes has not ---- */

TEST(unknown_modes_are_refused)
{
    DWORD mode = 4;

    create_pipe(0);
    CHECK_ERR(SetNamedPipeHandleState(read_end, &mode, NULL, NULL), ERROR_INVALID_PARAMETER);
    mode = PIPE_READMODE_MESSAGE;
    CHECK_ERR(SetNamedPipeHandleState(write_end, &mode, NULL, NULL), ERROR_INVALID_PARAMETER);
}

TEST(an_anonymous_pipe_has_no_transactions)
{
    char byte = 0;
    DWORD count;

    create_pipe(0);
    CHECK(!TransactNamedPipe(read_end, &byte, 1, &byte, 1, &count, NULL));
    CHECK(!TransactNamedPipe(write_end, &byte, 1, &byte, 1, &count, NULL));
    CHECK_U32(available(), 0);
}

TEST(a_bad_buffer_is_an_error_and_no_crash)
{
    DWORD count = 99;

    create_pipe(0);
    CHECK(WriteFile(write_end, "abc", 3, &count, NULL));
    CHECK_ERR(ReadFile(read_end, (void *)(ULONG_PTR)8, 3, &count, NULL), ERROR_NOACCESS);
    CHECK_U32(count, 0);
}

/* ---- closing ---- */

TEST(unread_bytes_are_lost_with_the_read_end)
{
    DWORD count = 99;

    create_pipe(0);
    CHECK(WriteFile(write_end, "lost", 4, &count, NULL));
    CHECK(CloseHandle(read_end));
    CHECK(FlushFileBuffers(write_end));
    CHECK_ERR(WriteFile(write_end, "x", 1, &count, NULL), ERROR_NO_DATA);
}

TEST(a_write_of_nothing_needs_no_reader_to_read_it)
{
    DWORD count = 99;
    char byte;

    create_pipe(0);
    CHECK(WriteFile(write_end, "", 0, &count, NULL));
    CHECK(CloseHandle(write_end));
    CHECK_ERR(ReadFile(read_end, &byte, 1, &count, NULL), ERROR_BROKEN_PIPE);
}

/* ---- many writers ---- */

#define WRITERS 4
#define WRITES  60
#define PIECE   20000

static DWORD WINAPI write_pieces(LPVOID letter)
{
    char *piece = (char *)malloc(PIECE);
    DWORD i, count;

    memset(piece, *(char *)letter, PIECE);
    for (i = 0; i < WRITES; i++)
        if (!WriteFile(write_end, piece, PIECE, &count, NULL) || count != PIECE)
            return 1;
    return 0;
}

/* The stream must be made of whole pieces of one letter each. */
static void check_pieces_are_whole(DWORD expected, DWORD piece)
{
    static char buffer[65536];
    DWORD total = 0, count, i;
    char letter = 0;

    for (; total < expected; total += count) {
        CHECK(ReadFile(read_end, buffer, sizeof(buffer), &count, NULL));
        for (i = 0; i < count; i++) {
            if ((total + i) % piece == 0)
                letter = buffer[i];
            CHECK(buffer[i] == letter);
        }
    }
}

TEST(writes_of_many_threads_are_not_mixed)
{
    static char letters[WRITERS] = {'a', 'b', 'c', 'd'};
    int i;

    create_pipe(0);
    for (i = 0; i < WRITERS; i++)
        CHECK(CreateThread(NULL, 0, write_pieces, &letters[i], 0, NULL) != NULL);
    check_pieces_are_whole(WRITERS * WRITES * PIECE, PIECE);
}

/* The second handle is none, but the letter to write. */
static HANDLE as_handle(char letter)
{
    return (HANDLE)(ULONG_PTR)letter;
}

ROLE(write_small_pieces)
{
    char piece[1000];
    DWORD i, count;
    HANDLE pipe = next_handle(&argument), letter = next_handle(&argument);

    memset(piece, (char)(ULONG_PTR)letter, sizeof(piece));
    for (i = 0; i < 500; i++)
        CHECK(WriteFile(pipe, piece, sizeof(piece), &count, NULL) && count == sizeof(piece));
    return 0;
}

TEST(small_writes_of_many_processes_are_not_mixed)
{
    PROCESS children[3];
    int i;

    create_inheritable_pipe();
    for (i = 0; i < 3; i++)
        children[i] = spawn_heir(write_small_pieces, write_end, as_handle((char)('a' + i)));
    check_pieces_are_whole(3 * 500 * 1000, 1000);
    for (i = 0; i < 3; i++)
        CHECK_U32(wait_role(children[i]), 0);
}

/* ---- where Transom differs ---- */

static DWORD WINAPI write_one_byte(LPVOID unused)
{
    DWORD count;

    (void)unused;
    return !WriteFile(write_end, "x", 1, &count, NULL);
}

TEST(a_pipe_holds_no_more_than_was_asked_for)
{
    static char data[4096];
    HANDLE thread;
    DWORD count;

    create_pipe(4096);
    CHECK(WriteFile(write_end, data, sizeof(data), &count, NULL));
    thread = CreateThread(NULL, 0, write_one_byte, NULL, 0, NULL);
    DEVIATES(3);
    CHECK(thread_is_blocked(thread));
    CHECK(ReadFile(read_end, data, 1, &count, NULL));
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
}

static DWORD WINAPI write_much(LPVOID unused)
{
    DWORD count;

    (void)unused;
    return !WriteFile(write_end, calloc(1, 3000000), 3000000, &count, NULL);
}

TEST(a_waiting_write_can_be_seen_as_a_whole)
{
    HANDLE thread;

    create_pipe(4096);
    thread = CreateThread(NULL, 0, write_much, NULL, 0, NULL);
    CHECK(thread_is_blocked(thread));
    DEVIATES(4);
    CHECK_U32(available(), 3000000);
}

ROLE(write_large_pieces)
{
    static char piece[20000];
    DWORD i, count;
    HANDLE pipe = next_handle(&argument), letter = next_handle(&argument);

    memset(piece, (char)(ULONG_PTR)letter, sizeof(piece));
    for (i = 0; i < 100; i++)
        CHECK(WriteFile(pipe, piece, sizeof(piece), &count, NULL) && count == sizeof(piece));
    return 0;
}

TEST(large_writes_of_many_processes_are_not_mixed)
{
    int i;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    create_inheritable_pipe();
    for (i = 0; i < 3; i++)
        spawn_heir(write_large_pieces, write_end, as_handle((char)('a' + i)));
    DEVIATES_AT_TIMES(18);
    check_pieces_are_whole(3 * 100 * 20000, 20000);
}

TEST(the_read_end_is_a_server_that_can_disconnect)
{
    char byte;
    DWORD count;

    create_pipe(0);
    DEVIATES(19);
    CHECK(DisconnectNamedPipe(read_end));
    CHECK_ERR(ReadFile(read_end, &byte, 1, &count, NULL), ERROR_PIPE_NOT_CONNECTED);
}
