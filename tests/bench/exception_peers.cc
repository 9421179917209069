// SPDX-License-Identifier: MIT
// What a program for Linux has in the place of exceptions: setjmp, C++, signals.
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <ucontext.h>

#include "exceptions.h"

#define NOINLINE __attribute__((noinline))

namespace
{
constexpr int frames = 10;

volatile int sum;
int *volatile nowhere = (int *)0x10;

NOINLINE void nothing()
{
    __asm__ volatile("" ::: "memory");
}

void enter_setjmp(unsigned int count)
{
    static jmp_buf env;

    while (count--) {
        if (_setjmp(env) == 0)
            nothing();
        else
            sum = sum + 1;
    }
}

sigjmp_buf way_out;

NOINLINE void jump()
{
    siglongjmp(way_out, 1);
}

void raise_sigsetjmp(unsigned int count)
{
    volatile unsigned int left = count;

    while (left > 0) {
        left = left - 1;
        if (sigsetjmp(way_out, 1) == 0)
            jump();
        else
            sum = sum + 1;
    }
}

NOINLINE void jump_below(int depth)
{
    if (depth == 0)
        siglongjmp(way_out, 1);
    else
        jump_below(depth - 1);
    nothing();
}

void raise_sigsetjmp_frames(unsigned int count)
{
    volatile unsigned int left = count;

    while (left > 0) {
        left = left - 1;
        if (sigsetjmp(way_out, 1) == 0)
            jump_below(frames - 1);
        else
            sum = sum + 1;
    }
}

void raise_throw(unsigned int count)
{
    while (count--) {
        try {
            throw 1;
        } catch (int) {
            sum = sum + 1;
        }
    }
}

NOINLINE void throw_below(int depth)
{
    if (depth == 0)
        throw 1;
    throw_below(depth - 1);
    nothing();
}

void raise_throw_frames(unsigned int count)
{
    while (count--) {
        try {
            throw_below(frames - 1);
        } catch (int) {
            sum = sum + 1;
        }
    }
}

struct counter {
    ~counter()
    {
        sum = sum + 1;
    }
};

NOINLINE void throw_through(int depth)
{
    counter at_the_end;

    if (depth == 0)
        throw 1;
    throw_through(depth - 1);
}

void raise_throw_finally(unsigned int count)
{
    while (count--) {
        try {
            throw_through(frames - 1);
        } catch (int) {
            sum = sum + 1;
        }
    }
}

void leave(int)
{
    siglongjmp(way_out, 1);
}

NOINLINE void fault_below()
{
    *(volatile int *)nowhere = 1;
}

void fault_sigsetjmp(unsigned int count)
{
    volatile unsigned int left = count;
    struct sigaction action = {}, before;

    action.sa_handler = leave;
    sigaction(SIGSEGV, &action, &before);
    while (left > 0) {
        left = left - 1;
        if (sigsetjmp(way_out, 1) == 0)
            fault_below();
        else
            sum = sum + 1;
    }
    sigaction(SIGSEGV, &before, NULL);
}

void step_over(int, siginfo_t *, void *place)
{
    ucontext_t *context = static_cast<ucontext_t *>(place);

#ifdef __x86_64__
    context->uc_mcontext.gregs[REG_RIP] += 2;
#else
    context->uc_mcontext.pc += 4;
#endif
}

void continue_signal(unsigned int count)
{
    struct sigaction action = {}, before;

    action.sa_sigaction = step_over;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, &before);
    while (count--) {
#ifdef __x86_64__
        __asm__ volatile("movl (%0), %%eax" : : "c"(nowhere) : "rax", "memory");
#else
        __asm__ volatile("ldr w0, [%0]" : : "r"(nowhere) : "x0", "memory");
#endif
    }
    sigaction(SIGSEGV, &before, NULL);
}
} // namespace

const struct bench_subject bench_subjects_linux[] = {
    {"setjmp.enter", enter_setjmp},
    {"setjmp.enter_finally", enter_setjmp},
    {"cxx.raise", raise_throw},
    {"cxx.raise_10", raise_throw_frames},
    {"cxx.raise_finally_10", raise_throw_finally},
    {"sigsetjmp.raise", raise_sigsetjmp},
    {"sigsetjmp.raise_10", raise_sigsetjmp_frames},
    {"sigsetjmp.fault", fault_sigsetjmp},
    {"signal.vectored", continue_signal},
    {NULL, NULL},
};
