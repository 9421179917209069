/* SPDX-License-Identifier: MIT */
/* From an exception to whoever takes it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "base/macros.h"

/* One exception under way. It lies on the stack of its dispatcher. */
struct tsm_dispatch {
    struct tsm_dispatch *outer; /* the one whose filter, __finally block or handler raised this */
    EXCEPTION_POINTERS pointers;
    struct transom_seh_frame *top;    /* the innermost frame when it began; moves while unwinding */
    struct transom_seh_frame *asking; /* the frame whose filter runs */
    uint32_t depth;
    bool is_complete; /* the CONTEXT has everything; somebody may have changed it */
    bool is_reading;  /* the lists of vectored handlers */
};

enum tsm_outcome {
    TSM_CONTINUED,
    TSM_UNHANDLED /* the process has to end, and with a message */
};

/*
 * Asks everybody in order: vectored handlers, frames, the filter for what is unhandled. Does not
 * return when an __except block takes the exception. is_complete: see above; otherwise *changed
 * says whether somebody may have changed the context.
 */
tsm_must_check enum tsm_outcome tsm_dispatch(EXCEPTION_RECORD *record, CONTEXT *context,
                                             bool is_complete, bool *may_be_changed);

/* The exception that the calling thread is occupied with; NULL for none. */
struct tsm_dispatch *tsm_dispatch_current(void);

/* Gives up exceptions down to one that was current before: a jump has left them. */
void tsm_dispatch_set_current(struct tsm_dispatch *dispatch);

/* Adds what a raised exception's context still lacks; before anybody sees it. */
void tsm_dispatch_complete(struct tsm_dispatch *dispatch);

/* tsm_frame_unwind() has come to this frame. */
void tsm_dispatch_moves_to(struct transom_seh_frame *top);

/* Gives up the exceptions whose frames are gone. */
void tsm_dispatch_trim(void);

/* Unwinds down to, not including, outer as if by an exception: a jump out of a __finally block is its
 * end. */
void tsm_dispatch_unwind(EXCEPTION_RECORD *record, CONTEXT *context,
                         struct transom_seh_frame *outer);

/* Called by tsm_raise() with the caller's registers. */
void tsm_dispatch_raised(EXCEPTION_RECORD *record, CONTEXT *context);
