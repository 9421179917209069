/* SPDX-License-Identifier: MIT */
/*
 * Faults of aarch64
 *
 * The kernel lays records of their own kind behind the registers: the vector unit, and the syndrome,
 * which tells a write from a read. Not everywhere: then the instruction does.
 *
 * Windows: a breakpoint is reported at its instruction, and integer division never faults.
 */
#include "seh/arch/arch.h"

#include <asm/sigcontext.h>
#include <stddef.h>
#include <string.h>

#include "base/status.h"
#include "os/code_bytes.h"
#include "seh/arch/aarch64/offsets.h"

_Static_assert(offsetof(struct transom_seh_frame, resume) == FRAME_RESUME, "as in offsets.h");
_Static_assert(offsetof(struct transom_seh_frame, way) == FRAME_WAY, "as in offsets.h");
_Static_assert(offsetof(struct transom_seh_finally, stack) == 8, "as in context.S");
_Static_assert(offsetof(struct transom_seh_finally, running) == 20, "as in context.S");
_Static_assert(sizeof(CONTEXT) == CONTEXT_SIZE, "that of Windows");
_Static_assert(offsetof(CONTEXT, Cpsr) == CONTEXT_CPSR, "that of Windows");
_Static_assert(offsetof(CONTEXT, X0) == CONTEXT_X0, "that of Windows");
_Static_assert(offsetof(CONTEXT, Fp) == CONTEXT_FP, "that of Windows");
_Static_assert(offsetof(CONTEXT, Sp) == CONTEXT_SP, "that of Windows");
_Static_assert(offsetof(CONTEXT, Pc) == CONTEXT_PC, "that of Windows");
_Static_assert(offsetof(CONTEXT, V) == CONTEXT_V, "that of Windows");
_Static_assert(offsetof(CONTEXT, Fpcr) == CONTEXT_FPCR, "that of Windows");
_Static_assert(offsetof(CONTEXT, Fpsr) == CONTEXT_FPSR, "that of Windows");
_Static_assert(offsetof(CONTEXT, Bcr) == 792, "that of Windows");
_Static_assert(offsetof(CONTEXT, Bvr) == 824, "that of Windows");
_Static_assert(offsetof(CONTEXT, Wcr) == 888, "that of Windows");
_Static_assert(offsetof(CONTEXT, Wvr) == 896, "that of Windows");
_Static_assert(CONTEXT_FULL == FLAGS_FULL, "as in offsets.h");

#define SYNDROME_CLASS(esr)     ((esr) >> 26 & 0x3F)
#define CLASS_INSTRUCTION_ABORT 0x20u /* and 0x21 */
#define SYNDROME_WRITES(esr)    ((esr) >> 6 & 1)
#define FPSR_STATUS             0x9Fu

/* A record behind the registers; NULL without one of that kind. */
static void *extra_record(const ucontext_t *from, uint32_t magic)
{
    char *at = (char *)(uintptr_t)from->uc_mcontext.__reserved;
    char *end = at + sizeof(from->uc_mcontext.__reserved);

    while (at + sizeof(struct _aarch64_ctx) <= end) {
        struct _aarch64_ctx head;

        memcpy(&head, at, sizeof(head));
        if (head.magic == magic)
            return at;
        if (head.magic == 0 || head.size < sizeof(head) || head.size > (size_t)(end - at))
            break;
        at += head.size;
    }
    return NULL;
}

static uint32_t instruction_at(uintptr_t address)
{
    uint32_t word = 0;

    (void)tsm_code_bytes(address, &word, sizeof(word));
    return word;
}

/* Arm ARM, C4.1.88: loads and stores. */
static bool is_store(uintptr_t address)
{
    uint32_t word = instruction_at(address), opc = word >> 22 & 3;

    if ((word & 0x0A000000) != 0x08000000)
        return false;
    if ((word & 0x3A000000) == 0x28000000 || (word & 0x3F000000) == 0x08000000)
        return !(opc & 1); /* pairs, exclusives */
    return opc == 0 || (opc == 2 && word & 0x04000000);
}

