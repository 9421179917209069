/* SPDX-License-Identifier: MIT */
#include "io/file.h"

#include "object/handle_table.h"
#include "os/futex.h"

void tsm_file_init(struct tsm_file *file, const struct tsm_object_ops *object_ops,
                   const struct tsm_file_ops *ops)
{
    tsm_object_init(&file->object, object_ops);
    file->ops = ops;
    atomic_init(&file->lock.word, 0);
}

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

NTSTATUS tsm_file_wait(struct tsm_file *file, struct tsm_io *io)
{
    if (file->ops->park)
        file->ops->park(file, io);
    else
        for (; !tsm_io_is_done(io); tsm_io_get_up(io))
            if (tsm_io_fall_asleep(io))
                tsm_futex_wait(&io->wake, TSM_IO_ASLEEP, TSM_FUTEX_PRIVATE, TSM_DEADLINE_NEVER);
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
