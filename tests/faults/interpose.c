/* SPDX-License-Identifier: MIT */
/*
 * Each way to fail is one that the manual page or the kernel has for that call. A receive that has
 * no room for the descriptors of a record (EMFILE here) succeeds with MSG_CTRUNC and without them.
 * A call that the library may repeat at will (poll, a futex) can be interrupted, and no more.
 */
#include "interpose.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

static _Atomic bool is_armed;
static _Atomic unsigned int left; /* calls before the one that fails */
static unsigned int wanted_way;
static struct interposed_call failed;
static _Thread_local bool is_exempt;
static _Atomic long allocations, mappings;

void interpose_arm(unsigned int nth, unsigned int way)
{
    failed = (struct interposed_call){0};
    wanted_way = way;
    atomic_store(&left, nth);
    atomic_store(&is_armed, true);
}

struct interposed_call interpose_disarm(void)
{
    atomic_store(&is_armed, false);
    return failed;
}

void interpose_exempt(void)
{
    is_exempt = true;
}

struct interposed_counts interpose_counts(void)
{
    return (struct interposed_counts){atomic_load(&allocations), atomic_load(&mappings)};
}

/* The errno with which this call fails; 0: it is made. errors end with 0. */
static int fault(const char *function, const int *errors)
{
    unsigned int before = 1, way = 0;

    if (is_exempt || !atomic_load_explicit(&is_armed, memory_order_relaxed))
        return 0;
    while (before && !atomic_compare_exchange_weak(&left, &before, before - 1))
        ;
    if (before != 1)
        return 0;
    while (way < wanted_way && errors[way + 1])
        way++;
    failed = (struct interposed_call){function, errors[way], errors[way + 1] == 0};
    return errors[way];
}

#define ERRORS(...)    \
    (const int[])      \
    {                  \
        __VA_ARGS__, 0 \
    }

