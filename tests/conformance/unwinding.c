/* SPDX-License-Identifier: MIT */
/* Unwinding and jumps at a program's own wish, and what they leave behind. */
#include "exception_helpers.h"

#define INVALID_UNWIND_TARGET 0xC0000029

/* What Windows knows a function by: its stack pointer, if the function was not optimised. */
#ifdef _WIN32
#define TAKE_FRAME(frame) __asm__ volatile("movq %%rsp, %0" : "=m"(frame))
#else
#define TAKE_FRAME(frame) ((frame) = __builtin_frame_address(0))
#endif

/* The register of a function's value. */
#ifdef __x86_64__
#define TAKE_VALUE(value) __asm__ volatile("movq %%rax, %0" : "=r"(value))
#else
#define TAKE_VALUE(value) __asm__ volatile("mov %0, x0" : "=r"(value))
#endif

static PVOID target_frame, target_address;
static ULONG_PTR value;
static EXCEPTION_RECORD unwinding, noted;

static NOINLINE void unwind_to_target(EXCEPTION_RECORD *record)
{
    RtlUnwind(target_frame, target_address, record, (PVOID)(ULONG_PTR)77);
    mark('x');
}

static NOINLINE void unwind_through_a_block(EXCEPTION_RECORD *record)
{
    __try {
        unwind_to_target(record);
    } __finally {
        mark('f');
        mark(AbnormalTermination() ? '1' : '0');
    }
    mark('x');
}

/* Nothing but the unwinding leads to the end without a mark. */
static NOINLINE void be_unwound_to(void (*unwind)(EXCEPTION_RECORD *), EXCEPTION_RECORD *record)
{
    TAKE_FRAME(target_frame);
    target_address = &&out;
    __try {
        unwind(record);
        mark('x');
    } __finally {
        mark('o');
    }
    mark('x');
out:
    TAKE_VALUE(value);
    mark('e');
}

TEST(unwinding_runs_the_blocks_up_to_its_target)
{
    memset(&unwinding, 0, sizeof(unwinding));
    unwinding.ExceptionCode = USER_CODE;
    be_unwound_to(unwind_through_a_block, &unwinding);
    CHECK((unwinding.ExceptionFlags & EXCEPTION_UNWINDING) != 0);
    CHECK(value == 77);
    be_unwound_to(unwind_through_a_block, NULL);
    CHECK_TRAIL("f1oef1oe");
}

static int unwind_in_filter(EXCEPTION_RECORD *record)
{
    unwind_to_target(record);
    return EXCEPTION_CONTINUE_SEARCH;
}

static NOINLINE void unwind_out_of_a_filter(EXCEPTION_RECORD *record)
{
    __try {
        raise_code(USER_CODE);
    } __except (unwind_in_filter(record)) {
        mark('x');
    }
    mark('x');
}

static NOINLINE void unwind_out_of_the_filter_of_a_fault(EXCEPTION_RECORD *record)
{
    __try {
        write_to(NOWHERE);
    } __except (unwind_in_filter(record)) {
        mark('x');
    }
    mark('x');
}

static int note(EXCEPTION_POINTERS *pointers)
{
    noted = *pointers->ExceptionRecord;
    return EXCEPTION_EXECUTE_HANDLER;
}

TEST(unwinding_out_of_a_filter_leaves_nothing_behind)
{
    volatile int i;

    for (i = 0; i < 50; i = i + 1) {
        trail_length = 0;
        be_unwound_to(unwind_out_of_a_filter, NULL);
        be_unwound_to(unwind_out_of_the_filter_of_a_fault, NULL);
    }
    __try {
        raise_code(USER_CODE);
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_U32(noted.ExceptionFlags, 0);
    CHECK_TRAIL("oeoeh");
}

TEST(a_target_that_is_no_frame_is_an_exception)
{
    __try {
        __try {
            RtlUnwind((PVOID)(ULONG_PTR)0x1000, NULL, NULL, NULL);
            mark('x');
        } __finally {
            mark('f');
        }
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_U32(noted.ExceptionCode, INVALID_UNWIND_TARGET);
    CHECK((noted.ExceptionFlags & EXCEPTION_NONCONTINUABLE) != 0);
    CHECK_TRAIL("fh");
}

static NOINLINE void unwind_everything(void)
{
    CONTEXT context;

    __try {
        RtlUnwindEx(NULL, NULL, NULL, NULL, &context, NULL);
        ExitProcess(5);
    } __finally {
        mark('f');
    }
}

ROLE(unwinds_everything)
{
    __try {
        unwind_everything();
    } __finally {
        ExitProcess(trail_length == 1 ? 7 : 6);
    }
    return 5;
}

TEST(without_a_target_all_blocks_of_the_thread_run)
{
    CHECK_U32(wait_role(spawn_role(unwinds_everything, "")), 7);
}

static CONTEXT captured;

static NOINLINE void restore_in_a_body(void)
{
    __try {
        RtlRestoreContext(&captured, NULL);
    } __except (answer('x', EXCEPTION_EXECUTE_HANDLER)) {
        mark('x');
    }
}

TEST(a_restored_context_leaves_bodies_without_their_filters)
{
    static int turns;

    turns = 0;
    RtlCaptureContext(&captured);
    captured.ContextFlags = CONTEXT_FULL;
    if (++turns < 3)
        restore_in_a_body();
    __try {
        raise_code(USER_CODE);
    } __except (answer('?', EXCEPTION_EXECUTE_HANDLER)) {
        mark('h');
    }
    CHECK(turns == 3);
    CHECK_TRAIL("?h");
}

static LONG CALLBACK continue_elsewhere(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION)
        return EXCEPTION_CONTINUE_SEARCH;
    *pointers->ContextRecord = captured;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static NOINLINE void fault_in_a_body(void)
{
    __try {
        write_to(NOWHERE);
    } __except (answer('x', EXCEPTION_EXECUTE_HANDLER)) {
        mark('x');
    }
}

TEST(continuing_elsewhere_leaves_bodies_without_their_filters)
{
    static int turns;

    turns = 0;
    AddVectoredExceptionHandler(1, continue_elsewhere);
    RtlCaptureContext(&captured);
    if (++turns < 3)
        fault_in_a_body();
    __try {
        raise_code(USER_CODE);
    } __except (answer('?', EXCEPTION_EXECUTE_HANDLER)) {
        mark('h');
    }
    CHECK(turns == 3);
    CHECK_TRAIL("?h");
}
