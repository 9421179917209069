/* SPDX-License-Identifier: MIT */
/* Address space: reserved, committed, protected, asked about. */
#ifndef TRANSOM_MEMORYAPI_H
#define TRANSOM_MEMORYAPI_H

#include <minwindef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Reserves addresses in steps of 64 KiB (MEM_RESERVE), gives them memory in pages (MEM_COMMIT), or
 * both; MEM_TOP_DOWN is accepted. NULL: anywhere. The address of the first page, or NULL. SDK:
 * VirtualAlloc.
 */
WINBASEAPI LPVOID WINAPI VirtualAlloc(LPVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType,
                                      DWORD flProtect);

/*
 * Takes memory from pages (MEM_DECOMMIT), or gives a whole allocation back (MEM_RELEASE, with size
 * 0). SDK: VirtualFree.
 */
WINBASEAPI BOOL WINAPI VirtualFree(LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType);

/*
 * Changes what may be done with committed pages, also of memory from elsewhere. The first touch of
 * a page with PAGE_GUARD is an exception, the second is none. SDK: VirtualProtect.
 */
WINBASEAPI BOOL WINAPI VirtualProtect(LPVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect,
                                      PDWORD lpflOldProtect);

/* What is at an address, and for how far; the size of the answer, or 0. SDK: VirtualQuery. */
WINBASEAPI SIZE_T WINAPI VirtualQuery(LPCVOID lpAddress, PMEMORY_BASIC_INFORMATION lpBuffer,
                                      SIZE_T dwLength);

/* Keeps committed pages in memory, as far as RLIMIT_MEMLOCK allows. SDK: VirtualLock. */
WINBASEAPI BOOL WINAPI VirtualLock(LPVOID lpAddress, SIZE_T dwSize);

/* SDK: VirtualUnlock. */
WINBASEAPI BOOL WINAPI VirtualUnlock(LPVOID lpAddress, SIZE_T dwSize);

#ifdef __cplusplus
}
#endif

#endif
