/* SPDX-License-Identifier: MIT */
/* Starting a role that inherits handles. */
#ifndef INHERIT_H
#define INHERIT_H

#include "conformance.h"

/* Starts a ROLE with that line; program and startup may be NULL. */
static __attribute__((unused)) PROCESS inherit_start(const char *program, char *line,
                                                     STARTUPINFOA *startup, BOOL inherit)
{
    PROCESS_INFORMATION information;
    STARTUPINFOA plain;
    PROCESS process;

    memset(&plain, 0, sizeof(plain));
    plain.cb = sizeof(plain);
    fflush(stdout);
    CHECK(CreateProcessA(program, line, NULL, NULL, inherit, 0, NULL, NULL,
                         startup ? startup : &plain, &information));
    CHECK(CloseHandle(information.hThread));
    process.handle = information.hProcess;
    process.id = information.dwProcessId;
    conformance_note_role(NULL, process.handle);
    return process;
}

/* The same with a command line made of one argument. */
static __attribute__((unused)) PROCESS inherit_spawn(const char *name, const char *argument,
                                                     STARTUPINFOA *startup, BOOL inherit)
{
    char program[MAX_PATH], line[3 * MAX_PATH];

    CHECK(GetModuleFileNameA(NULL, program, sizeof(program)) != 0);
    snprintf(line, sizeof(line), "\"%s\" --role %s \"%s\"", program, name, argument);
    return inherit_start(program, line, startup, inherit);
}

static __attribute__((unused)) PROCESS inherit_spawn_heir(const char *name, HANDLE first,
                                                          HANDLE second)
{
    char argument[64];

    snprintf(argument, sizeof(argument), "%lx %lx", (unsigned long)(ULONG_PTR)first,
             (unsigned long)(ULONG_PTR)second);
    return inherit_spawn(name, argument, NULL, TRUE);
}

/* Starts a ROLE that inherits and is told the values of two handles, in hexadecimal. */
#define spawn_heir(name, first, second) inherit_spawn_heir(#name, first, second)

#ifdef __TRANSOM__
/* The same twice, one after the other, by a shell that inherits the handles. */
static __attribute__((unused)) PROCESS inherit_spawn_by_shell(const char *name, HANDLE first,
                                                              HANDLE second)
{
    char program[MAX_PATH], once[3 * MAX_PATH], line[7 * MAX_PATH];

    CHECK(GetModuleFileNameA(NULL, program, sizeof(program)) != 0);
    snprintf(once, sizeof(once), "'%s' --role %s '%lx %lx'", program, name,
             (unsigned long)(ULONG_PTR)first, (unsigned long)(ULONG_PTR)second);
    snprintf(line, sizeof(line), "sh -c \"%s && %s\"", once, once);
    return inherit_start(NULL, line, NULL, TRUE);
}

#define spawn_heirs_by_shell(name, first, second) inherit_spawn_by_shell(#name, first, second)
#endif

/* Takes the next handle from such an argument. */
static __attribute__((unused)) HANDLE next_handle(const char **argument)
{
    char *end;
    HANDLE handle = (HANDLE)(ULONG_PTR)strtoul(*argument, &end, 16);

    *argument = end;
    return handle;
}

/* Children inherit it from now on. */
static __attribute__((unused)) HANDLE heirloom(HANDLE handle)
{
    CHECK(handle != INVALID_HANDLE_VALUE && handle != NULL);
    CHECK(SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    return handle;
}

static __attribute__((unused)) void wait_for(HANDLE event)
{
    CHECK_U32(WaitForSingleObject(event, 10000), WAIT_OBJECT_0);
}

#endif
