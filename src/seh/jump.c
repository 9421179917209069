/* SPDX-License-Identifier: MIT */
/*
 * Jumps
 *
 * A longjmp runs the __finally blocks between itself and its setjmp. What that needs to know lies in
 * the last words of the jmp_buf, where the C library keeps room for signals that do not exist. A
 * jmp_buf that was filled without our headers has no mark there, and is jumped to as it is.
 */
#include <setjmp.h>
#include <stdint.h>
#include <string.h>

#include "base/macros.h"
#include "seh/dispatch_list.h"
#include "seh/frame.h"

#define NOTE_MARK 0x7472616e736f6d21ull

struct note {
    struct tsm_dispatch *dispatch;
    struct transom_seh_frame *top;
    uint64_t mark;
};

_Static_assert(sizeof(jmp_buf) >= 64 + 8 + sizeof(struct note), "a part of the mask is in use");

static char *note_of(void *env)
{
    return (char *)env + sizeof(jmp_buf) - sizeof(struct note);
}

TSM_API void transom_seh_note_jump(void *env)
{
    struct note note = {tsm_dispatch_current(), transom_seh_top, NOTE_MARK};

    memcpy(note_of(env), &note, sizeof(note));
}

TSM_API void transom_longjmp(jmp_buf env, int value)
{
    struct tsm_seh_thread *thread = tsm_seh_thread_current();
    struct note note;

    memcpy(&note, note_of(env), sizeof(note));
    if (note.mark == NOTE_MARK) {
        struct transom_seh_frame *top = note.top ? note.top : thread ? &thread->end : NULL;

        if (tsm_frame_is_live(top))
            tsm_frame_unwind(top);
        tsm_dispatch_set_current(note.dispatch);
    }
    (siglongjmp)(env, value); /* the function, not the macro of our own header */
}
