/* SPDX-License-Identifier: MIT */
/*
 * Starting processes
 *
 * A child gets its handles in a blob (inherit.c), its standard handles as descriptors too, and the end
 * of a named pipe among these through a relay where the program does not know us.
 */
#include "process/process_start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/trace.h"
#include "io/fd_file.h"
#include "object/handle_table.h"
#include "os/spawn.h"
#include "process/courier.h"
#include "process/exit_code.h"
#include "process/inherit.h"
#include "process/process.h"
#include "process/program.h"
#include "process/relay.h"

/* The descriptor behind a standard handle, above the low numbers; -1 for none. */
static NTSTATUS std_fd(HANDLE handle, unsigned int index, const char *program, int *out)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    NTSTATUS status;
    int fd;

    *out = -1;
    if (!handle || handle == (HANDLE)(intptr_t)-1)
        return STATUS_SUCCESS;
    status = tsm_file_from_handle(handle, 0, &file);
    if (!NT_SUCCESS(status))
        return STATUS_SUCCESS; /* Windows: not checked */
    if (tsm_fd_file_from(file))
        return tsm_spawn_high_fd(tsm_fd_file_from(file)->fd, out);
    /* The end of a named pipe is no descriptor. */
    if (tsm_relay_is_needless(program, index))
        return tsm_spawn_null_fd(out);
    status = tsm_relay_start(file, index, &fd);
    if (!NT_SUCCESS(status))
        return status;
    status = tsm_spawn_high_fd(fd, out);
    tsm_fd_close(fd);
    return status;
}

static char **environment_with(char *const *base, const char *entry)
{
    size_t count = 0, used = 0;
    char **made;

    while (base[count])
        count++;
    made = malloc((count + 2) * sizeof(char *));
    if (!made)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (strncmp(base[i], TSM_INHERIT_VARIABLE "=", sizeof(TSM_INHERIT_VARIABLE)) != 0)
            made[used++] = base[i];
    made[used++] = (char *)(uintptr_t)entry;
    made[used] = NULL;
    return made;
}

static NTSTATUS launch(const struct tsm_process_start *start, const char *path, char **argv,
                       struct tsm_process_child *child)
{
    struct tsm_spawn spawn = {.path = path,
                              .argv = argv,
                              .directory = start->directory,
                              .std_fds = {-1, -1, -1},
                              .is_new_group = start->is_new_group,
                              .is_new_session = start->is_new_console || start->is_detached,
                              .ignores_interrupt = start->is_new_group && !start->is_new_console};
    HANDLE std_handles[3] = {0};
    struct tsm_inherit inherit;
    char variable[64];
    char **environment;
    NTSTATUS status;

    for (unsigned int i = 0; i < 3; i++)
        std_handles[i] = start->has_std_handles ? start->std_handles[i] : NULL;
    status = tsm_exit_page_new(&child->exit_page);
    if (NT_SUCCESS(status))
        status = tsm_inherit_collect(start->inherits, std_handles,
                                     tsm_exit_page_fd(child->exit_page), &inherit);
    if (!NT_SUCCESS(status)) {
        tsm_exit_page_free(child->exit_page);
        return status;
    }
    snprintf(variable, sizeof(variable), TSM_INHERIT_VARIABLE "=%d%s", inherit.blob_fd,
             start->is_detached ? TSM_INHERIT_DETACHED : "");
    environment = environment_with(start->environment ? start->environment : environ, variable);
    spawn.environment = environment;
    spawn.kept_fds = inherit.fds;
    spawn.kept_count = inherit.fd_count;
    for (unsigned int i = 0; i < 3 && NT_SUCCESS(status) && start->has_std_handles; i++)
        status = i == 2 && start->std_handles[2] == start->std_handles[1] && spawn.std_fds[1] >= 0
                     ? tsm_spawn_high_fd(spawn.std_fds[1], &spawn.std_fds[2])
                     : std_fd(start->std_handles[i], i, path, &spawn.std_fds[i]);
    if (NT_SUCCESS(status))
        status = !environment          ? STATUS_NO_MEMORY
                 : start->is_suspended ? tsm_spawn_stopped(&spawn, &child->pid, &child->pidfd)
                                       : tsm_spawn(&spawn, &child->pid, &child->pidfd);
    child->is_suspended = start->is_suspended;
    child->leads_group = start->is_new_group && !start->is_new_console && !start->is_detached;
    for (unsigned int i = 0; i < 3; i++)
        if (spawn.std_fds[i] >= 0)
            tsm_fd_close(spawn.std_fds[i]);
    if (!NT_SUCCESS(status))
        tsm_exit_page_free(child->exit_page);
    free(environment);
    tsm_inherit_deinit(&inherit);
    return status;
}

NTSTATUS tsm_process_start(const struct tsm_process_start *start, struct tsm_object **out,
                           uint32_t *pid)
{
    struct tsm_process_child child = {.pidfd = -1};
    char *path = NULL, **argv = NULL;
    NTSTATUS status;

    tsm_courier_start(); /* the child may want handles of ours */
    status = start->directory && !tsm_spawn_is_directory(start->directory)
                 ? STATUS_NOT_A_DIRECTORY
                 : tsm_program_find(start->application, start->command_line, &path, &argv);
    if (NT_SUCCESS(status))
        status = launch(start, path, argv, &child);
    free(path);
    free(argv);
    if (NT_SUCCESS(status))
        status = tsm_process_from_child(&child, out);
    if (!NT_SUCCESS(status))
        return status;
    tsm_trace(TSM_TRACE_PROCESS, "started process %u", child.pid);
    *pid = child.pid;
    return STATUS_SUCCESS;
}
