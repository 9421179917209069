/* SPDX-License-Identifier: MIT */
/* The exceptions that a thread is occupied with, the innermost first. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

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

/* The exception that the calling thread is occupied with; NULL for none. */
struct tsm_dispatch *tsm_dispatch_current(void);

/* The thread is occupied with this one from now on, and with the one before again. */
void tsm_dispatch_push(struct tsm_dispatch *dispatch);
void tsm_dispatch_pop(struct tsm_dispatch *dispatch);

/* Gives up exceptions down to one that was current before: a jump has left them. */
void tsm_dispatch_set_current(struct tsm_dispatch *dispatch);

/* Adds what a raised exception's context still lacks; before anybody sees it. */
void tsm_dispatch_complete(struct tsm_dispatch *dispatch);

/* tsm_frame_unwind() has come to this frame. */
void tsm_dispatch_moves_to(struct transom_seh_frame *top);
