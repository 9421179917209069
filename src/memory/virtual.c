/* SPDX-License-Identifier: MIT */
/*
 * Virtual memory
 *
 * A reservation is a mapping without access; committing gives its pages the access that was asked
 * for. What the kernel does not keep (which page is committed, or a guard) stands in the page map.
 *
 * Locking:   the mutex for everything but guard bits, which a fault takes away with one exchange.
 * Windows:   addresses are given out in steps of 64 KiB, memory in pages; committing again changes
 *            the protection and keeps what the page holds; decommitting does not.
 */
#include "memory/virtual.h"

#include <pthread.h>

#include "base/macros.h"
#include "memory/page_map.h"
#include "os/pages.h"

#define LOWEST_ADDRESS  ((uintptr_t)0x10000)
#define HIGHEST_ADDRESS ((uintptr_t)0x7ffffffeffff)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* The number of a protection is that of its bit, from 1. */
static uint8_t number_of(uint32_t protection)
{
    return (uint8_t)(1 + __builtin_ctz(protection));
}

static uint32_t protection_of(uint8_t byte)
{
    uint32_t number = byte & TSM_PAGE_PROTECTION;

    return number ? 1u << (number - 1) | (byte & TSM_PAGE_GUARD ? PAGE_GUARD : 0) : 0;
}

static unsigned int access_of(uint32_t protection)
{
    if (protection & PAGE_GUARD)
        return TSM_PAGES_NONE;
    switch (protection) {
    case PAGE_READONLY:
        return TSM_PAGES_READ;
    case PAGE_READWRITE:
    case PAGE_WRITECOPY:
        return TSM_PAGES_READ | TSM_PAGES_WRITE;
    case PAGE_EXECUTE:
        return TSM_PAGES_EXECUTE;
    case PAGE_EXECUTE_READ:
        return TSM_PAGES_READ | TSM_PAGES_EXECUTE;
    case PAGE_EXECUTE_READWRITE:
    case PAGE_EXECUTE_WRITECOPY:
        return TSM_PAGES_READ | TSM_PAGES_WRITE | TSM_PAGES_EXECUTE;
    default:
        return TSM_PAGES_NONE;
    }
}

/* One protection, and not with modifiers that contradict it; caching is the system's affair. */
static bool is_protection(uint32_t *protection)
{
    uint32_t plain = *protection & 0xFF;

    if (*protection & ~(0xFFu | PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE) || plain == 0 ||
        plain & (plain - 1) || plain == PAGE_WRITECOPY || plain == PAGE_EXECUTE_WRITECOPY)
        return false;
    if (plain == PAGE_NOACCESS && *protection != PAGE_NOACCESS)
        return false;
    *protection &= 0xFFu | PAGE_GUARD;
    return true;
}

/* Whole pages from at to its end; false if they go beyond what a program has. */
static bool to_pages(uintptr_t *at, size_t *size)
{
    uintptr_t begin = *at & ~(uintptr_t)(TSM_PAGE_SIZE - 1), end = *at + *size;

    if (end < *at || end > HIGHEST_ADDRESS + 1)
        return false;
    *size = tsm_align_up(end, TSM_PAGE_SIZE) - begin;
    *at = begin;
    return true;
}

static bool is_in_one_allocation_locked(uintptr_t at, size_t size)
{
    struct tsm_granule *granule = tsm_page_map_granule(at, false);

    return granule && granule->base && at + size <= granule->base + granule->size;
}

static void set_bytes_locked(uintptr_t at, size_t size, uint8_t byte)
{
    for (uintptr_t page = at; page < at + size; page += TSM_PAGE_SIZE)
        atomic_store(tsm_page_map_byte(page), byte);
}

static void set_granules_locked(uintptr_t at, size_t size, uintptr_t base, uint32_t protection)
{
    for (uintptr_t granule_at = at; granule_at < at + size; granule_at += TSM_GRANULE_SIZE) {
        struct tsm_granule *granule = tsm_page_map_granule(granule_at, false);

        if (!granule)
            continue;
        for (int i = 0; i < 16; i++)
            atomic_store(&granule->pages[i], 0);
        granule->base = base;
        granule->size = base ? size : 0;
        granule->first_protection = protection;
    }
}

