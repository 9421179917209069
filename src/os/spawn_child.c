/* SPDX-License-Identifier: MIT */
/*
 * Spawned child
 *
 * The child shares our memory until it is the program, and we stand still meanwhile. It touches
 * nothing of ours but its own stack; its signal actions and descriptors are copies.
 */
#include "os/spawn_child.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <unistd.h>

/* A signal that comes before the program does must not run a handler of ours in its name. */
static void forget_handlers(void)
{
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action;

        if (sigaction(number, NULL, &action) < 0 || action.sa_handler == SIG_IGN ||
            action.sa_handler == SIG_DFL)
            continue;
        action = (struct sigaction){.sa_handler = SIG_DFL};
        sigaction(number, &action, NULL);
    }
}

/* In the child: returns an errno. */
static int become(const struct tsm_spawn *spawn, bool is_traced, const sigset_t *mask)
{
    struct sigaction ignored = {.sa_handler = SIG_IGN};

    if (spawn->directory && chdir(spawn->directory) < 0)
        return errno;
    for (uint32_t i = 0; i < spawn->kept_count; i++)
        fcntl(spawn->kept_fds[i], F_SETFD, 0);
    for (int i = 0; i < 3; i++)
        if (spawn->std_fds[i] >= 0 && dup2(spawn->std_fds[i], i) < 0)
            return errno;
    if (spawn->is_new_session)
        setsid();
    else if (spawn->is_new_group)
        setpgid(0, 0);
    forget_handlers();
    if (spawn->ignores_interrupt)
        sigaction(SIGINT, &ignored, NULL);
    if (is_traced && ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
        return ENOSYS; /* forbidden here: the caller cannot have a stopped program */
    sigprocmask(SIG_SETMASK, mask, NULL);
    execve(spawn->path, spawn->argv, spawn->environment);
    return errno;
}

int tsm_spawn_child(const struct tsm_spawn *spawn, bool is_traced, pid_t *child)
{
    volatile int error = 0;
    sigset_t all, before;
    pid_t made;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    made = vfork();
    if (made == 0) {
        error = become(spawn, is_traced, &before);
        _exit(127);
    }
    if (made < 0)
        error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    *child = made;
    return error;
}
