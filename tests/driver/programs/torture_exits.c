/* SPDX-License-Identifier: MIT */
/* Each way out of a body, through each form of construct. */
#include "torture.h"

/* How a body is left; n counts what has happened. The loop around is left with i == 1. */
#define FALL     n = n + 1;
#define LEAVE    n = n + 1; if (n) __leave; n = 100;
#define RETURN   n = n + 1; return n;
#define BREAK    n = n + 1; break;
#define CONTINUE n = n + 1; continue;
#define GOTO     n = n + 1; goto out;
#define RAISE    n = n + 1; RaiseException(0xE0000001, 0, 0, NULL); n = 100;
#define FAULT    n = n + 1; FAULT_HERE; n = 100;
#define CALLEE   n = n + 1; fault_in_callee(); n = 100;
#define JUMP     n = n + 1; longjmp(torture_jump, n); n = 100;

/* A construct around a body; its marks: f a __finally block, h a handler. */
#define IN_FINALLY(body) __try { body } __finally { add("f%d%d", n, AbnormalTermination() != 0); n = n + 10; }
#define IN_EXCEPT(body) __try { body } __except (said(EXCEPTION_EXECUTE_HANDLER)) { add("h%d", n); n = n + 20; }
#define IN_CONSTANT(body) __try { body } __except (EXCEPTION_EXECUTE_HANDLER) { add("h%d", n); n = n + 20; }
#define IN_BOTH(body) __try { IN_FINALLY(body) } __except (said(n == 11 ? 1 : 1)) { add("h%d", n); n = n + 20; }
#define IN_BOTH_REVERSED(body) __try { IN_EXCEPT(body) } __finally { add("F%d%d", n, AbnormalTermination() != 0); n = n + 40; }
#define IN_TWO(body) __try { IN_FINALLY(body) } __finally { add("F%d%d", n, AbnormalTermination() != 0); n = n + 40; }

