/* SPDX-License-Identifier: MIT */
/*
 * What the words of excpt.h put on the stack and call. Programs do not use these names.
 *
 * A frame is one __try that is being executed. The frames of a thread are a list, the innermost
 * first. A frame holds the way back into its function: filters and __finally blocks are run in
 * their own function's frame, below everything that is still alive on the stack.
 */
#ifndef TRANSOM_SEH_FRAME_H
#define TRANSOM_SEH_FRAME_H

#include <setjmp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a frame does with an exception. */
#define TRANSOM_SEH_CONSTANT 0 /* __except: answer is its filter */
#define TRANSOM_SEH_FILTER   1 /* __except: its filter has to be run */
#define TRANSOM_SEH_FINALLY  2

/* What the way back is taken for. */
#define TRANSOM_SEH_RUN_FILTER  1
#define TRANSOM_SEH_RUN_HANDLER 2
#define TRANSOM_SEH_RUN_FINALLY 3

struct transom_seh_frame {
    struct transom_seh_frame *previous; /* NULL in the end of the list, which is no __try */
    void *function;                     /* the frame address of its function */
    int kind;
    int answer;
    int phase;
    int unused;
    void *resume;  /* the stack pointer to go back to from a filter or a __finally block */
    void *way[22]; /* frame pointer, address, stack pointer; then the other registers it keeps */
};

struct transom_seh_guard {
    struct transom_seh_frame *frame;
};

/* A __finally block that is being executed. */
struct transom_seh_finally {
    void *resume; /* of the frame; NULL when the block was entered at the end of its __try */
    void *stack;  /* the stack pointer of its function */
    int abnormal;
    int running;
};

/* The innermost frame; NULL in a thread that has not come to a __try yet. */
extern __thread struct transom_seh_frame *transom_seh_top
    __attribute__((tls_model("initial-exec")));

/* For the __finally block that is about to be entered by an unwinding: it cannot look into its
 * frame, whose place may be its own variables' by then. */
struct transom_seh_pending {
    void *resume;
    void *stack;
};
extern __thread struct transom_seh_pending transom_seh_pending
    __attribute__((tls_model("initial-exec")));

/* Makes the calling thread ready for its first frame; the end of its list. */
struct transom_seh_frame *transom_seh_first(void);

/* Runs the __finally block of a frame that is left by return, break, continue, goto or throw. */
void transom_seh_guard_end(struct transom_seh_guard *guard) __attribute__((returns_twice));

/* The end of a __finally block: back to whoever unwinds. */
void transom_seh_finally_end(struct transom_seh_finally *block) __attribute__((returns_twice));

/* A __finally block is left: before its end, the unwinding is given up. */
void transom_seh_finally_leave(struct transom_seh_finally *block) __attribute__((returns_twice));

/* The value of a filter. */
void transom_seh_answer(struct transom_seh_frame *frame, int value) __attribute__((noreturn));

/* Notes the way back: 0, and not 0 when it is taken. gcc has its own, see below. */
int transom_seh_enter(void **way) __attribute__((returns_twice));

/* The code of the exception that a filter or handler of the function with that frame is for. */
unsigned int transom_seh_code(const void *function);

/* The EXCEPTION_POINTERS of the exception that a filter is asked about. */
void *transom_seh_information(void);

/* For _resetstkoflw(): the next overflow of this thread's stack is told as one. 0: too near. */
int transom_stack_rearm(void);

/* Notes in a jmp_buf what a longjmp to it has to unwind. */
void transom_seh_note_jump(void *env);

/* setjmp(), under a name that is nobody's macro. */
int transom_seh_setjmp(jmp_buf env) __asm__("_setjmp") __attribute__((returns_twice));

/* longjmp() that runs the __finally blocks it jumps over. */
void transom_longjmp(jmp_buf env, int value) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

/*
 * A function of gcc that calls __builtin_setjmp expects every call to come back there: that keeps
 * its locals where filters find them. clang has no such thing for this use; it takes a function
 * that returns twice.
 */
#ifdef __clang__
#define TRANSOM_SEH_ENTER(way) transom_seh_enter(way)
#else
#define TRANSOM_SEH_ENTER(way) __builtin_setjmp(way)
#endif

/* The compiler must neither merge nor move stores to transom_seh_top. */
#define TRANSOM_SEH_SET_TOP(frame)             \
    do {                                       \
        __asm__ __volatile__("" ::: "memory"); \
        transom_seh_top = (frame);             \
        __asm__ __volatile__("" ::: "memory"); \
    } while (0)

/* Locals are found through a frame pointer, whatever the stack pointer: as after an alloca(). */
#define TRANSOM_SEH_FORCE_FRAME_POINTER()                                \
    do {                                                                 \
        unsigned long transom_zero = 0;                                  \
        __asm__ __volatile__("" : "+r"(transom_zero));                   \
        if (__builtin_expect(transom_zero != 0, 0)) {                    \
            void *transom_memory = __builtin_alloca(transom_zero);       \
            __asm__ __volatile__("" : : "r"(transom_memory) : "memory"); \
        }                                                                \
    } while (0)

static __inline__ __attribute__((unused)) void transom_seh_push(struct transom_seh_frame *frame)
{
    struct transom_seh_frame *top = transom_seh_top;

    frame->previous = top ? top : transom_seh_first();
    TRANSOM_SEH_SET_TOP(frame);
}

static __inline__ __attribute__((unused)) struct transom_seh_finally transom_seh_finally_begin(void)
{
    struct transom_seh_finally block = {transom_seh_pending.resume, 0, 0, 1};

    if (__builtin_expect(block.resume != 0, 0)) {
        transom_seh_pending.resume = 0;
        block.stack = transom_seh_pending.stack;
        block.abnormal = 1;
    }
    return block;
}

#endif
