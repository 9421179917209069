/* SPDX-License-Identifier: MIT */
/* A mailslot that several processes read: inherited or duplicated, it stays one slot. */
#include "inherit.h"

#define MESSAGES 200 /* Wine stands still with 278 unread ones */

static HANDLE slot_new(DWORD timeout)
{
    return heirloom(CreateMailslotA(slot_name(), 0, timeout, NULL));
}

static HANDLE event_new(void)
{
    return heirloom(CreateEventA(NULL, FALSE, FALSE, NULL));
}

static HANDLE writer_new(void)
{
    HANDLE writer = CreateFileA(slot_name(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                NULL, OPEN_EXISTING, 0, NULL);

    CHECK(writer != INVALID_HANDLE_VALUE);
    return writer;
}

static void put(HANDLE writer, DWORD number)
{
    DWORD count;

    CHECK(WriteFile(writer, &number, sizeof(number), &count, NULL));
    CHECK_U32(count, sizeof(number));
}

static DWORD take(HANDLE slot)
{
    DWORD number = 77, count;

    CHECK(ReadFile(slot, &number, sizeof(number), &count, NULL));
    CHECK_U32(count, sizeof(number));
    return number;
}

static DWORD count_of(HANDLE slot)
{
    DWORD count;

    CHECK(GetMailslotInfo(slot, NULL, NULL, &count, NULL));
    return count;
}

/* The slot is gone: nobody can open it, and it can be made again. */
static void check_name_is_free(void)
{
    CHECK_ERR(CreateFileA(slot_name(), GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0,
                          NULL) != INVALID_HANDLE_VALUE,
              ERROR_FILE_NOT_FOUND);
    CHECK(CloseHandle(CreateMailslotA(slot_name(), 0, 0, NULL)));
}

/* ---- who gets what ---- */

ROLE(takes_1_and_2)
{
    HANDLE slot = next_handle(&argument);

    CHECK_U32(take(slot), 1);
    CHECK_U32(take(slot), 2);
    CHECK_U32(count_of(slot), 1);
    return 0;
}

TEST(what_a_child_has_read_is_gone_for_its_parent)
{
    HANDLE slot = slot_new(5000), writer = writer_new();
    DWORD i;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    for (i = 1; i <= 3; i++)
        put(writer, i);
    CHECK_U32(wait_role(spawn_heir(takes_1_and_2, slot, NULL)), 0);
    CHECK_U32(count_of(slot), 1);
    CHECK_U32(take(slot), 3);
    put(writer, 4);
    CHECK_U32(take(slot), 4);
}

TEST(messages_of_writers_that_have_gone_are_handed_on_in_order)
{
    HANDLE slot = slot_new(5000), first = writer_new(), second = writer_new(), third = writer_new();

    NEEDS_A_KERNEL_OF_ITS_OWN();
    put(first, 1);
    put(third, 2);
    put(second, 3);
    CHECK(CloseHandle(first));
    CHECK(CloseHandle(second));
    WINE_DIFFERS("the first message alone is counted");
    CHECK_U32(count_of(slot), 3);
    CHECK_U32(wait_role(spawn_heir(takes_1_and_2, slot, NULL)), 0);
    put(third, 4);
    CHECK_U32(take(slot), 3);
    CHECK_U32(take(slot), 4);
}

ROLE(takes_one_of_two)
{
    HANDLE slot = next_handle(&argument);

    return take(slot) == 2 ? 0 : 1;
}

TEST(the_order_of_arrival_holds_for_a_child)
{
    HANDLE slot = slot_new(5000), first = writer_new(), second = writer_new();

    NEEDS_A_KERNEL_OF_ITS_OWN();
    put(second, 1);
    CHECK_U32(take(slot), 1);
    put(first, 2);
    put(second, 3);
    CHECK_U32(wait_role(spawn_heir(takes_one_of_two, slot, NULL)), 0);
    CHECK_U32(take(slot), 3);
}

#define THE_END 0xFFFFFFFF

static DWORD WINAPI sum_until_the_end(LPVOID slot)
{
    DWORD sum = 0, number;

    while ((number = take(slot)) != THE_END)
        sum += number;
    return sum;
}

ROLE(sums_until_the_end)
{
    ExitProcess(sum_until_the_end(next_handle(&argument)));
}

ROLE(writes_many)
{
    HANDLE writer = CreateFileA(argument, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                OPEN_EXISTING, 0, NULL);
    DWORD i;

    for (i = 1; i <= MESSAGES; i++)
        put(writer, i);
    return 0;
}

TEST(each_message_goes_to_one_of_many_processes)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    HANDLE slot = slot_new(15000), thread = CreateThread(NULL, 0, sum_until_the_end, slot, 0, NULL);
    PROCESS readers[3], writers[3];
    DWORD i, code, sum;
    HANDLE writer;

    for (i = 0; i < 3; i++)
        readers[i] = spawn_heir(sums_until_the_end, slot, NULL);
    for (i = 0; i < 3; i++)
        writers[i] = spawn_role(writes_many, slot_name());
    for (i = 0; i < 3; i++)
        CHECK_U32(wait_role(writers[i]), 0);
    writer = writer_new();
    for (i = 0; i < 4; i++)
        put(writer, THE_END);
    CHECK_U32(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &sum));
    for (i = 0; i < 3; i++) {
        CHECK_U32(WaitForSingleObject(readers[i].handle, 10000), WAIT_OBJECT_0);
        CHECK(GetExitCodeProcess(readers[i].handle, &code));
        sum += code;
    }
    CHECK_U32(sum, 3 * MESSAGES * (MESSAGES + 1) / 2);
}

