/* SPDX-License-Identifier: MIT */
/*
 * Unwinding at the program's own wish
 *
 * A stack pointer says what a jump leaves behind: on the thread's own stack what lies below it, and
 * the alternate stack as a whole. Where the stack is another one, of a fiber say, nothing is known
 * and nothing is forgotten.
 *
 * Windows: the target is known by its frame, and a __try of the target's function is left if the
 *          address lies outside of it; here all of them are.
 */
#include "seh/unwind.h"

#include "base/status.h"
#include "seh/arch/arch.h"
#include "seh/dispatch_list.h"
#include "seh/frame.h"
#include "seh/sanitizer.h"
#include "seh/unhandled.h"

static bool is_left(const struct tsm_seh_thread *thread, const void *object, uintptr_t sp)
{
    uintptr_t at = (uintptr_t)object, alternate = (uintptr_t)thread->stack.memory;
    bool sp_is_own = sp >= thread->low && sp <= thread->high;

    if (at >= thread->low && at < thread->high)
        return sp_is_own && at < sp;
    if (at >= alternate && at < (uintptr_t)thread)
        return sp_is_own || (sp >= alternate && sp < (uintptr_t)thread && at < sp);
    return false;
}

void tsm_unwind_cut(uintptr_t stack_pointer)
{
    struct tsm_seh_thread *thread = tsm_seh_thread_current();
    struct tsm_dispatch *dispatch;

    if (!thread)
        return;
    while (transom_seh_top != &thread->end && is_left(thread, transom_seh_top, stack_pointer))
        transom_seh_top = transom_seh_top->previous;
    while ((dispatch = tsm_dispatch_current()) != NULL && is_left(thread, dispatch, stack_pointer))
        tsm_dispatch_set_current(dispatch->outer);
}

void tsm_unwind_give_up(void)
{
    struct tsm_dispatch *dispatch;

    while ((dispatch = tsm_dispatch_current()) != NULL && !dispatch->asking &&
           dispatch->pointers.ExceptionRecord->ExceptionFlags & EXCEPTION_UNWINDING)
        tsm_dispatch_set_current(dispatch->outer);
    tsm_sanitizer_forget_stack();
}

/* The outermost frame of the innermost call of a function. */
static struct transom_seh_frame *find_target(const void *function)
{
    struct transom_seh_frame *frame = transom_seh_top;

    while (frame && frame->previous && frame->function != function)
        frame = frame->previous;
    if (!frame || !frame->previous)
        return NULL;
    while (frame->previous->previous && frame->previous->function == function)
        frame = frame->previous;
    return frame;
}

static void refuse(void)
{
    EXCEPTION_RECORD refusal = {.ExceptionCode = (DWORD)STATUS_INVALID_UNWIND_TARGET,
                                .ExceptionFlags = EXCEPTION_NONCONTINUABLE};

    tsm_raise(&refusal);
}

/* As if by an exception: a jump out of a __finally block is its end. */
static void unwind_to(struct transom_seh_frame *outer, EXCEPTION_RECORD *record, CONTEXT *context)
{
    struct tsm_dispatch dispatch = {
        .pointers = {record, context}, .top = transom_seh_top, .is_complete = true};

    tsm_dispatch_push(&dispatch);
    tsm_frame_unwind(outer);
    tsm_dispatch_pop(&dispatch);
}

void tsm_unwind(const void *target, const void *address, EXCEPTION_RECORD *record, uintptr_t value,
                CONTEXT *context)
{
    struct tsm_seh_thread *thread = tsm_seh_thread_current();
    struct transom_seh_frame *frame = NULL;
    CONTEXT there;

    if (target) {
        frame = find_target(target);
        if (!frame)
            refuse();
    }
    record->ExceptionFlags |= EXCEPTION_UNWINDING | (frame ? 0 : EXCEPTION_EXIT_UNWIND);
    tsm_context_capture(context);
    if (frame) /* which is no more when its own block has run */
        tsm_arch_take_way(context, frame, (uintptr_t)address, value);
    if (thread)
        unwind_to(frame ? frame->previous : &thread->end, record, context);
    if (!frame)
        tsm_unhandled_abort(record);
    there = *context;
    tsm_unwind_cut(tsm_arch_context_stack(&there));
    tsm_sanitizer_forget_stack();
    tsm_context_resume(&there);
}
