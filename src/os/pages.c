/* SPDX-License-Identifier: MIT */
#include "os/pages.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/macros.h"

#define ADDRESS_END 0x7fffffff0000ull

NTSTATUS tsm_pages_reserve(uintptr_t at, size_t size, size_t alignment, uintptr_t *out)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    size_t room = at ? size : size + alignment;
    uintptr_t memory, aligned;

    if (at) {
        void *got = mmap((void *)at, size, PROT_NONE, flags | MAP_FIXED_NOREPLACE, -1, 0);

        if (got == MAP_FAILED)
            return errno == EEXIST || errno == EPERM || errno == EINVAL
                       ? STATUS_CONFLICTING_ADDRESSES
                       : tsm_status_from_errno(errno);
        *out = at;
        return STATUS_SUCCESS;
    }
    if (room < size)
        return STATUS_NO_MEMORY;
    memory = (uintptr_t)mmap(NULL, room, PROT_NONE, flags, -1, 0);
    if (memory == (uintptr_t)MAP_FAILED)
        return tsm_status_from_errno(errno);
    aligned = tsm_align_up(memory, alignment);
    if (aligned != memory)
        munmap((void *)memory, aligned - memory);
    if (memory + room != aligned + size)
        munmap((void *)(aligned + size), memory + room - aligned - size);
    *out = aligned;
    return STATUS_SUCCESS;
}

void tsm_pages_release(uintptr_t at, size_t size)
{
    munmap((void *)at, size);
}

NTSTATUS tsm_pages_protect(uintptr_t at, size_t size, unsigned int access)
{
    return mprotect((void *)at, size, (int)access) ? tsm_status_from_errno(errno) : STATUS_SUCCESS;
}

void tsm_pages_discard(uintptr_t at, size_t size)
{
    madvise((void *)at, size, MADV_DONTNEED);
}

NTSTATUS tsm_pages_lock(uintptr_t at, size_t size)
{
    if (mlock((void *)at, size) == 0)
        return STATUS_SUCCESS;
    return errno == ENOMEM || errno == EPERM ? STATUS_WORKING_SET_QUOTA
                                             : tsm_status_from_errno(errno);
}

NTSTATUS tsm_pages_unlock(uintptr_t at, size_t size)
{
    return munlock((void *)at, size) ? tsm_status_from_errno(errno) : STATUS_SUCCESS;
}

/* A line of /proc/self/maps. */
static bool parse(const char *line, struct tsm_pages_mapping *mapping, char *path, size_t size)
{
    unsigned long long begin, end;
    char rights[5];
    const char *name = strchr(line, '/');

    if (sscanf(line, "%llx-%llx %4s", &begin, &end, rights) != 3)
        return false;
    *mapping = (struct tsm_pages_mapping){
        .begin = (uintptr_t)begin,
        .end = (uintptr_t)end,
        .access = (rights[0] == 'r' ? TSM_PAGES_READ : 0u) |
                  (rights[1] == 'w' ? TSM_PAGES_WRITE : 0u) |
                  (rights[2] == 'x' ? TSM_PAGES_EXECUTE : 0u),
        .is_mapped = true,
        .is_file = name != NULL,
        .is_shared = rights[3] == 's',
        .file_begin = (uintptr_t)begin,
    };
    snprintf(path, size, "%s", name ? name : "");
    return true;
}

NTSTATUS tsm_pages_find(uintptr_t address, struct tsm_pages_mapping *out)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    struct tsm_pages_mapping now, found = {.end = ADDRESS_END};
    char *line = NULL, path[512], before[512] = "";
    uintptr_t file_begin = 0;
    bool file_has_code = false;
    size_t room = 0;

    if (!maps)
        return tsm_status_from_errno(errno);
    while (getline(&line, &room, maps) > 0 && parse(line, &now, path, sizeof(path))) {
        bool goes_on = path[0] && strcmp(path, before) == 0;

        if (!goes_on) {
            if (found.is_mapped)
                break;
            file_begin = now.begin;
            file_has_code = false;
        }
        file_has_code |= (now.access & TSM_PAGES_EXECUTE) != 0;
        if (address >= now.begin && address < now.end) {
            found = now;
            found.file_begin = file_begin;
        } else if (now.end <= address) {
            found.begin = now.end;
        } else if (!found.is_mapped) {
            found.end = now.begin;
            break;
        }
        snprintf(before, sizeof(before), "%s", path);
    }
    if (found.is_mapped)
        found.is_program = found.is_file && !found.is_shared && file_has_code;
    free(line);
    fclose(maps);
    *out = found;
    return STATUS_SUCCESS;
}