/* ---- waiting ---- */

ROLE(waits_for_one)
{
    HANDLE slot = next_handle(&argument);

    return take(slot) == 5 ? 0 : 1;
}

TEST(a_child_that_waits_gets_the_message_of_a_writer_that_comes_later)
{
    HANDLE slot = slot_new(10000), writer;
    PROCESS child;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    child = spawn_heir(waits_for_one, slot, NULL);
    Sleep(200);
    writer = writer_new();
    put(writer, 5);
    CHECK_U32(wait_role(child), 0);
    CHECK_U32(count_of(slot), 0);
}

static DWORD WINAPI take_in_thread(LPVOID slot)
{
    return take(slot);
}

TEST(parent_and_child_may_both_wait)
{
    HANDLE slot = slot_new(10000), writer = writer_new(), thread;
    PROCESS child;
    DWORD code;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    thread = CreateThread(NULL, 0, take_in_thread, slot, 0, NULL);
    CHECK(thread_is_blocked(thread));
    child = spawn_heir(waits_for_one, slot, NULL);
    Sleep(200);
    put(writer, 5);
    put(writer, 5);
    CHECK_U32(wait_role(child), 0);
    CHECK_U32(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, 5);
}

ROLE(reads_overlapped)
{
    HANDLE slot = next_handle(&argument), began = next_handle(&argument);
    OVERLAPPED overlapped;
    DWORD number, count;

    memset(&overlapped, 0, sizeof(overlapped));
    overlapped.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    CHECK_ERR(ReadFile(slot, &number, sizeof(number), NULL, &overlapped), ERROR_IO_PENDING);
    CHECK(SetEvent(began));
    wait_for(overlapped.hEvent);
    CHECK(GetOverlappedResult(slot, &overlapped, &count, FALSE));
    CHECK_U32(count, sizeof(number));
    CHECK_U32(number, 9);
    return 0;
}

TEST(a_childs_overlapped_read_ends_when_a_message_comes)
{
    HANDLE slot = slot_new(10000), writer = writer_new(), began = event_new();
    PROCESS child;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    WINE_DIFFERS("reads of a slot do not pend");
    child = spawn_heir(reads_overlapped, slot, began);
    wait_for(began);
    put(writer, 9);
    CHECK_U32(wait_role(child), 0);
}

ROLE(finds_nothing)
{
    HANDLE slot = next_handle(&argument);
    DWORD begin = GetTickCount(), number, count;

    CHECK_ERR(ReadFile(slot, &number, sizeof(number), &count, NULL), ERROR_SEM_TIMEOUT);
    CHECK(GetTickCount() - begin >= 250);
    return 0;
}

