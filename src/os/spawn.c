/* SPDX-License-Identifier: MIT */
#include "os/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/memfd.h"
#include "os/spawn_child.h"
#include "os/task_state.h"

#define DATA_MAX (8u << 20)

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/* An errno, or 0. */
static int spawn_simple(const struct tsm_spawn *spawn, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = 0;

    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    if (spawn->directory)
        error = posix_spawn_file_actions_addchdir_np(&actions, spawn->directory);
    /* A descriptor duplicated onto itself loses its close-on-exec flag in the child. */
    for (uint32_t i = 0; !error && i < spawn->kept_count; i++)
        error = posix_spawn_file_actions_adddup2(&actions, spawn->kept_fds[i], spawn->kept_fds[i]);
    for (int i = 0; !error && i < 3; i++)
        if (spawn->std_fds[i] >= 0)
            error = posix_spawn_file_actions_adddup2(&actions, spawn->std_fds[i], i);
    if (!error && spawn->is_new_group) {
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
        posix_spawnattr_setpgroup(&attributes, 0);
    }
    if (!error)
        error =
            posix_spawn(child, spawn->path, &actions, &attributes, spawn->argv, spawn->environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

static int spawn_by_hand(const struct tsm_spawn *spawn, pid_t *child)
{
    int error = tsm_spawn_child(spawn, false, child);

    if (error && *child > 0)
        waitpid(*child, NULL, 0);
    return error;
}

NTSTATUS tsm_spawn(const struct tsm_spawn *spawn, uint32_t *pid, int *pidfd)
{
    pid_t child;
    int error = spawn->is_new_session || spawn->ignores_interrupt ? spawn_by_hand(spawn, &child)
                                                                  : spawn_simple(spawn, &child);

    if (error)
        return tsm_status_from_errno(error);
    *pidfd = (int)syscall(SYS_pidfd_open, child, 0);
    *pid = (uint32_t)child;
    if (*pidfd < 0) {
        NTSTATUS status = tsm_status_from_errno(errno);

        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        return status;
    }
    return STATUS_SUCCESS;
}

/* The number of a thread is no process' number. */
static bool is_nobody(int error)
{
    return error == ESRCH || error == EINVAL || error == ENOENT;
}

NTSTATUS tsm_spawn_open(uint32_t pid, int *pidfd)
{
    if (pid == 0 || pid > INT32_MAX)
        return STATUS_INVALID_PARAMETER;

    int fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);

    if (fd < 0)
        return is_nobody(errno) ? STATUS_INVALID_PARAMETER : tsm_status_from_errno(errno);
    *pidfd = fd;
    return STATUS_SUCCESS;
}

bool tsm_spawn_number(int pidfd, int32_t *pid)
{
    char path[48], line[128];
    bool is_found = false;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
    file = fopen(path, "re");
    if (!file)
        return false;
    while (!is_found && fgets(line, sizeof(line), file))
        is_found = sscanf(line, "Pid: %" SCNd32, pid) == 1;
    fclose(file);
    return is_found;
}

bool tsm_spawn_is_own(uint32_t pid)
{
    struct stat info;
    char path[32];

    snprintf(path, sizeof(path), "/proc/%u", pid);
    return geteuid() == 0 || (stat(path, &info) == 0 && info.st_uid == geteuid());
}

/* Linux 6.15 tells how a process ended once its parent knows. */
struct pidfd_info {
    uint64_t mask;
    uint32_t unused[13];
    int32_t exit_code;
};

_Static_assert(sizeof(struct pidfd_info) == 64, "the first version of what the kernel fills");

#define PIDFD_INFO_EXIT_BIT UINT64_C(8)
#define PIDFD_GET_INFO_64   _IOWR(0xFF, 11, struct pidfd_info)

bool tsm_spawn_ask_end(int pidfd, uint32_t pid, uint32_t *code, bool *was_killed)
{
    struct pidfd_info info = {.mask = PIDFD_INFO_EXIT_BIT};
    int status;

    /* Until then a zombie tells. */
    if (tsm_task_state(pid, &status) != 'Z') {
        if (ioctl(pidfd, PIDFD_GET_INFO_64, &info) < 0 || !(info.mask & PIDFD_INFO_EXIT_BIT))
            return false;
        status = info.exit_code;
    }
    *was_killed = WIFSIGNALED(status);
    *code = (uint32_t)(*was_killed ? WTERMSIG(status) : WEXITSTATUS(status));
    return true;
}

bool tsm_spawn_reap(int pidfd, uint32_t *code, bool *was_killed)
{
    siginfo_t info = {0};

    if (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG) < 0) {
        /* Somebody else reaped it: all that is known is that it is gone. */
        *code = 0;
        *was_killed = false;
        return errno == ECHILD;
    }
    if (info.si_pid == 0)
        return false;
    *was_killed = info.si_code != CLD_EXITED;
    *code = (uint32_t)info.si_status;
    return true;
}

