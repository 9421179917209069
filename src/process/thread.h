/* SPDX-License-Identifier: MIT */
/* Threads as objects; also those that were not made by CreateThread, from their first need on. */
#pragma once

#include "object/object.h"
#include "sync/apc.h"

extern const struct tsm_object_ops tsm_thread_ops;

/* Starts a thread; stack_size 0: the default. is_suspended: it waits for tsm_thread_resume() before
 * it calls start. One reference. */
tsm_must_check NTSTATUS tsm_thread_new(LPTHREAD_START_ROUTINE start, void *argument,
                                       size_t stack_size, bool is_suspended,
                                       struct tsm_object **out);

/*
 * Adds to the suspend count of the calling thread, which then sleeps here until it is 0, or of one
 * that is suspended already. A thread that runs cannot be stopped by another one: it might hold a
 * lock that we need; STATUS_NOT_SUPPORTED. STATUS_SUSPEND_COUNT_EXCEEDED; STATUS_ACCESS_DENIED when
 * it has ended.
 */
tsm_must_check NTSTATUS tsm_thread_suspend(struct tsm_object *thread, uint32_t *previous);

/* Takes from the suspend count; at 0 the thread runs. */
void tsm_thread_resume(struct tsm_object *thread, uint32_t *previous);

/* One that was made suspended and not resumed: it ends without calling start. */
void tsm_thread_cancel(struct tsm_object *thread);

/* The calling thread's object, made on first need; one more reference. NULL without memory. */
struct tsm_object *tsm_thread_current(void);

/* From now on the end of the calling thread is noticed: mutexes it owns are abandoned. */
void tsm_thread_attach(void);

_Noreturn void tsm_thread_exit(uint32_t exit_code);

/* STILL_ACTIVE (259) while it runs. */
uint32_t tsm_thread_exit_code(struct tsm_object *thread);
uint32_t tsm_thread_id(struct tsm_object *thread);

/* The calls queued to it; part of the thread. */
struct tsm_apc_queue *tsm_thread_apcs(struct tsm_object *thread);

/* Called once, by the main thread. */
void tsm_thread_init(void);

/* Slots of TlsAlloc. STATUS_INVALID_PARAMETER for a slot that is not allocated. */
#define TSM_TLS_SLOTS 1088
tsm_must_check NTSTATUS tsm_tls_alloc(uint32_t *slot);
tsm_must_check NTSTATUS tsm_tls_free(uint32_t slot);
tsm_must_check NTSTATUS tsm_tls_get(uint32_t slot, void **value);
tsm_must_check NTSTATUS tsm_tls_set(uint32_t slot, void *value);
