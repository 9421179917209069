/* SPDX-License-Identifier: MIT */
/*
 * Watches of other processes
 *
 * Ownership: a watch lives until its process ends; there is at most one for a process.
 * Locking:   the mutex guards the list. The reactor's callback takes it without any other lock.
 */
#include "sync/arena_watch.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/trace.h"
#include "os/fd.h"
#include "os/reactor.h"
#include "os/spawn.h"
#include "sync/arena.h"

struct watch {
    struct tsm_reactor_watch base;
    struct tsm_list node;
    uint32_t holder, pid;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct tsm_list watches = TSM_LIST_INIT(watches);

static void watch_free(struct watch *watch)
{
    tsm_list_unlink(&watch->node);
    tsm_fd_close(watch->base.fd);
    free(watch);
}

static void on_end(struct tsm_reactor_watch *base, uint32_t events)
{
    struct watch *watch = tsm_container_of(base, struct watch, base);
    uint32_t holder = watch->holder, pid = watch->pid;

    tsm_reactor_remove(base);
    pthread_mutex_lock(&mutex);
    watch_free(watch);
    pthread_mutex_unlock(&mutex);
    tsm_arena_bury(holder, pid);
}

static bool is_watched(uint32_t holder, uint32_t pid)
{
    TSM_LIST_FOR_EACH(node, &watches)
    {
        struct watch *known = TSM_LIST_ENTRY(node, struct watch, node);

        if (known->holder == holder && known->pid == pid)
            return true;
    }
    return false;
}

/* Cheap when it is watched already. False: there is no such process any more. */
static bool watch_process(uint32_t holder, uint32_t pid)
{
    struct watch *watch = NULL;
    bool exists = true;

    pthread_mutex_lock(&mutex);
    if (!is_watched(holder, pid))
        watch = calloc(1, sizeof(*watch));
    if (watch) {
        watch->base.on_event = on_end;
        watch->holder = holder;
        watch->pid = pid;
        tsm_list_append(&watches, &watch->node);
        if (!NT_SUCCESS(tsm_spawn_open(pid, &watch->base.fd))) {
            exists = false;
            tsm_list_unlink(&watch->node);
            free(watch);
        } else if (!NT_SUCCESS(tsm_reactor_add(&watch->base, EPOLLIN))) {
            tsm_trace(TSM_TRACE_WAIT, "the end of process %u will not be noticed", pid);
            watch_free(watch);
        }
    }
    pthread_mutex_unlock(&mutex);
    return exists;
}

bool tsm_arena_watch(uint32_t holder)
{
    if (holder >= TSM_ARENA_HOLDERS || holder == tsm_arena_self())
        return false;

    uint32_t pid = tsm_arena_holder_pid(holder);

    /* Looked at again when the watch stands: whoever ends after that is noticed. */
    if (!tsm_arena_holder_is_dead(holder) && watch_process(holder, pid) &&
        !tsm_arena_holder_is_dead(holder))
        return false;
    tsm_arena_bury(holder, pid);
    return true;
}
