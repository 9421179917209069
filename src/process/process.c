/* SPDX-License-Identifier: MIT */
/*
 * Processes
 *
 * Ownership: a running child's object is shared by its watch, so the child is reaped even if the
 *            program closes the handle at once.
 * Windows:   the exit code of a program that died of a signal is the exception that would have
 *            killed it there; TerminateProcess names the code itself.
 */
#include "process/process.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/trace.h"
#include "io/fd_file.h"
#include "object/handle_table.h"
#include "os/reactor.h"
#include "os/signal_events.h"
#include "os/spawn.h"
#include "process/command_line.h"
#include "process/courier.h"
#include "process/exit_code.h"
#include "process/inherit.h"
#include "process/relay.h"
#include "sync/wait.h"

struct tsm_process {
    struct tsm_object object;
    struct tsm_list node; /* in known.processes; known.mutex */
    struct tsm_reactor_watch watch;
    uint32_t pid;
    int pidfd; /* -1: ourselves */
    uint32_t exit_code;
    bool is_child;                   /* ours to reap */
    bool leads_group;                /* of our console */
    bool is_suspended;               /* and was not let go; dispatcher lock */
    bool is_code_known;              /* once it has exited; dispatcher lock */
    bool has_exited;                 /* dispatcher lock */
    struct tsm_exit_page *exit_page; /* NULL: none */
};

/* Processes that were started or opened, so that two handles to one lead to one object. Borrowed: an
 * object takes itself out when it goes. */
static struct {
    pthread_mutex_t mutex;
    struct tsm_list processes;
} known = {.mutex = PTHREAD_MUTEX_INITIALIZER, .processes = TSM_LIST_INIT(known.processes)};

static struct tsm_process *process_from(struct tsm_object *object)
{
    return tsm_container_of(object, struct tsm_process, object);
}

static struct tsm_process *process_alloc(void)
{
    struct tsm_process *process = calloc(1, sizeof(*process));

    if (process) {
        tsm_object_init(&process->object, &tsm_process_ops);
        tsm_list_init(&process->node);
        process->pidfd = -1;
        process->exit_code = STILL_ACTIVE;
    }
    return process;
}

static void process_on_exit(struct tsm_reactor_watch *watch, uint32_t events)
{
    struct tsm_process *process = tsm_container_of(watch, struct tsm_process, watch);
    uint32_t code = 0;
    bool was_killed = false, is_code_known = true;

    if (!process->is_child)
        is_code_known = tsm_spawn_ask_end(process->pidfd, process->pid, &code, &was_killed);
    else if (!tsm_spawn_reap(process->pidfd, &code, &was_killed))
        return;
    tsm_reactor_remove(watch);
    tsm_dispatcher_lock();
    process->exit_code = tsm_exit_page_code(process->exit_page, code, was_killed);
    process->is_code_known = is_code_known;
    process->has_exited = true;
    tsm_wait_notify_locked(&process->object);
    tsm_dispatcher_unlock();
    tsm_object_unref(&process->object);
}

/* Its end will be noticed, and it can be found from now on. */
static NTSTATUS process_watch(struct tsm_process *process)
{
    NTSTATUS status;

    process->watch.fd = process->pidfd;
    process->watch.on_event = process_on_exit;
    tsm_object_ref(&process->object); /* the watch's */
    status = tsm_reactor_add(&process->watch, EPOLLIN);
    if (!NT_SUCCESS(status)) {
        tsm_object_unref(&process->object);
        return status;
    }
    pthread_mutex_lock(&known.mutex);
    tsm_list_append(&known.processes, &process->node);
    pthread_mutex_unlock(&known.mutex);
    return STATUS_SUCCESS;
}

/* One more reference to a process that is known and has not ended, or NULL. */
static struct tsm_process *process_find(uint32_t pid)
{
    struct tsm_process *found = NULL;

