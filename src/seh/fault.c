/* SPDX-License-Identifier: MIT */
/*
 * Faults
 *
 * The kernel's signal becomes a record and a context and is dispatched in place, on the alternate
 * stack. Continuing is a return from the signal with the context as the handlers left it; an
 * __except block is a jump. What nobody takes goes to whoever had the signal before, or the
 * instruction is left to fault again without us.
 *
 * In a handler: no lock, no allocation.
 * Windows:   the overflow of a stack is told once; until it is armed again the next one is an
 *            access violation.
 */
#include "seh/fault.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/status.h"
#include "os/signals.h"
#include "seh/arch/arch.h"
#include "seh/dispatch.h"
#include "seh/frame.h"
#include "seh/unhandled.h"

/* An access this near the end of the stack, by code whose stack pointer is as near, has run out of
 * it: frames larger than a page step over the guard page. */
#define OVERFLOW_REACH ((uintptr_t)1 << 20)
#define OVERFLOW_NEAR  ((uintptr_t)64 * 1024)

static _Atomic(tsm_fault_page_rule) page_rule;

void tsm_fault_set_page_rule(tsm_fault_page_rule rule)
{
    atomic_store(&page_rule, rule);
}

static void tell_overflow(EXCEPTION_RECORD *record, const ucontext_t *from)
{
    struct tsm_seh_thread *thread = tsm_seh_thread_current();
    uintptr_t address = record->ExceptionInformation[1], sp = tsm_arch_stack_pointer(from);

    if (!thread || !thread->low || thread->has_overflowed || address >= thread->low + 4096 ||
        address < thread->low - OVERFLOW_REACH || sp >= thread->low + OVERFLOW_NEAR ||
        sp < thread->low - OVERFLOW_REACH)
        return;
    thread->has_overflowed = true;
    record->ExceptionCode = (DWORD)STATUS_STACK_OVERFLOW;
    record->NumberParameters = 0;
}

bool tsm_stack_rearm(void)
{
    struct tsm_seh_thread *thread = tsm_seh_thread_current();

    if (thread) {
        if ((uintptr_t)__builtin_frame_address(0) - thread->low < OVERFLOW_NEAR)
            return false;
        thread->has_overflowed = false;
    }
    return true;
}

TSM_API int transom_stack_rearm(void)
{
    return tsm_stack_rearm();
}

/* The guard page below the alternate stack was touched: the handlers run on what is left, which is
 * nothing. The kernel has begun at its top again. */
static bool alternate_stack_has_overflowed(const ucontext_t *from)
{
    struct tsm_seh_thread *thread = tsm_seh_thread_current();
    uintptr_t sp = tsm_arch_stack_pointer(from);

    return thread && sp - (uintptr_t)thread->stack.memory < TSM_ALTERNATE_STACK_GUARD + 1024;
}

/* A fault that comes again when its instruction does. */
static bool repeats(const EXCEPTION_RECORD *record)
{
    return record->ExceptionCode != (DWORD)STATUS_GUARD_PAGE_VIOLATION &&
           record->ExceptionCode != (DWORD)STATUS_SINGLE_STEP;
}

static void end_unhandled(const EXCEPTION_RECORD *record, int number, siginfo_t *info,
                          ucontext_t *from)
{
    tsm_unhandled_report(record);
    tsm_arch_rewind_trap(from, record);
    tsm_signals_pass_on(number, info, from, repeats(record));
}

/* Somebody who took the signal after us has handed it on: the kernel has blocked for him what an
 * __except block that is jumped to must not find blocked. */
static bool was_handed_on(const void *frame, const ucontext_t *from)
{
    struct tsm_seh_thread *thread = tsm_seh_thread_current();

    return !tsm_arch_is_called_by_kernel(frame, from) ||
           (thread && (uintptr_t)frame - (uintptr_t)thread->stack.memory >= thread->stack.size);
}

static void on_fault(int number, siginfo_t *info, void *ucontext, const void *frame)
{
    ucontext_t *from = ucontext;
    EXCEPTION_RECORD record;
    CONTEXT context;
    bool may_be_changed;

    tsm_arch_drop_alignment_check();
    if (info->si_code <= 0) { /* sent by a process, no fault */
        tsm_signals_pass_on(number, info, ucontext, false);
        return;
    }
    if (tsm_unlikely(was_handed_on(frame, from)))
        tsm_signals_set_mask(&from->uc_sigmask);
    memset(&record, 0, offsetof(EXCEPTION_RECORD, ExceptionInformation));
    record.ExceptionInformation[0] = 0;
    tsm_arch_adopt_float(from);
    tsm_arch_describe(&record, number, info, from);
    if (alternate_stack_has_overflowed(from)) {
        record.ExceptionCode = (DWORD)STATUS_STACK_OVERFLOW;
        record.NumberParameters = 0;
        end_unhandled(&record, number, info, from);
        return;
    }
    if (record.ExceptionCode == (DWORD)STATUS_ACCESS_VIOLATION) {
        tsm_fault_page_rule rule = atomic_load(&page_rule);

        if (rule && rule(&record))
            return;
        if (record.ExceptionCode == (DWORD)STATUS_ACCESS_VIOLATION)
            tell_overflow(&record, from);
    }
    tsm_arch_load(&context, from);
    if (tsm_dispatch(&record, &context, true, &may_be_changed) == TSM_CONTINUED)
        tsm_arch_store(&context, from);
    else
        end_unhandled(&record, number, info, from);
}

void tsm_fault_install(void)
{
    tsm_signals_take(on_fault);
}

/* The first __try of a thread. */
TSM_API struct transom_seh_frame *transom_seh_first(void)
{
    struct tsm_seh_thread *thread = tsm_seh_thread_begin();

    tsm_fault_install();
    return &thread->end;
}
