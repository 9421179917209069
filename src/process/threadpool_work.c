/* SPDX-License-Identifier: MIT */
/*
 * Work for the thread pool
 *
 * One item stands for all calls that were submitted: the thread that takes it takes one call, and
 * puts the item back if there are more before it makes the call. So submitting needs no memory and
 * calls still run side by side.
 *
 * Ownership: closed work is freed by its last call.
 * Locking:   its mutex, then the pool's.
 */
#include "process/threadpool_work.h"

#include <pthread.h>
#include <stdlib.h>

struct _TP_WORK {
    struct tsm_work_item item;
    PTP_WORK_CALLBACK callback;
    void *context;
    pthread_mutex_t mutex;
    pthread_cond_t ended;
    uint64_t pending; /* calls that have not begun */
    uint64_t running;
    bool is_queued;
    bool is_closed;
};

static void work_free(struct _TP_WORK *work)
{
    pthread_mutex_destroy(&work->mutex);
    pthread_cond_destroy(&work->ended);
    free(work);
}

/* Mutex held. Without any thread the next submission tries again. */
static void queue_if_needed(struct _TP_WORK *work)
{
    if (work->pending && !work->is_queued)
        work->is_queued = NT_SUCCESS(tsm_work_pool_submit(&work->item, TSM_WORK_SHORT));
}

static void work_run(struct tsm_work_item *item)
{
    struct _TP_WORK *work = tsm_container_of(item, struct _TP_WORK, item);
    bool is_over;

    pthread_mutex_lock(&work->mutex);
    work->is_queued = false;
    /* Without a call nothing keeps the work, so the mutex is not given up before the end. */
    if (work->pending) {
        work->pending--;
        work->running++;
        queue_if_needed(work);
        pthread_mutex_unlock(&work->mutex);
        work->callback((PTP_CALLBACK_INSTANCE)(void *)item, work->context, work);
        pthread_mutex_lock(&work->mutex);
        work->running--;
    }
    if (work->running == 0)
        pthread_cond_broadcast(&work->ended);
    is_over = work->is_closed && !work->pending && !work->running && !work->is_queued;
    pthread_mutex_unlock(&work->mutex);
    if (is_over)
        work_free(work);
}

struct _TP_WORK *tsm_threadpool_work_new(PTP_WORK_CALLBACK callback, void *context)
{
    struct _TP_WORK *work = calloc(1, sizeof(*work));

    if (!work)
        return NULL;
    tsm_list_init(&work->item.node);
    work->item.run = work_run;
    work->callback = callback;
    work->context = context;
    pthread_mutex_init(&work->mutex, NULL);
    pthread_cond_init(&work->ended, NULL);
    return work;
}

void tsm_threadpool_work_submit(struct _TP_WORK *work)
{
    pthread_mutex_lock(&work->mutex);
    work->pending++;
    queue_if_needed(work);
    pthread_mutex_unlock(&work->mutex);
}

void tsm_threadpool_work_wait(struct _TP_WORK *work, enum tsm_work_wait how)
{
    pthread_mutex_lock(&work->mutex);
    if (how == TSM_WORK_CANCEL) {
        work->pending = 0;
        if (tsm_work_pool_withdraw(&work->item))
            work->is_queued = false;
    }
    while (work->pending || work->running)
        pthread_cond_wait(&work->ended, &work->mutex);
    pthread_mutex_unlock(&work->mutex);
}

void tsm_threadpool_work_close(struct _TP_WORK *work)
{
    bool is_over;

    pthread_mutex_lock(&work->mutex);
    work->is_closed = true;
    is_over = !work->pending && !work->running && !work->is_queued;
    pthread_mutex_unlock(&work->mutex);
    if (is_over)
        work_free(work);
}

/* ---- single calls ---- */

struct single_call {
    struct tsm_work_item item;
    PTP_SIMPLE_CALLBACK callback;
    LPTHREAD_START_ROUTINE function;
    void *context;
};

static void single_run(struct tsm_work_item *item)
{
    struct single_call call = *tsm_container_of(item, struct single_call, item);

    free(tsm_container_of(item, struct single_call, item));
    if (call.callback)
        call.callback((PTP_CALLBACK_INSTANCE)(void *)&call, call.context);
    else
        call.function(call.context);
}

NTSTATUS tsm_threadpool_call(PTP_SIMPLE_CALLBACK callback, LPTHREAD_START_ROUTINE function,
                             void *context, enum tsm_work_length length)
{
    struct single_call *call = calloc(1, sizeof(*call));
    NTSTATUS status;

    if (!call)
        return STATUS_NO_MEMORY;
    *call = (struct single_call){{.run = single_run}, callback, function, context};
    tsm_list_init(&call->item.node);
    status = tsm_work_pool_submit(&call->item, length);
    if (!NT_SUCCESS(status))
        free(call);
    return status;
}
