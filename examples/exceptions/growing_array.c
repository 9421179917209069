/* SPDX-License-Identifier: MIT */
/*
 * Memory on demand: reserves a gigabyte and commits a page when it is touched first. The filter
 * repairs what was wrong and continues the instruction.
 */
#include <stdio.h>
#include <windows.h>

#define RESERVED ((SIZE_T)1 << 30)

static char *array;
static unsigned int pages;

static LONG commit_on_fault(EXCEPTION_POINTERS *pointers)
{
    EXCEPTION_RECORD *record = pointers->ExceptionRecord;
    ULONG_PTR address = record->ExceptionInformation[1];

    if (record->ExceptionCode != EXCEPTION_ACCESS_VIOLATION ||
        address - (ULONG_PTR)array >= RESERVED ||
        !VirtualAlloc((LPVOID)address, 1, MEM_COMMIT, PAGE_READWRITE))
        return EXCEPTION_CONTINUE_SEARCH;
    pages++;
    return EXCEPTION_CONTINUE_EXECUTION;
}

/* What is touched on demand is in a function of its own: the compiler need not know. */
static __attribute__((noinline)) void fill(char *at, size_t count, size_t step)
{
    size_t i;

    for (i = 0; i < count; i++)
        at[i * step] = 'x';
}

int main(void)
{
    array = VirtualAlloc(NULL, RESERVED, MEM_RESERVE, PAGE_NOACCESS);
    if (!array)
        return 1;
    __try {
        fill(array, 100, 100);
        fill(array + RESERVED / 2, 50, 4096);
    } __except (commit_on_fault(GetExceptionInformation())) {
        printf("not reached\n");
    }
    printf("%u pages of %u MiB are in use\n", pages, (unsigned int)(RESERVED >> 20));
    VirtualFree(array, 0, MEM_RELEASE);
    return 0;
}
