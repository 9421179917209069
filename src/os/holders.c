/* SPDX-License-Identifier: MIT */
/*
 * Holders
 *
 * Processes that share one sealed memfd. Each opens the memory anew and locks, in that open file, the
 * byte of its number: the kernel drops the lock when the last descriptor of the open file is gone,
 * however its process ended. So "the number is in the table, and nobody has its byte" means dead.
 *
 * States:    a number is free; claimed (its byte is locked, and nobody counts it yet); entered. Who
 *            dies between the two has changed nothing. A dead one stays in the table until somebody
 *            has taken back what it had pending and forgets it: that is the user's own.
 * Heirs:     a process that will become a holder has none to claim its number. It is claimed for it,
 *            with the pid 0, in an open file that travels in its parcel, and is dead as soon as nobody
 *            has the parcel any more, or it is emptied; the receiver claims a number of its own.
 * Locking:   one at a time looks at the table and changes it; the lock is the user's own.
 * Trust:     any holder can write anything here: the one count is bounded each time it is read, and
 *            what is said of a number may be wrong, but leads nowhere.
 */
#include "os/holders.h"

#include "os/arena_file.h"
#include "os/fd.h"
#include "os/memfd.h"

NTSTATUS tsm_holders_new(const struct tsm_parcel_kind *kind, uint64_t size, struct tsm_holders *out)
{
    void *memory = NULL;
    int memfd = -1;
    NTSTATUS status = tsm_memfd_new(size, &memfd);

    if (NT_SUCCESS(status))
        status = tsm_fd_reopen(memfd, &out->memfd);
    if (NT_SUCCESS(status))
        status = tsm_memfd_reserve(out->memfd, 0, size);
    if (NT_SUCCESS(status))
        status = tsm_memfd_map(out->memfd, size, &memory);
    if (memfd >= 0)
        tsm_fd_close(memfd);
    if (!NT_SUCCESS(status))
        return status;
    out->table = memory;
    out->size = size;
    out->table->magic = kind->magic;
    out->table->version = kind->version;
    out->table->pid_space = tsm_arena_file_pid_space();
    return out->table->pid_space ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS tsm_holders_adopt(const struct tsm_parcel_kind *kind, uint64_t size, int memfd,
                           struct tsm_holders *out)
{
    void *memory = NULL;
    NTSTATUS status = tsm_memfd_adopt(memfd, size, &out->memfd, &memory);

    if (!NT_SUCCESS(status))
        return status;
    out->table = memory;
    out->size = size;
    if (out->table->magic != kind->magic || out->table->version != kind->version)
        return STATUS_REVISION_MISMATCH;
    return tsm_arena_file_check_pid_space(out->table->pid_space);
}

void tsm_holders_close(struct tsm_holders *holders)
{
    if (holders->table)
        tsm_memfd_unmap(holders->table, holders->size);
    if (holders->memfd >= 0)
        tsm_fd_close(holders->memfd);
    *holders = TSM_HOLDERS_INIT;
}

NTSTATUS tsm_holders_claim(const struct tsm_holders *holders, int memfd, uint32_t *number)
{
    for (uint32_t i = 0; i < TSM_HOLDERS_MAX; i++) {
        if ((i < tsm_holders_end(holders) && tsm_holders_has(holders, i)) ||
            !tsm_fd_claim(memfd, i))
            continue;
        *number = i;
        return STATUS_SUCCESS;
    }
    return STATUS_INSUFFICIENT_RESOURCES;
}

void tsm_holders_enter(struct tsm_holders *holders, uint32_t number, uint32_t pid)
{
    struct tsm_holder_table *table = holders->table;

    table->at[number].pid = pid;
    atomic_store_explicit(&table->at[number].is_used, 1, memory_order_release);
    if (number >= tsm_holders_end(holders))
        table->used_count = number + 1;
}

void tsm_holders_forget(struct tsm_holders *holders, uint32_t number)
{
    /* If this process dies here, what it has taken back is so. */
    atomic_signal_fence(memory_order_seq_cst);
    atomic_store_explicit(&holders->table->at[number].is_used, 0, memory_order_release);
}

bool tsm_holders_is_dead(const struct tsm_holders *holders, uint32_t number)
{
    return number != holders->self && tsm_holders_has(holders, number) &&
           !tsm_fd_is_claimed(holders->memfd, number);
}

bool tsm_holders_has_others(const struct tsm_holders *holders)
{
    for (uint32_t i = 0; i < tsm_holders_end(holders); i++)
        if (i != holders->self && tsm_holders_has(holders, i))
            return true;
    return false;
}