ROLE(takes_the_timeout_away)
{
    CHECK(SetMailslotInfo(next_handle(&argument), 0));
    return 0;
}

TEST(the_timeout_is_one_for_all)
{
    HANDLE slot = slot_new(300);
    DWORD timeout, begin, number, count;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    CHECK_U32(wait_role(spawn_heir(finds_nothing, slot, NULL)), 0);
    CHECK(SetMailslotInfo(slot, 8000));
    CHECK_U32(wait_role(spawn_heir(takes_the_timeout_away, slot, NULL)), 0);
    CHECK(GetMailslotInfo(slot, NULL, NULL, NULL, &timeout));
    CHECK_U32(timeout, 0);
    begin = GetTickCount();
    CHECK_ERR(ReadFile(slot, &number, sizeof(number), &count, NULL), ERROR_SEM_TIMEOUT);
    CHECK(GetTickCount() - begin < 6000);
}

#ifdef __TRANSOM__
ROLE(takes_one)
{
    HANDLE slot = next_handle(&argument), results = next_handle(&argument);

    put(results, take(slot));
    return 0;
}

TEST(programs_that_a_shell_starts_have_the_slot_as_well)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    HANDLE slot = slot_new(5000), writer = writer_new(), results_in, results_out;

    CHECK(CreatePipe(&results_in, &results_out, NULL, 0));
    put(writer, 1);
    put(writer, 2);
    CHECK_U32(wait_role(spawn_heirs_by_shell(takes_one, slot, heirloom(results_out))), 0);
    CHECK_U32(take(results_in), 1);
    CHECK_U32(take(results_in), 2);
}
#endif

/* ---- how long it lives ---- */

ROLE(keeps_the_slot)
{
    HANDLE slot = next_handle(&argument), go = next_handle(&argument);

    wait_for(go);
    CHECK_U32(take(slot), 1);
    CHECK_U32(take(slot), 2);
    CHECK(CloseHandle(slot));
    wait_for(go);
    return 0;
}

TEST(a_slot_lives_in_a_child_and_ends_with_its_last_handle)
{
    HANDLE slot = slot_new(5000), writer = writer_new(), go = event_new();
    PROCESS child;
    DWORD i, count;
    BOOL failed = FALSE;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    child = spawn_heir(keeps_the_slot, slot, go);
    put(writer, 1);
    CHECK(CloseHandle(slot));
    WINE_DIFFERS("a slot lives as long as its writers");
    put(writer, 2);
    CHECK(CreateMailslotA(slot_name(), 0, 0, NULL) == INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_ALREADY_EXISTS);
    CHECK(CloseHandle(writer_new()));
    CHECK(SetEvent(go));
    for (i = 0; i < 1000 && !failed; i++) {
        failed = !WriteFile(writer, &i, 0, &count, NULL);
        Sleep(10);
    }
    CHECK(failed);
    check_name_is_free();
    CHECK(SetEvent(go));
    CHECK_U32(wait_role(child), 0);
}

ROLE(reads_for_ever)
{
    HANDLE slot = next_handle(&argument), began = next_handle(&argument);

    CHECK(SetEvent(began));
    while (take(slot))
        ;
    return 0;
}

TEST(a_killed_reader_leaves_the_slot_to_the_others)
{
    HANDLE slot = slot_new(5000), began = event_new(), writer = writer_new();
    PROCESS child;
    DWORD i;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    WINE_DIFFERS("a slot lives as long as its writers");
    for (i = 0; i < 10; i++) {
        child = spawn_heir(reads_for_ever, slot, began);
        wait_for(began);
        put(writer, 1);
        put(writer, 1);
        kill_role(child);
        while (count_of(slot))
            CHECK_U32(take(slot), 1);
        put(writer, 2);
        CHECK_U32(take(slot), 2);
    }
    CHECK(CloseHandle(slot));
    check_name_is_free();
}

ROLE(tells_and_waits_for_one)
{
    HANDLE slot = next_handle(&argument);

    CHECK(SetEvent(next_handle(&argument)));
    return take(slot) == 5 ? 0 : 1;
}

