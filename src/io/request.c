/* SPDX-License-Identifier: MIT */
#include "io/request.h"

#include <limits.h>

#include "io/file.h"
#include "os/futex.h"

void tsm_io_batch_add(struct tsm_io_batch *batch, struct tsm_io *io, NTSTATUS status,
                      uint64_t information)
{
    tsm_list_unlink(&io->node);
    tsm_list_unlink(&io->file_node);
    io->status = status;
    io->information = information;
    if (io->on_finish) {
        batch->file = io->file;
        tsm_file_ended_locked(io->file, io);
        return;
    }
    if (!io->sleeps_on) {
        tsm_list_append(&batch->requests, &io->node);
        return;
    }
    atomic_store(&io->wake, TSM_IO_DONE);
    /* Who has looked at wake already, and is about to sleep, finds this word changed. What else it
     * tells the peer stays. */
    atomic_fetch_and(io->sleeps_on, ~TSM_IO_SLEEP_BIT);
    tsm_futex_wake(io->sleeps_on, INT_MAX, TSM_FUTEX_SHARED);
}

void tsm_io_batch_move(struct tsm_io_batch *batch, struct tsm_io_batch *to)
{
    tsm_io_batch_init(to);
    tsm_list_splice(&to->requests, &batch->requests);
    to->file = batch->file;
    batch->file = NULL;
}

void tsm_io_batch_finish(struct tsm_io_batch *batch, const struct tsm_io *own)
{
    TSM_LIST_FOR_EACH(node, &batch->requests)
    {
        struct tsm_io *io = TSM_LIST_ENTRY(node, struct tsm_io, node);

        tsm_list_unlink(node);
        if (io == own) {
            atomic_store_explicit(&io->wake, TSM_IO_DONE, memory_order_relaxed);
            continue;
        }
        /* The owner may return, and its stack be gone, as soon as it sees the word. The wake
         * below uses the address only. Pairs with the acquire in tsm_io_is_done(). */
        if (atomic_exchange_explicit(&io->wake, TSM_IO_DONE, memory_order_release) == TSM_IO_ASLEEP)
            tsm_futex_wake(&io->wake, INT_MAX, TSM_FUTEX_PRIVATE);
    }
    if (batch->file)
        tsm_file_tell(batch->file);
}

bool tsm_io_fall_asleep(struct tsm_io *io)
{
    uint32_t expected = TSM_IO_AWAKE;

    return atomic_compare_exchange_strong(&io->wake, &expected, TSM_IO_ASLEEP);
}

void tsm_io_get_up(struct tsm_io *io)
{
    uint32_t before = atomic_load_explicit(&io->wake, memory_order_relaxed);

    while (before != TSM_IO_DONE && before != TSM_IO_AWAKE &&
           !atomic_compare_exchange_weak(&io->wake, &before, TSM_IO_AWAKE))
        ;
}

void tsm_io_poke(struct tsm_io *io)
{
    uint32_t before = atomic_load_explicit(&io->wake, memory_order_relaxed);

    while (before != TSM_IO_DONE &&
           !atomic_compare_exchange_weak(&io->wake, &before, TSM_IO_LOOK_AGAIN))
        ;
    if (before == TSM_IO_ASLEEP)
        tsm_futex_wake(&io->wake, INT_MAX, TSM_FUTEX_PRIVATE);
    if (!io->sleeps_on)
        return;
    atomic_fetch_and(io->sleeps_on, ~TSM_IO_SLEEP_BIT);
    tsm_futex_wake(io->sleeps_on, INT_MAX, TSM_FUTEX_SHARED);
}
