/* SPDX-License-Identifier: MIT */
/*
 * Threads of the C library: CreateThread with the C library's signatures
 *
 * Ownership: the new thread frees its struct start.
 */
#include <process.h>

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <unistd.h>

#include <windows.h>

struct start {
    unsigned (*function)(void *);
    void (*plain)(void *); /* of _beginthread */
    void *argument;
    HANDLE own;  /* of _beginthread: closed at the end */
    sem_t named; /* own is set */
};

/* The handle that _endthread closes, or NULL. */
static _Thread_local HANDLE own_handle;

static DWORD WINAPI run(void *argument)
{
    struct start start = *(struct start *)argument;

    free(argument);
    return start.function(start.argument);
}

static DWORD WINAPI run_plain(void *argument)
{
    struct start *start = argument;
    void (*function)(void *) = start->plain;
    void *parameter = start->argument;

    while (sem_wait(&start->named) && errno == EINTR) {}
    own_handle = start->own;
    sem_destroy(&start->named);
    free(start);
    function(parameter);
    if (own_handle) {
        CloseHandle(own_handle);
    }
    return 0;
}

static int errno_of(DWORD error)
{
    switch (error) {
    case ERROR_NOT_ENOUGH_MEMORY:
        return ENOMEM;
    case ERROR_INVALID_PARAMETER:
        return EINVAL;
    default:
        return EAGAIN;
    }
}

uintptr_t _beginthreadex(void *security, unsigned stack_size, unsigned (*function)(void *),
                         void *argument, unsigned flags, unsigned *id)
{
    struct start *start;
    HANDLE thread;
    DWORD number;

    if (!function) {
        errno = EINVAL;
        return 0;
    }
    start = malloc(sizeof(*start));
    if (!start) {
        return 0;
    }
    *start = (struct start){.function = function, .argument = argument};
    thread = CreateThread(security, stack_size, run, start, flags, &number);
    if (!thread) {
        errno = errno_of(GetLastError());
        free(start);
        return 0;
    }
    if (id) {
        *id = number;
    }
    return (uintptr_t)thread;
}

void _endthreadex(unsigned code)
{
    ExitThread(code);
}

uintptr_t _beginthread(void (*function)(void *), unsigned stack_size, void *argument)
{
    struct start *start;
    HANDLE thread;

    if (!function) {
        errno = EINVAL;
        return (uintptr_t)-1;
    }
    start = malloc(sizeof(*start));
    if (!start) {
        return (uintptr_t)-1;
    }
    *start = (struct start){.plain = function, .argument = argument};
    sem_init(&start->named, 0, 0);
    thread = CreateThread(NULL, stack_size, run_plain, start, 0, NULL);
    if (!thread) {
        errno = errno_of(GetLastError());
        sem_destroy(&start->named);
        free(start);
        return (uintptr_t)-1;
    }
    start->own = thread;
    sem_post(&start->named);
    return (uintptr_t)thread;
}

void _endthread(void)
{
    if (own_handle) {
        CloseHandle(own_handle);
    }
    ExitThread(0);
}

int _getpid(void)
{
    return (int)GetCurrentProcessId();
}
