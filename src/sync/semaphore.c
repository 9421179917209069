/* SPDX-License-Identifier: MIT */
#include "sync/semaphore.h"

struct tsm_cell tsm_semaphore_cell(int32_t initial, int32_t maximum)
{
    return (struct tsm_cell){.count = initial, .limit = maximum};
}

struct tsm_object *tsm_semaphore_new(int32_t initial, int32_t maximum)
{
    struct tsm_cell cell = tsm_semaphore_cell(initial, maximum);
    struct tsm_state *semaphore = tsm_state_new(&tsm_semaphore_ops, TSM_CELL_SEMAPHORE, &cell);

    return semaphore ? &semaphore->object : NULL;
}

NTSTATUS tsm_semaphore_release(struct tsm_object *object, int32_t count, int32_t *previous)
{
    struct tsm_state *semaphore = tsm_state_from(object);
    NTSTATUS status = STATUS_SUCCESS;

    tsm_state_begin(semaphore);

    struct tsm_cell *cell = tsm_state_cell(semaphore);
    int64_t before = cell->count;

    if (before + count > cell->limit) {
        status = STATUS_SEMAPHORE_LIMIT_EXCEEDED;
    } else {
        if (previous)
            *previous = (int32_t)before;
        tsm_state_will_signal(semaphore);
        cell->count = (int32_t)(before + count);
    }
    tsm_state_end(semaphore);
    return status;
}

static bool semaphore_is_signaled(struct tsm_object *object, uint32_t tid)
{
    return tsm_state_cell(tsm_state_from(object))->count > 0;
}

static bool semaphore_consume(struct tsm_object *object, uint32_t tid)
{
    tsm_state_will_consume(tsm_state_from(object));
    tsm_state_cell(tsm_state_from(object))->count--;
    return false;
}

const struct tsm_object_ops tsm_semaphore_ops = {
    .type_name = "Semaphore",
    .valid_access = SEMAPHORE_ALL_ACCESS,
    .is_state = true,
    .is_signaled = semaphore_is_signaled,
    .consume = semaphore_consume,
    .destroy = tsm_state_destroy,
    .export = tsm_state_export,
};
