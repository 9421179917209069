/* SPDX-License-Identifier: MIT */
#include "os/terminal.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

NTSTATUS tsm_terminal_get_mode(int fd, struct tsm_terminal_mode *out)
{
    struct termios settings;

    if (tcgetattr(fd, &settings) < 0)
        return errno == ENOTTY ? STATUS_INVALID_HANDLE : tsm_status_from_errno(errno);
    out->has_signals = settings.c_lflag & ISIG;
    out->has_lines = settings.c_lflag & ICANON;
    out->has_echo = settings.c_lflag & ECHO;
    return STATUS_SUCCESS;
}

static void set_flag(tcflag_t *flags, tcflag_t flag, bool is_set)
{
    *flags = is_set ? *flags | flag : *flags & ~flag;
}

NTSTATUS tsm_terminal_set_mode(int fd, const struct tsm_terminal_mode *mode)
{
    struct termios settings;

    if (tcgetattr(fd, &settings) < 0)
        return errno == ENOTTY ? STATUS_INVALID_HANDLE : tsm_status_from_errno(errno);
    set_flag(&settings.c_lflag, ISIG, mode->has_signals);
    set_flag(&settings.c_lflag, ICANON, mode->has_lines);
    set_flag(&settings.c_lflag, ECHO, mode->has_echo);
    if (!mode->has_lines) {
        settings.c_cc[VMIN] = 1;
        settings.c_cc[VTIME] = 0;
    }
    return tcsetattr(fd, TCSANOW, &settings) < 0 ? tsm_status_from_errno(errno) : STATUS_SUCCESS;
}

NTSTATUS tsm_terminal_flush_input(int fd)
{
    if (tcflush(fd, TCIFLUSH) == 0)
        return STATUS_SUCCESS;
    return errno == ENOTTY ? STATUS_INVALID_HANDLE : tsm_status_from_errno(errno);
}

bool tsm_terminal_has_input(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    return poll(&poll_fd, 1, 0) > 0;
}

NTSTATUS tsm_terminal_wait_init(struct tsm_terminal_wait *wait)
{
    wait->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return wait->event_fd < 0 ? tsm_status_from_errno(errno) : STATUS_SUCCESS;
}

void tsm_terminal_wait_deinit(struct tsm_terminal_wait *wait)
{
    close(wait->event_fd);
}

void tsm_terminal_wait_interrupt(struct tsm_terminal_wait *wait)
{
    (void)!eventfd_write(wait->event_fd, 1);
}

NTSTATUS tsm_terminal_read(int fd, struct tsm_terminal_wait *wait, void *buffer, uint32_t length,
                           uint32_t *count)
{
    struct pollfd fds[2] = {{.fd = fd, .events = POLLIN}, {.fd = wait->event_fd, .events = POLLIN}};
    ssize_t got;

    *count = 0;
    for (;;) {
        /* A read of nothing stops a background job, as any read does; poll would wait. One that
         * nobody could let go on gets EIO, as where the terminal has hung up. */
        if (read(fd, buffer, 0) < 0 && errno == EIO)
            return STATUS_SUCCESS;
        if (poll(fds, 2, -1) < 0) {
            if (errno == EINTR)
                continue;
            return tsm_status_from_errno(errno);
        }
        if (fds[1].revents)
            return STATUS_ALERTED;
        got = read(fd, buffer, length);
        if (got >= 0) {
            *count = (uint32_t)got;
            return STATUS_SUCCESS;
        }
        if (errno == EIO)
            return STATUS_SUCCESS;
        /* Somebody else was faster, or a signal came. */
        if (errno != EINTR && errno != EAGAIN)
            return tsm_status_from_errno(errno);
    }
}