/* The kernel says so, too, but not an emulator of it. */
static bool is_taken_locked(uintptr_t at, size_t size)
{
    for (uintptr_t granule_at = at; granule_at < at + size; granule_at += TSM_GRANULE_SIZE) {
        struct tsm_granule *granule = tsm_page_map_granule(granule_at, false);

        if (granule && granule->base)
            return true;
    }
    return false;
}

static NTSTATUS reserve_locked(uintptr_t *at, size_t size, uint32_t protection)
{
    NTSTATUS status;
    uintptr_t memory;

    if (*at && is_taken_locked(*at, size))
        return STATUS_CONFLICTING_ADDRESSES;
    status = tsm_pages_reserve(*at, size, TSM_GRANULE_SIZE, &memory);
    if (!NT_SUCCESS(status))
        return status;
    for (uintptr_t table = memory; table < memory + size;
         table = (table & ~(uintptr_t)0xFFFFFFFF) + 0x100000000)
        if (!tsm_page_map_granule(table, true)) {
            tsm_pages_release(memory, size);
            return STATUS_NO_MEMORY;
        }
    set_granules_locked(memory, size, memory, protection);
    *at = memory;
    return STATUS_SUCCESS;
}

static NTSTATUS commit_locked(uintptr_t at, size_t size, uint32_t protection)
{
    uint8_t flags = protection & PAGE_GUARD ? TSM_PAGE_GUARD : 0;
    NTSTATUS status;

    if (!is_in_one_allocation_locked(at, size))
        return STATUS_CONFLICTING_ADDRESSES;
    status = tsm_pages_protect(at, size, access_of(protection));
    if (NT_SUCCESS(status))
        set_bytes_locked(at, size, number_of(protection & 0xFF) | flags);
    return status;
}

NTSTATUS tsm_virtual_alloc(uintptr_t *at, size_t size, uint32_t type, uint32_t protection)
{
    uintptr_t begin = *at;
    NTSTATUS status = STATUS_SUCCESS;

    if (type & ~(uint32_t)(MEM_RESERVE | MEM_COMMIT | MEM_TOP_DOWN) ||
        !(type & (MEM_RESERVE | MEM_COMMIT)) || size == 0)
        return STATUS_INVALID_PARAMETER;
    if (!is_protection(&protection))
        return STATUS_INVALID_PAGE_PROTECTION;
    if (begin && (begin < LOWEST_ADDRESS || begin > HIGHEST_ADDRESS))
        return STATUS_INVALID_PARAMETER;
    if (!begin)
        type |= MEM_RESERVE;
    if (begin && type & MEM_RESERVE) {
        size += begin & (TSM_GRANULE_SIZE - 1);
        begin &= ~(uintptr_t)(TSM_GRANULE_SIZE - 1);
    }
    if (!to_pages(&begin, &size))
        return begin ? STATUS_INVALID_PARAMETER : STATUS_NO_MEMORY;
    pthread_mutex_lock(&mutex);
    if (type & MEM_RESERVE)
        status = reserve_locked(&begin, size, protection);
    if (NT_SUCCESS(status) && type & MEM_COMMIT) {
        status = commit_locked(begin, size, protection);
        if (!NT_SUCCESS(status) && type & MEM_RESERVE) {
            set_granules_locked(begin, size, 0, 0);
            tsm_pages_release(begin, size);
        }
    }
    pthread_mutex_unlock(&mutex);
    if (NT_SUCCESS(status))
        *at = begin;
    return status;
}

static NTSTATUS release_locked(uintptr_t at)
{
    struct tsm_granule *granule = tsm_page_map_granule(at, false);

    if (!granule || !granule->base)
        return STATUS_MEMORY_NOT_ALLOCATED;
    if (granule->base != at)
        return STATUS_FREE_VM_NOT_AT_BASE;

    size_t size = granule->size;

    set_granules_locked(at, size, 0, 0);
    tsm_pages_release(at, size);
    return STATUS_SUCCESS;
}

static NTSTATUS decommit_locked(uintptr_t at, size_t size)
{
    struct tsm_granule *granule = tsm_page_map_granule(at, false);
    NTSTATUS status;

    if (!granule || !granule->base)
        return STATUS_MEMORY_NOT_ALLOCATED;
    if (size == 0) {
        if (granule->base != at)
            return STATUS_FREE_VM_NOT_AT_BASE;
        size = granule->size;
    }
    if (!to_pages(&at, &size) || !is_in_one_allocation_locked(at, size))
        return STATUS_UNABLE_TO_FREE_VM;
    status = tsm_pages_protect(at, size, TSM_PAGES_NONE);
    if (!NT_SUCCESS(status))
        return status;
    set_bytes_locked(at, size, 0);
    tsm_pages_discard(at, size);
    return STATUS_SUCCESS;
}

