/* SPDX-License-Identifier: MIT */
/* What the echo servers and their client agree on: messages come back as they were sent. */
#ifndef ECHO_H
#define ECHO_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define INSTANCES   8
#define MESSAGE_MAX 4096

static inline void die(const char *what)
{
    fprintf(stderr, "%s: error %u\n", what, (unsigned)GetLastError());
    exit(1);
}

static inline HANDLE create_instance(const char *name, DWORD flags)
{
    HANDLE pipe = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | flags,
                                   PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
                                   PIPE_UNLIMITED_INSTANCES, MESSAGE_MAX, MESSAGE_MAX, 0, NULL);

    if (pipe == INVALID_HANDLE_VALUE)
        die("CreateNamedPipe");
    return pipe;
}

#endif
