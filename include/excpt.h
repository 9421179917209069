/* SPDX-License-Identifier: MIT */
/*
 * __try, __except, __finally and __leave for gcc and clang.
 *
 *     __try { ... } __except (filter) { ... }
 *     __try { ... } __finally { ... }
 *
 * Each is one statement. break, continue, return and goto keep their meaning in it, but for break
 * and continue that leave a __finally block: those go on behind it. What has to be volatile, and
 * how transom-cc does without, is in docs/exceptions.md.
 */
#ifndef TRANSOM_EXCPT_H
#define TRANSOM_EXCPT_H

#include <transom/seh_frame.h>

/* Headers of the C++ library that must not come later: they define __try and undefine longjmp. */
#ifdef __cplusplus
#include <csetjmp>
#include <exception>
#endif

/* Answers of a filter. */
#define EXCEPTION_EXECUTE_HANDLER    1
#define EXCEPTION_CONTINUE_SEARCH    0
#define EXCEPTION_CONTINUE_EXECUTION (-1)

typedef enum _EXCEPTION_DISPOSITION {
    ExceptionContinueExecution,
    ExceptionContinueSearch,
    ExceptionNestedException,
    ExceptionCollidedUnwind
} EXCEPTION_DISPOSITION;

/* In a filter and in the block of __except. */
#define GetExceptionCode() (transom_seh_code(__builtin_frame_address(0)))
#define _exception_code()  GetExceptionCode()
#define exception_code()   GetExceptionCode()

/* In a filter. */
#define GetExceptionInformation() ((struct _EXCEPTION_POINTERS *)transom_seh_information())
#define _exception_info()         GetExceptionInformation()
#define exception_info()          GetExceptionInformation()

/* In the block of __finally. */
#define AbnormalTermination()   (transom_finally.abnormal)
#define _abnormal_termination() AbnormalTermination()
#define abnormal_termination()  AbnormalTermination()

/* True for what the compiler itself counts as a constant expression. */
#ifdef __cplusplus
#define TRANSOM_SEH_TEXT(...)     #__VA_ARGS__
#define TRANSOM_SEH_IS(text, ...) (__builtin_strcmp(TRANSOM_SEH_TEXT(__VA_ARGS__), text) == 0)
#define TRANSOM_SEH_CONSTANT_FILTER(...) \
    (TRANSOM_SEH_IS("1", __VA_ARGS__) || TRANSOM_SEH_IS("0", __VA_ARGS__))
#define TRANSOM_SEH_CONSTANT_ANSWER(...) TRANSOM_SEH_IS("1", __VA_ARGS__)
#else
#define TRANSOM_SEH_CONSTANT_FILTER(...) \
    (sizeof(int) == sizeof(*(8 ? ((void *)((long)(__VA_ARGS__)*0L)) : (int *)8)))
#define TRANSOM_SEH_CONSTANT_ANSWER(...) \
    __builtin_choose_expr(TRANSOM_SEH_CONSTANT_FILTER(__VA_ARGS__), (__VA_ARGS__), 0)
#endif

#define TRANSOM_SEH_JOIN_(a, b) a##b
#define TRANSOM_SEH_JOIN(a, b)  TRANSOM_SEH_JOIN_(a, b)

/* clang-format off */
#define TRANSOM_SEH_TRY()                                                                      \
    if (1) {                                                                                   \
        __label__ transom_before, transom_body, transom_leave;                                 \
        _Pragma("GCC diagnostic push")                                                         \
        _Pragma("GCC diagnostic ignored \"-Wshadow\"")                                         \
        struct transom_seh_frame transom_frame;                                                \
        _Pragma("GCC diagnostic pop")                                                          \
        goto transom_before;                                                                   \
    transom_body:                                                                              \
        if (1) {                                                                               \
            _Pragma("GCC diagnostic push")                                                     \
            _Pragma("GCC diagnostic ignored \"-Wshadow\"")                                     \
            struct transom_seh_guard transom_guard                                             \
                __attribute__((cleanup(transom_seh_guard_end), unused)) = {&transom_frame};    \
            _Pragma("GCC diagnostic pop")                                                      \
            if (1)

/* Closes what TRANSOM_SEH_TRY has opened but for its first brace; the way back is noted where the
 * guard is not in scope. */
#define TRANSOM_SEH_CLOSE(after_body, frame_kind, frame_answer, on_return)                     \
        transom_leave: __attribute__((unused));                                                \
            TRANSOM_SEH_SET_TOP(transom_frame.previous);                                       \
        }                                                                                      \
        after_body                                                                             \
        if (0) {                                                                               \
        transom_before:                                                                        \
            TRANSOM_SEH_FORCE_FRAME_POINTER();                                                 \
            transom_frame.function = __builtin_frame_address(0);                               \
            transom_frame.kind = frame_kind;                                                   \
            transom_frame.answer = frame_answer;                                               \
            if (TRANSOM_SEH_ENTER(transom_frame.way) == 0) {                                   \
                transom_seh_push(&transom_frame);                                              \
                goto transom_body;                                                             \
            }                                                                                  \
            on_return                                                                          \
        }                                                                                      \
    } else