/* The value of a function whose body is left, in a loop, with an outer handler for exceptions. */
#define EXIT_CASE(form, exit, expected)                              \
    static NOINLINE int form##_##exit##_inner(LOCAL int n)           \
    {                                                                \
        LOCAL int i;                                                 \
        for (i = 0; i < 2; i++) {                                    \
            form(exit) add("a%d", n);                                \
        }                                                            \
        add("e%d", i);                                               \
        return n;                                                    \
    out:                                                             \
        add("o");                                                    \
        return n;                                                    \
    }                                                                \
    CASE(form##_##exit, expected)                                    \
    {                                                                \
        LOCAL int value = -1;                                        \
        if (setjmp(torture_jump) != 0) {                             \
            add("j");                                                \
            return;                                                  \
        }                                                            \
        __try {                                                      \
            value = form##_##exit##_inner(0);                        \
        } __except (EXCEPTION_EXECUTE_HANDLER) {                     \
            add("H");                                                \
        }                                                            \
        add("=%d", value);                                           \
    }

EXIT_CASE(IN_FINALLY, FALL, "f10a11f120a22e2=22")
EXIT_CASE(IN_FINALLY, LEAVE, "f10a11f120a22e2=22")
EXIT_CASE(IN_FINALLY, RETURN, "f11=1")
EXIT_CASE(IN_FINALLY, BREAK, "f11e0=11")
EXIT_CASE(IN_FINALLY, CONTINUE, "f11f121e2=22")
EXIT_CASE(IN_FINALLY, GOTO, "f11o=11")
EXIT_CASE(IN_FINALLY, RAISE, "f11H=-1")
EXIT_CASE(IN_FINALLY, FAULT, "f11H=-1")
EXIT_CASE(IN_FINALLY, CALLEE, "f11H=-1")
EXIT_CASE(IN_FINALLY, JUMP, "f11j")
EXIT_CASE(IN_EXCEPT, FALL, "a1a2e2=2")
EXIT_CASE(IN_EXCEPT, LEAVE, "a1a2e2=2")
EXIT_CASE(IN_EXCEPT, RETURN, "=1")
EXIT_CASE(IN_EXCEPT, BREAK, "e0=1")
EXIT_CASE(IN_EXCEPT, CONTINUE, "e2=2")
EXIT_CASE(IN_EXCEPT, GOTO, "o=1")
EXIT_CASE(IN_EXCEPT, RAISE, "?h1a21?h22a42e2=42")
EXIT_CASE(IN_EXCEPT, FAULT, "?h1a21?h22a42e2=42")
EXIT_CASE(IN_EXCEPT, CALLEE, "?h1a21?h22a42e2=42")
EXIT_CASE(IN_EXCEPT, JUMP, "j")
EXIT_CASE(IN_CONSTANT, FALL, "a1a2e2=2")
EXIT_CASE(IN_CONSTANT, LEAVE, "a1a2e2=2")
EXIT_CASE(IN_CONSTANT, RETURN, "=1")
EXIT_CASE(IN_CONSTANT, BREAK, "e0=1")
EXIT_CASE(IN_CONSTANT, CONTINUE, "e2=2")
EXIT_CASE(IN_CONSTANT, GOTO, "o=1")
EXIT_CASE(IN_CONSTANT, RAISE, "h1a21h22a42e2=42")
EXIT_CASE(IN_CONSTANT, FAULT, "h1a21h22a42e2=42")
EXIT_CASE(IN_CONSTANT, CALLEE, "h1a21h22a42e2=42")
EXIT_CASE(IN_CONSTANT, JUMP, "j")
EXIT_CASE(IN_BOTH, FALL, "f10a11f120a22e2=22")
EXIT_CASE(IN_BOTH, LEAVE, "f10a11f120a22e2=22")
EXIT_CASE(IN_BOTH, RETURN, "f11=1")
EXIT_CASE(IN_BOTH, BREAK, "f11e0=11")
EXIT_CASE(IN_BOTH, CONTINUE, "f11f121e2=22")
EXIT_CASE(IN_BOTH, GOTO, "f11o=11")
EXIT_CASE(IN_BOTH, RAISE, "?f11h11a31?f321h42a62e2=62")
EXIT_CASE(IN_BOTH, FAULT, "?f11h11a31?f321h42a62e2=62")
EXIT_CASE(IN_BOTH, CALLEE, "?f11h11a31?f321h42a62e2=62")
EXIT_CASE(IN_BOTH, JUMP, "f11j")
EXIT_CASE(IN_BOTH_REVERSED, FALL, "F10a41F420a82e2=82")
EXIT_CASE(IN_BOTH_REVERSED, LEAVE, "F10a41F420a82e2=82")
EXIT_CASE(IN_BOTH_REVERSED, RETURN, "F11=1")
EXIT_CASE(IN_BOTH_REVERSED, BREAK, "F11e0=41")
EXIT_CASE(IN_BOTH_REVERSED, CONTINUE, "F11F421e2=82")
EXIT_CASE(IN_BOTH_REVERSED, GOTO, "F11o=41")
EXIT_CASE(IN_BOTH_REVERSED, RAISE, "?h1F210a61?h62F820a122e2=122")
EXIT_CASE(IN_BOTH_REVERSED, FAULT, "?h1F210a61?h62F820a122e2=122")
EXIT_CASE(IN_BOTH_REVERSED, CALLEE, "?h1F210a61?h62F820a122e2=122")
EXIT_CASE(IN_BOTH_REVERSED, JUMP, "F11j")
EXIT_CASE(IN_TWO, FALL, "f10F110a51f520F620a102e2=102")
EXIT_CASE(IN_TWO, LEAVE, "f10F110a51f520F620a102e2=102")
EXIT_CASE(IN_TWO, RETURN, "f11F111=1")
EXIT_CASE(IN_TWO, BREAK, "f11F111e0=51")
EXIT_CASE(IN_TWO, CONTINUE, "f11F111f521F621e2=102")
EXIT_CASE(IN_TWO, GOTO, "f11F111o=51")
EXIT_CASE(IN_TWO, RAISE, "f11F111H=-1")
EXIT_CASE(IN_TWO, FAULT, "f11F111H=-1")
EXIT_CASE(IN_TWO, CALLEE, "f11F111H=-1")
EXIT_CASE(IN_TWO, JUMP, "f11F111j")
