/* SPDX-License-Identifier: MIT */
/* __try, __except, __finally, __leave: what runs, and in what order. */
#include "exception_helpers.h"

#include <setjmp.h>

TEST(a_handler_takes_an_exception)
{
    __try {
        mark('b');
        raise_code(USER_CODE);
        mark('x');
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        mark('h');
    }
    mark('e');
    CHECK_TRAIL("bhe");
}

TEST(a_body_without_exceptions_runs_no_handler)
{
    __try {
        mark('b');
    } __except (answer('f', EXCEPTION_EXECUTE_HANDLER)) {
        mark('h');
    }
    CHECK_TRAIL("b");
}

TEST(all_filters_run_before_any_finally_block)
{
    __try {
        __try {
            __try {
                raise_code(USER_CODE);
            } __finally {
                mark('1');
            }
        } __except (answer('f', EXCEPTION_CONTINUE_SEARCH)) {
            mark('x');
        }
    } __except (answer('g', EXCEPTION_EXECUTE_HANDLER)) {
        mark('h');
    }
    CHECK_TRAIL("fg1h");
}

static NOINLINE void three_blocks(void)
{
    __try {
        __try {
            __try {
                raise_code(USER_CODE);
            } __finally {
                mark('1');
            }
        } __finally {
            mark('2');
        }
    } __finally {
        mark('3');
    }
}

TEST(finally_blocks_run_from_the_inside_out)
{
    __try {
        three_blocks();
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        mark('h');
    }
    CHECK_TRAIL("123h");
}

TEST(a_continued_exception_runs_no_finally_block)
{
    __try {
        __try {
            raise_code(USER_CODE);
            mark('c');
        } __finally {
            mark(AbnormalTermination() ? 'a' : 'n');
        }
    } __except (answer('f', EXCEPTION_CONTINUE_EXECUTION)) {
        mark('x');
    }
    CHECK_TRAIL("fcn");
}

static DWORD code_in_filter;

static int note_code(DWORD code)
{
    code_in_filter = code;
    return EXCEPTION_EXECUTE_HANDLER;
}

TEST(filter_and_handler_know_the_code)
{
    volatile DWORD in_handler = 0;

    __try {
        raise_code(USER_CODE);
    } __except (note_code(GetExceptionCode())) {
        in_handler = GetExceptionCode();
    }
    CHECK_U32(code_in_filter, USER_CODE);
    CHECK_U32_WINE_DIFFERS(in_handler, USER_CODE, "clang for Windows has no code in handlers");
}

static NOINLINE DWORD handle_another(void)
{
    DWORD code = 0;

    __try {
        raise_code(USER_CODE + 1);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        code = GetExceptionCode();
    }
    return code;
}

TEST(a_handler_keeps_its_code_while_it_calls_others)
{
    volatile DWORD before = 0, between = 0, after = 0;

    __try {
        raise_code(USER_CODE);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        before = GetExceptionCode();
        between = handle_another();
        after = GetExceptionCode();
    }
    WINE_DIFFERS("clang for Windows has no code in handlers");
    CHECK_U32(before, USER_CODE);
    CHECK_U32(between, USER_CODE + 1);
    CHECK_U32(after, USER_CODE);
}

static EXCEPTION_RECORD noted;

static int note_record(EXCEPTION_POINTERS *pointers)
{
    noted = *pointers->ExceptionRecord;
    return EXCEPTION_EXECUTE_HANDLER;
}