NTSTATUS tsm_spawn_kill(int pidfd)
{
    return syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) == 0
               ? STATUS_SUCCESS
               : tsm_status_from_errno(errno);
}

void tsm_spawn_undo(int pidfd)
{
    syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
    tsm_spawn_await(pidfd);
}

NTSTATUS tsm_spawn_continue(int pidfd)
{
    return syscall(SYS_pidfd_send_signal, pidfd, SIGCONT, NULL, 0) == 0
               ? STATUS_SUCCESS
               : tsm_status_from_errno(errno);
}

NTSTATUS tsm_spawn_data_fd(const void *data, size_t length, int *out)
{
    int fd = -1;
    NTSTATUS status = tsm_memfd_create("transom-handles", &fd);

    if (!NT_SUCCESS(status))
        return status;
    if (write(fd, data, length) != (ssize_t)length) {
        close(fd);
        return STATUS_NO_MEMORY;
    }
    *out = fd;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_spawn_read_data_fd(int fd, void **data, size_t *length)
{
    struct stat info;
    void *copy;

    if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode) || info.st_size <= 0 ||
        (uint64_t)info.st_size > DATA_MAX)
        return STATUS_INVALID_PARAMETER;
    copy = malloc((size_t)info.st_size);
    if (!copy)
        return STATUS_NO_MEMORY;
    if (pread(fd, copy, (size_t)info.st_size, 0) != info.st_size) {
        free(copy);
        return STATUS_INVALID_PARAMETER;
    }
    *data = copy;
    *length = (size_t)info.st_size;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_spawn_high_fd(int fd, int *out)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 10);

    if (copy < 0)
        return tsm_status_from_errno(errno);
    *out = copy;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_spawn_null_fd(int *out)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    NTSTATUS status = fd >= 0 ? tsm_spawn_high_fd(fd, out) : tsm_status_from_errno(errno);

    if (fd >= 0)
        close(fd);
    return status;
}

bool tsm_spawn_is_executable(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

bool tsm_spawn_is_directory(const char *path)
{
    struct stat info;

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

void tsm_spawn_set_cloexec(int fd)
{
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

bool tsm_spawn_own_path(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);

    if (length <= 0 || (size_t)length >= size - 1)
        return false;
    path[length] = 0;
    return tsm_spawn_is_executable(path);
}

bool tsm_spawn_file_has(const char *path, const char *const texts[], uint32_t count)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    bool has = false;

    if (fd < 0)
        return false;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
        size_t size = (size_t)info.st_size;
        void *memory = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

        for (uint32_t i = 0; memory != MAP_FAILED && i < count && !has; i++)
            has = memmem(memory, size, texts[i], strlen(texts[i])) != NULL;
        if (memory != MAP_FAILED)
            munmap(memory, size);
    }
    close(fd);
    return has;
}

NTSTATUS tsm_spawn_detach(void)
{
    pid_t child = fork();

    if (child < 0)
        return tsm_status_from_errno(errno);
    if (child > 0)
        _exit(0);
    setsid();
    return STATUS_SUCCESS;
}

void tsm_spawn_await(int pidfd)
{
    siginfo_t info;

    while (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED) < 0 && errno == EINTR)
        ;
}
