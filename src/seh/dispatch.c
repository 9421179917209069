/* SPDX-License-Identifier: MIT */
/*
 * Dispatching
 *
 * First all filters are asked, on top of everything that is still alive; then the __finally blocks
 * between here and the chosen frame run; then its handler, with all of it gone.
 *
 * Windows:   an exception in a filter begins with the innermost frame again, marked NESTED_CALL up
 *            to the frame whose filter raised it; continuing a noncontinuable one is an exception
 *            of its own, chained to it; an exception in a __finally block replaces the one that
 *            unwinds, and no block runs twice.
 */
#include "seh/dispatch.h"

#include "base/status.h"
#include "seh/arch/arch.h"
#include "seh/dispatch_list.h"
#include "seh/frame.h"
#include "seh/sanitizer.h"
#include "seh/unhandled.h"
#include "seh/unwind.h"
#include "seh/vectored.h"

/* Handlers that always raise again end here and not with the end of the stack. */
#define DEPTH_MAX 24u

/* Gives up the exceptions whose frames are gone. */
static void trim(void)
{
    struct tsm_dispatch *dispatch;

    while ((dispatch = tsm_dispatch_current()) != NULL && dispatch->top &&
           !tsm_frame_is_live(dispatch->top))
        tsm_dispatch_set_current(dispatch->outer);
}

_Noreturn static void land(struct tsm_dispatch *dispatch, struct transom_seh_frame *frame)
{
    uint32_t code = dispatch->pointers.ExceptionRecord->ExceptionCode;

    dispatch->pointers.ExceptionRecord->ExceptionFlags |= EXCEPTION_UNWINDING;
    dispatch->asking = NULL;
    tsm_frame_unwind(frame);
    transom_seh_top = frame->previous;
    tsm_dispatch_pop(dispatch);
    trim();
    tsm_frame_note_code(frame, code);
    frame->phase = TRANSOM_SEH_RUN_HANDLER;
    tsm_sanitizer_forget_stack();
    tsm_context_land(frame);
}

static int ask(struct tsm_dispatch *dispatch, struct transom_seh_frame *frame)
{
    int answer;

    if (frame->kind == TRANSOM_SEH_CONSTANT)
        return frame->answer;
    dispatch->asking = frame;
    frame->phase = TRANSOM_SEH_RUN_FILTER;
    answer = tsm_context_call_frame(frame);
    dispatch->asking = NULL;
    return answer;
}

/* A walk along a list that somebody may have damaged: it must end. */
struct walk {
    struct transom_seh_frame *mark;
    uint32_t steps, steps_to_mark;
};

static bool walk_is_sound(struct walk *walk, const struct transom_seh_frame *frame)
{
    if (frame == walk->mark || (uintptr_t)frame % 8 != 0 || frame->kind < 0 ||
        frame->kind > TRANSOM_SEH_FINALLY)
        return false;
    if (++walk->steps == walk->steps_to_mark) {
        walk->mark = (struct transom_seh_frame *)frame;
        walk->steps_to_mark *= 2;
    }
    return true;
}

/* The function whose filter raised the exception that is being dispatched. */
struct nesting {
    const void *function; /* NULL: none, or not reached */
    const struct transom_seh_frame *asking;
    bool is_passed;
};

/* EXCEPTION_NESTED_CALL is set from the frame where an exception began, one of whose filters raised
 * this one, to the end of that filter's function. */
static void mark_nested(struct tsm_dispatch *dispatch, struct nesting *nesting,
                        const struct transom_seh_frame *frame)
{
    DWORD *flags = &dispatch->pointers.ExceptionRecord->ExceptionFlags;

    if (nesting->is_passed && frame->function != nesting->function) {
        *flags &= ~(DWORD)EXCEPTION_NESTED_CALL;
        *nesting = (struct nesting){0};
    }
    for (struct tsm_dispatch *outer = dispatch->outer; outer; outer = outer->outer)
        if (outer->asking && outer->top == frame) {
            *flags |= EXCEPTION_NESTED_CALL;
            *nesting = (struct nesting){outer->asking->function, outer->asking, false};
        }
    nesting->is_passed |= frame == nesting->asking;
}

