/* SPDX-License-Identifier: MIT */
/* Starting a program, watching it, ending it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct tsm_spawn {
    const char *path;
    char *const *argv;
    char *const *environment;
    const char *directory; /* NULL: the caller's */
    int std_fds[3];        /* -1: as the caller's */
    const int *kept_fds;   /* under their own numbers */
    uint32_t kept_count;
    bool is_new_group;
    bool is_new_session;    /* without a terminal; includes a new group */
    bool ignores_interrupt; /* begins with SIGINT ignored */
};

tsm_must_check NTSTATUS tsm_spawn(const struct tsm_spawn *spawn, uint32_t *pid, int *pidfd);

/* The same, but it stands before its first instruction until tsm_spawn_continue().
 * STATUS_NOT_SUPPORTED where the kernel does not let us. */
tsm_must_check NTSTATUS tsm_spawn_stopped(const struct tsm_spawn *spawn, uint32_t *pid, int *pidfd);
tsm_must_check NTSTATUS tsm_spawn_continue(int pidfd);

/* A descriptor that becomes readable at a process' end. STATUS_INVALID_PARAMETER: there is no such
 * process, as Windows says to OpenProcess. */
tsm_must_check NTSTATUS tsm_spawn_open(uint32_t pid, int *pidfd);

/* What number a descriptor's process has: 0 in another PID namespace, -1 once it is gone. False: it
 * is no descriptor of a process. */
bool tsm_spawn_number(int pidfd, int32_t *pid);

/* Whether the process behind a descriptor of tsm_spawn_open() is the caller's user's. */
bool tsm_spawn_is_own(uint32_t pid);

/* The same for a process that is not our child, when it has ended; false where nobody can tell. */
bool tsm_spawn_ask_end(int pidfd, uint32_t pid, uint32_t *code, bool *was_killed);

/* True once the child has ended and was reaped; *code is its exit code, or 128 + signal as
 * *was_killed. */
bool tsm_spawn_reap(int pidfd, uint32_t *code, bool *was_killed);
tsm_must_check NTSTATUS tsm_spawn_kill(int pidfd);

/* Kills a child that nobody shall know of, and waits for its end. */
void tsm_spawn_undo(int pidfd);

/* A descriptor whose content is data, to be read from its beginning; for a child. */
tsm_must_check NTSTATUS tsm_spawn_data_fd(const void *data, size_t length, int *out);
/* Reads such a descriptor whole; heap. */
tsm_must_check NTSTATUS tsm_spawn_read_data_fd(int fd, void **data, size_t *length);

/* A copy of fd with a number of 10 or above. */
tsm_must_check NTSTATUS tsm_spawn_high_fd(int fd, int *out);

/* Nothing to read, and whatever is written goes nowhere; a number of 10 or above. */
tsm_must_check NTSTATUS tsm_spawn_null_fd(int *out);
bool tsm_spawn_is_executable(const char *path);
bool tsm_spawn_is_directory(const char *path);

/* The program that runs here. False: it is not to be found any more. */
bool tsm_spawn_own_path(char *path, size_t size);

/* A file that has one of these texts in it. */
bool tsm_spawn_file_has(const char *path, const char *const texts[], uint32_t count);

/* The calling process goes on as a child of nobody, in the background; it must have one thread. */
tsm_must_check NTSTATUS tsm_spawn_detach(void);

/* Waits for a child that is about to end. */
void tsm_spawn_await(int pidfd);
void tsm_spawn_set_cloexec(int fd);
