/* SPDX-License-Identifier: MIT */
#include "sync/semaphore.h"

#include <stdlib.h>

#include "sync/wait.h"

struct tsm_semaphore {
    struct tsm_object object;
    int32_t count; /* dispatcher lock */
    int32_t maximum;
};

static struct tsm_semaphore *semaphore_from(struct tsm_object *object)
{
    return tsm_container_of(object, struct tsm_semaphore, object);
}

struct tsm_object *tsm_semaphore_new(int32_t initial, int32_t maximum)
{
    struct tsm_semaphore *semaphore = malloc(sizeof(*semaphore));

    if (!semaphore)
        return NULL;
    tsm_object_init(&semaphore->object, &tsm_semaphore_ops);
    semaphore->count = initial;
    semaphore->maximum = maximum;
    return &semaphore->object;
}

NTSTATUS tsm_semaphore_release(struct tsm_object *object, int32_t count, int32_t *previous)
{
    struct tsm_semaphore *semaphore = semaphore_from(object);
    NTSTATUS status = STATUS_SUCCESS;

    tsm_dispatcher_lock();
    if (count > semaphore->maximum - semaphore->count) {
        status = STATUS_SEMAPHORE_LIMIT_EXCEEDED;
    } else {
        if (previous)
            *previous = semaphore->count;
        semaphore->count += count;
        tsm_wait_notify_locked(object);
    }
    tsm_dispatcher_unlock();
    return status;
}

static bool semaphore_is_signaled(struct tsm_object *object, uint32_t tid)
{
    return semaphore_from(object)->count > 0;
}

static bool semaphore_consume(struct tsm_object *object, uint32_t tid)
{
    semaphore_from(object)->count--;
    return false;
}

static void semaphore_destroy(struct tsm_object *object)
{
    free(semaphore_from(object));
}

const struct tsm_object_ops tsm_semaphore_ops = {
    .type_name = "Semaphore",
    .valid_access = SEMAPHORE_ALL_ACCESS,
    .is_signaled = semaphore_is_signaled,
    .consume = semaphore_consume,
    .destroy = semaphore_destroy,
};