static ULONG_PTR access_kind(const ucontext_t *from, ULONG_PTR address)
{
    struct esr_context *syndrome = extra_record(from, ESR_MAGIC);

    if (address == from->uc_mcontext.pc)
        return EXCEPTION_EXECUTE_FAULT;
    if (syndrome && (SYNDROME_CLASS(syndrome->esr) & ~1u) == CLASS_INSTRUCTION_ABORT)
        return EXCEPTION_EXECUTE_FAULT;
    return (syndrome && SYNDROME_WRITES(syndrome->esr)) || is_store(from->uc_mcontext.pc)
               ? EXCEPTION_WRITE_FAULT
               : EXCEPTION_READ_FAULT;
}

static void describe_access(EXCEPTION_RECORD *record, DWORD code, const siginfo_t *info,
                            const ucontext_t *from)
{
    ULONG_PTR address = (ULONG_PTR)info->si_addr;

    record->ExceptionCode = code;
    record->NumberParameters = 2;
    record->ExceptionInformation[0] = access_kind(from, address);
    record->ExceptionInformation[1] = address;
}

static DWORD float_code(int code)
{
    switch (code) {
    case FPE_FLTDIV:
        return STATUS_FLOAT_DIVIDE_BY_ZERO;
    case FPE_FLTOVF:
        return STATUS_FLOAT_OVERFLOW;
    case FPE_FLTUND:
        return STATUS_FLOAT_UNDERFLOW;
    case FPE_FLTRES:
        return STATUS_FLOAT_INEXACT_RESULT;
    case FPE_INTDIV:
        return STATUS_INTEGER_DIVIDE_BY_ZERO;
    case FPE_INTOVF:
        return STATUS_INTEGER_OVERFLOW;
    default:
        return STATUS_FLOAT_INVALID_OPERATION;
    }
}

void tsm_arch_describe(EXCEPTION_RECORD *record, int number, const siginfo_t *info,
                       const ucontext_t *from)
{
    record->ExceptionAddress = (void *)from->uc_mcontext.pc;
    switch (number) {
    case SIGBUS:
        if (info->si_code == BUS_ADRALN) {
            record->ExceptionCode = STATUS_DATATYPE_MISALIGNMENT;
            break;
        }
        describe_access(record, STATUS_IN_PAGE_ERROR, info, from);
        record->NumberParameters = 3;
        record->ExceptionInformation[2] = (ULONG)STATUS_END_OF_FILE;
        break;
    case SIGTRAP:
        if (info->si_code == TRAP_TRACE || info->si_code == TRAP_HWBKPT) {
            record->ExceptionCode = STATUS_SINGLE_STEP;
        } else {
            record->ExceptionCode = STATUS_BREAKPOINT;
            record->NumberParameters = 1;
        }
        break;
    case SIGILL: /* access to a system register, 1101010100, is privileged */
        record->ExceptionCode = instruction_at(from->uc_mcontext.pc) >> 22 == 0x354
                                    ? STATUS_PRIVILEGED_INSTRUCTION
                                    : STATUS_ILLEGAL_INSTRUCTION;
        break;
    case SIGFPE:
        record->ExceptionCode = float_code(info->si_code);
        break;
    default:
        describe_access(record, STATUS_ACCESS_VIOLATION, info, from);
        break;
    }
}

void tsm_arch_load(CONTEXT *context, const ucontext_t *from)
{
    const struct fpsimd_context *unit = extra_record(from, FPSIMD_MAGIC);

    memset((char *)context + offsetof(CONTEXT, Bcr), 0, sizeof(*context) - offsetof(CONTEXT, Bcr));
    context->ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER;
    context->Cpsr = (DWORD)from->uc_mcontext.pstate;
    memcpy(context->X, from->uc_mcontext.regs, sizeof(context->X));
    context->Sp = from->uc_mcontext.sp;
    context->Pc = from->uc_mcontext.pc;
    if (unit) {
        memcpy(context->V, unit->vregs, sizeof(context->V));
        context->Fpcr = unit->fpcr;
        context->Fpsr = unit->fpsr;
        context->ContextFlags = CONTEXT_FULL;
    }
}

