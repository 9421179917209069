/* SPDX-License-Identifier: MIT */
/*
 * Starting a program that does not run yet
 *
 * The child asks to be traced and becomes the program; the kernel stops it before its first
 * instruction. Then it is let go with a stop signal, so that it is an ordinary stopped process, and
 * SIGCONT lets it run. Nothing of this needs the program to know us.
 */
#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/spawn.h"
#include "os/spawn_child.h"

NTSTATUS tsm_spawn_stopped(const struct tsm_spawn *spawn, uint32_t *pid, int *pidfd)
{
    NTSTATUS status;
    pid_t child;
    int state, error = tsm_spawn_child(spawn, true, &child);

    if (error && child < 0)
        return tsm_status_from_errno(error);
    while (waitpid(child, &state, __WALL) < 0 && errno == EINTR)
        ;
    if (error)
        return tsm_status_from_errno(error);
    status = WIFSTOPPED(state) ? tsm_spawn_open((uint32_t)child, pidfd) : STATUS_UNSUCCESSFUL;
    if (!NT_SUCCESS(status) || ptrace(PTRACE_DETACH, child, NULL, (void *)(uintptr_t)SIGSTOP) < 0) {
        if (NT_SUCCESS(status)) {
            status = tsm_status_from_errno(errno);
            close(*pidfd);
        }
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        return status;
    }
    *pid = (uint32_t)child;
    return STATUS_SUCCESS;
}
