/* SPDX-License-Identifier: MIT */
#include "os/memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/trace.h"
#include "os/fd.h"
#include "os/fd_limit.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

/* Since Linux 6.3; a system can be set up to refuse memory that could be executed. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008u
#endif
#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif

NTSTATUS tsm_memfd_create(const char *name, int *out)
{
    int fd;

    TSM_FD_TRY(fd, memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL));
    if (fd < 0 && errno == EINVAL)
        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return tsm_status_from_errno(errno);
    *out = fd;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_memfd_new(uint64_t size, int *out)
{
    struct rlimit limit;
    int fd = -1;

    /* A limit on the size of files counts here too, and comes as a signal that kills. */
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && size > limit.rlim_cur) {
        tsm_trace(TSM_TRACE_RING, "RLIMIT_FSIZE forbids shared memory of %llu bytes",
                  (unsigned long long)size);
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    NTSTATUS created = tsm_memfd_create("transom", &fd);

    if (!NT_SUCCESS(created))
        return created;
    if (ftruncate(fd, (off_t)size) < 0 || fcntl(fd, F_ADD_SEALS, SEALS) < 0) {
        NTSTATUS status = tsm_status_from_errno(errno);

        close(fd);
        return status;
    }
    *out = fd;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_memfd_check(int fd, uint64_t size)
{
    struct statfs fs;
    struct stat info;

    int seals = fcntl(fd, F_GET_SEALS);

    if (seals < 0 || (seals & ~F_SEAL_EXEC) != SEALS)
        return STATUS_INVALID_PARAMETER;
    if (fstat(fd, &info) < 0 || fstatfs(fd, &fs) < 0)
        return tsm_status_from_errno(errno);
    if (fs.f_type != TMPFS_MAGIC || (uint64_t)info.st_size != size)
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

bool tsm_memfd_identify(int fd, struct tsm_memfd_id *out)
{
    struct stat info;

    if (fstat(fd, &info) < 0)
        return false;
    *out = (struct tsm_memfd_id){.device = info.st_dev, .inode = info.st_ino};
    return true;
}

NTSTATUS tsm_memfd_map(int fd, uint64_t size, void **out)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);

    if (memory == MAP_FAILED)
        return tsm_status_from_errno(errno);
    madvise(memory, size, MADV_DONTDUMP);
    *out = memory;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_memfd_adopt(int fd, uint64_t size, int *own, void **memory)
{
    NTSTATUS status = tsm_memfd_check(fd, size);

    if (NT_SUCCESS(status))
        status = tsm_fd_reopen(fd, own);
    return NT_SUCCESS(status) ? tsm_memfd_map(*own, size, memory) : status;
}

void tsm_memfd_unmap(void *memory, uint64_t size)
{
    munmap(memory, size);
}

NTSTATUS tsm_memfd_reserve(int fd, uint64_t offset, uint64_t size)
{
    if (fallocate(fd, 0, (off_t)offset, (off_t)size) < 0 && errno != EINTR)
        return tsm_status_from_errno(errno);
    return STATUS_SUCCESS;
}

void tsm_memfd_punch(int fd, uint64_t offset, uint64_t size)
{
    (void)!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)size);
}
