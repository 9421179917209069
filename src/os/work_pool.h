/* SPDX-License-Identifier: MIT */
/* The threads of the process that do work for whoever submits it: programs and slow calls. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/status.h"

/* A piece of work, embedded in what it is about. */
struct tsm_work_item {
    struct tsm_list node;
    /* On a thread of the pool, no lock held; may block, and may free the item. */
    void (*run)(struct tsm_work_item *item);
};

enum tsm_work_length { TSM_WORK_SHORT, TSM_WORK_LONG };

/* The item is the pool's until run() is called. TSM_WORK_LONG: gets a thread at once. An error only
 * when there is no thread at all that could do it. */
tsm_must_check NTSTATUS tsm_work_pool_submit(struct tsm_work_item *item,
                                             enum tsm_work_length length);

/* Takes an item back whose turn has not come; false if it has, or it is not there. */
bool tsm_work_pool_withdraw(struct tsm_work_item *item);

/* In the child of a fork: there are no threads here. */
void tsm_work_pool_after_fork(void);