/* A call that gives -1 and errno, or another value of that meaning. */
#define WRAP(type, name, bad, parameters, arguments, ...) \
    type __real_##name parameters;                        \
    type __wrap_##name parameters;                        \
    type __wrap_##name parameters                         \
    {                                                     \
        int error = fault(#name, ERRORS(__VA_ARGS__));    \
                                                          \
        if (error) {                                      \
            errno = error;                                \
            return bad;                                   \
        }                                                 \
        return __real_##name arguments;                   \
    }

/* ---- memory ---- */

static void *counted(void *memory)
{
    if (memory)
        atomic_fetch_add(&allocations, 1);
    return memory;
}

#define WRAP_MEMORY(type, name, parameters, arguments) \
    type __real_##name parameters;                     \
    type __wrap_##name parameters;                     \
    type __wrap_##name parameters                      \
    {                                                  \
        int error = fault(#name, ERRORS(ENOMEM));      \
                                                       \
        if (error) {                                   \
            errno = error;                             \
            return NULL;                               \
        }                                              \
        return counted(__real_##name arguments);       \
    }

WRAP_MEMORY(void *, malloc, (size_t size), (size))
WRAP_MEMORY(void *, calloc, (size_t count, size_t size), (count, size))
WRAP_MEMORY(void *, aligned_alloc, (size_t alignment, size_t size), (alignment, size))
WRAP_MEMORY(char *, strdup, (const char *text), (text))
WRAP_MEMORY(char *, strndup, (const char *text, size_t length), (text, length))

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
    int error = fault("realloc", ERRORS(ENOMEM));
    void *moved;

    if (error) {
        errno = error;
        return NULL;
    }
    moved = __real_realloc(memory, size);
    if (!memory)
        (void)counted(moved);
    return moved;
}

void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory)
{
    if (memory)
        atomic_fetch_sub(&allocations, 1);
    __real_free(memory);
}

int __wrap_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap_asprintf(char **out, const char *format, ...)
{
    int error = fault("asprintf", ERRORS(ENOMEM)), length;
    va_list arguments;

    if (error) {
        errno = error;
        return -1;
    }
    va_start(arguments, format);
    length = vasprintf(out, format, arguments);
    va_end(arguments);
    if (length >= 0)
        (void)counted(*out);
    return length;
}

void *__real_mmap64(void *at, size_t size, int access, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *at, size_t size, int access, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *at, size_t size, int access, int flags, int fd, off_t offset)
{
    int error = fault("mmap", ERRORS(ENOMEM, EAGAIN));
    void *memory;

    if (error) {
        errno = error;
        return MAP_FAILED;
    }
    memory = __real_mmap64(at, size, access, flags, fd, offset);
    if (memory != MAP_FAILED && !(flags & MAP_FIXED))
        atomic_fetch_add(&mappings, 1);
    return memory;
}

int __real_munmap(void *memory, size_t size);
int __wrap_munmap(void *memory, size_t size);
int __wrap_munmap(void *memory, size_t size)
{
    atomic_fetch_sub(&mappings, 1);
    return __real_munmap(memory, size);
}

WRAP(int, memfd_create, -1, (const char *name, unsigned int flags), (name, flags), EMFILE, ENFILE,
     ENOMEM)
WRAP(int, ftruncate64, -1, (int fd, off_t size), (fd, size), ENOSPC, ENOMEM)
WRAP(int, fallocate64, -1, (int fd, int mode, off_t offset, off_t size), (fd, mode, offset, size),
     ENOSPC, ENOMEM, EINTR)

/* ---- files ---- */

/* openat with and without a mode */
#define WRAP_OPEN(name, before_flags, before_names)                                                \
    int __real_##name(before_flags, ...);                                                          \
    int __wrap_##name(before_flags, ...);                                                          \
    int __wrap_##name(before_flags, ...)                                                           \
    {                                                                                              \
        int error = flags & O_CREAT ? fault(#name, ERRORS(ENOSPC, EACCES, EMFILE, ENFILE, ENOMEM)) \
                                    : fault(#name, ERRORS(EMFILE, ENFILE, ENOMEM, EACCES));        \
        mode_t mode = 0;                                                                           \
        va_list arguments;                                                                         \
                                                                                                   \
        if (error) {                                                                               \
            errno = error;                                                                         \
            return -1;                                                                             \
        }                                                                                          \
        if (flags & (O_CREAT | O_TMPFILE)) {                                                       \
            va_start(arguments, flags);                                                            \
            mode = va_arg(arguments, mode_t);                                                      \
            va_end(arguments);                                                                     \
        }                                                                                          \
        return __real_##name(before_names, mode);                                                  \
    }

#define OPEN_FLAGS   const char *path, int flags
#define OPEN_NAMES   path, flags
#define OPENAT_FLAGS int folder, const char *path, int flags
#define OPENAT_NAMES folder, path, flags

WRAP_OPEN(open64, OPEN_FLAGS, OPEN_NAMES)
WRAP_OPEN(openat64, OPENAT_FLAGS, OPENAT_NAMES)

WRAP(DIR *, fdopendir, NULL, (int fd), (fd), ENOMEM)
WRAP(FILE *, fopen64, NULL, (const char *path, const char *mode), (path, mode), EMFILE, ENOMEM)
WRAP(int, mkdir, -1, (const char *path, mode_t mode), (path, mode), ENOSPC, EACCES, ENOMEM)
WRAP(int, mkdirat, -1, (int folder, const char *path, mode_t mode), (folder, path, mode), ENOSPC,
     EACCES, ENOMEM)
WRAP(int, renameat, -1, (int from, const char *old, int to, const char *name),
     (from, old, to, name), ENOSPC, EACCES, ENOMEM)
WRAP(int, unlinkat, -1, (int folder, const char *path, int flags), (folder, path, flags), EACCES,
     ENOMEM)
WRAP(int, linkat, -1, (int from, const char *old, int to, const char *name, int flags),
     (from, old, to, name, flags), ENOSPC, EACCES, ENOMEM)
WRAP(ssize_t, getdents64, -1, (int fd, void *buffer, size_t length), (fd, buffer, length), ENOMEM)
WRAP(int, flock, -1, (int fd, int operation), (fd, operation), ENOLCK, ENOMEM)
WRAP(int, fstat64, -1, (int fd, struct stat *info), (fd, info), ENOMEM)
WRAP(int, stat64, -1, (const char *path, struct stat *info), (path, info), ENOMEM)
WRAP(int, fstatat64, -1, (int folder, const char *path, struct stat *info, int flags),
     (folder, path, info, flags), ENOMEM, EACCES)
WRAP(int, fstatfs64, -1, (int fd, struct statfs *info), (fd, info), ENOMEM)
WRAP(int, fchmod, -1, (int fd, mode_t mode), (fd, mode), EPERM)
WRAP(int, fchmodat, -1, (int folder, const char *path, mode_t mode, int flags),
     (folder, path, mode, flags), EPERM, ENOMEM)
WRAP(ssize_t, readlink, -1, (const char *path, char *out, size_t size), (path, out, size), ENOMEM)
WRAP(int, access, -1, (const char *path, int mode), (path, mode), ENOMEM)
WRAP(int, pipe2, -1, (int ends[2], int flags), (ends, flags), EMFILE, ENFILE)
WRAP(ssize_t, pread64, -1, (int fd, void *buffer, size_t length, off_t offset),
     (fd, buffer, length, offset), ENOMEM)
WRAP(ssize_t, write, -1, (int fd, const void *data, size_t length), (fd, data, length), ENOSPC,
     ENOMEM)
WRAP(ssize_t, tee, -1, (int from, int to, size_t length, unsigned int flags),
     (from, to, length, flags), ENOMEM)

int __real_fcntl64(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...)
{
    va_list arguments;
    void *argument;
    int error = 0;

    va_start(arguments, command);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    if (command == F_DUPFD_CLOEXEC)
        error = fault("fcntl(F_DUPFD)", ERRORS(EMFILE));
    else if (command == F_OFD_SETLK)
        error = fault("fcntl(F_OFD_SETLK)", ERRORS(ENOLCK));
    else if (command == F_SETPIPE_SZ)
        error = fault("fcntl(F_SETPIPE_SZ)", ERRORS(EPERM, ENOMEM));
    if (error) {
        errno = error;
        return -1;
    }
    return __real_fcntl64(fd, command, argument);
}

/* ---- sockets and events ---- */

WRAP(int, socket, -1, (int domain, int type, int protocol), (domain, type, protocol), EMFILE,
     ENFILE, ENOBUFS, ENOMEM)
WRAP(int, socketpair, -1, (int domain, int type, int protocol, int ends[2]),
     (domain, type, protocol, ends), EMFILE, ENFILE, ENOMEM)
WRAP(int, bind, -1, (int fd, const struct sockaddr *address, socklen_t length),
     (fd, address, length), ENOSPC, EACCES, ENOMEM)
WRAP(int, listen, -1, (int fd, int backlog), (fd, backlog), ENOBUFS)
WRAP(int, connect, -1, (int fd, const struct sockaddr *address, socklen_t length),
     (fd, address, length), ENOMEM, ENFILE)
WRAP(int, accept4, -1, (int fd, struct sockaddr *address, socklen_t *length, int flags),
     (fd, address, length, flags), EMFILE, ENFILE, ENOBUFS, ENOMEM)
WRAP(ssize_t, sendmsg, -1, (int fd, const struct msghdr *message, int flags), (fd, message, flags),
     ENOBUFS, ENOMEM, ETOOMANYREFS)
WRAP(int, epoll_create1, -1, (int flags), (flags), EMFILE, ENFILE, ENOMEM)
WRAP(int, epoll_ctl, -1, (int fd, int operation, int watched, struct epoll_event *event),
     (fd, operation, watched, event), ENOSPC, ENOMEM)
WRAP(int, epoll_wait, -1, (int fd, struct epoll_event *events, int room, int timeout_ms),
     (fd, events, room, timeout_ms), EINTR)
WRAP(int, eventfd, -1, (unsigned int count, int flags), (count, flags), EMFILE, ENFILE, ENOMEM)
WRAP(int, inotify_init1, -1, (int flags), (flags), EMFILE, ENFILE, ENOMEM)
WRAP(int, inotify_add_watch, -1, (int fd, const char *path, uint32_t mask), (fd, path, mask),
     ENOSPC, ENOMEM)
WRAP(int, poll, -1, (struct pollfd * fds, nfds_t count, int timeout_ms), (fds, count, timeout_ms),
     EINTR)
WRAP(int, ppoll, -1,
     (struct pollfd * fds, nfds_t count, const struct timespec *time, const sigset_t *mask),
     (fds, count, time, mask), EINTR)

ssize_t __real_recvmsg(int fd, struct msghdr *message, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags);
ssize_t __wrap_recvmsg(int fd, struct msghdr *message, int flags)
{
    int error = fault("recvmsg", ERRORS(EMFILE, ENOMEM));
    ssize_t received;

    if (error && error != EMFILE) {
        errno = error;
        return -1;
    }
    received = __real_recvmsg(fd, message, flags);
    if (!error || received < 0)
        return received;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
         header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t at = 0; at + sizeof(int) <= header->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
            int one;

            memcpy(&one, CMSG_DATA(header) + at, sizeof(int));
            close(one);
            message->msg_flags |= MSG_CTRUNC;
        }
    }
    message->msg_controllen = 0;
    return received;
}

/* ---- threads and processes ---- */

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                          void *argument)
{
    int error = fault("pthread_create", ERRORS(EAGAIN));

    return error ? error : __real_pthread_create(thread, attributes, run, argument);
}

