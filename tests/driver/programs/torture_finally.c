/* SPDX-License-Identifier: MIT */
/* break and continue that leave a __finally block: what only transom-cc can do. */
#include "torture.h"

#define FOR_EACH(i, count) for (i = 0; i < (count); i++)
#define FOR_EVER for (;;)

CASE(break_leaves_the_loop_around, "f0e0")
{
    LOCAL int i;

    for (i = 0; i < 3; i++) {
        __try {
        } __finally {
            add("f%d", i);
            break;
        }
        add("x");
    }
    add("e%d", i);
}

CASE(continue_goes_on_with_the_loop_around, "f0f1f2e3")
{
    LOCAL int i;

    for (i = 0; i < 3; i++) {
        __try {
        } __finally {
            add("f%d", i);
            continue;
        }
        add("x");
    }
    add("e%d", i);
}

CASE(break_swallows_an_exception, "?f1e1")
{
    LOCAL int i, n = 0;

    __try {
        for (i = 1; i < 3; i++) {
            __try {
                n = i;
                FAULT_HERE;
            } __finally {
                add("f%d", n);
                break;
            }
            add("x");
        }
        add("e%d", i);
    } __except (said(EXCEPTION_EXECUTE_HANDLER)) {
        add("x");
    }
}

CASE(continue_swallows_an_exception, "?f1?f2e3")
{
    LOCAL int i = 1, n = 0;

    __try {
        while (i < 3) {
            __try {
                n = i;
                i = i + 1;
                raise_in_callee(7);
            } __finally {
                add("f%d", n);
                continue;
            }
            add("x");
        }
        add("e%d", i);
    } __except (said(EXCEPTION_EXECUTE_HANDLER)) {
        add("x");
    }
}

static NOINLINE int return_that_is_broken_off(LOCAL int n)
{
    do {
        __try {
            return n;
        } __finally {
            add("f");
            n = n + 10;
            break;
        }
    } while (n < 100);
    add("e");
    return n;
}

CASE(break_takes_the_place_of_return, "fe15")
{
    add("%d", return_that_is_broken_off(5));
}

CASE(break_leaves_the_switch_around, "f2e2")
{
    LOCAL int n = 2;

    switch (n) {
    case 1:
        add("x");
    case 2:
        __try {
        } __finally {
            add("f%d", n);
            break;
        }
    default:
        add("x");
    }
    add("e%d", n);
}

CASE(continue_in_a_switch_is_for_the_loop, "f0f1e2")
{
    LOCAL int i;

    for (i = 0; i < 2; i++) {
        switch (i) {
        default:
            __try {
            } __finally {
                add("f%d", i);
                if (i < 5) continue; else break;
            }
        }
        add("x");
    }
    add("e%d", i);
}

CASE(loops_in_the_block_keep_their_own, "13d24m0s1e1")
{
    LOCAL int i, k;

    for (i = 0; i < 1; i++) {
        __try {
        } __finally {
            for (k = 1; k < 9; k++) {
                if (k == 2)
                    continue;
                add("%d", k);
                if (k == 3)
                    break;
            }
            do
                if (k == 3)
                    break;
            while (1);
            add("d");
            while (k++ < 9)
                if (k == 4)
                    break;
            add("2%d", k);
            FOR_EACH(k, 3) {
                if (k == 1)
                    break;
                add("m%d", k);
            }
            FOR_EVER {
                break;
            }
            switch (k) {
            case 1:
                add("s%d", k);
                break;
            default:
                add("x");
            }
        }
    }
    add("e%d", i);
}

CASE(a_block_in_a_block_leaves_both, "fg0e0")
{
    LOCAL int i;

    for (i = 0; i < 3; i++) {
        __try {
        } __finally {
            add("f");
            __try {
            } __finally {
                add("g%d", i);
                break;
            }
            add("x");
        }
        add("x");
    }
    add("e%d", i);
}

CASE(both_blocks_are_left_by_two_exceptions, "?f1?g2f3g2e1")
{
    LOCAL int i = 0, n = 0;

    __try {
        for (i = 0; i < 2; i++) {
            __try {
                n = n + 1;
                if (i == 0)
                    FAULT_HERE;
            } __finally {
                add("f%d", n);
                __try {
                    n = 2;
                    if (i == 0)
                        raise_in_callee(8);
                } __finally {
                    add("g%d", n);
                    if (i == 0) continue;
                    break;
                }
                add("x");
            }
            add("x");
        }
        add("e%d", i);
    } __except (said(EXCEPTION_EXECUTE_HANDLER)) {
        add("x");
    }
}

CASE(a_body_in_a_block_leaves_it_through_its_own, "fge0")
{
    LOCAL int i;

    for (i = 0; i < 3; i++) {
        __try {
        } __finally {
            add("f");
            __try {
                break;
            } __finally {
                add("g");
            }
            add("x");
        }
        add("x");
    }
    add("e%d", i);
}

CASE(a_handler_in_a_block_leaves_it, "?f1?h1?f2?h2e2")
{
    LOCAL int i;

    __try {
        for (i = 0; i < 2; i++) {
            __try {
                FAULT_HERE;
            } __finally {
                add("f%d", i + 1);
                __try {
                    FAULT_HERE;
                } __except (said(EXCEPTION_EXECUTE_HANDLER)) {
                    add("h%d", i + 1);
                    continue;
                }
                add("x");
            }
            add("x");
        }
        add("e%d", i);
    } __except (said(EXCEPTION_EXECUTE_HANDLER)) {
        add("x");
    }
}

CASE(a_construct_in_a_body_is_lowered_as_well, "f0g0f1g1e2")
{
    LOCAL int i;

    for (i = 0; i < 2; i++) {
        __try {
            __try {
            } __finally {
                add("f%d", i);
                continue;
            }
            add("x");
        } __finally {
            add("g%d", i);
        }
        add("x");
    }
    add("e%d", i);
}

CASE(without_braces_it_is_one_statement, "fe0")
{
    LOCAL int i;

    for (i = 0; i < 3; i++)
        if (i == 0)
            __try {
            } __finally {
                add("f");
                break;
            }
        else
            add("x");
    add("e%d", i);
}

CASE(many_that_are_swallowed_need_no_stack, "3000")
{
    LOCAL int i, sum = 0;

    __try {
        for (i = 0; i < 3000; i++) {
            __try {
                FAULT_HERE;
            } __finally {
                sum = sum + 1;
                continue;
            }
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        add("x");
    }
    add("%d", sum);
}

#ifdef TORTURE_NEVER
static void half(void)
{
    if (1) {
#else
static NOINLINE int branches_of_directives(LOCAL int i)
{
    while (i < 100) {
#endif
        __try {
        } __finally {
            i = i + 1;
#define DO_IT break
            break; /* break "; in a comment */
        }
        add("x");
    }
    return i;
}

CASE(branches_of_directives_are_counted_once, "7")
{
    add("%d", branches_of_directives(6));
}