    pthread_mutex_lock(&known.mutex);
    TSM_LIST_FOR_EACH(node, &known.processes)
    {
        struct tsm_process *process = TSM_LIST_ENTRY(node, struct tsm_process, node);
        bool has_exited;

        if (process->pid != pid)
            continue;
        tsm_dispatcher_lock();
        has_exited = process->has_exited;
        tsm_dispatcher_unlock();
        if (!has_exited && tsm_object_try_ref(&process->object)) {
            found = process;
            break;
        }
    }
    pthread_mutex_unlock(&known.mutex);
    return found;
}

NTSTATUS tsm_process_open(uint32_t pid, struct tsm_object **out)
{
    struct tsm_process *process;
    NTSTATUS status;

    if (pid == (uint32_t)getpid()) {
        *out = tsm_process_current();
        return *out ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    tsm_courier_start();
    process = process_find(pid);
    if (process) {
        *out = &process->object;
        return STATUS_SUCCESS;
    }
    process = process_alloc();
    if (!process)
        return STATUS_NO_MEMORY;
    process->pid = pid;
    status = tsm_spawn_open(pid, &process->pidfd);
    if (NT_SUCCESS(status))
        status = tsm_spawn_is_own(pid) ? process_watch(process) : STATUS_ACCESS_DENIED;
    if (!NT_SUCCESS(status)) {
        tsm_object_unref(&process->object);
        return status;
    }
    *out = &process->object;
    return STATUS_SUCCESS;
}

/* ---- which program ---- */

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

/* The program's path (heap) and its arguments (heap) for what CreateProcess was given. */
static NTSTATUS resolve(const struct tsm_process_start *start, char **path, char ***argv)
{
    const char *line = start->command_line ? start->command_line : start->application;
    NTSTATUS status = STATUS_SUCCESS;
    char **words, *rest = NULL;
    int count;

    if (!line)
        return STATUS_INVALID_PARAMETER;
    words = tsm_command_line_split(line, &count);
    if (!words)
        return STATUS_NO_MEMORY;
    if (start->application) {
        status = program_named(start->application, false, path);
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
            status = missing_status(start->application ? start->application : words[0]);
        free(*path);
        free(words);
        *path = NULL;
        return status;
    }
    *argv = words;
    return STATUS_SUCCESS;
}

/* ---- starting ---- */

/* The descriptor behind a standard handle, above the low numbers; -1 for none. */
static NTSTATUS std_fd(HANDLE handle, unsigned int index, const char *program, int *out)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    NTSTATUS status;
    int fd;

    *out = -1;
    if (!handle || handle == (HANDLE)(intptr_t)-1)
        return STATUS_SUCCESS;
    status = tsm_file_from_handle(handle, 0, &file);
    if (!NT_SUCCESS(status))
        return STATUS_SUCCESS; /* Windows: not checked */
    if (tsm_fd_file_from(file))
        return tsm_spawn_high_fd(tsm_fd_file_from(file)->fd, out);
    /* The end of a named pipe is no descriptor. */
    if (tsm_relay_is_needless(program, index))
        return tsm_spawn_null_fd(out);
    status = tsm_relay_start(file, index, &fd);
    if (!NT_SUCCESS(status))
        return status;
    status = tsm_spawn_high_fd(fd, out);
    tsm_fd_close(fd);
    return status;
}

static char **environment_with(char *const *base, const char *entry)
{
    size_t count = 0, used = 0;
    char **made;

    while (base[count])
        count++;
    made = malloc((count + 2) * sizeof(char *));
    if (!made)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (strncmp(base[i], TSM_INHERIT_VARIABLE "=", sizeof(TSM_INHERIT_VARIABLE)) != 0)
            made[used++] = base[i];
    made[used++] = (char *)(uintptr_t)entry;
    made[used] = NULL;
    return made;
}

