/* SPDX-License-Identifier: MIT */
/*
 * AF_UNIX sockets
 *
 * A path is given as a folder's descriptor and a short name and reaches the kernel as
 * /proc/self/fd/N/name, so sun_path's 108 bytes are enough whatever the folder is called.
 */
#include "os/unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "os/fd_limit.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5 */
#endif

static bool address_make(struct sockaddr_un *address, int folder, const char *name)
{
    static const char prefix[] = "/proc/self/fd/";
    char digits[12], *at = address->sun_path + sizeof(prefix) - 1;
    size_t length = strlen(name);
    int count = 0;

    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, prefix, sizeof(prefix) - 1);
    do
        digits[count++] = (char)('0' + folder % 10);
    while ((folder /= 10) > 0);
    while (count > 0)
        *at++ = digits[--count];
    *at++ = '/';
    if (length >= (size_t)(address->sun_path + sizeof(address->sun_path) - at))
        return false;
    memcpy(at, name, length + 1);
    return true;
}

static NTSTATUS bind_at(int folder, const char *name, mode_t mode, int *out)
{
    struct sockaddr_un address;
    int fd;

    TSM_FD_TRY(fd, socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd < 0)
        return tsm_status_from_errno(errno);
    /* What lies there already is somebody's. */
    if (!address_make(&address, folder, name) ||
        bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        NTSTATUS status = tsm_status_from_errno(errno);

        close(fd);
        return status;
    }
    /* The mode of the file comes from the mode of the descriptor, less the umask. */
    if (fchmodat(folder, name, mode, 0) < 0) {
        NTSTATUS status = tsm_status_from_errno(errno);

        close(fd);
        unlinkat(folder, name, 0);
        return status;
    }
    *out = fd;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_unix_listen(int folder, const char *name, mode_t mode, int backlog, int *out)
{
    char temporary[108];
    int fd = -1;

    snprintf(temporary, sizeof(temporary), "T%.17s", name);

    NTSTATUS status = bind_at(folder, temporary, mode, &fd);

    if (!NT_SUCCESS(status))
        return status;
    if (listen(fd, backlog) < 0 || renameat(folder, temporary, folder, name) < 0) {
        status = tsm_status_from_errno(errno);
        unlinkat(folder, temporary, 0);
        close(fd);
        return status;
    }
    *out = fd;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_unix_listen_on(int folder, const char *name, int *out)
{
    int fd = -1;
    NTSTATUS status = bind_at(folder, name, 0600, &fd);

    if (NT_SUCCESS(status) && listen(fd, 64) < 0) {
        status = tsm_status_from_errno(errno);
        unlinkat(folder, name, 0);
        close(fd);
    }
    if (NT_SUCCESS(status))
        *out = fd;
    return status;
}

NTSTATUS tsm_unix_accept(int listener, int *out)
{
    int fd;

    TSM_FD_TRY(fd, accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd < 0)
        return errno == EAGAIN ? STATUS_PIPE_LISTENING : tsm_status_from_errno(errno);
    *out = fd;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_unix_bind_life_sign(int folder, const char *name, mode_t mode, int *out)
{
    return bind_at(folder, name, mode, out);
}

/* A socket to ask with, + 1; 0: none. */
static _Atomic int spare_prober;

static int prober_take(void)
{
    int fd = atomic_exchange(&spare_prober, 0) - 1;

    if (fd < 0)
        TSM_FD_TRY(fd, socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    return fd;
}

static bool prober_drop(void)
{
    int taken = atomic_exchange(&spare_prober, 0);

    if (taken)
        close(taken - 1);
    return taken;
}

/* Only one that is not connected can ask again. */
static void prober_give(int fd, bool is_unused)
{
    int none = 0;

    tsm_fd_limit_add_giver(prober_drop);
    if (!is_unused || !atomic_compare_exchange_strong(&spare_prober, &none, fd + 1))
        close(fd);
}

/* The system could not even look. */
static bool is_shortage(int error)
{
    return error == ENOMEM || error == ENOBUFS || error == ENFILE || error == EMFILE;
}

bool tsm_unix_is_alive(int folder, const char *name)
{
    struct sockaddr_un address;
    int fd = prober_take(), error = 0;

    if (fd < 0)
        return true; /* cannot tell: do no harm */
    /* A bound socket of another type answers EPROTOTYPE; a file left behind ECONNREFUSED. */
    if (!address_make(&address, folder, name))
        error = ENAMETOOLONG;
    else if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        error = errno;
    prober_give(fd, error != 0);
    return error == EPROTOTYPE || error == EACCES || is_shortage(error);
}

NTSTATUS tsm_unix_connect(int folder, const char *name, int *out)
{
    struct sockaddr_un address;
    int fd;

    TSM_FD_TRY(fd, socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd < 0)
        return tsm_status_from_errno(errno);
    if (!address_make(&address, folder, name) ||
        connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
        int error = errno;

        close(fd);
        if (error == EAGAIN)
            return STATUS_PIPE_NOT_AVAILABLE;
        if (error == ECONNREFUSED || error == ENOENT)
            return STATUS_OBJECT_NAME_NOT_FOUND;
        return tsm_status_from_errno(error);
    }
    *out = fd;
    return STATUS_SUCCESS;
}

void tsm_unix_end_listening(int listener)
{
    shutdown(listener, SHUT_RD);
}

NTSTATUS tsm_unix_send(int socket, const void *record, size_t length, int fd)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec data = {.iov_base = (void *)(uintptr_t)record, .iov_len = length};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};

    if (fd >= 0) {
        message.msg_control = &control;
        message.msg_controllen = sizeof(control.room);

        struct cmsghdr *header = CMSG_FIRSTHDR(&message);

        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &fd, sizeof(int));
    }

    ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (sent >= 0)
        return STATUS_SUCCESS;
    if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN)
        return STATUS_PIPE_BROKEN;
    return errno == ETOOMANYREFS ? STATUS_PIPE_NOT_AVAILABLE : tsm_status_from_errno(errno);
}

