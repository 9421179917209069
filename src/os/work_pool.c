/* SPDX-License-Identifier: MIT */
/*
 * Work pool
 *
 * Threads take pieces of work from one list, first come first. An idle one is woken, the last that
 * became idle first; when there is none the pool grows: at once up to a few threads, then by one
 * whenever work has stood still for a while, which a keeper thread sees. So pieces that wait for each
 * other get on, and a burst of short ones does not make hundreds of threads. Idle threads end.
 *
 * Locking:   pool.mutex for all of it; it is a leaf, work runs without it.
 * Windows:   work runs on threads that may be used for other work before and after.
 */
#include "os/work_pool.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "base/trace.h"
#include "os/own_thread.h"

#define THREADS_AT_ONCE 8
#define THREADS_MAX     512
#define IDLE_SECONDS    20
#define STANDSTILL_MS   20

struct sleeper {
    struct tsm_list node;
    pthread_cond_t cond;
    bool is_woken;
};

static struct {
    pthread_mutex_t mutex;
    struct tsm_list items;
    struct tsm_list sleepers; /* the last one first */
    uint32_t threads;         /* also those that are being made */
    uint32_t made;
    uint64_t taken; /* pieces of work, ever */
    bool has_keeper;
} pool = {
    .mutex = PTHREAD_MUTEX_INITIALIZER,
    .items = TSM_LIST_INIT(pool.items),
    .sleepers = TSM_LIST_INIT(pool.sleepers),
};

/* Mutex held: sleeps until there is work; false when there was none for long. */
static bool sleep_for_work(void)
{
    struct sleeper self = {.cond = PTHREAD_COND_INITIALIZER};
    struct timespec until;
    int error = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += IDLE_SECONDS;
    tsm_list_prepend(&pool.sleepers, &self.node);
    while (!self.is_woken && error == 0)
        error = pthread_cond_clockwait(&self.cond, &pool.mutex, CLOCK_MONOTONIC, &until);
    tsm_list_unlink(&self.node);
    pthread_cond_destroy(&self.cond);
    return self.is_woken;
}

static void *pool_thread(void *unused)
{
    pthread_setname_np(pthread_self(), "transom-pool");
    pthread_mutex_lock(&pool.mutex);
    for (;;) {
        struct tsm_list *node = tsm_list_first(&pool.items);

        if (node) {
            struct tsm_work_item *item = TSM_LIST_ENTRY(node, struct tsm_work_item, node);

            tsm_list_unlink(node);
            pool.taken++;
            pthread_mutex_unlock(&pool.mutex);
            item->run(item);
            pthread_mutex_lock(&pool.mutex);
        } else if (!sleep_for_work()) {
            break;
        }
    }
    pool.threads--;
    pool.made--;
    pthread_mutex_unlock(&pool.mutex);
    return NULL;
}

static NTSTATUS start_thread(void *(*routine)(void *))
{
    return NT_SUCCESS(tsm_own_thread_start(routine, NULL, 0, NULL)) ? STATUS_SUCCESS
                                                                    : STATUS_INSUFFICIENT_RESOURCES;
}

/* Mutex held, but not while the thread is made. */
static NTSTATUS grow(void)
{
    NTSTATUS status;

    pool.threads++;
    pthread_mutex_unlock(&pool.mutex);
    status = start_thread(pool_thread);
    pthread_mutex_lock(&pool.mutex);
    if (NT_SUCCESS(status))
        pool.made++;
    else
        pool.threads--;
    tsm_trace(TSM_TRACE_PROCESS, "thread pool: %u threads", pool.threads);
    return status;
}

/* As long as there is work that no thread has taken. */
static void *keeper_thread(void *unused)
{
    pthread_setname_np(pthread_self(), "transom-keeper");
    pthread_mutex_lock(&pool.mutex);
    while (!tsm_list_is_empty(&pool.items)) {
        uint64_t before = pool.taken;

        pthread_mutex_unlock(&pool.mutex);
        nanosleep(&(struct timespec){0, STANDSTILL_MS * 1000000L}, NULL);
        pthread_mutex_lock(&pool.mutex);
        if (pool.taken == before && !tsm_list_is_empty(&pool.items) && pool.threads < THREADS_MAX)
            (void)!NT_SUCCESS(grow());
    }
    pool.has_keeper = false;
    pthread_mutex_unlock(&pool.mutex);
    return NULL;
}

/* Mutex held: nobody is idle. */
static NTSTATUS find_thread(enum tsm_work_length length)
{
    if (pool.threads < THREADS_AT_ONCE || (length == TSM_WORK_LONG && pool.threads < THREADS_MAX)) {
        NTSTATUS status = grow();

        return pool.made ? STATUS_SUCCESS : status;
    }
    if (!pool.has_keeper) {
        pool.has_keeper = true;
        pthread_mutex_unlock(&pool.mutex);

        NTSTATUS status = start_thread(keeper_thread);

        pthread_mutex_lock(&pool.mutex);
        if (!NT_SUCCESS(status))
            pool.has_keeper = false;
    }
    return STATUS_SUCCESS;
}

/* Mutex held. False: a thread has taken it, and it may be gone. */
static bool take_back(const struct tsm_work_item *item)
{
    TSM_LIST_FOR_EACH(node, &pool.items)
    {
        if (node != &item->node)
            continue;
        tsm_list_unlink(node);
        return true;
    }
    return false;
}

NTSTATUS tsm_work_pool_submit(struct tsm_work_item *item, enum tsm_work_length length)
{
    NTSTATUS status = STATUS_SUCCESS;
    struct tsm_list *node;

    pthread_mutex_lock(&pool.mutex);
    tsm_list_append(&pool.items, &item->node);
    node = tsm_list_first(&pool.sleepers);
    if (node) {
        struct sleeper *sleeper = TSM_LIST_ENTRY(node, struct sleeper, node);

        tsm_list_unlink(node);
        sleeper->is_woken = true;
        pthread_cond_signal(&sleeper->cond);
    } else {
        status = find_thread(length);
        /* Another one, that was being made for somebody else, may have come first. */
        if (!NT_SUCCESS(status) && !take_back(item))
            status = STATUS_SUCCESS;
    }
    pthread_mutex_unlock(&pool.mutex);
    return status;
}

bool tsm_work_pool_withdraw(struct tsm_work_item *item)
{
    pthread_mutex_lock(&pool.mutex);

    bool was_there = !tsm_list_is_empty(&item->node);

    tsm_list_unlink(&item->node);
    pthread_mutex_unlock(&pool.mutex);
    return was_there;
}

void tsm_work_pool_after_fork(void)
{
    pthread_mutex_init(&pool.mutex, NULL);
    tsm_list_init(&pool.items);
    tsm_list_init(&pool.sleepers);
    pool.threads = pool.made = 0;
    pool.has_keeper = false;
}