static NTSTATUS launch(const struct tsm_process_start *start, const char *path, char **argv,
                       struct tsm_process *process)
{
    struct tsm_spawn spawn = {.path = path,
                              .argv = argv,
                              .directory = start->directory,
                              .std_fds = {-1, -1, -1},
                              .is_new_group = start->is_new_group,
                              .is_new_session = start->is_new_console || start->is_detached,
                              .ignores_interrupt = start->is_new_group && !start->is_new_console};
    HANDLE std_handles[3] = {0};
    struct tsm_inherit inherit;
    char variable[64];
    char **environment;
    NTSTATUS status;

    for (unsigned int i = 0; i < 3; i++)
        std_handles[i] = start->has_std_handles ? start->std_handles[i] : NULL;
    status = tsm_inherit_collect(start->inherits, std_handles, &inherit);
    if (!NT_SUCCESS(status))
        return status;
    snprintf(variable, sizeof(variable), TSM_INHERIT_VARIABLE "=%d%s", inherit.blob_fd,
             start->is_detached ? TSM_INHERIT_DETACHED : "");
    environment = environment_with(start->environment ? start->environment : environ, variable);
    spawn.environment = environment;
    spawn.kept_fds = inherit.fds;
    spawn.kept_count = inherit.fd_count;
    for (unsigned int i = 0; i < 3 && NT_SUCCESS(status) && start->has_std_handles; i++)
        status = i == 2 && start->std_handles[2] == start->std_handles[1] && spawn.std_fds[1] >= 0
                     ? tsm_spawn_high_fd(spawn.std_fds[1], &spawn.std_fds[2])
                     : std_fd(start->std_handles[i], i, path, &spawn.std_fds[i]);
    if (NT_SUCCESS(status))
        status = !environment          ? STATUS_NO_MEMORY
                 : start->is_suspended ? tsm_spawn_stopped(&spawn, &process->pid, &process->pidfd)
                                       : tsm_spawn(&spawn, &process->pid, &process->pidfd);
    process->is_suspended = NT_SUCCESS(status) && start->is_suspended;
    for (unsigned int i = 0; i < 3; i++)
        if (spawn.std_fds[i] >= 0)
            tsm_fd_close(spawn.std_fds[i]);
    if (NT_SUCCESS(status))
        process->exit_page = tsm_exit_page_map(inherit.blob_fd);
    free(environment);
    tsm_inherit_deinit(&inherit);
    return status;
}

NTSTATUS tsm_process_new(const struct tsm_process_start *start, struct tsm_object **out,
                         uint32_t *pid)
{
    struct tsm_process *process = process_alloc();
    char *path = NULL, **argv = NULL;
    NTSTATUS status;

    if (!process)
        return STATUS_NO_MEMORY;
    tsm_courier_start(); /* the child may want handles of ours */
    status = start->directory && !tsm_spawn_is_directory(start->directory)
                 ? STATUS_NOT_A_DIRECTORY
                 : resolve(start, &path, &argv);
    if (NT_SUCCESS(status))
        status = launch(start, path, argv, process);
    free(path);
    free(argv);
    if (NT_SUCCESS(status)) {
        process->is_child = true;
        process->leads_group = start->is_new_group && !start->is_new_console && !start->is_detached;
        status = process_watch(process);
        if (!NT_SUCCESS(status))
            tsm_spawn_undo(process->pidfd);
    }
    if (!NT_SUCCESS(status)) {
        tsm_object_unref(&process->object);
        return status;
    }
    tsm_trace(TSM_TRACE_PROCESS, "started process %u", process->pid);
    *pid = process->pid;
    *out = &process->object;
    return STATUS_SUCCESS;
}

struct tsm_object *tsm_process_current(void)
{
    static struct tsm_process *_Atomic own;
    struct tsm_process *process = atomic_load(&own), *expected = NULL;

    if (!process) {
        process = process_alloc();
        if (!process)
            return NULL;
        process->pid = (uint32_t)getpid();
        if (!atomic_compare_exchange_strong(&own, &expected, process)) {
            tsm_object_unref(&process->object);
            process = expected;
        }
    }
    return tsm_object_ref(&process->object);
}

