/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int cc_command_wait(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            cc_die("waiting for a command: %s", strerror(errno));
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int cc_command_run(const struct cc_list *command)
{
    pid_t pid;
    int error = posix_spawnp(&pid, command->words[0], NULL, NULL, command->words, environ);

    if (error) {
        cc_die("%s cannot be started: %s", command->words[0], strerror(error));
    }
    return cc_command_wait(pid);
}

FILE *cc_command_read(const struct cc_list *command, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    int ends[2];
    int error;
    FILE *file;

    if (pipe2(ends, O_CLOEXEC)) {
        cc_die("pipe: %s", strerror(errno));
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    error = posix_spawnp(pid, command->words[0], &actions, NULL, command->words, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (error) {
        cc_die("%s cannot be started: %s", command->words[0], strerror(error));
    }
    file = fdopen(ends[0], "r");
    if (!file) {
        cc_die("out of memory");
    }
    return file;
}

void cc_command_show(const struct cc_list *command)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+=./,:@%";

    for (size_t i = 0; i < command->count; i++) {
        const char *word = command->words[i];

        fputs(i ? " " : "", stderr);
        if (*word && strspn(word, plain) == strlen(word)) {
            fputs(word, stderr);
            continue;
        }
        fputc('\'', stderr);
        for (; *word; word++) {
            fputs(*word == '\'' ? "'\\''" : (char[]){*word, 0}, stderr);
        }
        fputc('\'', stderr);
    }
    fputc('\n', stderr);
}