/* Answer < 0: continue; 0: nobody. Does not return otherwise. */
static int ask_frames(struct tsm_dispatch *dispatch)
{
    struct walk walk = {.steps_to_mark = 1024};
    struct nesting nesting = {0};

    for (struct transom_seh_frame *frame = transom_seh_top; frame; frame = frame->previous) {
        int answer;

        if (!walk_is_sound(&walk, frame)) {
            dispatch->pointers.ExceptionRecord->ExceptionFlags |= EXCEPTION_STACK_INVALID;
            return 0;
        }
        if (!frame->previous)
            break; /* the end of the list */
        if (dispatch->outer)
            mark_nested(dispatch, &nesting, frame);
        answer = frame->kind == TRANSOM_SEH_FINALLY ? 0 : ask(dispatch, frame);
        if (answer < 0)
            return answer;
        if (answer > 0)
            land(dispatch, frame);
    }
    return 0;
}

static void refuse_to_continue(EXCEPTION_RECORD *record)
{
    EXCEPTION_RECORD refusal = {.ExceptionCode = (DWORD)STATUS_NONCONTINUABLE_EXCEPTION,
                                .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
                                .ExceptionRecord = record};

    tsm_raise(&refusal);
}

static bool ask_vectored(struct tsm_dispatch *dispatch, enum tsm_vectored_list list)
{
    if (tsm_vectored_is_empty(list))
        return false;
    tsm_dispatch_complete(dispatch);
    return tsm_vectored_ask(list, &dispatch->pointers, &dispatch->is_reading);
}

static enum tsm_outcome dispatch_in_order(struct tsm_dispatch *dispatch)
{
    if (dispatch->depth > DEPTH_MAX)
        return TSM_UNHANDLED;

    int answer = ask_vectored(dispatch, TSM_VECTORED_EXCEPTION) ? EXCEPTION_CONTINUE_EXECUTION : 0;

    if (answer == 0)
        answer = ask_frames(dispatch);
    if (answer == 0)
        answer = tsm_unhandled_ask(dispatch);
    if (answer == 0)
        return TSM_UNHANDLED;
    if (dispatch->pointers.ExceptionRecord->ExceptionFlags & EXCEPTION_NONCONTINUABLE)
        refuse_to_continue(dispatch->pointers.ExceptionRecord);
    (void)ask_vectored(dispatch, TSM_VECTORED_CONTINUE);
    return TSM_CONTINUED;
}

enum tsm_outcome tsm_dispatch(EXCEPTION_RECORD *record, CONTEXT *context, bool is_complete,
                              bool *may_be_changed)
{
    struct tsm_dispatch dispatch = {
        .pointers = {record, context}, .top = transom_seh_top, .is_complete = is_complete};
    enum tsm_outcome outcome;

    tsm_dispatch_push(&dispatch);
    outcome = dispatch_in_order(&dispatch);
    tsm_dispatch_pop(&dispatch);
    *may_be_changed = dispatch.is_complete;
    if (dispatch.is_complete && outcome == TSM_CONTINUED)
        tsm_unwind_cut(tsm_arch_context_stack(context));
    return outcome;
}

void tsm_dispatch_raised(EXCEPTION_RECORD *record, CONTEXT *context)
{
    bool may_be_changed;

    if (!record->ExceptionAddress)
        record->ExceptionAddress = (void *)tsm_arch_program_counter(context);
    if (tsm_dispatch(record, context, false, &may_be_changed) == TSM_UNHANDLED)
        tsm_unhandled_abort(record);
    if (may_be_changed)
        tsm_context_resume(context);
}

TSM_API unsigned int transom_seh_code(const void *function)
{
    for (struct tsm_dispatch *dispatch = tsm_dispatch_current(); dispatch;
         dispatch = dispatch->outer)
        if (dispatch->asking && dispatch->asking->function == function)
            return dispatch->pointers.ExceptionRecord->ExceptionCode;
    return tsm_frame_code(function);
}

TSM_API void *transom_seh_information(void)
{
    struct tsm_dispatch *dispatch = tsm_dispatch_current();

    if (!dispatch || !dispatch->asking)
        return NULL;
    tsm_dispatch_complete(dispatch);
    return &dispatch->pointers;
}
