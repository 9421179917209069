/* SPDX-License-Identifier: MIT */
/*
 * Process parcel
 *
 * A handle to a process goes to another process as a parcel: behind a record lie the descriptor of the
 * process and, where there is one, the page for its exit code. How one has ended goes along in words,
 * since the kernel tells its parent alone.
 */
#include "process/process_parcel.h"

#include "os/fd.h"
#include "os/parcel.h"
#include "os/spawn.h"
#include "process/exit_code.h"

static const struct tsm_parcel_kind process_kind = {0x52504d54u /* "TMPR" */, 1};

enum { FD_PROCESS, FD_EXIT_PAGE, FDS_MAX };
enum { WORD_PID, WORD_END, WORD_CODE };
enum { END_NONE, END_UNKNOWN, END_KNOWN };

static NTSTATUS parcel_make(int pidfd, const struct tsm_exit_page *page, int *out)
{
    const int fds[FDS_MAX] = {pidfd, page ? tsm_exit_page_fd(page) : -1};

    return tsm_parcel_new(&process_kind, fds, page ? 2 : 1, out);
}

NTSTATUS tsm_process_parcel_pack(const struct tsm_process_facts *facts, struct tsm_export *out)
{
    int own = -1, fd;
    NTSTATUS status = facts->pidfd < 0 ? tsm_spawn_open(facts->pid, &own) : STATUS_SUCCESS;

    if (NT_SUCCESS(status))
        status = own < 0 ? parcel_make(facts->pidfd, facts->exit_page, &fd)
                         : parcel_make(own, tsm_exit_page_own(), &fd);
    if (own >= 0)
        tsm_fd_close(own);
    if (!NT_SUCCESS(status))
        return status;
    *out = (struct tsm_export){.type = TSM_IMPORT_PROCESS, .fd = fd, .is_fd_owned = true};
    out->data[WORD_PID] = facts->pid;
    out->data[WORD_END] = !facts->has_exited     ? END_NONE
                          : facts->is_code_known ? END_KNOWN
                                                 : END_UNKNOWN;
    out->data[WORD_CODE] = facts->exit_code;
    return STATUS_SUCCESS;
}

/* Fills in what the descriptors say; takes those that it leaves as -1. */
static NTSTATUS facts_read(int fds[FDS_MAX], struct tsm_process_facts *facts)
{
    int32_t pid;
    NTSTATUS status = STATUS_SUCCESS;

    if (facts->pid == 0 || facts->pid > INT32_MAX || !tsm_spawn_number(fds[FD_PROCESS], &pid))
        return STATUS_INVALID_PARAMETER;
    if (pid == 0)
        return STATUS_NOT_SUPPORTED;
    if (pid > 0)
        facts->pid = (uint32_t)pid; /* otherwise it is gone, and this is what it was */
    if (fds[FD_EXIT_PAGE] >= 0)
        status = tsm_exit_page_open(fds[FD_EXIT_PAGE], &facts->exit_page);
    if (!NT_SUCCESS(status))
        return status;
    facts->pidfd = fds[FD_PROCESS];
    fds[FD_PROCESS] = -1;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_process_parcel_unpack(const struct tsm_export *in, struct tsm_process_facts *out)
{
    int fds[TSM_FD_BOX_FDS];
    uint32_t count;
    NTSTATUS status = in->data[WORD_END] <= END_KNOWN
                          ? tsm_parcel_look(&process_kind, in->fd, fds, &count)
                          : STATUS_INVALID_PARAMETER;

    if (!NT_SUCCESS(status))
        return status;
    *out = (struct tsm_process_facts){.pid = in->data[WORD_PID],
                                      .pidfd = -1,
                                      .has_exited = in->data[WORD_END] != END_NONE,
                                      .is_code_known = in->data[WORD_END] == END_KNOWN,
                                      .exit_code = in->data[WORD_CODE]};
    status = count >= 1 && count <= FDS_MAX ? facts_read(fds, out) : STATUS_REVISION_MISMATCH;
    tsm_parcel_close_fds(fds);
    return status;
}

void tsm_process_facts_deinit(struct tsm_process_facts *facts)
{
    if (facts->pidfd >= 0)
        tsm_fd_close(facts->pidfd);
    tsm_exit_page_free(facts->exit_page);
    facts->pidfd = -1;
    facts->exit_page = NULL;
}
