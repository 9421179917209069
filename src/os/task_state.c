/* SPDX-License-Identifier: MIT */
#include "os/task_state.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char tsm_task_state(uint32_t id, int *exit_status)
{
    char path[32], line[1024], *at;
    int file;
    ssize_t length;

    snprintf(path, sizeof(path), "/proc/%u/stat", id);
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    length = read(file, line, sizeof(line) - 1);
    close(file);
    line[length > 0 ? length : 0] = 0;
    /* The name in front may have brackets of its own. */
    at = strrchr(line, ')');
    if (!at || at[1] != ' ')
        return 0;
    if (exit_status)
        *exit_status = (int)strtol(strrchr(at, ' '), NULL, 10);
    return at[2];
}
