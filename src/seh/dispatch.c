/* SPDX-License-Identifier: MIT */
/*
 * Dispatching
 *
 * First all filters are asked, on top of everything that is still alive; then the __finally blocks
 * between here and the chosen frame run; then its handler, with all of it gone.
 *
 * States:    an exception is current from its first handler to its end. It ends by continuing, or
 *            by a jump: into an __except block, out of a __finally block, by longjmp. A jump does
 *            not come by here again: the next one notices what is gone by the frames that are.
 * Windows:   an exception in a filter begins with the innermost frame again, marked NESTED_CALL up
 *            to the frame whose filter raised it; continuing a noncontinuable one is an exception
 *            of its own, chained to it; an exception in a __finally block replaces the one that
 *            unwinds, and no block runs twice.
 */
#include "seh/dispatch.h"

#include "base/status.h"
#include "seh/arch/arch.h"
#include "seh/frame.h"
#include "seh/sanitizer.h"
#include "seh/unhandled.h"
#include "seh/unwind.h"
#include "seh/vectored.h"

/* Handlers that always raise again end here and not with the end of the stack. */
#define DEPTH_MAX 24u

static _Thread_local struct tsm_dispatch *current __attribute__((tls_model("initial-exec")));

struct tsm_dispatch *tsm_dispatch_current(void)
{
    return current;
}

static void drop_current(void)
{
    tsm_vectored_give_up(current);
    current = current->outer;
}

void tsm_dispatch_set_current(struct tsm_dispatch *dispatch)
{
    while (current && current != dispatch)
        drop_current();
}

void tsm_dispatch_complete(struct tsm_dispatch *dispatch)
{
    if (!dispatch->is_complete) {
        tsm_arch_complete(dispatch->pointers.ContextRecord);
        dispatch->is_complete = true;
    }
}

void tsm_dispatch_moves_to(struct transom_seh_frame *top)
{
    if (current)
        current->top = top;
}

void tsm_dispatch_trim(void)
{
    while (current && current->top && !tsm_frame_is_live(current->top))
        drop_current();
}

_Noreturn static void land(struct tsm_dispatch *dispatch, struct transom_seh_frame *frame)
{
    uint32_t code = dispatch->pointers.ExceptionRecord->ExceptionCode;

    dispatch->pointers.ExceptionRecord->ExceptionFlags |= EXCEPTION_UNWINDING;
    dispatch->asking = NULL;
    tsm_frame_unwind(frame);
    transom_seh_top = frame->previous;
    current = dispatch->outer;
    tsm_dispatch_trim();
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

static enum tsm_outcome dispatch_in_order(struct tsm_dispatch *dispatch)
{
    if (dispatch->depth > DEPTH_MAX)
        return TSM_UNHANDLED;

    int answer = tsm_vectored_ask(dispatch);

    if (answer == 0)
        answer = ask_frames(dispatch);
    if (answer == 0)
        answer = tsm_unhandled_ask(dispatch);
    if (answer == 0)
        return TSM_UNHANDLED;
    if (dispatch->pointers.ExceptionRecord->ExceptionFlags & EXCEPTION_NONCONTINUABLE)
        refuse_to_continue(dispatch->pointers.ExceptionRecord);
    tsm_vectored_tell_continued(dispatch);
    return TSM_CONTINUED;
}

enum tsm_outcome tsm_dispatch(EXCEPTION_RECORD *record, CONTEXT *context, bool is_complete,
                              bool *may_be_changed)
{
    struct tsm_dispatch dispatch = {.outer = current,
                                    .pointers = {record, context},
                                    .top = transom_seh_top,
                                    .depth = current ? current->depth + 1 : 1,
                                    .is_complete = is_complete};
    enum tsm_outcome outcome;

    current = &dispatch;
    outcome = dispatch_in_order(&dispatch);
    current = dispatch.outer;
    *may_be_changed = dispatch.is_complete;
    if (dispatch.is_complete && outcome == TSM_CONTINUED)
        tsm_unwind_cut(tsm_arch_context_stack(context));
    return outcome;
}

void tsm_dispatch_unwind(EXCEPTION_RECORD *record, CONTEXT *context,
                         struct transom_seh_frame *outer)
{
    struct tsm_dispatch dispatch = {.outer = current,
                                    .pointers = {record, context},
                                    .top = transom_seh_top,
                                    .depth = current ? current->depth + 1 : 1,
                                    .is_complete = true};

    current = &dispatch;
    tsm_frame_unwind(outer);
    current = dispatch.outer;
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
    for (struct tsm_dispatch *dispatch = current; dispatch; dispatch = dispatch->outer)
        if (dispatch->asking && dispatch->asking->function == function)
            return dispatch->pointers.ExceptionRecord->ExceptionCode;
    return tsm_frame_code(function);
}

TSM_API void *transom_seh_information(void)
{
    if (!current || !current->asking)
        return NULL;
    tsm_dispatch_complete(current);
    return &current->pointers;
}

/* A __finally block was left by a jump: the exception that had made it run is gone. */
void tsm_unwind_give_up(void);
void tsm_unwind_give_up(void)
{
    while (current && !current->asking &&
           current->pointers.ExceptionRecord->ExceptionFlags & EXCEPTION_UNWINDING)
        drop_current();
    tsm_sanitizer_forget_stack();
}