TEST(arguments_reach_the_filter)
{
    ULONG_PTR arguments[20];
    int i;

    for (i = 0; i < 20; i++)
        arguments[i] = (ULONG_PTR)i * 3;
    __try {
        RaiseException(USER_CODE, 0, 2, arguments);
    } __except (note_record(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_U32(noted.NumberParameters, 2);
    CHECK(noted.ExceptionInformation[1] == 3);
    __try {
        RaiseException(USER_CODE, 0, 20, arguments);
    } __except (note_record(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_U32(noted.NumberParameters, EXCEPTION_MAXIMUM_PARAMETERS);
    CHECK(noted.ExceptionInformation[14] == 42);
    __try {
        RaiseException(USER_CODE, 0, 3, NULL);
    } __except (note_record(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_U32(noted.NumberParameters, 0);
    CHECK_TRAIL("hhh");
}

TEST(bit_28_of_a_code_and_unknown_flags_are_cleared)
{
    __try {
        RaiseException(0xFFFFFFFF, 0xFFFFFFFF, 0, NULL);
    } __except (note_record(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_U32_WINE_DIFFERS(noted.ExceptionCode, 0xEFFFFFFF, "bit 28 stays");
    CHECK_U32(noted.ExceptionFlags & 1, EXCEPTION_NONCONTINUABLE);
    CHECK(noted.ExceptionRecord == NULL);
    CHECK(noted.ExceptionAddress != NULL);
    CHECK_TRAIL("h");
}

static int refuse_first(DWORD code)
{
    mark(code == USER_CODE ? 'u' : 'n');
    return code == USER_CODE ? EXCEPTION_CONTINUE_EXECUTION : EXCEPTION_CONTINUE_SEARCH;
}

static DWORD chained_code;

static int note_chain(EXCEPTION_POINTERS *pointers)
{
    EXCEPTION_RECORD *first = pointers->ExceptionRecord->ExceptionRecord;

    noted = *pointers->ExceptionRecord;
    chained_code = first ? first->ExceptionCode : 0;
    return EXCEPTION_EXECUTE_HANDLER;
}

TEST(continuing_a_noncontinuable_exception_is_an_exception)
{
    __try {
        __try {
            RaiseException(USER_CODE, EXCEPTION_NONCONTINUABLE, 0, NULL);
        } __except (refuse_first(GetExceptionCode())) {
            mark('x');
        }
    } __except (note_chain(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_TRAIL("unh");
    CHECK_U32(noted.ExceptionCode, EXCEPTION_NONCONTINUABLE_EXCEPTION);
    CHECK_U32(noted.ExceptionFlags & EXCEPTION_NONCONTINUABLE, EXCEPTION_NONCONTINUABLE);
    CHECK_U32_WINE_DIFFERS(chained_code, USER_CODE, "the first record is not chained");
}

/* ---- ways out of a body ---- */

TEST(the_end_of_a_body_is_a_normal_termination)
{
    volatile int abnormal = 5;

    __try {
        mark('b');
    } __finally {
        abnormal = AbnormalTermination();
    }
    CHECK(abnormal == 0);
}

TEST(leave_goes_to_the_end_of_the_body)
{
    volatile int abnormal = 5;

    __try {
        __try {
            if (trail_length == 0)
                __leave;
            mark('x');
        } __finally {
            abnormal = AbnormalTermination();
            mark('f');
        }
        mark('a');
        __try {
            __leave;
        } __except (EXCEPTION_EXECUTE_HANDLER) {
            mark('x');
        }
        mark('b');
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        mark('x');
    }
    CHECK(abnormal == 0);
    CHECK_TRAIL("fab");
}

static NOINLINE int returns_from_body(void)
{
    volatile int value = 1;

    __try {
        return value;
    } __finally {
        value = 2;
        mark('f');
    }
    return 3;
}

TEST(return_evaluates_its_value_before_the_finally_block)
{
    CHECK(returns_from_body() == 1);
    CHECK_TRAIL("f");
}

TEST(break_and_continue_run_the_finally_block)
{
    volatile int i;

    for (i = 0; i < 5; i++) {
        __try {
            if (i == 1)
                continue;
            if (i == 3)
                break;
            mark('b');
        } __finally {
            mark((char)('0' + i));
        }
    }
    CHECK(i == 3);
    CHECK_TRAIL("b01b23");
}

TEST(goto_runs_the_finally_blocks_that_it_leaves)
{
    __try {
        __try {
            mark('b');
            goto out;
        } __finally {
            mark('1');
        }
    } __finally {
        mark('2');
    }
    mark('x');
out:
    mark('o');
    CHECK_TRAIL("b12o");
}

TEST(after_a_body_with_handler_was_left_it_takes_nothing)
{
    volatile int i;

    __try {
        for (i = 0; i < 2; i++) {
            __try {
                if (i == 0)
                    continue;
                break;
            } __except (answer('x', EXCEPTION_EXECUTE_HANDLER)) {
                mark('x');
            }
        }
        raise_code(USER_CODE);
    } __except (answer('f', EXCEPTION_EXECUTE_HANDLER)) {
        mark('h');
    }
    CHECK_TRAIL("fh");
}

static NOINLINE int swallows(void)
{
    __try {
        raise_code(USER_CODE);
    } __finally {
        mark('f');
        return 7;
    }
    return 8;
}

TEST(return_out_of_a_finally_block_swallows_the_exception)
{
    volatile int value = 0;

    WINE_DIFFERS("clang for Windows goes on unwinding");
    __try {
        value = swallows();
    } __except (answer('g', EXCEPTION_EXECUTE_HANDLER)) {
        mark('x');
    }
    CHECK(value == 7);
    CHECK_TRAIL("gf");
    /* And the next exception is one like any other. */
    __try {
        raise_code(USER_CODE);
    } __except (answer('2', EXCEPTION_EXECUTE_HANDLER)) {
        mark('h');
    }
    CHECK_TRAIL("gf2h");
}

static jmp_buf jump;

static NOINLINE void jumps(void)
{
    __try {
        longjmp(jump, 3);
    } __finally {
        mark(AbnormalTermination() ? 'a' : 'n');
    }
}

TEST(longjmp_runs_the_finally_blocks_it_jumps_over)
{
    int value;

    __try {
        value = setjmp(jump);
        if (value == 0) {
            jumps();
            mark('x');
        }
        mark((char)('0' + value));
        raise_code(USER_CODE);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        mark('h');
    }
    CHECK_TRAIL("a3h");
}

/* ---- exceptions among exceptions ---- */

TEST(an_exception_in_a_handler_is_for_the_next_frame)
{
    __try {
        __try {
            raise_code(USER_CODE);
        } __except (answer('f', EXCEPTION_EXECUTE_HANDLER)) {
            mark('h');
            raise_code(USER_CODE + 1);
        }
    } __except (answer('g', EXCEPTION_EXECUTE_HANDLER)) {
        mark('i');
    }
    CHECK_TRAIL("fhgi");
}

static int handles_one_itself(void)
{
    __try {
        raise_code(USER_CODE + 1);
    } __except (answer('n', EXCEPTION_EXECUTE_HANDLER)) {
        mark('i');
    }
    return EXCEPTION_EXECUTE_HANDLER;
}

TEST(a_filter_may_handle_exceptions_of_its_own)
{
    volatile DWORD code = 0;

    __try {
        raise_code(USER_CODE);
    } __except (handles_one_itself()) {
        code = GetExceptionCode();
        mark('h');
    }
    CHECK_TRAIL("nih");
    CHECK_U32_WINE_DIFFERS(code, USER_CODE, "clang for Windows has no code in handlers");
}

static int raises_once(EXCEPTION_POINTERS *pointers)
{
    mark(pointers->ExceptionRecord->ExceptionFlags & EXCEPTION_NESTED_CALL ? 'N' : 'f');
    if (pointers->ExceptionRecord->ExceptionCode == USER_CODE)
        raise_code(USER_CODE + 1);
    return EXCEPTION_CONTINUE_SEARCH;
}

static int outer_answer(EXCEPTION_POINTERS *pointers)
{
    mark(pointers->ExceptionRecord->ExceptionFlags & EXCEPTION_NESTED_CALL ? 'G' : 'g');
    return EXCEPTION_EXECUTE_HANDLER;
}

static NOINLINE void raises_in_filter(void)
{
    __try {
        __try {
            raise_code(USER_CODE);
        } __except (raises_once(GetExceptionInformation())) {
            mark('x');
        }
    } __except (raises_once(GetExceptionInformation())) {
        mark('x');
    }
}

TEST(an_exception_in_a_filter_asks_its_function_again_as_nested)
{
    __try {
        raises_in_filter();
    } __except (outer_answer(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_TRAIL("fNNgh");
}

static NOINLINE void collides(void)
{
    __try {
        __try {
            raise_code(USER_CODE);
        } __finally {
            mark('1');
            raise_code(USER_CODE + 1);
            mark('x');
        }
    } __finally {
        mark('2');
    }
}

TEST(an_exception_in_a_finally_block_takes_the_place_of_the_first)
{
    volatile DWORD code = 0;

    __try {
        __try {
            collides();
        } __except (answer('f', GetExceptionCode() == USER_CODE ? EXCEPTION_EXECUTE_HANDLER
                                                                : EXCEPTION_CONTINUE_SEARCH)) {
            mark('x');
        }
    } __except (answer('g', EXCEPTION_EXECUTE_HANDLER)) {
        code = GetExceptionCode();
        mark('h');
    }
    CHECK_TRAIL("f1fg2h");
    CHECK_U32_WINE_DIFFERS(code, USER_CODE + 1, "clang for Windows has no code in handlers");
}

TEST(a_finally_block_may_handle_exceptions_of_its_own)
{
    __try {
        __try {
            raise_code(USER_CODE);
        } __finally {
            handles_one_itself();
            mark('f');
        }
    } __except (answer('g', EXCEPTION_EXECUTE_HANDLER)) {
        mark('h');
    }
    CHECK_TRAIL("gnifh");
}

static NOINLINE int recurse(int depth)
{
    volatile int result = 0;

    __try {
        if (depth == 0)
            raise_code(USER_CODE);
        result = recurse(depth - 1) + 1;
    } __finally {
        mark((char)('0' + depth));
    }
    return result;
}

TEST(recursion_unwinds_each_of_its_frames)
{
    __try {
        recurse(5);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        mark('h');
    }
    CHECK_TRAIL("012345h");
}

TEST(many_exceptions_need_no_more_stack_than_one)
{
    volatile int i, count = 0;

    for (i = 0; i < 100000; i++) {
        __try {
            raise_code(USER_CODE);
        } __except (EXCEPTION_EXECUTE_HANDLER) {
            count = count + 1;
        }
    }
    CHECK(count == 100000);
}

/* ---- threads ---- */

static DWORD WINAPI raise_in_thread(LPVOID argument)
{
    volatile int count = 0;
    volatile int i;

    for (i = 0; i < 1000; i++) {
        __try {
            raise_code(USER_CODE + (DWORD)(ULONG_PTR)argument);
        } __except (GetExceptionCode() == USER_CODE + (DWORD)(ULONG_PTR)argument
                        ? EXCEPTION_EXECUTE_HANDLER
                        : EXCEPTION_CONTINUE_SEARCH) {
            count = count + 1;
        }
    }
    return (DWORD)count;
}

TEST(each_thread_has_its_own_handlers)
{
    HANDLE threads[4];
    DWORD code;
    int i;

    for (i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, raise_in_thread, (LPVOID)(ULONG_PTR)(i * 2), 0, NULL);
    for (i = 0; i < 4; i++) {
        CHECK_U32(WaitForSingleObject(threads[i], 10000), WAIT_OBJECT_0);
        CHECK(GetExitCodeThread(threads[i], &code));
        CHECK_U32(code, 1000);
        CloseHandle(threads[i]);
    }
}
