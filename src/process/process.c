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
#include <sys/epoll.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/reactor.h"
#include "os/signal_events.h"
#include "os/spawn.h"
#include "process/exit_code.h"
#include "process/process_parcel.h"
#include "sync/dispatcher.h"
#include "sync/wait_block.h"

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
static struct tsm_object *process_find(uint32_t pid)
{
    struct tsm_object *found = NULL;

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
            found = &process->object;
            break;
        }
    }
    pthread_mutex_unlock(&known.mutex);
    return found;
}

/* Takes descriptor and page on success. */
static NTSTATUS process_from_facts(const struct tsm_process_facts *facts, struct tsm_object **out)
{
    struct tsm_process *process = process_alloc();
    NTSTATUS status = STATUS_SUCCESS;

    if (!process)
        return STATUS_NO_MEMORY;
    process->pid = facts->pid;
    process->pidfd = facts->pidfd;
    process->exit_page = facts->exit_page;
    if (facts->has_exited) {
        process->has_exited = true;
        process->is_code_known = facts->is_code_known;
        process->exit_code = facts->exit_code;
    } else {
        status = process_watch(process);
    }
    if (!NT_SUCCESS(status)) {
        process->pidfd = -1;
        process->exit_page = NULL;
        tsm_object_unref(&process->object);
        return status;
    }
    *out = &process->object;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_process_open(uint32_t pid, struct tsm_object **out)
{
    struct tsm_process_facts facts = {.pid = pid};
    NTSTATUS status;

    if (pid == (uint32_t)getpid()) {
        *out = tsm_process_current();
        return *out ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    *out = process_find(pid);
    if (*out)
        return STATUS_SUCCESS;
    status = tsm_spawn_open(pid, &facts.pidfd);
    if (!NT_SUCCESS(status))
        return status;
    status = tsm_spawn_is_own(pid) ? process_from_facts(&facts, out) : STATUS_ACCESS_DENIED;
    if (!NT_SUCCESS(status))
        tsm_process_facts_deinit(&facts);
    return status;
}

NTSTATUS tsm_process_from_child(const struct tsm_process_child *child, struct tsm_object **out)
{
    struct tsm_process *process = process_alloc();
    NTSTATUS status;

    if (!process) {
        tsm_spawn_undo(child->pidfd);
        tsm_fd_close(child->pidfd);
        tsm_exit_page_free(child->exit_page);
        return STATUS_NO_MEMORY;
    }
    process->pid = child->pid;
    process->pidfd = child->pidfd;
    process->exit_page = child->exit_page;
    process->is_child = true;
    process->leads_group = child->leads_group;
    process->is_suspended = child->is_suspended;
    status = process_watch(process);
    if (!NT_SUCCESS(status)) {
        tsm_spawn_undo(process->pidfd);
        tsm_object_unref(&process->object);
        return status;
    }
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

/* ---- to other processes ---- */

static NTSTATUS process_export(struct tsm_object *object, struct tsm_export *out)
{
    const struct tsm_process *process = process_from(object);
    struct tsm_process_facts facts = {
        .pid = process->pid, .pidfd = process->pidfd, .exit_page = process->exit_page};

    tsm_dispatcher_lock();
    facts.has_exited = process->has_exited;
    facts.is_code_known = process->is_code_known;
    facts.exit_code = process->exit_code;
    tsm_dispatcher_unlock();
    return tsm_process_parcel_pack(&facts, out);
}

static NTSTATUS process_import(const struct tsm_export *in, struct tsm_object **out)
{
    struct tsm_object *same = NULL;
    struct tsm_process_facts facts;
    NTSTATUS status = tsm_process_parcel_unpack(in, &facts);

    if (!NT_SUCCESS(status))
        return status;
    if (!facts.has_exited)
        same = facts.pid == (uint32_t)getpid() ? tsm_process_current() : process_find(facts.pid);
    if (same)
        *out = same;
    else
        status = process_from_facts(&facts, out);
    if (same || !NT_SUCCESS(status))
        tsm_process_facts_deinit(&facts);
    if (NT_SUCCESS(status))
        tsm_fd_close(in->fd);
    return status;
}

void tsm_process_init(void)
{
    tsm_import_register(TSM_IMPORT_PROCESS, process_import);
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
    tsm_exit_page_free(process->exit_page);
    free(process);
}

const struct tsm_object_ops tsm_process_ops = {
    .type_name = "Process",
    .valid_access = PROCESS_ALL_ACCESS,
    .is_signaled = process_is_signaled,
    .export = process_export,
    .destroy = process_destroy,
};
