/* SPDX-License-Identifier: MIT */
#include "os/code_bytes.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/macros.h"

size_t tsm_code_bytes(uintptr_t address, void *bytes, size_t size)
{
    size_t to_page_end = 4096 - (address & 4095), first = tsm_min_u64(size, to_page_end);
    struct iovec to = {bytes, size};
    struct iovec from[2] = {{(void *)address, first}, {(void *)(address + first), size - first}};
    int saved = errno;
    ssize_t count = process_vm_readv(getpid(), &to, 1, from, 2, 0);

    /* Refused in some containers and unknown to emulators: the callers' first byte is there, since
     * the processor has just used it, and so is its page. */
    if (count < 0 && (errno == EPERM || errno == ENOSYS)) {
        memcpy(bytes, (const void *)address, first);
        count = (ssize_t)first;
    }
    errno = saved;
    return count > 0 ? (size_t)count : 0;
}
