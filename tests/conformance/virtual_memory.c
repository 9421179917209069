/* SPDX-License-Identifier: MIT */
/* Reserved and committed memory, protections, guard pages. */
#include "exception_helpers.h"

#define PAGE     4096
#define GRANULE  65536
#define SOME_MIB (1 << 20)

static EXCEPTION_RECORD noted;

static int note(EXCEPTION_POINTERS *pointers)
{
    noted = *pointers->ExceptionRecord;
    return EXCEPTION_EXECUTE_HANDLER;
}

/* The code of the exception, 0 for none. */
static NOINLINE DWORD touch(char *address)
{
    volatile DWORD code = 0;

    __try {
        write_to((volatile int *)address);
    } __except (note(GetExceptionInformation())) {
        code = noted.ExceptionCode;
    }
    return code;
}

static NOINLINE DWORD look_at(char *address)
{
    volatile DWORD code = 0;

    __try {
        read_from((volatile int *)address);
    } __except (note(GetExceptionInformation())) {
        code = noted.ExceptionCode;
    }
    return code;
}

static char *reserve(SIZE_T size)
{
    char *memory = VirtualAlloc(NULL, size, MEM_RESERVE, PAGE_NOACCESS);

    CHECK(memory != NULL);
    return memory;
}

TEST(addresses_come_in_steps_of_64_kib)
{
    char *one = VirtualAlloc(NULL, 1, MEM_COMMIT, PAGE_READWRITE);
    char *two = VirtualAlloc(NULL, 1, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);

    CHECK(one != NULL && two != NULL && one != two);
    CHECK((ULONG_PTR)one % GRANULE == 0 && (ULONG_PTR)two % GRANULE == 0);
    CHECK(one[0] == 0 && one[PAGE - 1] == 0);
    CHECK_U32(touch(one), 0);
}

TEST(reserved_memory_cannot_be_touched_until_it_is_committed)
{
    char *memory = reserve(SOME_MIB);

    CHECK_U32(touch(memory + 5 * PAGE), EXCEPTION_ACCESS_VIOLATION);
    CHECK(VirtualAlloc(memory + 5 * PAGE + 7, 1, MEM_COMMIT, PAGE_READWRITE) == memory + 5 * PAGE);
    CHECK_U32(touch(memory + 5 * PAGE), 0);
    CHECK_U32(touch(memory + 4 * PAGE), EXCEPTION_ACCESS_VIOLATION);
    CHECK_U32(touch(memory + 6 * PAGE), EXCEPTION_ACCESS_VIOLATION);
}

TEST(committing_again_keeps_what_a_page_holds)
{
    char *memory = VirtualAlloc(NULL, PAGE, MEM_COMMIT, PAGE_READWRITE);

    memory[3] = 9;
    CHECK(VirtualAlloc(memory, PAGE, MEM_COMMIT, PAGE_READWRITE) == memory);
    CHECK(memory[3] == 9);
    CHECK(VirtualFree(memory, PAGE, MEM_DECOMMIT));
    CHECK_U32(touch(memory), EXCEPTION_ACCESS_VIOLATION);
    CHECK(VirtualAlloc(memory, PAGE, MEM_COMMIT, PAGE_READWRITE) == memory);
    CHECK(memory[3] == 0);
}

TEST(addresses_can_be_chosen_and_are_taken_once)
{
    char *memory = reserve(4 * GRANULE);

    NEEDS_A_KERNEL_OF_ITS_OWN();
    CHECK_ERR(VirtualAlloc(memory + GRANULE, PAGE, MEM_RESERVE, PAGE_NOACCESS),
              ERROR_INVALID_ADDRESS);
    CHECK(VirtualFree(memory, 0, MEM_RELEASE));
    CHECK(VirtualAlloc(memory + GRANULE + 100, PAGE, MEM_RESERVE, PAGE_NOACCESS) ==
          memory + GRANULE);
    CHECK(VirtualFree(memory + GRANULE, 0, MEM_RELEASE));
    CHECK_ERR(VirtualAlloc(memory, PAGE, MEM_COMMIT, PAGE_READWRITE), ERROR_INVALID_ADDRESS);
}

