/* SPDX-License-Identifier: MIT */
#include "io/file.h"

#include <limits.h>
#include <winbase.h>

#include "io/completion_port.h"
#include "object/handle_table.h"
#include "os/futex.h"
#include "sync/dispatcher.h"
#include "sync/wait_block.h"
#include "sync/workers.h"

void tsm_file_init(struct tsm_file *file, const struct tsm_object_ops *object_ops,
                   const struct tsm_file_ops *ops)
{
    tsm_object_init(&file->object, object_ops);
    file->ops = ops;
    atomic_init(&file->lock.word, 0);
    tsm_list_init(&file->pending);
    tsm_list_init(&file->ended);
    atomic_init(&file->teller, 0);
    file->is_overlapped = false;
    atomic_init(&file->modes, 0);
    atomic_init(&file->is_signaled, true);
    atomic_init(&file->port, NULL);
    file->port_key = 0;
}

void tsm_file_deinit(struct tsm_file *file)
{
    struct tsm_port *port = atomic_load_explicit(&file->port, memory_order_relaxed);

    if (port)
        tsm_object_unref(tsm_port_object(port));
}

NTSTATUS tsm_file_bind(struct tsm_file *file, struct tsm_port *port, uint64_t key)
{
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    tsm_lock_acquire(&file->lock);
    if (file->is_overlapped && !atomic_load_explicit(&file->port, memory_order_relaxed)) {
        tsm_object_ref(tsm_port_object(port));
        file->port_key = key;
        /* pairs with the acquire in tsm_file_port() */
        atomic_store_explicit(&file->port, port, memory_order_release);
        status = STATUS_SUCCESS;
    }
    tsm_lock_release(&file->lock);
    return status;
}

struct tsm_port *tsm_file_port(struct tsm_file *file, uint64_t *key)
{
    struct tsm_port *port = atomic_load_explicit(&file->port, memory_order_acquire);

    if (port)
        *key = file->port_key;
    return port;
}

void tsm_file_signal_after(struct tsm_file *file, void (*act)(void *), void *argument)
{
    if (atomic_load_explicit(&file->modes, memory_order_relaxed) & FILE_SKIP_SET_EVENT_ON_HANDLE) {
        act(argument);
        return;
    }
    tsm_dispatcher_lock();
    /* First, so that tsm_file_unsignal() sees it. */
    atomic_store_explicit(&file->is_signaled, true, memory_order_relaxed);
    act(argument);
    tsm_wait_notify_locked(&file->object);
    tsm_dispatcher_unlock();
}

void tsm_file_unsignal(struct tsm_file *file)
{
    if (!atomic_load_explicit(&file->is_signaled, memory_order_relaxed))
        return;
    tsm_dispatcher_lock();
    atomic_store_explicit(&file->is_signaled, false, memory_order_relaxed);
    tsm_dispatcher_unlock();
}

/* ---- telling ---- */

#define IS_AWAITED 0x80000000u /* of tsm_file.teller: somebody sleeps until it is done */

/* File lock held. False: another thread, or this one, is at it. */
static bool begin_telling_locked(struct tsm_file *file, uint32_t self)
{
    /* pairs with the release in end_telling() */
    if (atomic_load_explicit(&file->teller, memory_order_acquire) != 0)
        return false;
    atomic_store_explicit(&file->teller, self, memory_order_relaxed);
    return true;
}

static void end_telling(struct tsm_file *file)
{
    if (atomic_exchange_explicit(&file->teller, 0, memory_order_release) & IS_AWAITED)
        tsm_futex_wake(&file->teller, INT_MAX, TSM_FUTEX_PRIVATE);
}

/* File lock held, and dropped for a while. */
static void await_teller_locked(struct tsm_file *file)
{
    uint32_t teller = atomic_load_explicit(&file->teller, memory_order_relaxed);
    uint32_t awaited = teller | IS_AWAITED;

    if (!teller ||
        (teller != awaited && !atomic_compare_exchange_strong(&file->teller, &teller, awaited)))
        return;
    tsm_lock_release(&file->lock);
    tsm_futex_wait(&file->teller, awaited, TSM_FUTEX_PRIVATE, TSM_DEADLINE_NEVER);
    tsm_lock_acquire(&file->lock);
}

