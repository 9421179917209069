/* SPDX-License-Identifier: MIT */
/*
 * Exceptions under way
 *
 * States:    an exception is current from its first handler to its end. It ends by continuing, or
 *            by a jump: into an __except block, out of a __finally block, by longjmp. A jump does
 *            not come by here again: the next one notices what is gone by the frames that are.
 */
#include "seh/dispatch_list.h"

#include "seh/arch/arch.h"
#include "seh/vectored.h"

static _Thread_local struct tsm_dispatch *current __attribute__((tls_model("initial-exec")));

struct tsm_dispatch *tsm_dispatch_current(void)
{
    return current;
}

void tsm_dispatch_push(struct tsm_dispatch *dispatch)
{
    dispatch->outer = current;
    dispatch->depth = current ? current->depth + 1 : 1;
    current = dispatch;
}

void tsm_dispatch_pop(struct tsm_dispatch *dispatch)
{
    current = dispatch->outer;
}

void tsm_dispatch_set_current(struct tsm_dispatch *dispatch)
{
    while (current && current != dispatch) {
        tsm_vectored_give_up(&current->is_reading);
        current = current->outer;
    }
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