NTSTATUS tsm_process_resume(struct tsm_object *object, uint32_t *previous)
{
    struct tsm_process *process = process_from(object);
    bool was_suspended;

    tsm_dispatcher_lock();
    was_suspended = process->is_suspended;
    process->is_suspended = false;
    tsm_dispatcher_unlock();
    *previous = was_suspended;
    return was_suspended ? tsm_spawn_continue(process->pidfd) : STATUS_SUCCESS;
}

bool tsm_process_is_running_child(struct tsm_object *object)
{
    tsm_dispatcher_lock();

    bool result = process_from(object)->is_child && !process_from(object)->has_exited &&
                  !process_from(object)->is_suspended;

    tsm_dispatcher_unlock();
    return result;
}

NTSTATUS tsm_process_signal_child_groups(int number)
{
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&known.mutex);
    TSM_LIST_FOR_EACH(node, &known.processes)
    {
        const struct tsm_process *process = TSM_LIST_ENTRY(node, struct tsm_process, node);

        bool has_exited;

        tsm_dispatcher_lock();
        has_exited = process->has_exited; /* then its number may be somebody else's */
        tsm_dispatcher_unlock();
        if (!process->leads_group || has_exited || !NT_SUCCESS(status))
            continue;
        status = tsm_signal_send_group(process->pid, number);
        if (status == STATUS_INVALID_PARAMETER)
            status = STATUS_SUCCESS; /* all of it has ended */
    }
    pthread_mutex_unlock(&known.mutex);
    return status;
}

uint32_t tsm_process_id(struct tsm_object *process)
{
    return process_from(process)->pid;
}

NTSTATUS tsm_process_exit_code(struct tsm_object *object, uint32_t *code)
{
    struct tsm_process *process = process_from(object);
    NTSTATUS status = STATUS_SUCCESS;

    tsm_dispatcher_lock();
    if (process->has_exited && !process->is_code_known)
        status = STATUS_NOT_SUPPORTED;
    else
        *code = process->exit_code;
    tsm_dispatcher_unlock();
    return status;
}

NTSTATUS tsm_process_terminate(struct tsm_object *object, uint32_t exit_code)
{
    struct tsm_process *process = process_from(object);
    NTSTATUS status;

    if (process->pidfd < 0) {
        tsm_exit_page_tell(exit_code);
        _exit((int)exit_code);
    }
    tsm_dispatcher_lock();
    status = process->has_exited ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
    if (NT_SUCCESS(status))
        tsm_exit_page_tell_killed(process->exit_page, exit_code);
    tsm_dispatcher_unlock();
    return NT_SUCCESS(status) ? tsm_spawn_kill(process->pidfd) : status;
}

uint32_t tsm_process_session(uint32_t pid)
{
    char path[64], text[32] = "";
    FILE *file;
    unsigned long session;

    snprintf(path, sizeof(path), "/proc/%u/sessionid", pid);
    file = fopen(path, "re");
    if (!file)
        return 0;
    if (!fgets(text, sizeof(text), file))
        text[0] = 0;
    fclose(file);
    session = strtoul(text, NULL, 10);
    return session == UINT32_MAX ? 0 : (uint32_t)session;
}

static bool process_is_signaled(struct tsm_object *object, uint32_t tid)
{
    return process_from(object)->has_exited;
}

static void process_destroy(struct tsm_object *object)
{
    struct tsm_process *process = process_from(object);

    pthread_mutex_lock(&known.mutex);
    tsm_list_unlink(&process->node);
    pthread_mutex_unlock(&known.mutex);
    if (process->pidfd >= 0)
        tsm_fd_close(process->pidfd);
    tsm_exit_page_unmap(process->exit_page);
    free(process);
}

const struct tsm_object_ops tsm_process_ops = {
    .type_name = "Process",
    .valid_access = PROCESS_ALL_ACCESS,
    .is_signaled = process_is_signaled,
    .destroy = process_destroy,
};
