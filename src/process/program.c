/* SPDX-License-Identifier: MIT */
/*
 * Programs
 *
 * What CreateProcess is given as program is looked for where Windows looks, and found also without
 * the .exe and with the backslashes that Windows programs write.
 */
#include "process/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/spawn.h"
#include "process/command_line.h"

static char *join3(const char *folder, const char *name, const char *suffix)
{
    char *path = NULL;

    return asprintf(&path, "%s%s%s%s", folder, *folder ? "/" : "", name, suffix) >= 0 ? path : NULL;
}

/* The file itself, or without the .exe that Windows programs write. *out is on the heap;
 * STATUS_OBJECT_NAME_NOT_FOUND: there is none. */
static NTSTATUS program_at(const char *folder, const char *name, char **out)
{
    char *path = join3(folder, name, "");
    bool is_there = path && tsm_spawn_is_executable(path);
    size_t length;

    if (!path)
        return STATUS_NO_MEMORY;
    length = strlen(path);
    if (!is_there && length > 4 && strcasecmp(path + length - 4, ".exe") == 0) {
        path[length - 4] = 0;
        is_there = tsm_spawn_is_executable(path);
    }
    if (!is_there) {
        free(path);
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    *out = path;
    return STATUS_SUCCESS;
}

/* Windows: the caller's folder, the current one, then PATH. */
static NTSTATUS program_search(const char *name, char **out)
{
    char own[4096];
    const char *list = getenv("PATH");
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
    ssize_t length;

    if (strchr(name, '/'))
        return program_at("", name, out);
    length = readlink("/proc/self/exe", own, sizeof(own) - 1);
    if (length > 0) {
        own[length] = 0;
        *strrchr(own, '/') = 0;
        status = program_at(own, name, out);
    }
    if (status == STATUS_OBJECT_NAME_NOT_FOUND)
        status = program_at(".", name, out);
    while (status == STATUS_OBJECT_NAME_NOT_FOUND && list && *list) {
        size_t size = strcspn(list, ":");
        char *folder = strndup(list, size);

        if (!folder)
            return STATUS_NO_MEMORY;
        if (*folder)
            status = program_at(folder, name, out);
        free(folder);
        list += size + (list[size] == ':');
    }
    return status;
}

static void slashes_from_windows(char *text)
{
    for (; *text; text++)
        if (*text == '\\')
            *text = '/';
}

/* Windows: an unquoted command line is tried word by word: "my prog x" may be "my" or "my prog". */
static NTSTATUS program_from_line(char *line, char **out, char **rest)
{
    size_t length = strlen(line);
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;

    for (size_t end = 0; end <= length && status == STATUS_OBJECT_NAME_NOT_FOUND; end++) {
        char held = line[end], *name;

        if (held && held != ' ' && held != '\t')
            continue;
        name = strndup(line, end);
        if (!name)
            return STATUS_NO_MEMORY;
        slashes_from_windows(name);
        status = program_search(name, out);
        free(name);
        *rest = line + end;
    }
    return status;
}

/* A program that has its name to itself: in the folders where programs are, or just there. */
static NTSTATUS program_named(const char *text, bool is_searched, char **out)
{
    char *name = strdup(text);
    NTSTATUS status;

    if (!name)
        return STATUS_NO_MEMORY;
    slashes_from_windows(name);
    status = is_searched ? program_search(name, out) : program_at("", name, out);
    free(name);
    return status;
}

/* Why there is no program at that path: it may not run, its folder is missing, or it is. */
static NTSTATUS missing_status(const char *name)
{
    char *path = strdup(name), *slash;
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;

    if (!path)
        return STATUS_NO_MEMORY;
    slashes_from_windows(path);
    slash = strrchr(path, '/');
    if (access(path, F_OK) == 0) {
        status = STATUS_ACCESS_DENIED;
    } else if (slash && slash != path) {
        *slash = 0;
        if (!tsm_spawn_is_directory(path))
            status = STATUS_OBJECT_PATH_NOT_FOUND;
    }
    free(path);
    return status;
}

NTSTATUS tsm_program_find(const char *application, const char *command_line, char **path,
                          char ***argv)
{
    const char *line = command_line ? command_line : application;
    NTSTATUS status = STATUS_SUCCESS;
    char **words, *rest = NULL;
    int count;

    if (!line)
        return STATUS_INVALID_PARAMETER;
    words = tsm_command_line_split(line, &count);
    if (!words)
        return STATUS_NO_MEMORY;
    if (application) {
        status = program_named(application, false, path);
    } else if (*line == '"' || !strpbrk(line, " \t")) {
        status = program_named(words[0], true, path);
    } else {
        char *copy = strdup(line);

        status = copy ? program_from_line(copy, path, &rest) : STATUS_NO_MEMORY;
        if (NT_SUCCESS(status) && (size_t)(rest - copy) != strcspn(line, " \t")) {
            /* The name has blanks: quote it, so that it is one word. */
            char *quoted = NULL;

            free(words);
            words = NULL;
            if (asprintf(&quoted, "\"%.*s\"%s", (int)(rest - copy), copy, rest) >= 0)
                words = tsm_command_line_split(quoted, &count);
            free(quoted);
            if (!words)
                status = STATUS_NO_MEMORY;
        }
        free(copy);
    }
    if (!NT_SUCCESS(status)) {
        if (status == STATUS_OBJECT_NAME_NOT_FOUND)
            status = missing_status(application ? application : words[0]);
        free(*path);
        free(words);
        *path = NULL;
        return status;
    }
    *argv = words;
    return STATUS_SUCCESS;
}
