/* SPDX-License-Identifier: MIT */
/* CreatePipe and everything that can be done with its two ends. */
#include "inherit.h"

struct pipe {
    HANDLE read_end;
    HANDLE write_end;
};

static struct pipe create_pipe(DWORD size)
{
    struct pipe pipe = {NULL, NULL};

    CHECK(CreatePipe(&pipe.read_end, &pipe.write_end, NULL, size));
    CHECK(pipe.read_end != NULL && pipe.read_end != INVALID_HANDLE_VALUE);
    CHECK(pipe.write_end != NULL && pipe.write_end != INVALID_HANDLE_VALUE);
    return pipe;
}

static void write_bytes(HANDLE handle, const void *data, DWORD size)
{
    DWORD count = 0xDEAD;

    CHECK(WriteFile(handle, data, size, &count, NULL));
    CHECK_U32(count, size);
}

/* One read with room for everything must give exactly these bytes. */
static void check_read(HANDLE handle, const char *text)
{
    char buffer[256];
    DWORD count = 0xDEAD;

    CHECK(ReadFile(handle, buffer, sizeof(buffer), &count, NULL));
    CHECK_U32(count, strlen(text));
    CHECK(memcmp(buffer, text, count) == 0);
}

static void check_broken(HANDLE handle)
{
    char buffer[16];
    DWORD count = 0xDEAD;

    CHECK_ERR(ReadFile(handle, buffer, sizeof(buffer), &count, NULL), ERROR_BROKEN_PIPE);
    CHECK_U32(count, 0);
}

static DWORD available(HANDLE handle)
{
    DWORD total = 0xDEAD;

    CHECK(PeekNamedPipe(handle, NULL, 0, NULL, &total, NULL));
    return total;
}

/* A ReadFile, WriteFile or FlushFileBuffers made by a thread of its own. */
struct call {
    HANDLE thread;
    HANDLE handle;
    char *buffer;
    DWORD size;
    DWORD count;
    DWORD error;
    BOOL result;
};

static DWORD WINAPI call_read(LPVOID argument)
{
    struct call *call = argument;

    call->result = ReadFile(call->handle, call->buffer, call->size, &call->count, NULL);
    call->error = GetLastError();
    return 0;
}

static DWORD WINAPI call_write(LPVOID argument)
{
    struct call *call = argument;

    call->result = WriteFile(call->handle, call->buffer, call->size, &call->count, NULL);
    call->error = GetLastError();
    return 0;
}

static DWORD WINAPI call_flush(LPVOID argument)
{
    struct call *call = argument;

    call->result = FlushFileBuffers(call->handle);
    call->error = GetLastError();
    return 0;
}

static void start_call(struct call *call, LPTHREAD_START_ROUTINE function, HANDLE handle,
                       DWORD size)
{
    memset(call, 0, sizeof(*call));
    call->handle = handle;
    call->size = size;
    call->count = 0xDEAD;
    call->buffer = calloc(1, size + 1);
    CHECK(call->buffer != NULL);
    memset(call->buffer, 'w', size);
    call->thread = CreateThread(NULL, 0, function, call, 0, NULL);
    CHECK(call->thread != NULL);
}

static void finish_call(struct call *call)
{
    CHECK_U32(WaitForSingleObject(call->thread, 5000), WAIT_OBJECT_0);
    CloseHandle(call->thread);
}

static DWORD flags_of(HANDLE handle)
{
    DWORD flags = 0xDEAD;

    CHECK(GetHandleInformation(handle, &flags));
    return flags;
}

/* ---- creation ---- */

TEST(ends_made_without_attributes_are_not_inheritable)
{
    struct pipe pipe = create_pipe(0);

    CHECK_U32(flags_of(pipe.read_end), 0);
    CHECK_U32(flags_of(pipe.write_end), 0);
}

TEST(inheritable_attributes_make_both_ends_inheritable)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, TRUE};
    struct pipe pipe;

    CHECK(CreatePipe(&pipe.read_end, &pipe.write_end, &attributes, 0));
    CHECK_U32(flags_of(pipe.read_end), HANDLE_FLAG_INHERIT);
    CHECK_U32(flags_of(pipe.write_end), HANDLE_FLAG_INHERIT);
    CHECK(SetHandleInformation(pipe.read_end, HANDLE_FLAG_INHERIT, 0));
    CHECK_U32(flags_of(pipe.read_end), 0);
    CHECK_U32(flags_of(pipe.write_end), HANDLE_FLAG_INHERIT);
}

