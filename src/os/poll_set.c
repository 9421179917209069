/* SPDX-License-Identifier: MIT */
#include "os/poll_set.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/macros.h"

#define TAKE_MAX 64

NTSTATUS tsm_poll_set_init(struct tsm_poll_set *set)
{
    struct epoll_event event = {.events = EPOLLIN};
    struct tsm_poll_set made = {.fd = epoll_create1(EPOLL_CLOEXEC),
                                .nudge_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};

    if (made.fd < 0 || made.nudge_fd < 0 ||
        epoll_ctl(made.fd, EPOLL_CTL_ADD, made.nudge_fd, &event) < 0) {
        NTSTATUS status = tsm_status_from_errno(errno);

        tsm_poll_set_deinit(&made);
        return status;
    }
    *set = made;
    return STATUS_SUCCESS;
}

void tsm_poll_set_deinit(struct tsm_poll_set *set)
{
    if (set->fd >= 0)
        close(set->fd);
    if (set->nudge_fd >= 0)
        close(set->nudge_fd);
    *set = TSM_POLL_SET_INIT;
}

NTSTATUS tsm_poll_set_add(struct tsm_poll_set *set, int fd, void *context)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = context};

    return epoll_ctl(set->fd, EPOLL_CTL_ADD, fd, &event) < 0 ? tsm_status_from_errno(errno)
                                                             : STATUS_SUCCESS;
}

void tsm_poll_set_remove(struct tsm_poll_set *set, int fd)
{
    epoll_ctl(set->fd, EPOLL_CTL_DEL, fd, NULL);
}

uint32_t tsm_poll_set_take(struct tsm_poll_set *set, struct tsm_poll_event *out, uint32_t capacity)
{
    struct epoll_event events[TAKE_MAX];
    int count = epoll_wait(set->fd, events, (int)tsm_min_u64(capacity, TAKE_MAX), 0);
    uint32_t used = 0;

    for (int i = 0; i < count; i++) {
        uint64_t nudges;

        if (!events[i].data.ptr) {
            (void)!read(set->nudge_fd, &nudges, sizeof(nudges));
            continue;
        }
        out[used++] = (struct tsm_poll_event){
            .context = events[i].data.ptr,
            .is_readable = events[i].events & EPOLLIN,
            .has_hung_up = events[i].events & (EPOLLHUP | EPOLLRDHUP | EPOLLERR),
        };
    }
    return used;
}

bool tsm_poll_set_wait(struct tsm_poll_set *set, struct tsm_deadline deadline)
{
    struct pollfd poll_fd = {.fd = set->fd, .events = POLLIN};
    int count;

    do
        count = poll(&poll_fd, 1, tsm_deadline_poll_ms(deadline));
    while (count < 0 && errno == EINTR);
    return count > 0;
}

void tsm_poll_set_nudge(struct tsm_poll_set *set)
{
    uint64_t one = 1;

    (void)!write(set->nudge_fd, &one, sizeof(one));
}

NTSTATUS tsm_poll_bell_new(int *out)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (fd < 0)
        return tsm_status_from_errno(errno);
    *out = fd;
    return STATUS_SUCCESS;
}

/* Nobody reads it: each set sees the edge. */
void tsm_poll_bell_ring(int bell)
{
    uint64_t one = 1;

    (void)!write(bell, &one, sizeof(one));
}

void tsm_poll_bell_hush(int bell)
{
    uint64_t count;

    (void)!read(bell, &count, sizeof(count));
}

NTSTATUS tsm_poll_set_add_bell(struct tsm_poll_set *set, int bell)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};

    return epoll_ctl(set->fd, EPOLL_CTL_ADD, bell, &event) < 0 ? tsm_status_from_errno(errno)
                                                               : STATUS_SUCCESS;
}