NTSTATUS tsm_virtual_free(uintptr_t at, size_t size, uint32_t type)
{
    NTSTATUS status;

    if ((type != MEM_DECOMMIT && type != MEM_RELEASE) || (type == MEM_RELEASE && size != 0))
        return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&mutex);
    status = type == MEM_RELEASE ? release_locked(at & ~(uintptr_t)(TSM_PAGE_SIZE - 1))
                                 : decommit_locked(at, size);
    pthread_mutex_unlock(&mutex);
    return status;
}

/* ---- memory that the program has from elsewhere: its stacks, its heap, its files ---- */

static uint32_t protection_of_mapping(const struct tsm_pages_mapping *mapping)
{
    bool writes = mapping->access & TSM_PAGES_WRITE, reads = mapping->access & TSM_PAGES_READ;

    if (mapping->access & TSM_PAGES_EXECUTE)
        return writes ? PAGE_EXECUTE_READWRITE : reads ? PAGE_EXECUTE_READ : PAGE_EXECUTE;
    return writes ? PAGE_READWRITE : reads ? PAGE_READONLY : PAGE_NOACCESS;
}

static NTSTATUS protect_foreign(uintptr_t at, size_t size, uint32_t protection, uint32_t *before)
{
    struct tsm_pages_mapping mapping;
    NTSTATUS status = tsm_pages_find(at, &mapping);

    if (!NT_SUCCESS(status))
        return status;
    if (!mapping.is_mapped)
        return STATUS_CONFLICTING_ADDRESSES;
    if (protection & PAGE_GUARD)
        return STATUS_NOT_SUPPORTED;
    *before = protection_of_mapping(&mapping);
    status = tsm_pages_protect(at, size, access_of(protection));
    return status == STATUS_NO_MEMORY ? STATUS_CONFLICTING_ADDRESSES : status;
}

static NTSTATUS protect_own_locked(uintptr_t at, size_t size, uint32_t protection, uint32_t *before)
{
    for (uintptr_t page = at; page < at + size; page += TSM_PAGE_SIZE)
        if (!(atomic_load(tsm_page_map_byte(page)) & TSM_PAGE_PROTECTION))
            return STATUS_NOT_COMMITTED;
    *before = protection_of(atomic_load(tsm_page_map_byte(at)));
    return commit_locked(at, size, protection);
}

NTSTATUS tsm_virtual_protect(uintptr_t at, size_t size, uint32_t protection, uint32_t *before)
{
    struct tsm_granule *granule;
    NTSTATUS status;

    if (!is_protection(&protection))
        return STATUS_INVALID_PAGE_PROTECTION;
    if (size == 0 || !to_pages(&at, &size))
        return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&mutex);
    granule = tsm_page_map_granule(at, false);
    if (!granule || !granule->base)
        status = protect_foreign(at, size, protection, before);
    else if (!is_in_one_allocation_locked(at, size))
        status = STATUS_CONFLICTING_ADDRESSES;
    else
        status = protect_own_locked(at, size, protection, before);
    pthread_mutex_unlock(&mutex);
    return status;
}

/* ---- questions ---- */

static uint8_t attributes_of(uintptr_t page)
{
    return atomic_load(tsm_page_map_byte(page)) & (TSM_PAGE_PROTECTION | TSM_PAGE_GUARD);
}

static void query_own_locked(uintptr_t at, const struct tsm_granule *granule,
                             MEMORY_BASIC_INFORMATION *information)
{
    uint8_t attributes = attributes_of(at);
    uintptr_t end = at;

    while (end < granule->base + granule->size && attributes_of(end) == attributes)
        end += TSM_PAGE_SIZE;
    information->AllocationBase = (PVOID)granule->base;
    information->AllocationProtect = granule->first_protection;
    information->RegionSize = end - at;
    information->State = attributes ? MEM_COMMIT : MEM_RESERVE;
    information->Protect = protection_of(attributes);
    information->Type = MEM_PRIVATE;
}

