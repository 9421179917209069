/* SPDX-License-Identifier: MIT */
/* Heaps. libtransom-crt has the functions. */
#ifndef TRANSOM_HEAPAPI_H
#define TRANSOM_HEAPAPI_H

#include <minwindef.h>
#include <minwinbase.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The heap that every process has. Not to be destroyed. SDK: GetProcessHeap. */
WINBASEAPI HANDLE WINAPI GetProcessHeap(void);

/*
 * Makes a heap; sizes are in bytes, a maximum of 0 means no limit. NULL on failure. The caller
 * destroys it. SDK: HeapCreate.
 */
WINBASEAPI HANDLE WINAPI HeapCreate(DWORD flOptions, SIZE_T dwInitialSize, SIZE_T dwMaximumSize);

/* Frees a heap with all its blocks. SDK: HeapDestroy. */
WINBASEAPI BOOL WINAPI HeapDestroy(HANDLE hHeap);

/*
 * Takes a block of so many bytes, cleared with HEAP_ZERO_MEMORY. NULL on failure, and the last
 * error is not set. SDK: HeapAlloc.
 */
WINBASEAPI LPVOID WINAPI HeapAlloc(HANDLE hHeap, DWORD dwFlags, SIZE_T dwBytes);

/*
 * Changes the size of a block, which may move unless HEAP_REALLOC_IN_PLACE_ONLY is given. On
 * failure NULL, and the old block stays as it is. SDK: HeapReAlloc.
 */
WINBASEAPI LPVOID WINAPI HeapReAlloc(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem, SIZE_T dwBytes);

/* Gives a block back. NULL is allowed. SDK: HeapFree. */
WINBASEAPI BOOL WINAPI HeapFree(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem);

/* The size of a block in bytes, as asked for; (SIZE_T)-1 on failure. SDK: HeapSize. */
WINBASEAPI SIZE_T WINAPI HeapSize(HANDLE hHeap, DWORD dwFlags, LPCVOID lpMem);

#ifdef __cplusplus
}
#endif

#endif
