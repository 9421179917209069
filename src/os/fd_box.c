/* SPDX-License-Identifier: MIT */
/*
 * Descriptor box
 *
 * A record that was sent and not received keeps its descriptors open; MSG_PEEK gives copies of them
 * and leaves it there. Each direction of the pair is one place.
 */
#include "os/fd_box.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/unix_socket.h"

NTSTATUS tsm_fd_box_new(struct tsm_fd_box *out)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return tsm_status_from_errno(errno);
    *out = (struct tsm_fd_box){{pair[0], pair[1]}};
    return STATUS_SUCCESS;
}

void tsm_fd_box_close(struct tsm_fd_box *box)
{
    for (int i = 0; i < 2; i++)
        if (box->ends[i] >= 0)
            close(box->ends[i]);
    *box = TSM_FD_BOX_INIT;
}

NTSTATUS tsm_fd_box_post(const struct tsm_fd_box *box, unsigned int place, const void *record,
                         size_t length, const int *fds, uint32_t count)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(TSM_FD_BOX_FDS * sizeof(int))];
    } control = {0};
    struct iovec data = {.iov_base = (void *)(uintptr_t)record, .iov_len = length};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};

    if (count > TSM_FD_BOX_FDS)
        return STATUS_INVALID_PARAMETER;
    if (count) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));

        struct cmsghdr *header = CMSG_FIRSTHDR(&message);

        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(header), fds, count * sizeof(int));
    }
    if (sendmsg(box->ends[place], &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return errno == ETOOMANYREFS ? STATUS_TOO_MANY_OPENED_FILES : tsm_status_from_errno(errno);
    return STATUS_SUCCESS;
}

NTSTATUS tsm_fd_box_look(const struct tsm_fd_box *box, unsigned int place, void *record,
                         size_t length, int fds[TSM_FD_BOX_FDS], uint32_t *count)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(TSM_FD_BOX_FDS * sizeof(int))];
    } control;
    struct iovec data = {.iov_base = record, .iov_len = length};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control.room)};
    ssize_t received =
        recvmsg(box->ends[!place], &message, MSG_PEEK | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    uint32_t found = 0;

    if (received <= 0)
        return received == 0 || errno == EAGAIN ? STATUS_NOT_FOUND : tsm_status_from_errno(errno);
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t at = 0; at + sizeof(int) <= header->cmsg_len - CMSG_LEN(0); at += sizeof(int))
            memcpy(&fds[found++], CMSG_DATA(header) + at, sizeof(int));
    }
    if ((size_t)received != length || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
        for (uint32_t i = 0; i < found; i++)
            close(fds[i]);
        /* Cut short: this process had no room for all of them, or more came than we ever send. */
        return message.msg_flags & MSG_CTRUNC ? STATUS_TOO_MANY_OPENED_FILES
                                              : STATUS_INVALID_PARAMETER;
    }
    *count = found;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_fd_box_look_at(const struct tsm_fd_box *box, unsigned int place, uint32_t index,
                            void *record, size_t length, int fds[TSM_FD_BOX_FDS], uint32_t *count)
{
    int offset = (int)(index * length);

    if (setsockopt(box->ends[!place], SOL_SOCKET, SO_PEEK_OFF, &offset, sizeof(offset)) < 0)
        return tsm_status_from_errno(errno);
    return tsm_fd_box_look(box, place, record, length, fds, count);
}

bool tsm_fd_box_drop_first(const struct tsm_fd_box *box, unsigned int place)
{
    return tsm_unix_skip(box->ends[!place]);
}

void tsm_fd_box_empty(const struct tsm_fd_box *box, unsigned int place)
{
    while (tsm_fd_box_drop_first(box, place))
        ;
}