/* The event is called like the slot. */
ROLE(creates_and_lets_its_child_read)
{
    HANDLE slot = heirloom(CreateMailslotA(argument, 0, 10000, NULL));

    spawn_heir(tells_and_waits_for_one, slot,
               heirloom(OpenEventA(EVENT_MODIFY_STATE, FALSE, argument + 13)));
    hang();
    return 0;
}

TEST(a_slot_outlives_its_creator_in_a_child)
{
    HANDLE writer, is_there = CreateEventA(NULL, TRUE, FALSE, slot_name() + 13);
    PROCESS creator;
    DWORD i, count;
    BOOL failed = FALSE;

    CHECK(is_there != NULL);
    NEEDS_A_KERNEL_OF_ITS_OWN();
    WINE_DIFFERS("a slot lives as long as its writers");
    creator = spawn_role(creates_and_lets_its_child_read, slot_name());
    wait_for(is_there);
    writer = CreateFileA(slot_name(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                         OPEN_EXISTING, 0, NULL);
    CHECK(writer != INVALID_HANDLE_VALUE);
    kill_role(creator);
    CHECK(CreateMailslotA(slot_name(), 0, 0, NULL) == INVALID_HANDLE_VALUE);
    put(writer, 5);
    /* The child reads it and ends, and with it the slot. */
    for (i = 0; i < 1000 && !failed; i++, Sleep(10))
        failed = !WriteFile(writer, &i, 0, &count, NULL);
    CHECK(failed);
    check_name_is_free();
}

/* ---- duplicated ---- */

/* "process handle" */
ROLE(fetches_the_slot)
{
    HANDLE parent = OpenProcess(PROCESS_DUP_HANDLE, FALSE, (DWORD)strtoul(argument, NULL, 10));
    HANDLE slot;

    CHECK(parent != NULL);
    CHECK(DuplicateHandle(parent, (HANDLE)(ULONG_PTR)strtoul(strchr(argument, ' ') + 1, NULL, 10),
                          GetCurrentProcess(), &slot, 0, FALSE, DUPLICATE_SAME_ACCESS));
    CHECK_U32(take(slot), 1);
    CHECK_ERR(WriteFile(slot, "x", 1, &(DWORD){0}, NULL), ERROR_ACCESS_DENIED);
    return 0;
}

TEST(a_slot_is_duplicated_into_another_process)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 5000, NULL), writer = writer_new();
    char argument[64];

    NEEDS_A_KERNEL_OF_ITS_OWN();
    put(writer, 1);
    put(writer, 2);
    snprintf(argument, sizeof(argument), "%lu %lu", (unsigned long)GetCurrentProcessId(),
             (unsigned long)(ULONG_PTR)slot);
    CHECK_U32(wait_role(spawn_role(fetches_the_slot, argument)), 0);
    CHECK_U32(take(slot), 2);
}

ROLE(reads_what_it_is_given)
{
    HANDLE given = next_handle(&argument), has_given = next_handle(&argument);
    char text[32] = "";
    DWORD count;
    const char *at = text;

    wait_for(has_given);
    CHECK(ReadFile(given, text, sizeof(text) - 1, &count, NULL));
    return take(next_handle(&at)) == 1 ? 0 : 1;
}

TEST(a_slot_that_was_given_away_with_its_last_handle_goes_on)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 5000, NULL), writer = writer_new();
    HANDLE ready = event_new(), read_end, write_end, there;
    PROCESS child;
    char text[32];
    DWORD count;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    put(writer, 1);
    CHECK(CreatePipe(&read_end, &write_end, NULL, 0));
    child = spawn_heir(reads_what_it_is_given, heirloom(read_end), ready);
    CHECK(DuplicateHandle(GetCurrentProcess(), slot, child.handle, &there, 0, FALSE,
                          DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
    CHECK_ERR(GetMailslotInfo(slot, NULL, NULL, NULL, NULL), ERROR_INVALID_HANDLE);
    snprintf(text, sizeof(text), "%lx", (unsigned long)(ULONG_PTR)there);
    CHECK(WriteFile(write_end, text, (DWORD)strlen(text), &count, NULL));
    CHECK(SetEvent(ready));
    CHECK_U32(wait_role(child), 0);
    CHECK(CloseHandle(writer));
    check_name_is_free();
}