int __real_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const argv[],
                       char *const environment[]);
int __wrap_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const argv[],
                       char *const environment[]);
int __wrap_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes, char *const argv[],
                       char *const environment[])
{
    int error = fault("posix_spawn", ERRORS(EAGAIN, ENOMEM));

    return error ? error : __real_posix_spawn(pid, path, actions, attributes, argv, environment);
}

int __real_posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int from, int to);
int __wrap_posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int from, int to);
int __wrap_posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int from, int to)
{
    int error = fault("posix_spawn_file_actions_adddup2", ERRORS(ENOMEM));

    return error ? error : __real_posix_spawn_file_actions_adddup2(actions, from, to);
}

WRAP(pid_t, waitpid, -1, (pid_t pid, int *status, int options), (pid, status, options), EINTR)

long __real_syscall(long number, ...);
/* Takes six arguments, however many there are: no sanitizer likes that. */
__attribute__((no_sanitize("address", "undefined"))) long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
    long arguments[6];
    int error = 0;
    va_list list;

    va_start(list, number);
    for (int i = 0; i < 6; i++)
        arguments[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_futex && (arguments[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET)
        error = fault("futex", ERRORS(EINTR, EAGAIN, ENOMEM));
    else if (number == SYS_futex_waitv)
        error = fault("futex_waitv", ERRORS(EINTR, EAGAIN, ENOMEM));
    else if (number == SYS_pidfd_open)
        error = fault("pidfd_open", ERRORS(EMFILE, ENFILE, ENOMEM));
    if (error) {
        errno = error;
        return -1;
    }
    return __real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3],
                          arguments[4], arguments[5]);
}
