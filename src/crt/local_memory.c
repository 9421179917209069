/* SPDX-License-Identifier: MIT */
/*
 * Local and global memory, which have been the same for long
 *
 * A handle is the address itself, so that locking finds it and unlocking has nothing to do.
 *
 * Windows: unlocking memory that cannot move is TRUE, and never counts.
 */
#include <winbase.h>
#include <winerror.h>

#include <malloc.h>

static SIZE_T size_of(HANDLE memory)
{
    if (!memory) {
        SetLastError(ERROR_INVALID_HANDLE);
        return 0;
    }
    return malloc_usable_size(memory);
}

SIZE_T LocalSize(HLOCAL memory)
{
    return size_of(memory);
}

SIZE_T GlobalSize(HGLOBAL memory)
{
    return size_of(memory);
}

HGLOBAL GlobalAlloc(UINT flags, SIZE_T size)
{
    return LocalAlloc(flags, size);
}

HGLOBAL GlobalFree(HGLOBAL memory)
{
    return LocalFree(memory);
}

static void *lock(HANDLE memory)
{
    if (!memory) {
        SetLastError(ERROR_INVALID_HANDLE);
    }
    return memory;
}

LPVOID LocalLock(HLOCAL memory)
{
    return lock(memory);
}

LPVOID GlobalLock(HGLOBAL memory)
{
    return lock(memory);
}

BOOL LocalUnlock(HLOCAL memory)
{
    return lock(memory) != NULL;
}

BOOL GlobalUnlock(HGLOBAL memory)
{
    return lock(memory) != NULL;
}
