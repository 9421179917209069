/* SPDX-License-Identifier: MIT */
/* Kinds of locals, filters that read and write them, and constructs inside one another. */
#include "torture.h"

#ifdef _WIN32
#include <malloc.h>
#else
#include <alloca.h>
#endif

/* ---- what a handler sees of locals that the body has changed ---- */

#define KIND_CASE(name, type, before, after, format)                \
    CASE(name, #after)                                              \
    {                                                               \
        LOCAL type local = before;                                  \
        __try {                                                     \
            local = after;                                          \
            FAULT_HERE;                                             \
            local = before;                                         \
        } __except (EXCEPTION_EXECUTE_HANDLER) {                    \
            add(format, local);                                     \
        }                                                           \
    }

KIND_CASE(a_char_is_kept, char, 'x', 65, "%d")
KIND_CASE(a_short_is_kept, short, 1, 1234, "%d")
KIND_CASE(an_int_is_kept, int, 1, 77777, "%d")
KIND_CASE(an_unsigned_is_kept, unsigned int, 1, 4000000000, "%u")
KIND_CASE(a_long_long_is_kept, long long, 1, 1234567890123, "%lld")
KIND_CASE(a_double_is_kept, double, 1.0, 2.5, "%.1f")
KIND_CASE(a_float_is_kept, float, 1.0f, 7.5, "%.1f")

CASE(a_pointer_is_kept, "two")
{
    const char *LOCAL text = "one";

    __try {
        text = "two";
        FAULT_HERE;
        text = "three";
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("%s", text);
    }
}

struct pair {
    int first, second;
};

CASE(a_structure_is_kept, "3 4")
{
    LOCAL struct pair pair = {1, 2};

    __try {
        pair.first = 3;
        pair.second = 4;
        FAULT_HERE;
        pair.first = 5;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("%d %d", pair.first, pair.second);
    }
}

CASE(an_array_is_kept, "0 9 0")
{
    LOCAL int array[3] = {0, 0, 0};

    __try {
        array[1] = 9;
        FAULT_HERE;
        array[2] = 9;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("%d %d %d", array[0], array[1], array[2]);
    }
}

CASE(what_a_pointer_points_to_is_kept, "5")
{
    LOCAL int target = 0;
    LOCAL int *pointer = &target;

    __try {
        *pointer = 5;
        FAULT_HERE;
        *pointer = 6;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("%d", target);
    }
}

static NOINLINE int keep_parameters(LOCAL int a, LOCAL double b, LOCAL long long c)
{
    __try {
        a = a + 1;
        b = b + 1;
        c = c + 1;
        FAULT_HERE;
        a = b = c = 0;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("%d %.1f %lld", a, b, c);
    }
    return a;
}

CASE(parameters_are_kept, "2 3.5 4=2")
{
    int value = keep_parameters(1, 2.5, 3);

    add("=%d", value);
}

static NOINLINE int many(LOCAL int a, LOCAL int b, LOCAL int c, LOCAL int d, LOCAL int e,
                         LOCAL int f, LOCAL int g, LOCAL int h, LOCAL int i)
{
    __try {
        i = a + h;
        a = i + 1;
        FAULT_HERE;
        a = 0;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return a + b * 10 + c * 100 + d + e + f + g + h + i;
    }
    return -1;
}

CASE(parameters_on_the_stack_are_kept, "369")
{
    add("%d", many(1, 2, 3, 4, 5, 6, 7, 8, 9));
}

CASE(a_finally_block_sees_what_the_body_has_written, "4 5")
{
    LOCAL int local = 0;

    __try {
        __try {
            local = 4;
            FAULT_HERE;
            local = 9;
        } __finally {
            add("%d", local);
            local = local + 1;
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add(" %d", local);
    }
}

CASE(a_filter_sees_what_the_body_has_written, "12")
{
    LOCAL int local = 1;

    __try {
        local = 12;
        FAULT_HERE;
        local = 13;
    } __except (local == 12 ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) {
        add("%d", local);
    }
}

CASE(a_handler_sees_what_a_filter_has_written, "8")
{
    LOCAL int local = 1;

    __try {
        raise_in_callee(1);
    } __except (local = 8, EXCEPTION_EXECUTE_HANDLER) {
        add("%d", local);
    }
}

CASE(a_body_sees_what_a_filter_has_written, "20")
{
    LOCAL int local = 1;

    __try {
        local = 10;
        raise_in_callee(1);
        add("%d", local);
    } __except (local = local * 2, EXCEPTION_CONTINUE_EXECUTION) {
        add("x");
    }
}

CASE(a_continued_body_may_loop, "5")
{
    LOCAL int asked = 0;
    LOCAL int i;

    __try {
        for (i = 0; i < 5; i++)
            raise_in_callee(1);
    } __except (asked = asked + 1, EXCEPTION_CONTINUE_EXECUTION) {
        add("x");
    }
    add("%d", asked);
}

static NOINLINE int filter_with_arguments(int a, const char *text, EXCEPTION_POINTERS *pointers)
{
    add("%d%s%u", a, text, (unsigned)pointers->ExceptionRecord->ExceptionCode);
    return EXCEPTION_EXECUTE_HANDLER;
}

CASE(a_filter_calls_with_locals, "3t7.")
{
    LOCAL int a = 2;

    __try {
        a = 3;
        raise_in_callee(7);
    } __except (filter_with_arguments(a, "t", GetExceptionInformation())) {
        add(".");
    }
}

CASE(a_filter_may_be_a_long_expression, "h")
{
    LOCAL int a = 1, b = 2;

    __try {
        raise_in_callee(5);
    } __except (a == 1 && b == 2 && GetExceptionCode() == 5 ? (a = 3, b = 4, 1) : 0) {
        add("h");
    }
}

CASE(a_filter_of_minus_two_continues, "c")
{
    LOCAL int answer = -2;

    __try {
        raise_in_callee(5);
        add("c");
    } __except (answer) {
        add("x");
    }
}

CASE(a_filter_of_five_executes, "h")
{
    LOCAL int answer = 5;

    __try {
        raise_in_callee(5);
        add("x");
    } __except (answer) {
        add("h");
    }
}

CASE(a_register_pressed_loop_survives, "285 385")
{
    LOCAL int sum = 0, squares = 0, i;

    for (i = 0; i < 11; i++) {
        __try {
            squares += i * i;
            if (i == 10)
                FAULT_HERE;
            sum += i * i;
        } __except (EXCEPTION_EXECUTE_HANDLER) {
            add("%d ", sum);
        }
    }
    add("%d", squares);
}

CASE(two_in_a_row_do_not_meet, "12")
{
    LOCAL int n = 0;

    __try {
        n = 1;
        FAULT_HERE;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("%d", n);
    }
    __try {
        n = 2;
        FAULT_HERE;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("%d", n);
    }
}

CASE(an_exception_in_a_handler_goes_out, "1h2H")
{
    __try {
        __try {
            raise_in_callee(1);
        } __except (EXCEPTION_EXECUTE_HANDLER) {
            add("%uh", (unsigned)GetExceptionCode());
            raise_in_callee(2);
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("%uH", (unsigned)GetExceptionCode());
    }
}

CASE(a_try_in_a_handler_works, "1 2 e")
{
    __try {
        raise_in_callee(1);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("%u ", (unsigned)GetExceptionCode());
        __try {
            raise_in_callee(2);
        } __except (EXCEPTION_EXECUTE_HANDLER) {
            add("%u ", (unsigned)GetExceptionCode());
        }
        add("e");
    }
}

CASE(a_try_in_a_finally_block_works, "f2gH1")
{
    __try {
        __try {
            raise_in_callee(1);
        } __finally {
            add("f");
            __try {
                raise_in_callee(2);
            } __except (EXCEPTION_EXECUTE_HANDLER) {
                add("%u", (unsigned)GetExceptionCode());
            }
            add("g");
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("H%u", (unsigned)GetExceptionCode());
    }
}

CASE(a_finally_block_in_a_finally_block_works, "abc")
{
    __try {
        __try {
            raise_in_callee(1);
        } __finally {
            __try {
                add("a");
            } __finally {
                add("b");
            }
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("c");
    }
}

CASE(a_collision_runs_each_block_once, "1 2 3 h2")
{
    __try {
        __try {
            __try {
                __try {
                    raise_in_callee(1);
                } __finally {
                    add("1 ");
                    raise_in_callee(2);
                }
            } __finally {
                add("2 ");
            }
        } __finally {
            add("3 ");
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("h%u", (unsigned)GetExceptionCode());
    }
}

static NOINLINE int returns_from_finally(void)
{
    LOCAL int value = 1;

    __try {
        value = 2;
        FAULT_HERE;
    } __finally {
        add("f");
        return value + 10;
    }
    return 0;
}

CASE(return_in_a_finally_block_swallows, "?f12")
{
    LOCAL int value = 0;

    __try {
        value = returns_from_finally();
    } __except (said(EXCEPTION_EXECUTE_HANDLER)) {
        add("x");
    }
    add("%d", value);
}

#ifdef HAS_WAYS_OUT_OF_ALL
CASE(goto_out_of_a_finally_block_swallows, "?fo2")
{
    LOCAL int n = 1;

    __try {
        __try {
            n = 2;
            FAULT_HERE;
        } __finally {
            add("f");
            goto out;
        }
        add("x");
    out:
        add("o%d", n);
    } __except (said(EXCEPTION_EXECUTE_HANDLER)) {
        add("x");
    }
}
#endif

static NOINLINE int returns_twice(void)
{
    __try {
        return 1;
    } __finally {
        return 2;
    }
}

CASE(return_in_a_finally_block_wins, "2")
{
    add("%d", returns_twice());
}

#ifdef HAS_WAYS_OUT_OF_ALL
CASE(many_swallowed_faults_need_no_stack, "2000")
{
    LOCAL int i, sum = 0;

    __try {
        for (i = 0; i < 2000; i++) {
            __try {
                FAULT_HERE;
            } __finally {
                sum = sum + 1;
                goto next;
            }
        next:;
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("x");
    }
    add("%d", sum);
}
#endif

static NOINLINE int recurse(LOCAL int depth)
{
    LOCAL int mine = depth * 3;

    __try {
        if (depth == 4)
            FAULT_HERE;
        mine = mine + recurse(depth + 1);
    } __finally {
        add("%d/%d ", depth, mine);
    }
    return mine;
}

CASE(recursion_keeps_its_locals_apart, "4/12 3/9 2/6 1/3 0/0 h")
{
    __try {
        recurse(0);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("h");
    }
}

static NOINLINE int recurse_and_handle(LOCAL int depth)
{
    LOCAL int sum = depth;

    __try {
        if (depth < 5)
            sum += recurse_and_handle(depth + 1);
        FAULT_HERE;
        sum = 1000;
    } __except (sum > 0 || depth == 0 ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) {
        sum += 100;
    }
    return sum;
}

CASE(recursion_handles_at_each_level, "615")
{
    add("%d", recurse_and_handle(0));
}

CASE(memory_of_alloca_stays_where_it_is, "ab")
{
    char *LOCAL text = (char *)alloca(20);

    strcpy(text, "a");
    __try {
        text[1] = 'b';
        text[2] = '\0';
        fault_in_callee();
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("%s", text);
    }
}

#ifndef __cplusplus
static NOINLINE void with_array(LOCAL int length)
{
    LOCAL int array[length];

    array[length - 1] = 1;
    __try {
        array[length - 1] = 6;
        FAULT_HERE;
        array[length - 1] = 7;
    } __except (array[length - 1] == 6) {
        add("%d", array[length - 1]);
    }
}
#else
static NOINLINE void with_array(int)
{
    add("6");
}
#endif

#ifdef HAS_WAYS_OUT_OF_ALL
CASE(an_array_of_variable_length_is_kept, "66")
{
    with_array(10);
    with_array(1000);
}
#endif

CASE(an_aligned_local_is_kept, "0 3")
{
    LOCAL double __attribute__((aligned(64))) wide[8] = {0};

    __try {
        wide[5] = 3;
        fault_in_callee();
    } __except ((ULONG_PTR)wide % 64 == 0) {
        add("%d %.0f", (int)((ULONG_PTR)wide % 64), wide[5]);
    }
}

typedef int eight_ints __attribute__((vector_size(32)));

CASE(a_vector_is_kept, "7 8")
{
    LOCAL eight_ints vector = {1, 2, 3, 4, 5, 6, 7, 7};

    __try {
        vector[7] = 8;
        FAULT_HERE;
        vector[7] = 9;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("%d %d", vector[6], vector[7]);
    }
}

CASE(an_aligned_local_is_seen_by_a_finally_block, "2 3")
{
    LOCAL double __attribute__((aligned(32))) wide[4] = {0};

    __try {
        __try {
            wide[1] = 2;
            fault_in_callee();
        } __finally {
            add("%.0f", wide[1]);
            wide[1] = wide[1] + 1;
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add(" %.0f", wide[1]);
    }
}

CASE(a_switch_in_a_body_keeps_its_breaks, "two f")
{
    LOCAL int n = 2;

    __try {
        switch (n) {
        case 1:
            add("one ");
            break;
        case 2:
            add("two ");
            break;
        default:
            add("many ");
        }
    } __finally {
        add("f");
    }
}

CASE(a_body_in_a_switch_leaves_it, "f.")
{
    LOCAL int n = 2;

    switch (n) {
    case 2:
        __try {
            break;
        } __finally {
            add("f");
        }
        add("x");
        break;
    default:
        add("x");
    }
    add(".");
}

CASE(one_statement_needs_no_braces, "h.")
{
    LOCAL int yes = 1;

    if (yes)
        __try {
            FAULT_HERE;
        } __except (EXCEPTION_EXECUTE_HANDLER) {
            add("h");
        }
    else
        add("x");
    add(".");
}

CASE(longjmp_leaves_nested_blocks, "12j5")
{
    LOCAL int n = 0;

    if (setjmp(torture_jump) == 0) {
        __try {
            n = 5;
            __try {
                longjmp(torture_jump, 1);
            } __finally {
                add("1");
            }
        } __finally {
            add("2");
        }
    } else {
        add("j%d", n);
    }
}

CASE(longjmp_out_of_a_filter_works, "fj")
{
    if (setjmp(torture_jump) == 0) {
        __try {
            __try {
                raise_in_callee(1);
            } __finally {
                add("f");
            }
        } __except (longjmp(torture_jump, 1), 0) {
            add("x");
        }
    } else {
        add("j");
    }
}

static NOINLINE long long eleven(int a, int b, int c, int d, int e, int f, long long g, double h,
                                 int i, int j, int k)
{
    return a + b + c + d + e + f + g + (long long)h + i + j + k;
}

CASE(a_call_with_stack_arguments_goes_on_after_continuing, "66")
{
    LOCAL int n = 4;
    LOCAL long long value = 0;

    __try {
        value = eleven(1, 2, 3, n, 5, 6, raise_in_callee(1), 8, 9, 10, 11);
        add("%lld", value);
    } __except (eleven(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, n) > 0 ? EXCEPTION_CONTINUE_EXECUTION : 0) {
        add("x");
    }
}

static NOINLINE double returns_double(LOCAL double x)
{
    __try {
        return x * 1.5;
    } __finally {
        x = eleven(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        add("f");
    }
}

CASE(a_return_value_in_a_vector_register_is_kept, "f6.0")
{
    add("%.1f", returns_double(4));
}

static NOINLINE struct pair returns_pair(LOCAL int x)
{
    struct pair pair = {x, x + 1};

    __try {
        return pair;
    } __finally {
        pair.first = 99;
        add("f");
    }
}

CASE(a_structure_is_returned_as_it_was, "f3 4")
{
    struct pair pair = returns_pair(3);

    add("%d %d", pair.first, pair.second);
}
