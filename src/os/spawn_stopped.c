/* SPDX-License-Identifier: MIT */
/*
 * Starting a program that does not run yet
 *
 * The child asks to be traced and becomes the program; the kernel stops it before its first
 * instruction. Then it is let go with a stop signal, so that it is an ordinary stopped process, and
 * SIGCONT lets it run. Nothing of this needs the program to know us.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/spawn.h"

/* In the child, which shares our memory until it is the program: returns an errno. */
static int become(const struct tsm_spawn *spawn, const sigset_t *mask)
{
    if (spawn->directory && chdir(spawn->directory) < 0)
        return errno;
    for (uint32_t i = 0; i < spawn->kept_count; i++)
        fcntl(spawn->kept_fds[i], F_SETFD, 0);
    for (int i = 0; i < 3; i++)
        if (spawn->std_fds[i] >= 0 && dup2(spawn->std_fds[i], i) < 0)
            return errno;
    if (spawn->is_new_group)
        setpgid(0, 0);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
        return ENOSYS; /* forbidden here: the caller cannot have a stopped program */
    sigprocmask(SIG_SETMASK, mask, NULL);
    execve(spawn->path, spawn->argv, spawn->environment);
    return errno;
}

NTSTATUS tsm_spawn_stopped(const struct tsm_spawn *spawn, uint32_t *pid, int *pidfd)
{
    volatile int error = 0;
    sigset_t all, before;
    NTSTATUS status;
    pid_t child;
    int state;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    child = vfork();
    if (child == 0) {
        error = become(spawn, &before);
        _exit(127);
    }
    if (child < 0)
        error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (child < 0)
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