static NTSTATUS query_foreign(uintptr_t at, MEMORY_BASIC_INFORMATION *information)
{
    struct tsm_pages_mapping mapping;
    NTSTATUS status = tsm_pages_find(at, &mapping);

    if (!NT_SUCCESS(status))
        return status;
    information->RegionSize = mapping.end - at;
    if (!mapping.is_mapped) {
        information->State = MEM_FREE;
        information->Protect = PAGE_NOACCESS;
        return STATUS_SUCCESS;
    }
    information->AllocationBase = (PVOID)mapping.file_begin;
    information->AllocationProtect = information->Protect = protection_of_mapping(&mapping);
    information->State = MEM_COMMIT;
    information->Type = mapping.is_program                     ? MEM_IMAGE
                        : mapping.is_file || mapping.is_shared ? MEM_MAPPED
                                                               : MEM_PRIVATE;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_virtual_query(uintptr_t at, MEMORY_BASIC_INFORMATION *information)
{
    struct tsm_granule *granule;
    NTSTATUS status = STATUS_SUCCESS;

    if (at > HIGHEST_ADDRESS)
        return STATUS_INVALID_PARAMETER;
    at &= ~(uintptr_t)(TSM_PAGE_SIZE - 1);
    *information = (MEMORY_BASIC_INFORMATION){.BaseAddress = (PVOID)at};
    pthread_mutex_lock(&mutex);
    granule = tsm_page_map_granule(at, false);
    if (granule && granule->base && at < granule->base + granule->size)
        query_own_locked(at, granule, information);
    else
        status = query_foreign(at, information);
    pthread_mutex_unlock(&mutex);
    return status;
}

/* ---- locks ---- */

static void mark_lock_locked(uintptr_t at, size_t size, bool is_locked)
{
    for (uintptr_t page = at; page < at + size; page += TSM_PAGE_SIZE) {
        if (is_locked)
            atomic_fetch_or(tsm_page_map_byte(page), TSM_PAGE_LOCKED);
        else
            atomic_fetch_and(tsm_page_map_byte(page), (uint8_t)~TSM_PAGE_LOCKED);
    }
}

static NTSTATUS change_lock(uintptr_t at, size_t size, bool is_locked)
{
    NTSTATUS status = STATUS_SUCCESS;
    bool is_own;

    if (size == 0 || !to_pages(&at, &size))
        return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&mutex);
    is_own = is_in_one_allocation_locked(at, size);
    for (uintptr_t page = at; is_own && page < at + size; page += TSM_PAGE_SIZE) {
        uint8_t byte = atomic_load(tsm_page_map_byte(page));

        if (!(byte & TSM_PAGE_PROTECTION) || byte & TSM_PAGE_GUARD)
            status = STATUS_ACCESS_VIOLATION;
        else if (!is_locked && !(byte & TSM_PAGE_LOCKED))
            status = STATUS_NOT_LOCKED;
    }
    if (NT_SUCCESS(status))
        status = is_locked ? tsm_pages_lock(at, size) : tsm_pages_unlock(at, size);
    if (NT_SUCCESS(status) && is_own)
        mark_lock_locked(at, size, is_locked);
    pthread_mutex_unlock(&mutex);
    return status;
}

NTSTATUS tsm_virtual_lock(uintptr_t at, size_t size)
{
    return change_lock(at, size, true);
}

NTSTATUS tsm_virtual_unlock(uintptr_t at, size_t size)
{
    return change_lock(at, size, false);
}

/* ---- faults ---- */

bool tsm_virtual_on_fault(EXCEPTION_RECORD *record)
{
    uintptr_t page = (uintptr_t)record->ExceptionInformation[1] & ~(uintptr_t)(TSM_PAGE_SIZE - 1);
    _Atomic uint8_t *byte = page <= HIGHEST_ADDRESS ? tsm_page_map_byte(page) : NULL;
    uint8_t before;

    if (!byte || !(atomic_load(byte) & TSM_PAGE_GUARD))
        return false;
    before = atomic_fetch_and(byte, (uint8_t)~TSM_PAGE_GUARD);
    if (!(before & TSM_PAGE_GUARD))
        return true;
    if (NT_SUCCESS(tsm_pages_protect(page, TSM_PAGE_SIZE,
                                     access_of(protection_of(before & TSM_PAGE_PROTECTION)))))
        record->ExceptionCode = (DWORD)STATUS_GUARD_PAGE_VIOLATION;
    return false;
}
