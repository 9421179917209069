/* SPDX-License-Identifier: MIT */
/* Many descriptors that one thread can wait for, whichever thread that is. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/deadline.h"
#include "base/status.h"

struct tsm_poll_set {
    int fd; /* readable when one of them is: the reactor can watch it. -1: none */
    int nudge_fd;
};

#define TSM_POLL_SET_INIT ((struct tsm_poll_set){.fd = -1, .nudge_fd = -1})

struct tsm_poll_event {
    void *context;
    bool is_readable;
    bool has_hung_up; /* there may be something to read before that */
};

tsm_must_check NTSTATUS tsm_poll_set_init(struct tsm_poll_set *set);
void tsm_poll_set_deinit(struct tsm_poll_set *set);

/* The context is not NULL. A descriptor has to be removed before it is closed. */
tsm_must_check NTSTATUS tsm_poll_set_add(struct tsm_poll_set *set, int fd, void *context);
void tsm_poll_set_remove(struct tsm_poll_set *set, int fd);

/* What is ready now, at most capacity of them; those that stay ready come again, after the others.
 * Nudges are taken and not told of. */
uint32_t tsm_poll_set_take(struct tsm_poll_set *set, struct tsm_poll_event *out, uint32_t capacity);

/* Sleeps until something is ready or somebody nudges; false on timeout. */
bool tsm_poll_set_wait(struct tsm_poll_set *set, struct tsm_deadline deadline);
void tsm_poll_set_nudge(struct tsm_poll_set *set);

/* A descriptor by which one process nudges all sets, in whichever process, that have it. */
tsm_must_check NTSTATUS tsm_poll_bell_new(int *out);
void tsm_poll_bell_ring(int bell);
/* For one who polls it alone: it was not rung. */
void tsm_poll_bell_hush(int bell);
tsm_must_check NTSTATUS tsm_poll_set_add_bell(struct tsm_poll_set *set, int bell);