static NTSTATUS receive(int socket, int flags, void *record, size_t capacity, size_t *length,
                        int *fd)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(4 * sizeof(int))];
    } control;
    struct iovec data = {.iov_base = record, .iov_len = capacity};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control.room)};

    /* A descriptor for which there is no room would be lost without a word. */
    tsm_fd_limit_reach(socket);

    ssize_t received = recvmsg(socket, &message, flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    int found = -1, count = 0;

    if (received < 0)
        return errno == EAGAIN      ? STATUS_PIPE_LISTENING
               : is_shortage(errno) ? tsm_status_from_errno(errno)
                                    : STATUS_PIPE_BROKEN;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t at = 0; at + sizeof(int) <= header->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
            int one;

            memcpy(&one, CMSG_DATA(header) + at, sizeof(int));
            if (count++ == 0)
                found = one;
            else
                close(one);
        }
    }
    if (received == 0 || count > 1 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
        if (found >= 0)
            close(found);
        /* Cut to nothing: this process has no room for what came. */
        return received == 0                                    ? STATUS_PIPE_BROKEN
               : (message.msg_flags & MSG_CTRUNC) && count == 0 ? STATUS_TOO_MANY_OPENED_FILES
                                                                : STATUS_INVALID_PARAMETER;
    }
    *length = (size_t)received;
    *fd = found;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_unix_receive(int socket, void *record, size_t capacity, size_t *length, int *fd)
{
    return receive(socket, 0, record, capacity, length, fd);
}

NTSTATUS tsm_unix_peek(int socket, void *record, size_t capacity, size_t *length, int *fd)
{
    return receive(socket, MSG_PEEK, record, capacity, length, fd);
}

bool tsm_unix_skip(int socket)
{
    char byte;

    /* Nobody asks for the descriptors: the kernel closes them. */
    return recv(socket, &byte, sizeof(byte), MSG_DONTWAIT) > 0;
}

NTSTATUS tsm_unix_peer(int socket, struct tsm_unix_peer *out)
{
    struct ucred credentials;
    socklen_t length = sizeof(credentials);

    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0)
        return tsm_status_from_errno(errno);
    out->pid = (uint32_t)credentials.pid;
    out->uid = credentials.uid;
    out->is_own_user = out->pid != 0 && out->uid == geteuid();
    return STATUS_SUCCESS;
}

bool tsm_unix_has_hung_up(int socket)
{
    struct pollfd poll_fd = {.fd = socket, .events = POLLRDHUP};

    return poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & (POLLRDHUP | POLLHUP));
}

int tsm_unix_peer_pidfd(int socket)
{
    int pidfd = -1;
    socklen_t length = sizeof(pidfd);

    return getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &length) == 0 ? pidfd : -1;
}

bool tsm_unix_peer_may_live(const struct tsm_unix_peer *peer)
{
    return kill((pid_t)peer->pid, 0) == 0 || errno != ESRCH;
}

bool tsm_unix_process_lives(int pidfd)
{
    struct pollfd poll_fd = {.fd = pidfd, .events = POLLIN};

    return poll(&poll_fd, 1, 0) == 0;
}

bool tsm_unix_wait_readable(int socket, struct tsm_deadline deadline)
{
    struct pollfd poll_fd = {.fd = socket, .events = POLLIN | POLLRDHUP};
    int count;

    do
        count = poll(&poll_fd, 1, tsm_deadline_poll_ms(deadline));
    while (count < 0 && errno == EINTR);
    return count > 0;
}

bool tsm_unix_is_hung_up(int socket)
{
    struct pollfd poll_fd = {.fd = socket, .events = POLLRDHUP};

    return poll(&poll_fd, 1, 0) > 0;
}

void tsm_unix_ring(int socket)
{
    (void)!send(socket, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void tsm_unix_drain(int socket)
{
    char byte;

    while (recv(socket, &byte, 1, MSG_DONTWAIT) > 0)
        ;
}

void tsm_unix_shutdown(int socket)
{
    shutdown(socket, SHUT_RDWR);
}

static _Atomic bool was_forked;

void tsm_unix_note_fork(void)
{
    atomic_store(&was_forked, true);
}

bool tsm_unix_was_forked(void)
{
    return atomic_load_explicit(&was_forked, memory_order_relaxed);
}

void tsm_unix_close(int socket)
{
    close(socket);
}
