/* SPDX-License-Identifier: MIT */
/*
 * Parcel
 *
 * A box of which one end is given away and the other one closed: what lies there stays until the last
 * descriptor of the parcel is closed, or until it is emptied. The record says what it is.
 */
#include "os/parcel.h"

#include <unistd.h>

NTSTATUS tsm_parcel_new(const struct tsm_parcel_kind *kind, const int *fds, uint32_t count,
                        int *out)
{
    struct tsm_fd_box box = TSM_FD_BOX_INIT;
    NTSTATUS status = tsm_fd_box_new(&box);

    if (NT_SUCCESS(status))
        status = tsm_fd_box_post(&box, 0, kind, sizeof(*kind), fds, count);
    if (NT_SUCCESS(status)) {
        *out = box.ends[1];
        box.ends[1] = -1;
    }
    tsm_fd_box_close(&box);
    return status;
}

NTSTATUS tsm_parcel_look(const struct tsm_parcel_kind *kind, int parcel, int fds[TSM_FD_BOX_FDS],
                         uint32_t *count)
{
    const struct tsm_fd_box box = {{-1, parcel}};
    struct tsm_parcel_kind found;
    uint32_t filled = 0;
    NTSTATUS status = parcel >= 0 ? tsm_fd_box_look(&box, 0, &found, sizeof(found), fds, &filled)
                                  : STATUS_INVALID_PARAMETER;

    if (!NT_SUCCESS(status))
        return status;
    for (uint32_t i = filled; i < TSM_FD_BOX_FDS; i++)
        fds[i] = -1;
    if (found.magic != kind->magic || found.version != kind->version) {
        tsm_parcel_close_fds(fds);
        return STATUS_REVISION_MISMATCH;
    }
    *count = filled;
    return STATUS_SUCCESS;
}

void tsm_parcel_close_fds(const int fds[TSM_FD_BOX_FDS])
{
    for (uint32_t i = 0; i < TSM_FD_BOX_FDS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

void tsm_parcel_empty(int parcel)
{
    tsm_fd_box_empty(&(const struct tsm_fd_box){{-1, parcel}}, 0);
}