TEST(attributes_may_say_not_inheritable)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, FALSE};
    struct pipe pipe;

    CHECK(CreatePipe(&pipe.read_end, &pipe.write_end, &attributes, 0));
    CHECK_U32(flags_of(pipe.read_end), 0);
    CHECK_U32(flags_of(pipe.write_end), 0);
}

TEST(the_read_end_is_the_server_end_and_the_write_end_the_client_end)
{
    struct pipe pipe = create_pipe(0);
    DWORD flags = 0xDEAD;

    CHECK(GetNamedPipeInfo(pipe.read_end, &flags, NULL, NULL, NULL));
    CHECK_U32(flags, PIPE_SERVER_END | PIPE_TYPE_BYTE);
    CHECK(GetNamedPipeInfo(pipe.write_end, &flags, NULL, NULL, NULL));
    CHECK_U32(flags, PIPE_CLIENT_END | PIPE_TYPE_BYTE);
}

TEST(both_ends_report_the_size_asked_for_and_one_instance)
{
    static const DWORD asked[] = {0, 1, 1024, 5000, 65536, 0x20000};
    size_t i;

    for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        DWORD expected = asked[i] ? asked[i] : 4096;
        struct pipe pipe = create_pipe(asked[i]);
        DWORD out = 0xDEAD, in = 0xDEAD, max = 0xDEAD;

        CHECK(GetNamedPipeInfo(pipe.read_end, NULL, &out, &in, &max));
        CHECK_U32(out, expected);
        CHECK_U32(in, expected);
        CHECK_U32(max, 1);
        out = in = max = 0xDEAD;
        CHECK(GetNamedPipeInfo(pipe.write_end, NULL, &out, &in, &max));
        CHECK_U32(out, expected);
        CHECK_U32(in, expected);
        CHECK_U32(max, 1);
        CHECK(CloseHandle(pipe.read_end));
        CHECK(CloseHandle(pipe.write_end));
    }
}

TEST(both_ends_are_of_type_pipe)
{
    struct pipe pipe = create_pipe(0);

    CHECK_U32(GetFileType(pipe.read_end), FILE_TYPE_PIPE);
    CHECK_U32(GetFileType(pipe.write_end), FILE_TYPE_PIPE);
}

TEST(both_ends_begin_in_blocking_byte_mode)
{
    struct pipe pipe = create_pipe(0);
    DWORD state = 0xDEAD;

    CHECK(GetNamedPipeHandleStateA(pipe.read_end, &state, NULL, NULL, NULL, NULL, 0));
    CHECK_U32(state, PIPE_READMODE_BYTE | PIPE_WAIT);
    state = 0xDEAD;
    CHECK(GetNamedPipeHandleStateA(pipe.write_end, &state, NULL, NULL, NULL, NULL, 0));
    CHECK_U32(state, PIPE_READMODE_BYTE | PIPE_WAIT);
}

TEST(message_read_mode_is_refused)
{
    struct pipe pipe = create_pipe(0);
    DWORD mode = PIPE_READMODE_MESSAGE;

    CHECK_ERR(SetNamedPipeHandleState(pipe.read_end, &mode, NULL, NULL), ERROR_INVALID_PARAMETER);
}

TEST(this_process_is_server_and_client)
{
    struct pipe pipe = create_pipe(0);
    ULONG id = 0;

    CHECK(GetNamedPipeServerProcessId(pipe.write_end, &id));
    CHECK_U32(id, GetCurrentProcessId());
    id = 0;
    CHECK(GetNamedPipeServerProcessId(pipe.read_end, &id));
    CHECK_U32(id, GetCurrentProcessId());
}

TEST(many_pipes_can_be_open_at_once)
{
    static struct pipe pipes[100];
    char digit;
    DWORD i, count;

    for (i = 0; i < 100; i++)
        pipes[i] = create_pipe(0);
    for (i = 0; i < 100; i++) {
        digit = (char)i;
        write_bytes(pipes[i].write_end, &digit, 1);
    }
    for (i = 0; i < 100; i++) {
        digit = -1;
        CHECK(ReadFile(pipes[i].read_end, &digit, 1, &count, NULL));
        CHECK_U32(count, 1);
        CHECK_U32(digit, i);
    }
}

/* ---- which end does what ---- */