static bool is_telling(struct tsm_file *file, uint32_t self)
{
    return (atomic_load_explicit(&file->teller, memory_order_relaxed) & ~IS_AWAITED) == self;
}

void tsm_file_tell(struct tsm_file *file)
{
    uint32_t self = tsm_teb_tid();
    bool is_inside = is_telling(file, self);
    struct tsm_list told = TSM_LIST_INIT(told);

    tsm_lock_acquire(&file->lock);
    while (!is_inside && !begin_telling_locked(file, self))
        await_teller_locked(file);
    tsm_list_splice(&told, &file->ended);
    tsm_lock_release(&file->lock);
    TSM_LIST_FOR_EACH(node, &told)
    {
        struct tsm_io *io = TSM_LIST_ENTRY(node, struct tsm_io, node);

        tsm_list_unlink(node);
        io->on_finish(io);
    }
    if (!is_inside)
        end_telling(file);
}

/* ---- running ---- */

NTSTATUS tsm_file_submit(struct tsm_file *file, struct tsm_io *io)
{
    if (!file->ops->submit)
        return STATUS_INVALID_DEVICE_REQUEST;

    tsm_lock_acquire(&file->lock);

    NTSTATUS status = file->ops->submit(file, io);

    tsm_lock_release(&file->lock);
    if (file->ops->after)
        file->ops->after(file);
    return status;
}

NTSTATUS tsm_file_submit_overlapped(struct tsm_file *file, struct tsm_io *io, uint64_t *information)
{
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
    bool is_next = false;

    tsm_lock_acquire(&file->lock);
    if (file->ops->submit)
        status = file->ops->submit(file, io);
    if (status != STATUS_PENDING) {
        *information = io->information;
        io->status = status;
        io->is_at_once = true;
        is_next = tsm_list_is_empty(&file->ended) && begin_telling_locked(file, tsm_teb_tid());
        if (!is_next)
            tsm_file_ended_locked(file, io);
    }
    tsm_lock_release(&file->lock);
    if (is_next) {
        io->on_finish(io);
        end_telling(file);
    } else if (status != STATUS_PENDING) {
        tsm_file_tell(file);
    } else if (file->ops->look_after) {
        file->ops->look_after(file);
    }
    if (file->ops->after)
        file->ops->after(file);
    return status;
}

NTSTATUS tsm_file_wait(struct tsm_file *file, struct tsm_io *io)
{
    bool was_working = tsm_workers_block();

    if (file->ops->park)
        file->ops->park(file, io);
    else
        for (; !tsm_io_is_done(io); tsm_io_get_up(io))
            if (tsm_io_fall_asleep(io))
                tsm_futex_wait(&io->wake, TSM_IO_ASLEEP, TSM_FUTEX_PRIVATE, TSM_DEADLINE_NEVER);
    tsm_workers_unblock(was_working);
    if (file->ops->after)
        file->ops->after(file);
    return io->status;
}

NTSTATUS tsm_file_run(struct tsm_file *file, struct tsm_io *io)
{
    NTSTATUS status = tsm_file_submit(file, io);

    return status == STATUS_PENDING ? tsm_file_wait(file, io) : status;
}

NTSTATUS tsm_file_from_handle(HANDLE handle, uint32_t access, struct tsm_file **out)
{
    struct tsm_object *object;
    NTSTATUS status = tsm_handle_ref(handle, NULL, access, &object), denied = STATUS_SUCCESS;

    /* Windows: an object of another type is that first, whatever may be done with the handle. */
    if (status == STATUS_ACCESS_DENIED) {
        denied = status;
        status = tsm_handle_ref(handle, NULL, 0, &object);
    }
    if (!NT_SUCCESS(status))
        return status;

    struct tsm_file *file = tsm_file_from(object);

    if (!file || denied) {
        tsm_object_unref(object);
        return file ? denied : STATUS_OBJECT_TYPE_MISMATCH;
    }
    *out = file;
    return STATUS_SUCCESS;
}