void tsm_arch_store(const CONTEXT *context, ucontext_t *to)
{
    struct fpsimd_context *unit = extra_record(to, FPSIMD_MAGIC);

    to->uc_mcontext.pstate =
        (to->uc_mcontext.pstate & ~0xF0000000ull) | (context->Cpsr & 0xF0000000);
    memcpy(to->uc_mcontext.regs, context->X, sizeof(context->X));
    to->uc_mcontext.sp = context->Sp;
    to->uc_mcontext.pc = context->Pc;
    if (unit && context->ContextFlags & (CONTEXT_FLOATING_POINT & ~CONTEXT_ARM64)) {
        memcpy(unit->vregs, context->V, sizeof(context->V));
        unit->fpcr = context->Fpcr;
        unit->fpsr = context->Fpsr;
    }
}

void tsm_arch_complete(CONTEXT *context)
{
    CONTEXT now;

    tsm_context_capture(&now);
    memcpy(&context->V[0], &now.V[0], 8 * sizeof(now.V[0]));
    memcpy(&context->V[16], &now.V[16], 16 * sizeof(now.V[0]));
    context->Fpcr = now.Fpcr;
    context->Fpsr = now.Fpsr;
    memset((char *)context + offsetof(CONTEXT, Bcr), 0, sizeof(*context) - offsetof(CONTEXT, Bcr));
    context->ContextFlags = CONTEXT_FULL;
}

void tsm_arch_overlay(CONTEXT *whole, const CONTEXT *part)
{
    DWORD parts = part->ContextFlags & ~CONTEXT_ARM64;

    if (parts & CONTEXT_CONTROL & ~CONTEXT_ARM64) {
        whole->Fp = part->Fp;
        whole->Lr = part->Lr;
        whole->Sp = part->Sp;
        whole->Pc = part->Pc;
        whole->Cpsr = part->Cpsr;
    }
    if (parts & CONTEXT_INTEGER & ~CONTEXT_ARM64)
        memcpy(whole->X, part->X, 29 * sizeof(whole->X[0]));
    if (parts & CONTEXT_FLOATING_POINT & ~CONTEXT_ARM64) {
        memcpy(whole->V, part->V, sizeof(whole->V));
        whole->Fpcr = part->Fpcr;
        whole->Fpsr = part->Fpsr;
    }
}

void tsm_arch_adopt_float(const ucontext_t *from)
{
    const struct fpsimd_context *unit = extra_record(from, FPSIMD_MAGIC);

    if (unit) {
        uint64_t control = unit->fpcr, status = unit->fpsr & ~FPSR_STATUS;

        __asm__ volatile("msr fpcr, %0\n\tmsr fpsr, %1" : : "r"(control), "r"(status));
    }
}

/* That is not a program's own to switch on. */
void tsm_arch_drop_alignment_check(void)
{
}

/* The address of a breakpoint is still that of its instruction. */
void tsm_arch_rewind_trap(ucontext_t *to, const EXCEPTION_RECORD *record)
{
}

uintptr_t tsm_arch_stack_pointer(const ucontext_t *from)
{
    return from->uc_mcontext.sp;
}

uintptr_t tsm_arch_program_counter(const CONTEXT *context)
{
    return context->Pc;
}

uintptr_t tsm_arch_context_stack(const CONTEXT *context)
{
    return context->Sp;
}

void tsm_arch_take_way(CONTEXT *context, const struct transom_seh_frame *frame, uintptr_t address,
                       uintptr_t value)
{
    context->Fp = (DWORD64)frame->way[0];
    context->Sp = (DWORD64)frame->way[2];
    for (size_t i = 0; i < 10; i++)
        context->X[19 + i] = (DWORD64)frame->way[3 + i];
    for (size_t i = 0; i < 8; i++)
        memcpy(&context->V[8 + i], &frame->way[13 + i], sizeof(frame->way[0]));
    context->Pc = address;
    context->X[0] = value;
}

/* How far a handler's frame is from what the kernel has laid down is the compiler's affair. */
bool tsm_arch_is_called_by_kernel(const void *frame, const ucontext_t *from)
{
    return false;
}
