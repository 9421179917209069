/* SPDX-License-Identifier: MIT */
/* Overlapped reads of a mailslot: its handle is always an asynchronous one. */
#include "conformance.h"

struct read {
    OVERLAPPED overlapped;
    char text[16];
};

static HANDLE slot, writer;

/* Where it is not so, each of these tests would block for as long as it may. */
static void slots_are_asynchronous(void)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0), other;
    char name[160];

    WINE_DIFFERS("the handle of a slot is a synchronous one");
    snprintf(name, sizeof(name), "%s\\other", slot_name());
    other = CreateMailslotA(name, 0, 0, NULL);
    CHECK(CreateIoCompletionPort(other, port, 0, 0) == port);
    CHECK(CloseHandle(other));
    CHECK(CloseHandle(port));
}

static void open_both(DWORD timeout)
{
    slots_are_asynchronous();
    slot = CreateMailslotA(slot_name(), 0, timeout, NULL);
    CHECK(slot != INVALID_HANDLE_VALUE);
    writer = CreateFileA(slot_name(), GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(writer != INVALID_HANDLE_VALUE);
}

static void put(const char *text)
{
    DWORD count;

    CHECK(WriteFile(writer, text, (DWORD)strlen(text), &count, NULL));
}

static void begin(struct read *read)
{
    memset(read, 0, sizeof(*read));
    read->overlapped.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    CHECK_ERR(ReadFile(slot, read->text, sizeof(read->text), NULL, &read->overlapped),
              ERROR_IO_PENDING);
}

static void expect(struct read *read, const char *text)
{
    DWORD count = 77;

    CHECK_U32(WaitForSingleObject(read->overlapped.hEvent, 5000), WAIT_OBJECT_0);
    CHECK(GetOverlappedResult(slot, &read->overlapped, &count, FALSE));
    CHECK_U32(count, strlen(text));
    CHECK(memcmp(read->text, text, count) == 0);
}

TEST(a_pending_read_is_completed_by_the_next_write)
{
    struct read read;
    DWORD count;

    open_both(MAILSLOT_WAIT_FOREVER);
    begin(&read);
    CHECK_ERR(GetOverlappedResult(slot, &read.overlapped, &count, FALSE), ERROR_IO_INCOMPLETE);
    put("message");
    expect(&read, "message");
}

TEST(several_pending_reads_get_one_message_each_in_their_order)
{
    struct read reads[3];
    int i;

    open_both(MAILSLOT_WAIT_FOREVER);
    for (i = 0; i < 3; i++)
        begin(&reads[i]);
    put("first");
    put("second");
    expect(&reads[0], "first");
    expect(&reads[1], "second");
    CHECK_U32(WaitForSingleObject(reads[2].overlapped.hEvent, BLOCKED_MS), WAIT_TIMEOUT);
    put("third");
    expect(&reads[2], "third");
}

TEST(a_pending_read_ends_with_its_timeout)
{
    struct read read;
    DWORD count, begin_ms = GetTickCount();

    open_both(300);
    begin(&read);
    CHECK_U32(WaitForSingleObject(read.overlapped.hEvent, 5000), WAIT_OBJECT_0);
    CHECK(GetTickCount() - begin_ms >= 270);
    CHECK_ERR(GetOverlappedResult(slot, &read.overlapped, &count, FALSE), ERROR_SEM_TIMEOUT);
}

TEST(a_pending_read_can_be_cancelled)
{
    struct read read, second;
    DWORD count;

    open_both(MAILSLOT_WAIT_FOREVER);
    begin(&read);
    begin(&second);
    CHECK(CancelIoEx(slot, &read.overlapped));
    CHECK_ERR(GetOverlappedResult(slot, &read.overlapped, &count, TRUE), ERROR_OPERATION_ABORTED);
    put("for the other");
    expect(&second, "for the other");
    CHECK_ERR(CancelIoEx(slot, NULL), ERROR_NOT_FOUND);
}

TEST(a_message_too_long_for_a_pending_read_stays)
{
    struct read read;
    DWORD count;
    char text[64];

    open_both(MAILSLOT_WAIT_FOREVER);
    begin(&read);
    put("a message of more than sixteen bytes");
    CHECK_U32(WaitForSingleObject(read.overlapped.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_ERR(GetOverlappedResult(slot, &read.overlapped, &count, FALSE),
              ERROR_INSUFFICIENT_BUFFER);
    CHECK(ReadFile(slot, text, sizeof(text), &count, NULL));
    CHECK_U32(count, 36);
}

TEST(the_handle_itself_tells)
{
    OVERLAPPED overlapped;
    char text[16];
    DWORD count;

    open_both(MAILSLOT_WAIT_FOREVER);
    memset(&overlapped, 0, sizeof(overlapped));
    CHECK_ERR(ReadFile(slot, text, sizeof(text), NULL, &overlapped), ERROR_IO_PENDING);
    CHECK_U32(WaitForSingleObject(slot, BLOCKED_MS), WAIT_TIMEOUT);
    put("x");
    CHECK_U32(WaitForSingleObject(slot, 5000), WAIT_OBJECT_0);
    CHECK(GetOverlappedResult(slot, &overlapped, &count, TRUE));
    CHECK_U32(count, 1);
}

static volatile LONG calls;
static DWORD call_error, call_count;

static VOID CALLBACK on_read(DWORD error, DWORD count, LPOVERLAPPED overlapped)
{
    (void)overlapped;
    call_error = error;
    call_count = count;
    InterlockedIncrement(&calls);
}

TEST(a_completion_routine_runs_in_an_alertable_wait)
{
    struct read read;

    open_both(MAILSLOT_WAIT_FOREVER);
    memset(&read, 0, sizeof(read));
    CHECK(ReadFileEx(slot, read.text, sizeof(read.text), &read.overlapped, on_read));
    put("called");
    CHECK_U32(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    CHECK_U32(calls, 1);
    CHECK_U32(call_error, 0);
    CHECK_U32(call_count, 6);
}

TEST(a_port_gets_a_packet)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    struct read read;
    OVERLAPPED *found;
    ULONG_PTR key;
    DWORD count;

    open_both(MAILSLOT_WAIT_FOREVER);
    CHECK(CreateIoCompletionPort(slot, port, 17, 0) == port);
    begin(&read);
    put("packet");
    CHECK(GetQueuedCompletionStatus(port, &count, &key, &found, 5000));
    CHECK_U32(count, 6);
    CHECK_U32(key, 17);
    CHECK(found == &read.overlapped);
}

static DWORD WINAPI read_blocking(LPVOID unused)
{
    char text[16];
    DWORD count;

    (void)unused;
    return ReadFile(slot, text, sizeof(text), &count, NULL) ? count : 1000 + GetLastError();
}

TEST(blocking_and_overlapped_reads_take_turns)
{
    struct read first, last;
    HANDLE thread;
    DWORD code;

    open_both(MAILSLOT_WAIT_FOREVER);
    begin(&first);
    thread = CreateThread(NULL, 0, read_blocking, NULL, 0, NULL);
    CHECK(thread_is_blocked(thread));
    begin(&last);
    put("first");
    expect(&first, "first");
    put("to the thread");
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, 13);
    put("last");
    expect(&last, "last");
}

TEST(a_blocked_read_is_cancelled_from_another_thread)
{
    HANDLE thread;
    DWORD code;

    open_both(MAILSLOT_WAIT_FOREVER);
    thread = CreateThread(NULL, 0, read_blocking, NULL, 0, NULL);
    CHECK(thread_is_blocked(thread));
    CHECK(CancelSynchronousIo(thread));
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, 1000 + ERROR_OPERATION_ABORTED);
}

TEST(an_overlapped_write_succeeds_at_once)
{
    OVERLAPPED overlapped;
    DWORD count = 0;

    slot = CreateMailslotA(slot_name(), 0, 0, NULL);
    writer = CreateFileA(slot_name(), GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                         FILE_FLAG_OVERLAPPED, NULL);
    CHECK(writer != INVALID_HANDLE_VALUE);
    memset(&overlapped, 0, sizeof(overlapped));
    overlapped.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    CHECK(WriteFile(writer, "text", 4, &count, &overlapped) || GetLastError() == ERROR_IO_PENDING);
    CHECK(GetOverlappedResult(writer, &overlapped, &count, TRUE));
    CHECK_U32(count, 4);
    CHECK(GetMailslotInfo(slot, NULL, NULL, &count, NULL));
    CHECK_U32(count, 1);
}