#define TRANSOM_SEH_EXCEPT(handler, ...)                                                       \
    TRANSOM_SEH_CLOSE(,                                                                        \
                      (TRANSOM_SEH_CONSTANT_FILTER(__VA_ARGS__) ? TRANSOM_SEH_CONSTANT         \
                                                                : TRANSOM_SEH_FILTER),         \
                      (TRANSOM_SEH_CONSTANT_ANSWER(__VA_ARGS__)),                              \
                      if (transom_frame.phase == TRANSOM_SEH_RUN_FILTER)                       \
                          transom_seh_answer(&transom_frame, (int)(__VA_ARGS__));              \
                      goto handler;)                                                           \
    handler:

#define TRANSOM_SEH_FINALLY_BLOCK(block)                                                       \
    TRANSOM_SEH_CLOSE(goto block;, TRANSOM_SEH_FINALLY, 0,                                     \
                      transom_seh_pending.resume = transom_frame.resume;                       \
                      transom_seh_pending.stack = transom_frame.way[2];                        \
                      goto block;)                       \
    block:                                                                                     \
        for (struct transom_seh_finally transom_finally                                        \
                 __attribute__((cleanup(transom_seh_finally_leave))) =                         \
                     transom_seh_finally_begin();                                              \
             transom_finally.running;                                                          \
             transom_finally.resume ? transom_seh_finally_end(&transom_finally)                \
                                    : (void)(transom_finally.running = 0))
/* clang-format on */

/*
 * The C++ library's headers use __try and __catch for try and catch; those that are included later
 * still have to. They are never the program's first file.
 */
#undef __try
#ifdef __cplusplus
#define TRANSOM_SEH_LEVEL_0           ~, TRANSOM_SEH_TRY
#define TRANSOM_SEH_SECOND(a, b, ...) b
#define TRANSOM_SEH_PICK(...)         TRANSOM_SEH_SECOND(__VA_ARGS__)
#ifdef __cpp_exceptions
#define TRANSOM_SEH_LIBRARY_TRY() try
#else
#define TRANSOM_SEH_LIBRARY_TRY() if (true)
#endif
#define __try                                                                 \
    TRANSOM_SEH_PICK(TRANSOM_SEH_JOIN(TRANSOM_SEH_LEVEL_, __INCLUDE_LEVEL__), \
                     TRANSOM_SEH_LIBRARY_TRY, ~)                              \
    ()
#else
#define __try TRANSOM_SEH_TRY()
#endif
#undef __except
#undef __finally
#undef __leave
/* clang-format off */
#define __except(...) \
    TRANSOM_SEH_EXCEPT(TRANSOM_SEH_JOIN(transom_handler_, __COUNTER__), __VA_ARGS__)
#define __finally TRANSOM_SEH_FINALLY_BLOCK(TRANSOM_SEH_JOIN(transom_block_, __COUNTER__))
#define __leave   goto transom_leave
/* clang-format on */

/* longjmp runs the __finally blocks that it jumps over; for that, setjmp notes where it stands. */
#undef setjmp
#undef _setjmp
#undef longjmp
#define setjmp(env)         (transom_seh_note_jump(env), transom_seh_setjmp(env))
#define _setjmp(env, ...)   setjmp(env)
#define longjmp(env, value) transom_longjmp(env, value)
#ifdef sigsetjmp
#undef sigsetjmp
#define sigsetjmp(env, savemask) (transom_seh_note_jump(env), __sigsetjmp(env, savemask))
#define siglongjmp(env, value)   transom_longjmp(env, value)
#endif
#ifdef __cplusplus
namespace std
{
using ::transom_longjmp;
}
#endif

#endif