TEST(bad_arguments_are_refused)
{
    char *memory = reserve(SOME_MIB);
    DWORD before;

    CHECK_ERR(VirtualAlloc(NULL, 0, MEM_COMMIT, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    CHECK_ERR(VirtualAlloc(NULL, PAGE, 0, PAGE_READWRITE), ERROR_INVALID_PARAMETER);
    CHECK_ERR(VirtualAlloc(NULL, PAGE, MEM_COMMIT, 0), ERROR_INVALID_PARAMETER);
    CHECK_ERR(VirtualAlloc(NULL, PAGE, MEM_COMMIT, PAGE_READONLY | PAGE_READWRITE),
              ERROR_INVALID_PARAMETER);
    CHECK_ERR(VirtualFree(memory, PAGE, MEM_RELEASE), ERROR_INVALID_PARAMETER);
    CHECK_ERR(VirtualFree(memory, 0, MEM_RELEASE | MEM_DECOMMIT), ERROR_INVALID_PARAMETER);
    CHECK_ERR(VirtualFree(memory + GRANULE, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
    CHECK_ERR(VirtualProtect(memory, PAGE, PAGE_READWRITE, &before), ERROR_INVALID_ADDRESS);
    CHECK(VirtualAlloc(memory, PAGE, MEM_COMMIT, PAGE_READWRITE) == memory);
    CHECK_ERR(VirtualProtect(memory, PAGE, PAGE_READONLY, NULL), ERROR_NOACCESS);
    CHECK_ERR(VirtualProtect(memory, 2 * PAGE, PAGE_READONLY, &before), ERROR_INVALID_ADDRESS);
    CHECK_ERR(VirtualProtect(memory, PAGE, 0x77, &before), ERROR_INVALID_PARAMETER);
    CHECK(VirtualFree(memory, 0, MEM_RELEASE));
    WINE_DIFFERS("what is free already is a bad parameter");
    CHECK_ERR(VirtualFree(memory, 0, MEM_RELEASE), ERROR_INVALID_ADDRESS);
}

TEST(protections_are_obeyed)
{
    char *memory = VirtualAlloc(NULL, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE);
    DWORD before = 0;

    CHECK(VirtualProtect(memory + 10, 1, PAGE_READONLY, &before));
    CHECK_U32(before, PAGE_READWRITE);
    CHECK_U32(look_at(memory), 0);
    CHECK_U32(touch(memory), EXCEPTION_ACCESS_VIOLATION);
    CHECK(noted.ExceptionInformation[0] == EXCEPTION_WRITE_FAULT);
    CHECK(noted.ExceptionInformation[1] == (ULONG_PTR)memory);
    CHECK_U32(touch(memory + PAGE), 0);
    CHECK(VirtualProtect(memory, 2 * PAGE, PAGE_NOACCESS, &before));
    CHECK_U32(before, PAGE_READONLY);
    CHECK_U32(look_at(memory + PAGE), EXCEPTION_ACCESS_VIOLATION);
    CHECK(VirtualProtect(memory, PAGE, PAGE_EXECUTE_READWRITE, &before));
    CHECK_U32(before, PAGE_NOACCESS);
    CHECK_U32(touch(memory), 0);
}

TEST(a_guard_page_guards_once)
{
    char *memory =
        VirtualAlloc(NULL, 3 * PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD);
    MEMORY_BASIC_INFORMATION information;

    CHECK(VirtualQuery(memory, &information, sizeof(information)) == sizeof(information));
    CHECK_U32(information.Protect, PAGE_READWRITE | PAGE_GUARD);
    CHECK_U32(look_at(memory + PAGE + 100), EXCEPTION_GUARD_PAGE);
    CHECK_U32(noted.NumberParameters, 2);
    CHECK(noted.ExceptionInformation[0] == EXCEPTION_READ_FAULT);
    CHECK(noted.ExceptionInformation[1] == (ULONG_PTR)(memory + PAGE + 100));
    CHECK(VirtualQuery(memory + PAGE, &information, sizeof(information)) == sizeof(information));
    CHECK_U32(information.Protect, PAGE_READWRITE);
    CHECK_U32((DWORD)information.RegionSize, PAGE);
    CHECK_U32(look_at(memory + PAGE + 100), 0);
    CHECK_U32(touch(memory), EXCEPTION_GUARD_PAGE);
    CHECK(noted.ExceptionInformation[0] == EXCEPTION_WRITE_FAULT);
    CHECK_U32(touch(memory), 0);
}

static char *growing;
static int committed_pages;

static int commit_page(EXCEPTION_POINTERS *pointers)
{
    ULONG_PTR address = pointers->ExceptionRecord->ExceptionInformation[1];

    if (pointers->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION ||
        address - (ULONG_PTR)growing >= SOME_MIB)
        return EXCEPTION_CONTINUE_SEARCH;
    if (!VirtualAlloc((LPVOID)address, 1, MEM_COMMIT, PAGE_READWRITE))
        return EXCEPTION_CONTINUE_SEARCH;
    committed_pages++;
    return EXCEPTION_CONTINUE_EXECUTION;
}

TEST(pages_are_committed_when_they_are_touched)
{
    volatile int i;

    growing = reserve(SOME_MIB);
    __try {
        for (i = 0; i < SOME_MIB / (int)sizeof(int); i = i + 100)
            write_to((volatile int *)growing + i);
    } __except (commit_page(GetExceptionInformation())) {
        mark('x');
    }
    CHECK(committed_pages == SOME_MIB / PAGE);
    CHECK_TRAIL("");
}

TEST(a_query_tells_state_and_extent)
{
    char *memory = reserve(16 * PAGE);
    MEMORY_BASIC_INFORMATION information;

    CHECK(VirtualAlloc(memory + 2 * PAGE, 3 * PAGE, MEM_COMMIT, PAGE_READWRITE) != NULL);
    CHECK(VirtualQuery(memory + 10, &information, sizeof(information)) == sizeof(information));
    CHECK(information.BaseAddress == memory && information.AllocationBase == memory);
    CHECK_U32(information.State, MEM_RESERVE);
    CHECK_U32(information.Protect, 0);
    CHECK_U32(information.Type, MEM_PRIVATE);
    CHECK_U32(information.AllocationProtect, PAGE_NOACCESS);
    CHECK_U32((DWORD)information.RegionSize, 2 * PAGE);
    CHECK(VirtualQuery(memory + 3 * PAGE, &information, sizeof(information)) != 0);
    CHECK(information.BaseAddress == memory + 3 * PAGE && information.AllocationBase == memory);
    CHECK_U32(information.State, MEM_COMMIT);
    CHECK_U32(information.Protect, PAGE_READWRITE);
    CHECK_U32((DWORD)information.RegionSize, 2 * PAGE);
    CHECK(VirtualFree(memory, 0, MEM_RELEASE));
    CHECK(VirtualQuery(memory, &information, sizeof(information)) != 0);
    CHECK_U32(information.State, MEM_FREE);
    CHECK_U32(information.Protect, PAGE_NOACCESS);
    CHECK(information.AllocationBase == NULL);
    CHECK(VirtualQuery((LPCVOID)(ULONG_PTR)&trail, &information, sizeof(information)) != 0);
    CHECK_U32(information.State, MEM_COMMIT);
    CHECK(information.Protect == PAGE_READWRITE || information.Protect == PAGE_WRITECOPY);
    CHECK_U32((DWORD)VirtualQuery((LPCVOID) ~(ULONG_PTR)0, &information, sizeof(information)), 0);
    SetLastError(0);
    CHECK_U32((DWORD)VirtualQuery(memory, &information, 8), 0);
    CHECK_U32(GetLastError(), ERROR_BAD_LENGTH);
}

TEST(code_and_data_can_be_protected_too)
{
    static char __attribute__((aligned(PAGE))) data[2 * PAGE];
    DWORD before = 0;

    CHECK(VirtualProtect(data, PAGE, PAGE_READONLY, &before));
    CHECK(before == PAGE_READWRITE || before == PAGE_WRITECOPY);
    CHECK_U32(touch(data), EXCEPTION_ACCESS_VIOLATION);
    CHECK(VirtualProtect(data, PAGE, PAGE_READWRITE, &before));
    CHECK_U32(before, PAGE_READONLY);
    CHECK_U32(touch(data), 0);
}

TEST(pages_are_locked_and_unlocked)
{
    char *memory = VirtualAlloc(NULL, 4 * PAGE, MEM_COMMIT, PAGE_READWRITE);

    CHECK(VirtualLock(memory, 2 * PAGE));
    CHECK(VirtualUnlock(memory, 2 * PAGE));
    CHECK_WINE_DIFFERS(!VirtualUnlock(memory, 2 * PAGE) && GetLastError() == ERROR_NOT_LOCKED,
                       "what is not locked can be unlocked");
}

TEST(large_reservations_cost_nothing)
{
    char *memory = reserve((SIZE_T)64 << 30);

    CHECK(VirtualAlloc(memory + ((SIZE_T)50 << 30), PAGE, MEM_COMMIT, PAGE_READWRITE) != NULL);
    CHECK_U32(touch(memory + ((SIZE_T)50 << 30)), 0);
    CHECK(VirtualFree(memory, 0, MEM_RELEASE));
}
