/* SPDX-License-Identifier: MIT */
/* An echo server in a Linux event loop, where pipes are descriptors like others: echo_epoll NAME */
#include "echo.h"

#include <sys/epoll.h>
#include <transom.h>

/* One message, so that no client keeps the others waiting. */
static void serve(HANDLE pipe)
{
    char message[MESSAGE_MAX];
    DWORD count;

    if (ReadFile(pipe, message, sizeof(message), &count, NULL) &&
        WriteFile(pipe, message, count, &count, NULL))
        return;
    DisconnectNamedPipe(pipe);
    ConnectNamedPipe(pipe, NULL); /* PIPE_NOWAIT: listens again, and returns */
}

int main(int argc, char **argv)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);

    if (argc != 2 || epoll < 0)
        return 2;
    for (int i = 0; i < INSTANCES; i++) {
        DWORD mode = PIPE_READMODE_MESSAGE | PIPE_NOWAIT;
        HANDLE pipe = create_instance(argv[1], 0);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = pipe};
        int fd = transom_handle_fd(pipe);

        if (fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0 ||
            !SetNamedPipeHandleState(pipe, &mode, NULL, NULL))
            die("epoll");
    }
    for (;;) {
        struct epoll_event events[INSTANCES];
        int count = epoll_wait(epoll, events, INSTANCES, -1);

        for (int i = 0; i < count; i++)
            serve(events[i].data.ptr);
    }
}
