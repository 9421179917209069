/* SPDX-License-Identifier: MIT */
/* Handles to mailslots in several processes. */
#include "conformance.h"

static HANDLE slot_new(BOOL is_inherited)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, is_inherited};
    HANDLE slot = CreateMailslotA(slot_name(), 0, 5000, &attributes);

    CHECK(slot != INVALID_HANDLE_VALUE);
    return slot;
}

static HANDLE writer_new(BOOL is_inherited)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, is_inherited};
    HANDLE writer = CreateFileA(slot_name(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                &attributes, OPEN_EXISTING, 0, NULL);

    CHECK(writer != INVALID_HANDLE_VALUE);
    return writer;
}

static HANDLE handle_of(const char *argument)
{
    return (HANDLE)(ULONG_PTR)strtoul(argument, NULL, 10);
}

static PROCESS spawn_with(HANDLE handle, const char *role)
{
    char argument[64];

    snprintf(argument, sizeof(argument), "%lu", (unsigned long)(ULONG_PTR)handle);
    return conformance_spawn_role(role, argument);
}

static void expect(HANDLE slot, const char *text)
{
    char message[100];
    DWORD count = 77;

    CHECK(ReadFile(slot, message, sizeof(message), &count, NULL));
    CHECK_U32(count, strlen(text));
    CHECK(memcmp(message, text, count) == 0);
}

static void put(HANDLE writer, const char *text)
{
    DWORD count = 77;

    CHECK(WriteFile(writer, text, (DWORD)strlen(text), &count, NULL));
    CHECK_U32(count, strlen(text));
}

ROLE(writes)
{
    put(handle_of(argument), "from the child");
    put(handle_of(argument), "twice");
    return EXIT_PASSED;
}

TEST(a_child_writes_to_what_it_inherits)
{
    HANDLE slot = slot_new(FALSE), writer = writer_new(TRUE);

    put(writer, "before");
    CHECK_U32(wait_role(spawn_with(writer, "writes")), 0);
    put(writer, "behind");
    expect(slot, "before");
    expect(slot, "from the child");
    expect(slot, "twice");
    expect(slot, "behind");
}

ROLE(has_no_such_handle)
{
    DWORD count;

    CHECK_ERR(WriteFile(handle_of(argument), "x", 1, &count, NULL), ERROR_INVALID_HANDLE);
    return EXIT_PASSED;
}

TEST(a_handle_that_is_not_inheritable_stays)
{
    slot_new(FALSE);
    CHECK_U32(wait_role(spawn_with(writer_new(FALSE), "has_no_such_handle")), 0);
}

TEST(an_inherited_writer_is_good_when_its_parents_handle_is_closed)
{
    HANDLE slot = slot_new(FALSE), writer = writer_new(TRUE);
    PROCESS child = spawn_with(writer, "writes");

    CHECK(CloseHandle(writer));
    expect(slot, "from the child");
    expect(slot, "twice");
    CHECK_U32(wait_role(child), 0);
}

ROLE(is_told_that_the_slot_has_gone)
{
    DWORD count;

    CHECK(!WriteFile(handle_of(argument), "x", 1, &count, NULL));
    return EXIT_PASSED;
}

TEST(an_inherited_writer_does_not_find_another_slot_of_the_name)
{
    HANDLE slot = slot_new(FALSE), writer = writer_new(TRUE);
    DWORD count;

    CHECK(CloseHandle(slot));
    WINE_DIFFERS("a slot lives as long as its writers");
    slot = slot_new(FALSE);
    CHECK_U32(wait_role(spawn_with(writer, "is_told_that_the_slot_has_gone")), 0);
    CHECK(GetMailslotInfo(slot, NULL, NULL, &count, NULL));
    CHECK_U32(count, 0);
}

/* "process handle" */
ROLE(fetches_a_writer)
{
    HANDLE parent = OpenProcess(PROCESS_DUP_HANDLE, FALSE, (DWORD)strtoul(argument, NULL, 10));
    HANDLE writer;

    CHECK(parent != NULL);
    CHECK(DuplicateHandle(parent, handle_of(strchr(argument, ' ') + 1), GetCurrentProcess(),
                          &writer, 0, FALSE, DUPLICATE_SAME_ACCESS));
    put(writer, "fetched");
    return EXIT_PASSED;
}

TEST(a_writer_is_duplicated_into_another_process)
{
    HANDLE slot = slot_new(FALSE), writer = writer_new(FALSE);
    char argument[64];

    snprintf(argument, sizeof(argument), "%lu %lu", (unsigned long)GetCurrentProcessId(),
             (unsigned long)(ULONG_PTR)writer);
    CHECK_U32(wait_role(spawn_role(fetches_a_writer, argument)), 0);
    expect(slot, "fetched");
}

TEST(a_duplicate_with_less_rights_cannot_write)
{
    HANDLE writer, copy;
    DWORD count;

    slot_new(FALSE);
    writer = writer_new(FALSE);
    CHECK(DuplicateHandle(GetCurrentProcess(), writer, GetCurrentProcess(), &copy, SYNCHRONIZE,
                          FALSE, 0));
    CHECK_ERR(WriteFile(copy, "x", 1, &count, NULL), ERROR_ACCESS_DENIED);
    CHECK(CloseHandle(writer));
}

TEST(a_writers_duplicate_goes_on)
{
    HANDLE slot = slot_new(FALSE), writer = writer_new(FALSE), copy;

    CHECK(DuplicateHandle(GetCurrentProcess(), writer, GetCurrentProcess(), &copy, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    CHECK(CloseHandle(writer));
    put(copy, "goes on");
    expect(slot, "goes on");
}

/* ---- the slot itself ---- */

ROLE(reads)
{
    expect(handle_of(argument), "first");
    return EXIT_PASSED;
}

TEST(a_child_reads_the_slot_that_it_inherits)
{
    HANDLE slot = slot_new(TRUE), writer = writer_new(FALSE);

    NEEDS_A_KERNEL_OF_ITS_OWN();
    put(writer, "first");
    put(writer, "second");
    WINE_DIFFERS("a slot is not inherited");
    CHECK_U32(wait_role(spawn_with(slot, "reads")), 0);
    expect(slot, "second");
}

ROLE(has_a_slot)
{
    hang();
    return EXIT_PASSED;
}

TEST(an_inherited_slot_keeps_its_name)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    HANDLE slot = slot_new(TRUE);
    PROCESS child = spawn_with(slot, "has_a_slot");

    CHECK(CloseHandle(slot));
    WINE_DIFFERS("a slot is not inherited");
    CHECK(CreateMailslotA(slot_name(), 0, 0, NULL) == INVALID_HANDLE_VALUE);
    kill_role(child);
}
