/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include "memory/virtual.h"
#include "seh/fault.h"

/* Only who makes guard pages has faults looked at for them. */
static void watch_guards(DWORD protection)
{
    if (protection & PAGE_GUARD)
        tsm_fault_set_page_rule(tsm_virtual_on_fault);
}

LPVOID WINAPI VirtualAlloc(LPVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType, DWORD flProtect)
{
    uintptr_t at = (uintptr_t)lpAddress;

    watch_guards(flProtect);
    if (!tsm_return(tsm_virtual_alloc(&at, dwSize, flAllocationType, flProtect)))
        return NULL;
    return (LPVOID)at;
}

BOOL WINAPI VirtualFree(LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType)
{
    return tsm_return(tsm_virtual_free((uintptr_t)lpAddress, dwSize, dwFreeType));
}

BOOL WINAPI VirtualProtect(LPVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect,
                           PDWORD lpflOldProtect)
{
    uint32_t before;
    NTSTATUS status;

    if (!lpflOldProtect)
        return tsm_return(STATUS_ACCESS_VIOLATION);
    watch_guards(flNewProtect);
    status = tsm_virtual_protect((uintptr_t)lpAddress, dwSize, flNewProtect, &before);
    if (NT_SUCCESS(status))
        *lpflOldProtect = before;
    return tsm_return(status);
}

SIZE_T WINAPI VirtualQuery(LPCVOID lpAddress, PMEMORY_BASIC_INFORMATION lpBuffer, SIZE_T dwLength)
{
    MEMORY_BASIC_INFORMATION information;

    if (dwLength < sizeof(information)) {
        tsm_set_last_error(ERROR_BAD_LENGTH);
        return 0;
    }
    if (!tsm_return(tsm_virtual_query((uintptr_t)lpAddress, &information)))
        return 0;
    *lpBuffer = information;
    return sizeof(information);
}

BOOL WINAPI VirtualLock(LPVOID lpAddress, SIZE_T dwSize)
{
    return tsm_return(tsm_virtual_lock((uintptr_t)lpAddress, dwSize));
}

BOOL WINAPI VirtualUnlock(LPVOID lpAddress, SIZE_T dwSize)
{
    return tsm_return(tsm_virtual_unlock((uintptr_t)lpAddress, dwSize));
}
