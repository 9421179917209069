/* SPDX-License-Identifier: MIT */
/* The frames of a thread, and what else it needs for exceptions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "base/macros.h"
#include "os/signals.h"

#define TSM_HANDLED_COUNT 64

/* The code that a function's __except block is about. */
struct tsm_handled {
    const void *function;
    uint32_t code;
};

struct tsm_seh_thread {
    struct transom_seh_frame end; /* of the list of frames */
    struct tsm_alternate_stack stack;
    uintptr_t low, high; /* of the thread's own stack; 0 if they are not known */
    bool has_overflowed; /* since the last tsm_stack_rearm() */
    uint32_t last_handled;
    struct tsm_handled handled[TSM_HANDLED_COUNT];
};

/* NULL in a thread without frames. */
struct tsm_seh_thread *tsm_seh_thread_current(void);

/* The calling thread gets a list of frames, which is empty. */
struct tsm_seh_thread *tsm_seh_thread_begin(void);

/* A frame's handler is about to run. */
void tsm_frame_note_code(const struct transom_seh_frame *frame, uint32_t code);

/* The code that was noted last for a function; 0 for none. */
uint32_t tsm_frame_code(const void *function);

/* Takes frames off the list down to, not including, outer, and runs their __finally blocks. */
void tsm_frame_unwind(struct transom_seh_frame *outer);

/* The frame is among the calling thread's. */
bool tsm_frame_is_live(const struct transom_seh_frame *frame);
