/* SPDX-License-Identifier: MIT */
#include <transom.h>

#include "api/api.h"
#include "io/file.h"
#include "object/handle_table.h"
#include "sync/poll.h"

int transom_handle_fd(HANDLE handle)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *object = NULL;
    int fd = -1;
    NTSTATUS status = tsm_handle_ref(handle, NULL, SYNCHRONIZE, &object);
    struct tsm_file *file = NT_SUCCESS(status) ? tsm_file_from(object) : NULL;

    /* Files that look after nothing have a descriptor of their own, which is somebody else's affair. */
    if (file && !file->ops->look_after)
        status = STATUS_NOT_SUPPORTED;
    if (NT_SUCCESS(status))
        status = tsm_poll_open(object, &fd);
    if (NT_SUCCESS(status) && file)
        file->ops->look_after(file);
    tsm_return(status);
    return fd;
}