TEST(the_write_end_cannot_be_read_nor_peeked)
{
    struct pipe pipe = create_pipe(0);
    char byte;
    DWORD count = 0xDEAD;

    CHECK_ERR(ReadFile(pipe.write_end, &byte, 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK_U32(count, 0);
    CHECK_ERR(PeekNamedPipe(pipe.write_end, &byte, 1, NULL, &count, NULL), ERROR_ACCESS_DENIED);
}

TEST(the_read_end_cannot_be_written)
{
    struct pipe pipe = create_pipe(0);
    DWORD count = 0xDEAD;

    CHECK_ERR(WriteFile(pipe.read_end, "x", 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK_U32(count, 0);
}

/* ---- reading ---- */

TEST(a_read_takes_what_is_there_and_does_not_wait_for_more)
{
    struct pipe pipe = create_pipe(0);

    write_bytes(pipe.write_end, "hello", 5);
    check_read(pipe.read_end, "hello");
}

TEST(a_read_takes_at_most_what_it_has_room_for_and_leaves_the_rest)
{
    struct pipe pipe = create_pipe(0);
    char buffer[4];
    DWORD count = 0;

    write_bytes(pipe.write_end, "abcdefg", 7);
    CHECK(ReadFile(pipe.read_end, buffer, 4, &count, NULL));
    CHECK_U32(count, 4);
    CHECK(memcmp(buffer, "abcd", 4) == 0);
    check_read(pipe.read_end, "efg");
}

TEST(the_boundaries_of_writes_are_not_kept)
{
    struct pipe pipe = create_pipe(0);

    write_bytes(pipe.write_end, "ab", 2);
    write_bytes(pipe.write_end, "cde", 3);
    write_bytes(pipe.write_end, "f", 1);
    check_read(pipe.read_end, "abcdef");
}

TEST(a_read_of_an_empty_pipe_waits_for_the_writer)
{
    struct pipe pipe = create_pipe(0);
    struct call call;

    start_call(&call, call_read, pipe.read_end, 100);
    CHECK(thread_is_blocked(call.thread));
    write_bytes(pipe.write_end, "now", 3);
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 3);
    CHECK(memcmp(call.buffer, "now", 3) == 0);
}

TEST(a_read_after_the_last_writer_closed_fails_with_broken_pipe_again_and_again)
{
    struct pipe pipe = create_pipe(0);

    CHECK(CloseHandle(pipe.write_end));
    check_broken(pipe.read_end);
    check_broken(pipe.read_end);
    check_broken(pipe.read_end);
}

TEST(a_waiting_read_ends_with_broken_pipe_when_the_last_writer_closes)
{
    struct pipe pipe = create_pipe(0);
    struct call call;

    start_call(&call, call_read, pipe.read_end, 100);
    CHECK(thread_is_blocked(call.thread));
    CHECK(CloseHandle(pipe.write_end));
    finish_call(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_BROKEN_PIPE);
    CHECK_U32(call.count, 0);
}

TEST(what_was_written_before_the_close_is_read_before_it_breaks)
{
    struct pipe pipe = create_pipe(0);
    char buffer[3];
    DWORD count = 0;

    write_bytes(pipe.write_end, "abcdef", 6);
    CHECK(CloseHandle(pipe.write_end));
    CHECK(ReadFile(pipe.read_end, buffer, 3, &count, NULL));
    CHECK_U32(count, 3);
    check_read(pipe.read_end, "def");
    check_broken(pipe.read_end);
}

TEST(a_pipe_is_not_broken_while_a_duplicate_of_the_write_end_lives)
{
    struct pipe pipe = create_pipe(0);
    HANDLE copy = NULL;
    struct call call;

    CHECK(DuplicateHandle(GetCurrentProcess(), pipe.write_end, GetCurrentProcess(), &copy, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    CHECK(CloseHandle(pipe.write_end));
    CHECK_U32(available(pipe.read_end), 0);
    write_bytes(copy, "still here", 10);
    check_read(pipe.read_end, "still here");
    start_call(&call, call_read, pipe.read_end, 100);
    CHECK(thread_is_blocked(call.thread));
    CHECK(CloseHandle(copy));
    finish_call(&call);
    CHECK_U32(call.error, ERROR_BROKEN_PIPE);
}

TEST(a_read_of_nothing_succeeds_when_bytes_wait)
{
    struct pipe pipe = create_pipe(0);
    char byte;
    DWORD count = 0xDEAD;

    write_bytes(pipe.write_end, "abc", 3);
    CHECK(ReadFile(pipe.read_end, &byte, 0, &count, NULL));
    CHECK_U32(count, 0);
    check_read(pipe.read_end, "abc");
}

TEST(a_read_of_nothing_waits_until_something_is_written)
{
    struct pipe pipe = create_pipe(0);
    struct call call;

    start_call(&call, call_read, pipe.read_end, 0);
    CHECK(thread_is_blocked(call.thread));
    write_bytes(pipe.write_end, "abc", 3);
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 0);
    check_read(pipe.read_end, "abc");
}

TEST(a_read_of_nothing_from_a_broken_pipe_fails)
{
    struct pipe pipe = create_pipe(0);
    char byte;
    DWORD count = 0xDEAD;

    CHECK(CloseHandle(pipe.write_end));
    CHECK_ERR(ReadFile(pipe.read_end, &byte, 0, &count, NULL), ERROR_BROKEN_PIPE);
    CHECK_U32(count, 0);
}

TEST(a_write_of_nothing_does_not_wake_the_reader)
{
    struct pipe pipe = create_pipe(0);
    struct call call;

    start_call(&call, call_read, pipe.read_end, 100);
    CHECK(thread_is_blocked(call.thread));
    write_bytes(pipe.write_end, "", 0);
    CHECK(thread_is_blocked(call.thread));
    write_bytes(pipe.write_end, "x", 1);
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 1);
}

/* ---- writing ---- */

TEST(a_write_that_fits_does_not_wait)
{
    static char data[32768];
    struct pipe pipe = create_pipe(32792);

    write_bytes(pipe.write_end, data, sizeof(data));
    CHECK_U32(available(pipe.read_end), sizeof(data));
}

TEST(the_size_asked_for_fits_in_one_write)
{
    static const DWORD sizes[] = {1, 4096, 5000, 65536, 200000};
    static char data[200000];
    size_t i;

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct pipe pipe = create_pipe(sizes[i]);

        write_bytes(pipe.write_end, data, sizes[i]);
        CHECK_U32(available(pipe.read_end), sizes[i]);
        CHECK(CloseHandle(pipe.read_end));
        CHECK(CloseHandle(pipe.write_end));
    }
}

TEST(a_write_just_below_an_odd_size_does_not_wait)
{
    static char data[32768];
    struct pipe pipe = create_pipe(32792);

    write_bytes(pipe.write_end, data, sizeof(data));
    CHECK_U32(available(pipe.read_end), sizeof(data));
}

TEST(the_size_asked_for_fits_in_small_writes)
{
    struct pipe pipe = create_pipe(10000);
    DWORD i;

    for (i = 0; i < 1000; i++)
        write_bytes(pipe.write_end, "0123456789", 10);
    CHECK_U32(available(pipe.read_end), 10000);
}

TEST(a_write_of_nothing_succeeds_and_changes_nothing)
{
    struct pipe pipe = create_pipe(0);

    write_bytes(pipe.write_end, "", 0);
    CHECK_U32(available(pipe.read_end), 0);
    write_bytes(pipe.write_end, "abc", 3);
    write_bytes(pipe.write_end, "", 0);
    check_read(pipe.read_end, "abc");
}

TEST(a_write_far_over_the_size_waits_until_the_rest_fits_and_is_never_short)
{
    static char buffer[400000];
    struct pipe pipe = create_pipe(4096);
    struct call call;
    DWORD total = 0, count;

    start_call(&call, call_write, pipe.write_end, 400000);
    CHECK(thread_is_blocked(call.thread));
    while (total < 400000) {
        CHECK(ReadFile(pipe.read_end, buffer, sizeof(buffer), &count, NULL));
        CHECK(count > 0);
        total += count;
    }
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 400000);
    CHECK_U32(total, 400000);
}

TEST(bytes_of_a_waiting_write_can_be_read_and_peeked)
{
    struct pipe pipe = create_pipe(4096);
    struct call call;
    char buffer[100];
    DWORD count = 0;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    start_call(&call, call_write, pipe.write_end, 200000);
    CHECK(thread_is_blocked(call.thread));
    CHECK(available(pipe.read_end) >= 4096);
    CHECK(PeekNamedPipe(pipe.read_end, buffer, sizeof(buffer), &count, NULL, NULL));
    CHECK_U32(count, sizeof(buffer));
    CHECK(buffer[0] == 'w' && buffer[99] == 'w');
    CHECK(ReadFile(pipe.read_end, buffer, sizeof(buffer), &count, NULL));
    CHECK_U32(count, sizeof(buffer));
    CHECK(CloseHandle(pipe.read_end));
    finish_call(&call);
}

TEST(a_write_into_a_pipe_without_a_reader_fails_with_no_data)
{
    struct pipe pipe = create_pipe(0);
    DWORD count = 0xDEAD;

    CHECK(CloseHandle(pipe.read_end));
    CHECK_ERR(WriteFile(pipe.write_end, "x", 1, &count, NULL), ERROR_NO_DATA);
    CHECK_U32(count, 0);
    CHECK_ERR(WriteFile(pipe.write_end, "x", 1, &count, NULL), ERROR_NO_DATA);
}

TEST(a_write_fails_with_no_data_though_older_bytes_were_never_read)
{
    struct pipe pipe = create_pipe(0);
    DWORD count = 0xDEAD;

    write_bytes(pipe.write_end, "lost", 4);
    CHECK(CloseHandle(pipe.read_end));
    CHECK_ERR(WriteFile(pipe.write_end, "x", 1, &count, NULL), ERROR_NO_DATA);
}

TEST(a_waiting_write_ends_with_broken_pipe_when_the_reader_closes)
{
    struct pipe pipe = create_pipe(4096);
    struct call call;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    start_call(&call, call_write, pipe.write_end, 200000);
    CHECK(thread_is_blocked(call.thread));
    CHECK(CloseHandle(pipe.read_end));
    finish_call(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_BROKEN_PIPE);
}

TEST(a_writer_is_not_broken_while_a_duplicate_of_the_read_end_lives)
{
    struct pipe pipe = create_pipe(0);
    HANDLE copy = NULL;

    CHECK(DuplicateHandle(GetCurrentProcess(), pipe.read_end, GetCurrentProcess(), &copy, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    CHECK(CloseHandle(pipe.read_end));
    write_bytes(pipe.write_end, "abc", 3);
    check_read(copy, "abc");
}

/* ---- peeking ---- */

TEST(peeking_an_empty_pipe_gives_zeros)
{
    struct pipe pipe = create_pipe(0);
    char buffer[4];
    DWORD read = 77, total = 77, left = 77;

    CHECK(PeekNamedPipe(pipe.read_end, buffer, sizeof(buffer), &read, &total, &left));
    CHECK_U32(read, 0);
    CHECK_U32(total, 0);
    CHECK_U32(left, 0);
    CHECK(PeekNamedPipe(pipe.read_end, NULL, 0, NULL, NULL, NULL));
}

TEST(peeking_copies_and_leaves_everything_where_it_is)
{
    struct pipe pipe = create_pipe(0);
    char buffer[16];
    DWORD read = 77, total = 77;

    write_bytes(pipe.write_end, "abc", 3);
    write_bytes(pipe.write_end, "def", 3);
    CHECK(PeekNamedPipe(pipe.read_end, buffer, sizeof(buffer), &read, &total, NULL));
    CHECK_U32(read, 6);
    CHECK_U32(total, 6);
    CHECK(memcmp(buffer, "abcdef", 6) == 0);
    CHECK(PeekNamedPipe(pipe.read_end, buffer, 2, &read, &total, NULL));
    CHECK_U32(read, 2);
    CHECK_U32(total, 6);
    check_read(pipe.read_end, "abcdef");
    CHECK_U32(available(pipe.read_end), 0);
}

TEST(the_rest_of_the_message_of_a_byte_pipe_is_minus_what_was_copied)
{
    struct pipe pipe = create_pipe(0);
    char buffer[16];
    DWORD read = 77, left = 77;

    write_bytes(pipe.write_end, "abcdef", 6);
    CHECK(PeekNamedPipe(pipe.read_end, NULL, 0, NULL, NULL, &left));
    CHECK_U32(left, 0);
    CHECK(PeekNamedPipe(pipe.read_end, buffer, 4, &read, NULL, &left));
    CHECK_U32(read, 4);
    CHECK_U32(left, 0xFFFFFFFC);
}

TEST(peeking_many_bytes_copies_them_in_order)
{
    static char data[60000], buffer[60000];
    struct pipe pipe = create_pipe(65536);
    DWORD read = 0, total = 0, i;

    for (i = 0; i < sizeof(data); i++)
        data[i] = (char)(i * 7 + i / 251);
    write_bytes(pipe.write_end, data, sizeof(data));
    CHECK(PeekNamedPipe(pipe.read_end, buffer, sizeof(buffer), &read, &total, NULL));
    CHECK_U32(read, sizeof(data));
    CHECK_U32(total, sizeof(data));
    CHECK(memcmp(buffer, data, sizeof(data)) == 0);
}

TEST(a_peek_with_no_room_accepts_any_pointer)
{
    struct pipe pipe = create_pipe(0);
    DWORD total = 77;

    write_bytes(pipe.write_end, "abc", 3);
    CHECK(PeekNamedPipe(pipe.read_end, (void *)(ULONG_PTR)1, 0, NULL, &total, NULL));
    CHECK_U32(total, 3);
}

TEST(peeking_a_closed_pipe_shows_what_is_left_and_then_breaks)
{
    struct pipe pipe = create_pipe(0);
    char buffer[16];
    DWORD read = 77, total = 77, left = 77;

    write_bytes(pipe.write_end, "abc", 3);
    CHECK(CloseHandle(pipe.write_end));
    CHECK(PeekNamedPipe(pipe.read_end, buffer, sizeof(buffer), &read, &total, NULL));
    CHECK_U32(read, 3);
    CHECK_U32(total, 3);
    check_read(pipe.read_end, "abc");
    read = total = left = 77;
    CHECK_ERR(PeekNamedPipe(pipe.read_end, buffer, sizeof(buffer), &read, &total, &left),
              ERROR_BROKEN_PIPE);
    CHECK_U32(read, 77);
    CHECK_U32(total, 77);
    CHECK_U32(left, 77);
}

/* ---- PIPE_NOWAIT ---- */

TEST(a_read_that_may_not_wait_says_no_data)
{
    struct pipe pipe = create_pipe(0);
    DWORD mode = PIPE_NOWAIT, state = 0xDEAD, count = 0xDEAD;
    char byte;

    CHECK(SetNamedPipeHandleState(pipe.read_end, &mode, NULL, NULL));
    CHECK(GetNamedPipeHandleStateA(pipe.read_end, &state, NULL, NULL, NULL, NULL, 0));
    CHECK_U32(state, PIPE_NOWAIT);
    CHECK_ERR(ReadFile(pipe.read_end, &byte, 1, &count, NULL), ERROR_NO_DATA);
    CHECK_U32(count, 0);
    write_bytes(pipe.write_end, "abc", 3);
    check_read(pipe.read_end, "abc");
    CHECK(CloseHandle(pipe.write_end));
    check_broken(pipe.read_end);
}

TEST(a_write_that_may_not_wait_writes_all_or_nothing)
{
    static char data[3000000];
    struct pipe pipe = create_pipe(4096);
    DWORD mode = PIPE_NOWAIT, count = 0xDEAD;

    CHECK(SetNamedPipeHandleState(pipe.write_end, &mode, NULL, NULL));
    CHECK(WriteFile(pipe.write_end, data, sizeof(data), &count, NULL));
    CHECK_U32(count, 0);
    CHECK_U32(available(pipe.read_end), 0);
    write_bytes(pipe.write_end, data, 4096);
    CHECK_U32(available(pipe.read_end), 4096);
    CHECK(WriteFile(pipe.write_end, data, sizeof(data), &count, NULL));
    CHECK_U32(count, 0);
    CHECK_U32(available(pipe.read_end), 4096);
}

TEST(one_end_that_may_not_wait_does_not_change_the_other)
{
    struct pipe pipe = create_pipe(0);
    DWORD mode = PIPE_NOWAIT, state = 0xDEAD;
    struct call call;

    CHECK(SetNamedPipeHandleState(pipe.write_end, &mode, NULL, NULL));
    CHECK(GetNamedPipeHandleStateA(pipe.read_end, &state, NULL, NULL, NULL, NULL, 0));
    CHECK_U32(state, PIPE_WAIT);
    start_call(&call, call_read, pipe.read_end, 10);
    CHECK(thread_is_blocked(call.thread));
    write_bytes(pipe.write_end, "x", 1);
    finish_call(&call);
    CHECK(call.result);
}

TEST(waiting_can_be_switched_on_again)
{
    struct pipe pipe = create_pipe(0);
    DWORD mode = PIPE_NOWAIT, count;
    struct call call;
    char byte;

    CHECK(SetNamedPipeHandleState(pipe.read_end, &mode, NULL, NULL));
    CHECK_ERR(ReadFile(pipe.read_end, &byte, 1, &count, NULL), ERROR_NO_DATA);
    mode = PIPE_WAIT;
    CHECK(SetNamedPipeHandleState(pipe.read_end, &mode, NULL, NULL));
    start_call(&call, call_read, pipe.read_end, 10);
    CHECK(thread_is_blocked(call.thread));
    write_bytes(pipe.write_end, "x", 1);
    finish_call(&call);
    CHECK(call.result);
}

/* ---- flushing, overlapped, disconnecting ---- */

TEST(flushing_an_empty_pipe_or_the_read_end_returns_at_once)
{
    struct pipe pipe = create_pipe(0);

    CHECK(FlushFileBuffers(pipe.write_end));
    write_bytes(pipe.write_end, "abc", 3);
    CHECK(FlushFileBuffers(pipe.read_end));
    check_read(pipe.read_end, "abc");
}

TEST(flushing_the_write_end_waits_until_everything_was_read)
{
    struct pipe pipe = create_pipe(0);
    struct call call;
    char buffer[2];
    DWORD count;

    write_bytes(pipe.write_end, "abc", 3);
    start_call(&call, call_flush, pipe.write_end, 0);
    CHECK(thread_is_blocked(call.thread));
    CHECK(ReadFile(pipe.read_end, buffer, 2, &count, NULL));
    CHECK(thread_is_blocked(call.thread));
    check_read(pipe.read_end, "c");
    finish_call(&call);
    CHECK(call.result);
}

TEST(a_waiting_flush_ends_with_broken_pipe_when_the_reader_closes)
{
    struct pipe pipe = create_pipe(0);
    struct call call;

    write_bytes(pipe.write_end, "abc", 3);
    start_call(&call, call_flush, pipe.write_end, 0);
    CHECK(thread_is_blocked(call.thread));
    CHECK(CloseHandle(pipe.read_end));
    finish_call(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_BROKEN_PIPE);
}

TEST(an_overlapped_is_accepted_and_the_call_waits_all_the_same)
{
    struct pipe pipe = create_pipe(0);
    OVERLAPPED overlapped;
    char buffer[16];
    DWORD count = 0xDEAD;

    memset(&overlapped, 0, sizeof(overlapped));
    overlapped.Offset = 1000;
    CHECK(WriteFile(pipe.write_end, "abc", 3, &count, &overlapped));
    CHECK_U32(count, 3);
    CHECK(overlapped.Internal == 0);
    CHECK(overlapped.InternalHigh == 3);
    memset(&overlapped, 0, sizeof(overlapped));
    count = 0xDEAD;
    CHECK(ReadFile(pipe.read_end, buffer, sizeof(buffer), &count, &overlapped));
    CHECK_U32(count, 3);
    CHECK(overlapped.InternalHigh == 3);
    CHECK(memcmp(buffer, "abc", 3) == 0);
}

TEST(the_write_end_cannot_be_disconnected_nor_connected)
{
    struct pipe pipe = create_pipe(0);

    CHECK_ERR(ConnectNamedPipe(pipe.write_end, NULL), ERROR_INVALID_FUNCTION);
    WINE_DIFFERS("Wine 8 says 50 to a client that disconnects");
    CHECK_ERR(DisconnectNamedPipe(pipe.write_end), ERROR_INVALID_FUNCTION);
}

TEST(the_read_end_of_a_connected_pipe_is_connected_already)
{
    struct pipe pipe = create_pipe(0);

    CHECK_ERR(ConnectNamedPipe(pipe.read_end, NULL), ERROR_PIPE_CONNECTED);
}

/* ---- between processes ---- */

ROLE(write_and_end)
{
    HANDLE handle = next_handle(&argument);

    write_bytes(handle, "from the child", 14);
    return 0;
}

ROLE(count_bytes)
{
    HANDLE handle = next_handle(&argument);
    HANDLE other = next_handle(&argument);
    static char buffer[8192];
    DWORD count, total = 0;

    CHECK(CloseHandle(other));
    while (ReadFile(handle, buffer, sizeof(buffer), &count, NULL))
        total += count;
    CHECK_U32(GetLastError(), ERROR_BROKEN_PIPE);
    return (int)(total / 10000);
}

static void create_inheritable_pipe(struct pipe *pipe)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, TRUE};

    CHECK(CreatePipe(&pipe->read_end, &pipe->write_end, &attributes, 0));
}

TEST(a_child_writes_into_an_inherited_end_and_its_death_ends_the_pipe)
{
    struct pipe pipe;
    PROCESS child;

    create_inheritable_pipe(&pipe);
    CHECK(SetHandleInformation(pipe.read_end, HANDLE_FLAG_INHERIT, 0));
    child = spawn_heir(write_and_end, pipe.write_end, NULL);
    CHECK(CloseHandle(pipe.write_end));
    check_read(pipe.read_end, "from the child");
    check_broken(pipe.read_end);
    CHECK_U32(wait_role(child), 0);
}

TEST(a_child_reads_everything_up_to_the_end_from_an_inherited_end)
{
    static char data[70000];
    struct pipe pipe;
    PROCESS child;

    create_inheritable_pipe(&pipe);
    child = spawn_heir(count_bytes, pipe.read_end, pipe.write_end);
    CHECK(CloseHandle(pipe.read_end));
    write_bytes(pipe.write_end, data, sizeof(data));
    CHECK(CloseHandle(pipe.write_end));
    CHECK_U32(wait_role(child), 7);
}

ROLE(hold_until_killed)
{
    HANDLE ready = next_handle(&argument);
    HANDLE ignored = next_handle(&argument);

    (void)ignored;
    write_bytes(ready, "r", 1);
    Sleep(30000);
    return 0;
}

TEST(a_pipe_is_not_broken_while_a_sibling_holds_the_write_end_and_is_when_it_is_killed)
{
    struct pipe pipe;
    struct call call;
    PROCESS child;

    create_inheritable_pipe(&pipe);
    CHECK(SetHandleInformation(pipe.read_end, HANDLE_FLAG_INHERIT, 0));
    child = spawn_heir(hold_until_killed, pipe.write_end, NULL);
    CHECK(CloseHandle(pipe.write_end));
    check_read(pipe.read_end, "r");
    start_call(&call, call_read, pipe.read_end, 10);
    CHECK(thread_is_blocked(call.thread));
    kill_role(child);
    finish_call(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_BROKEN_PIPE);
}

TEST(a_waiting_write_fails_when_the_reading_child_is_killed)
{
    struct pipe data, ready;
    struct call call;
    PROCESS child;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    create_inheritable_pipe(&data);
    create_inheritable_pipe(&ready);
    CHECK(SetHandleInformation(data.write_end, HANDLE_FLAG_INHERIT, 0));
    child = spawn_heir(hold_until_killed, ready.write_end, data.read_end);
    CHECK(CloseHandle(data.read_end));
    check_read(ready.read_end, "r");
    start_call(&call, call_write, data.write_end, 300000);
    CHECK(thread_is_blocked(call.thread));
    kill_role(child);
    finish_call(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_BROKEN_PIPE);
    CHECK_ERR(WriteFile(data.write_end, "x", 1, &call.count, NULL), ERROR_NO_DATA);
}

TEST(a_handle_that_is_not_inheritable_is_nothing_in_the_child)
{
    struct pipe pipe;
    PROCESS child;

    create_inheritable_pipe(&pipe);
    CHECK(SetHandleInformation(pipe.write_end, HANDLE_FLAG_INHERIT, 0));
    child = spawn_heir(write_and_end, pipe.write_end, NULL);
    CHECK_U32(wait_role(child), EXIT_FAILED);
    CHECK_U32(available(pipe.read_end), 0);
}

static DWORD WINAPI pump_numbers(LPVOID handle)
{
    DWORD i, count;

    for (i = 0; i < 50000; i++) {
        if (!WriteFile((HANDLE)handle, &i, sizeof(i), &count, NULL) || count != sizeof(i))
            return 1;
    }
    CloseHandle((HANDLE)handle);
    return 0;
}

TEST(a_stream_of_numbers_arrives_whole_and_in_order)
{
    struct pipe pipe = create_pipe(0);
    HANDLE thread = CreateThread(NULL, 0, pump_numbers, pipe.write_end, 0, NULL);
    DWORD buffer[300], count, used = 0, next = 0, i;

    CHECK(thread != NULL);
    while (ReadFile(pipe.read_end, (char *)buffer + used, sizeof(buffer) - used, &count, NULL)) {
        used += count;
        for (i = 0; i + 1 <= used / sizeof(DWORD); i++)
            CHECK_U32(buffer[i], next++);
        memmove(buffer, buffer + i, used % sizeof(DWORD));
        used %= sizeof(DWORD);
    }
    CHECK_U32(GetLastError(), ERROR_BROKEN_PIPE);
    CHECK_U32(next, 50000);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
}
