/* SPDX-License-Identifier: MIT */
/* Intrusive doubly linked list with a head node. An unlinked node points to itself. */
#pragma once

#include <stdbool.h>

#include "base/macros.h"

struct tsm_list {
    struct tsm_list *next, *prev;
};

#define TSM_LIST_INIT(name) \
    {                       \
        &(name), &(name)    \
    }

static inline void tsm_list_init(struct tsm_list *node)
{
    node->next = node->prev = node;
}

static inline bool tsm_list_is_empty(const struct tsm_list *head)
{
    return head->next == head;
}

static inline void tsm_list_insert_between(struct tsm_list *node, struct tsm_list *prev,
                                           struct tsm_list *next)
{
    node->prev = prev;
    node->next = next;
    prev->next = node;
    next->prev = node;
}

static inline void tsm_list_append(struct tsm_list *head, struct tsm_list *node)
{
    tsm_list_insert_between(node, head->prev, head);
}

static inline void tsm_list_prepend(struct tsm_list *head, struct tsm_list *node)
{
    tsm_list_insert_between(node, head, head->next);
}

static inline void tsm_list_unlink(struct tsm_list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    tsm_list_init(node);
}

/* Appends all that is in the other list, which is empty afterwards. */
static inline void tsm_list_splice(struct tsm_list *head, struct tsm_list *other)
{
    if (tsm_list_is_empty(other))
        return;
    other->next->prev = head->prev;
    head->prev->next = other->next;
    other->prev->next = head;
    head->prev = other->prev;
    tsm_list_init(other);
}

/* NULL if the list is empty. */
static inline struct tsm_list *tsm_list_first(const struct tsm_list *head)
{
    return head->next == head ? NULL : head->next;
}

#define TSM_LIST_ENTRY(node, type, member) tsm_container_of(node, type, member)

#define TSM_LIST_FOR_EACH(it, head)                                               \
    for (struct tsm_list *it = (head)->next, *it##_next = it->next; it != (head); \
         it = it##_next, it##_next = it->next)
