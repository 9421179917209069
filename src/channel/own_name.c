/* SPDX-License-Identifier: MIT */
/*
 * Own names
 *
 * While a process has instances of a name, theirs are the parameters that rule: one that is created
 * among thousands need not look at all of them. Nor need the clients: of those that listen here, the
 * one that has waited longest leads the folder (name_entry.h).
 *
 * Locking:   one lock for all, taken after a folder's.
 */
#include "channel/own_name.h"

#include <stdlib.h>

#include "os/lock.h"

#define SWEEP_EVERY 16 /* creations, and a quarter of those there are */
#define LEADS_FROM  64 /* instances: fewer are read in one go */

struct tsm_own_name {
    struct tsm_list node;
    struct tsm_name_folder_id id;
    struct tsm_pipe_params params;
    struct tsm_list listeners; /* the longest first */
    uint32_t count, created;   /* since the last sweep */
};

static struct tsm_lock lock;
static struct tsm_list names = TSM_LIST_INIT(names);

static struct tsm_own_name *find_locked(const struct tsm_name_folder_id *id)
{
    TSM_LIST_FOR_EACH(node, &names)
    {
        struct tsm_own_name *name = TSM_LIST_ENTRY(node, struct tsm_own_name, node);

        if (name->id.device == id->device && name->id.inode == id->inode)
            return name;
    }
    return NULL;
}

bool tsm_own_name_is_enough(const struct tsm_name_folder *folder, struct tsm_pipe_params *out)
{
    struct tsm_own_name *name;
    bool is_enough;

    tsm_lock_acquire(&lock);
    name = find_locked(&folder->id);
    is_enough = name && name->params.max_instances == 255 &&
                ++name->created < SWEEP_EVERY + name->count / 4;
    if (is_enough)
        *out = name->params;
    else if (name)
        name->created = 0;
    tsm_lock_release(&lock);
    return is_enough;
}

struct tsm_own_name *tsm_own_name_join(const struct tsm_name_folder *folder,
                                       const struct tsm_pipe_params *params)
{
    struct tsm_own_name *name;

    tsm_lock_acquire(&lock);
    name = find_locked(&folder->id);
    if (!name && (name = calloc(1, sizeof(*name)))) {
        name->id = folder->id;
        name->params = *params;
        tsm_list_init(&name->listeners);
        tsm_list_append(&names, &name->node);
    }
    if (name)
        name->count++;
    tsm_lock_release(&lock);
    return name;
}

bool tsm_own_name_leave(struct tsm_own_name *name)
{
    bool was_last = true;

    if (!name)
        return was_last;
    tsm_lock_acquire(&lock);
    was_last = --name->count == 0;
    if (was_last) {
        TSM_LIST_FOR_EACH(node, &name->listeners)
        tsm_list_unlink(node);
        tsm_list_unlink(&name->node);
        free(name);
    }
    tsm_lock_release(&lock);
    return was_last;
}

static void lead_locked(const struct tsm_own_name *name, const struct tsm_name_folder *folder)
{
    const struct tsm_list *first = tsm_list_first(&name->listeners);

    if (first && name->count >= LEADS_FROM)
        tsm_name_entry_lead(folder, TSM_LIST_ENTRY(first, struct tsm_own_listener, node)->entry);
}

void tsm_own_name_add(struct tsm_own_name *name, const struct tsm_name_folder *folder,
                      struct tsm_own_listener *listener)
{
    if (!name)
        return;
    tsm_lock_acquire(&lock);
    tsm_list_append(&name->listeners, &listener->node);
    if (tsm_list_first(&name->listeners) == &listener->node)
        lead_locked(name, folder);
    tsm_lock_release(&lock);
}

void tsm_own_name_take_out(struct tsm_own_name *name, const struct tsm_name_folder *folder,
                           struct tsm_own_listener *listener)
{
    bool was_first;

    if (!name)
        return;
    tsm_lock_acquire(&lock);
    was_first = tsm_list_first(&name->listeners) == &listener->node;
    tsm_list_unlink(&listener->node);
    if (was_first)
        lead_locked(name, folder);
    tsm_lock_release(&lock);
}

void tsm_own_listener_forget(struct tsm_own_listener *listener)
{
    tsm_lock_acquire(&lock);
    tsm_list_unlink(&listener->node);
    tsm_lock_release(&lock);
}
