/* SPDX-License-Identifier: MIT */
/*
 * Frames
 *
 * Ownership: a frame lies on the stack of its function; a thread's list ends with a frame of its
 *            own, which lies above its alternate stack, with everything else that a thread needs.
 *            A pthread key frees it when the thread ends.
 * Locking:   none: a thread's list is its own.
 * Windows:   leaving a __try by return, break, continue or goto runs its __finally block.
 */
#include "seh/frame.h"

#include <pthread.h>

#include "base/assert.h"
#include "seh/arch/arch.h"
#include "seh/dispatch_list.h"

__attribute__((visibility("default"))) __thread struct transom_seh_frame *transom_seh_top;
__attribute__((visibility("default"))) __thread struct transom_seh_pending transom_seh_pending;

static _Thread_local struct tsm_seh_thread *self __attribute__((tls_model("initial-exec")));
static pthread_key_t end_key;
static pthread_once_t end_once = PTHREAD_ONCE_INIT;

static void thread_on_end(void *value)
{
    struct tsm_seh_thread *thread = value;

    /* Another key's destructor may use __try: it gets a list anew. */
    transom_seh_top = NULL;
    self = NULL;
    tsm_alternate_stack_remove(thread->stack);
}

static void end_key_create(void)
{
    pthread_key_create(&end_key, thread_on_end);
}

struct tsm_seh_thread *tsm_seh_thread_current(void)
{
    return self;
}

struct tsm_seh_thread *tsm_seh_thread_begin(void)
{
    struct tsm_alternate_stack stack;
    void *room;

    if (!self) {
        /* A frame cannot be refused: a program that goes on without would lose its handler. */
        NTSTATUS status = tsm_alternate_stack_install(&stack, sizeof(*self), &room);

        tsm_assert(NT_SUCCESS(status));
        self = room;
        self->stack = stack;
        if (!NT_SUCCESS(tsm_stack_bounds(&self->low, &self->high)))
            self->low = self->high = 0;
        pthread_once(&end_once, end_key_create);
        pthread_setspecific(end_key, self);
    }
    transom_seh_top = &self->end;
    return self;
}

void tsm_frame_note_code(const struct transom_seh_frame *frame, uint32_t code)
{
    struct tsm_handled *last = &self->handled[self->last_handled];

    if (last->function != frame->function) {
        uint32_t found = (self->last_handled + 1) % TSM_HANDLED_COUNT;

        for (uint32_t i = 0; i < TSM_HANDLED_COUNT; i++)
            if (self->handled[i].function == frame->function) {
                found = i;
                break;
            } else if ((uintptr_t)self->handled[i].function < (uintptr_t)frame->function) {
                found = i; /* an inner function's that has ended, or none's */
            }
        self->last_handled = found;
        last = &self->handled[found];
    }
    *last = (struct tsm_handled){.function = frame->function, .code = code};
}

uint32_t tsm_frame_code(const void *function)
{
    for (uint32_t i = 0; self && i < TSM_HANDLED_COUNT; i++)
        if (self->handled[i].function == function)
            return self->handled[i].code;
    return 0;
}

static void frame_run_finally(struct transom_seh_frame *frame)
{
    frame->phase = TRANSOM_SEH_RUN_FINALLY;
    tsm_context_call_frame(frame);
}

void tsm_frame_unwind(struct transom_seh_frame *outer)
{
    while (transom_seh_top != outer) {
        struct transom_seh_frame *frame = transom_seh_top;

        transom_seh_top = frame->previous;
        tsm_dispatch_moves_to(transom_seh_top);
        if (frame->kind == TRANSOM_SEH_FINALLY)
            frame_run_finally(frame);
    }
}

bool tsm_frame_is_live(const struct transom_seh_frame *frame)
{
    for (struct transom_seh_frame *at = transom_seh_top; at; at = at->previous)
        if (at == frame)
            return true;
    return false;
}

/* Also called when the frame was left at its end: then it is not the innermost one any more. */
TSM_API void transom_seh_guard_end(struct transom_seh_guard *guard)
{
    struct transom_seh_frame *frame = guard->frame;

    if (tsm_likely(transom_seh_top != frame))
        return;
    transom_seh_top = frame->previous;
    if (frame->kind == TRANSOM_SEH_FINALLY)
        frame_run_finally(frame);
}
