/* SPDX-License-Identifier: MIT */
/*
 * Faults of x86-64
 *
 * The processor's vector (trapno) says more than the signal: it tells a page fault from a general
 * protection fault, and a division from the floating-point unit. What it does not say stands in the
 * instruction.
 *
 * Windows: a privileged instruction has a code of its own; an access without an address (not
 *          canonical, a bad selector) is {0, -1}; INT_MIN / -1 is an overflow and no division by
 *          zero; a breakpoint is reported at the int3 itself.
 */
#include "seh/arch/arch.h"

#include <stddef.h>
#include <string.h>

#include "base/macros.h"
#include "base/status.h"
#include "os/code_bytes.h"
#include "seh/arch/x86_64/offsets.h"

_Static_assert(offsetof(struct transom_seh_frame, resume) == FRAME_RESUME, "as in offsets.h");
_Static_assert(offsetof(struct transom_seh_frame, way) == FRAME_WAY, "as in offsets.h");
_Static_assert(offsetof(struct transom_seh_finally, stack) == 8, "as in context.S");
_Static_assert(offsetof(struct transom_seh_finally, running) == 20, "as in context.S");
_Static_assert(sizeof(CONTEXT) == CONTEXT_SIZE, "as in offsets.h");
_Static_assert(offsetof(CONTEXT, ContextFlags) == CONTEXT_FLAGS, "as in offsets.h");
_Static_assert(offsetof(CONTEXT, EFlags) == CONTEXT_EFLAGS, "as in offsets.h");
_Static_assert(offsetof(CONTEXT, Rax) == CONTEXT_RAX, "as in offsets.h");
_Static_assert(offsetof(CONTEXT, Rip) == CONTEXT_RIP, "as in offsets.h");
_Static_assert(offsetof(CONTEXT, FltSave) == CONTEXT_FLT, "as in offsets.h");
_Static_assert(sizeof(XMM_SAVE_AREA32) == sizeof(struct _libc_fpstate), "both are FXSAVE's");
_Static_assert((CONTEXT_FULL | CONTEXT_SEGMENTS) == FLAGS_FULL, "as in offsets.h");

enum vector {
    DIVIDE = 0,
    DEBUG = 1,
    BREAKPOINT = 3,
    BAD_OPCODE = 6,
    PROTECTION = 13,
    PAGE = 14,
    X87 = 16,
    ALIGNMENT = 17,
    SIMD = 19
};

#define PAGE_ERROR_WRITE   2u
#define PAGE_ERROR_EXECUTE 0x10u
#define EFLAGS_TRAP        0x100u
#define EFLAGS_ALIGNMENT   0x40000u

#define MXCSR_STATUS 0x3Fu

/* A decoded place in the code: prefixes, operand size, opcode, what follows. */
struct instruction {
    uint8_t bytes[15];
    size_t length; /* what could be read */
    size_t opcode; /* index */
    uint8_t rex;
    bool is_narrow; /* operand size prefix */
};

static void instruction_read(struct instruction *code, uintptr_t address)
{
    *code = (struct instruction){0};
    code->length = tsm_code_bytes(address, code->bytes, sizeof(code->bytes));
    while (code->opcode < code->length) {
        uint8_t byte = code->bytes[code->opcode];

        if (byte == 0x66)
            code->is_narrow = true;
        else if (!(byte == 0xF0 || byte == 0xF2 || byte == 0xF3 || byte == 0x2E || byte == 0x36 ||
                   byte == 0x3E || byte == 0x26 || byte == 0x64 || byte == 0x65 || byte == 0x67))
            break;
        code->opcode++;
    }
    if (code->opcode < code->length && (code->bytes[code->opcode] & 0xF0) == 0x40)
        code->rex = code->bytes[code->opcode++];
}

static uint8_t byte_at(const struct instruction *code, size_t index)
{
    return code->opcode + index < code->length ? code->bytes[code->opcode + index] : 0;
}

static bool is_privileged(const struct instruction *code)
{
    uint8_t byte = byte_at(code, 0), second = byte_at(code, 1);

    if (byte == 0x0F)
        return second == 0x01 || second == 0x06 || second == 0x08 || second == 0x09 ||
               (second >= 0x20 && second <= 0x23) || second == 0x30 || second == 0x32 ||
               second == 0x33 || second == 0x00;
    return byte == 0xFA || byte == 0xFB || byte == 0xF4 || (byte >= 0xE4 && byte <= 0xE7) ||
           (byte >= 0xEC && byte <= 0xEF) || (byte >= 0x6C && byte <= 0x6F);
}

static uint64_t register_by_number(const greg_t *registers, unsigned int number)
{
    static const uint8_t index[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                      REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                      REG_R12, REG_R13, REG_R14, REG_R15};

    return (uint64_t)registers[index[number & 15]];
}

static int32_t displacement(const struct instruction *code, size_t at, size_t size)
{
    uint32_t value = 0;

    for (size_t i = 0; i < size; i++)
        value |= (uint32_t)byte_at(code, at + i) << 8 * i;
    return size == 1 ? (int8_t)value : (int32_t)value;
}

/* Where a memory operand lies: Intel SDM volume 2, 2.1.5 (ModR/M and SIB). */
static uint64_t memory_operand(const struct instruction *code, const greg_t *registers)
{
    uint8_t modrm = byte_at(code, 1), mod = modrm >> 6;
    unsigned int rm = modrm & 7;
    size_t next = 2, displacement_size = mod == 1 ? 1 : mod == 2 ? 4 : 0;
    uint64_t address = 0;

    if (rm == 4) {
        uint8_t sib = byte_at(code, next++);
        unsigned int index = (sib >> 3 & 7) | (code->rex & 2 ? 8 : 0);
        unsigned int base = (sib & 7) | (code->rex & 1 ? 8 : 0);

        if (index != 4)
            address += register_by_number(registers, index) << (sib >> 6);
        if ((sib & 7) == 5 && mod == 0)
            displacement_size = 4;
        else
            address += register_by_number(registers, base);
    } else if (rm == 5 && mod == 0) {
        /* Relative to the next instruction; a division has no immediate operand. */
        address = (uint64_t)registers[REG_RIP] + code->opcode + 6;
        displacement_size = 4;
    } else {
        address = register_by_number(registers, rm | (code->rex & 1 ? 8 : 0));
    }
    return address + (uint64_t)(int64_t)displacement(code, next, displacement_size);
}

/* Whether the divisor of a faulting div or idiv is 0; also when it cannot be told. */
static bool divisor_is_zero(const struct instruction *code, const greg_t *registers)
{
    uint8_t opcode = byte_at(code, 0), modrm = byte_at(code, 1);
    size_t size = opcode == 0xF6 ? 1 : code->rex & 8 ? 8 : code->is_narrow ? 2 : 4;
    uint64_t value = 0;

    if (opcode != 0xF6 && opcode != 0xF7)
        return true;
    if (modrm >> 6 != 3) {
        if (tsm_code_bytes(memory_operand(code, registers), &value, size) != size)
            return true;
    } else {
        unsigned int number = (modrm & 7) | (code->rex & 1 ? 8 : 0);

        if (size == 1 && !code->rex && number >= 4) /* ah, ch, dh, bh */
            value = register_by_number(registers, number - 4) >> 8 & 0xFF;
        else
            value = register_by_number(registers, number);
    }
    if (size < 8)
        value &= (1ull << 8 * size) - 1;
    return value == 0;
}

static DWORD float_code(uint32_t raised)
{
    if (raised & 0x01)
        return STATUS_FLOAT_INVALID_OPERATION;
    if (raised & 0x04)
        return STATUS_FLOAT_DIVIDE_BY_ZERO;
    if (raised & 0x02)
        return STATUS_FLOAT_DENORMAL_OPERAND;
    if (raised & 0x08)
        return STATUS_FLOAT_OVERFLOW;
    if (raised & 0x10)
        return STATUS_FLOAT_UNDERFLOW;
    return STATUS_FLOAT_INEXACT_RESULT;
}

static void describe_float(EXCEPTION_RECORD *record, const ucontext_t *from, int vector)
{
    const struct _libc_fpstate *unit = from->uc_mcontext.fpregs;

    record->NumberParameters = 1;
    record->ExceptionInformation[0] = 0;
    record->ExceptionCode = STATUS_FLOAT_INVALID_OPERATION;
    if (!unit)
        return;
    if (vector == SIMD) {
        record->ExceptionCode = float_code(unit->mxcsr & ~(unit->mxcsr >> 7) & MXCSR_STATUS);
        return;
    }
    record->ExceptionCode = float_code(unit->swd & ~(uint32_t)unit->cwd & 0x3F);
    if (record->ExceptionCode == (DWORD)STATUS_FLOAT_INVALID_OPERATION && unit->swd & 0x40)
        record->ExceptionCode = STATUS_FLOAT_STACK_CHECK;
    record->ExceptionAddress = (void *)unit->rip; /* the code that waits for the unit is later */
}

static void describe_access(EXCEPTION_RECORD *record, DWORD code, ULONG_PTR kind, ULONG_PTR address)
{
    record->ExceptionCode = code;
    record->NumberParameters = 2;
    record->ExceptionInformation[0] = kind;
    record->ExceptionInformation[1] = address;
}

void tsm_arch_describe(EXCEPTION_RECORD *record, int number, const siginfo_t *info,
                       const ucontext_t *from)
{
    const greg_t *registers = from->uc_mcontext.gregs;
    uint64_t error = (uint64_t)registers[REG_ERR];
    ULONG_PTR kind = error & PAGE_ERROR_EXECUTE ? EXCEPTION_EXECUTE_FAULT
                     : error & PAGE_ERROR_WRITE ? EXCEPTION_WRITE_FAULT
                                                : EXCEPTION_READ_FAULT;
    struct instruction code;

    record->ExceptionAddress = (void *)registers[REG_RIP];
    switch (registers[REG_TRAPNO]) {
    case DIVIDE:
        instruction_read(&code, (uintptr_t)registers[REG_RIP]);
        record->ExceptionCode = divisor_is_zero(&code, registers) ? STATUS_INTEGER_DIVIDE_BY_ZERO
                                                                  : STATUS_INTEGER_OVERFLOW;
        break;
    case DEBUG:
        record->ExceptionCode = STATUS_SINGLE_STEP;
        break;
    case BREAKPOINT:
        record->ExceptionCode = STATUS_BREAKPOINT;
        record->ExceptionAddress = (void *)(registers[REG_RIP] - 1);
        record->NumberParameters = 1;
        break;
    case BAD_OPCODE:
        record->ExceptionCode = STATUS_ILLEGAL_INSTRUCTION;
        break;
    case X87:
    case SIMD:
        describe_float(record, from, (int)registers[REG_TRAPNO]);
        break;
    case ALIGNMENT:
        record->ExceptionCode = STATUS_DATATYPE_MISALIGNMENT;
        break;
    case PAGE:
        if (number == SIGBUS) {
            describe_access(record, STATUS_IN_PAGE_ERROR, kind, (ULONG_PTR)info->si_addr);
            record->NumberParameters = 3;
            record->ExceptionInformation[2] = (ULONG)STATUS_END_OF_FILE;
        } else {
            describe_access(record, STATUS_ACCESS_VIOLATION, kind, (ULONG_PTR)info->si_addr);
        }
        break;
    default:
        instruction_read(&code, (uintptr_t)registers[REG_RIP]);
        if (is_privileged(&code))
            record->ExceptionCode = STATUS_PRIVILEGED_INSTRUCTION;
        else
            describe_access(record, STATUS_ACCESS_VIOLATION, EXCEPTION_READ_FAULT, (ULONG_PTR)-1);
        break;
    }
}

void tsm_arch_load(CONTEXT *context, const ucontext_t *from)
{
    const greg_t *registers = from->uc_mcontext.gregs;
    uint64_t segments = (uint64_t)registers[REG_CSGSFS];

    memset(context, 0, offsetof(CONTEXT, FltSave));
    context->ContextFlags = CONTEXT_FULL | CONTEXT_SEGMENTS;
    context->SegCs = (WORD)segments;
    context->SegGs = (WORD)(segments >> 16);
    context->SegFs = (WORD)(segments >> 32);
    context->SegSs = (WORD)(segments >> 48);
    context->SegDs = context->SegEs = context->SegSs;
    context->EFlags = (DWORD)registers[REG_EFL] & ~EFLAGS_TRAP;
    context->Rax = (DWORD64)registers[REG_RAX];
    context->Rcx = (DWORD64)registers[REG_RCX];
    context->Rdx = (DWORD64)registers[REG_RDX];
    context->Rbx = (DWORD64)registers[REG_RBX];
    context->Rsp = (DWORD64)registers[REG_RSP];
    context->Rbp = (DWORD64)registers[REG_RBP];
    context->Rsi = (DWORD64)registers[REG_RSI];
    context->Rdi = (DWORD64)registers[REG_RDI];
    context->R8 = (DWORD64)registers[REG_R8];
    context->R9 = (DWORD64)registers[REG_R9];
    context->R10 = (DWORD64)registers[REG_R10];
    context->R11 = (DWORD64)registers[REG_R11];
    context->R12 = (DWORD64)registers[REG_R12];
    context->R13 = (DWORD64)registers[REG_R13];
    context->R14 = (DWORD64)registers[REG_R14];
    context->R15 = (DWORD64)registers[REG_R15];
    context->Rip = (DWORD64)registers[REG_RIP];
    if (registers[REG_TRAPNO] == BREAKPOINT)
        context->Rip--;
    if (from->uc_mcontext.fpregs) {
        memcpy(&context->FltSave, from->uc_mcontext.fpregs, sizeof(context->FltSave));
        context->MxCsr = context->FltSave.MxCsr;
    } else {
        context->ContextFlags &= ~(CONTEXT_FLOATING_POINT & ~CONTEXT_AMD64);
    }
}

/* Marks the parts of an XSAVE area that sigreturn has to load, see the kernel's
 * asm/sigcontext.h: a set of bits behind the 512 bytes, where a magic number says that it is
 * there. */
static void mark_float_as_changed(struct _libc_fpstate *unit)
{
    uint32_t magic;
    uint64_t parts;

    memcpy(&magic, (char *)unit + 464, sizeof(magic));
    if (magic != 0x46505853) /* FP_XSTATE_MAGIC1 */
        return;
    memcpy(&parts, (char *)unit + 512, sizeof(parts));
    parts |= 3; /* x87 and SSE */
    memcpy((char *)unit + 512, &parts, sizeof(parts));
}

void tsm_arch_store(const CONTEXT *context, ucontext_t *to)
{
    greg_t *registers = to->uc_mcontext.gregs;
    struct _libc_fpstate *unit = to->uc_mcontext.fpregs;

    registers[REG_EFL] = (greg_t)context->EFlags;
    registers[REG_RAX] = (greg_t)context->Rax;
    registers[REG_RCX] = (greg_t)context->Rcx;
    registers[REG_RDX] = (greg_t)context->Rdx;
    registers[REG_RBX] = (greg_t)context->Rbx;
    registers[REG_RSP] = (greg_t)context->Rsp;
    registers[REG_RBP] = (greg_t)context->Rbp;
    registers[REG_RSI] = (greg_t)context->Rsi;
    registers[REG_RDI] = (greg_t)context->Rdi;
    registers[REG_R8] = (greg_t)context->R8;
    registers[REG_R9] = (greg_t)context->R9;
    registers[REG_R10] = (greg_t)context->R10;
    registers[REG_R11] = (greg_t)context->R11;
    registers[REG_R12] = (greg_t)context->R12;
    registers[REG_R13] = (greg_t)context->R13;
    registers[REG_R14] = (greg_t)context->R14;
    registers[REG_R15] = (greg_t)context->R15;
    registers[REG_RIP] = (greg_t)context->Rip;
    if (unit && context->ContextFlags & (CONTEXT_FLOATING_POINT & ~CONTEXT_AMD64)) {
        /* What lies behind the registers is the kernel's. */
        memcpy(unit, &context->FltSave, offsetof(XMM_SAVE_AREA32, Reserved4));
        unit->mxcsr = context->MxCsr;
        mark_float_as_changed(unit);
    }
}

void tsm_arch_complete(CONTEXT *context)
{
    CONTEXT now;

    tsm_context_capture(&now);
    context->FltSave = now.FltSave;
    context->MxCsr = now.MxCsr;
    memcpy(&context->SegCs, &now.SegCs, 6 * sizeof(WORD));
    context->ContextFlags = CONTEXT_FULL | CONTEXT_SEGMENTS;
}

void tsm_arch_overlay(CONTEXT *whole, const CONTEXT *part)
{
    DWORD parts = part->ContextFlags & ~CONTEXT_AMD64;

    if (parts & CONTEXT_CONTROL & ~CONTEXT_AMD64) {
        whole->Rsp = part->Rsp;
        whole->Rip = part->Rip;
        whole->EFlags = part->EFlags;
    }
    if (parts & CONTEXT_INTEGER & ~CONTEXT_AMD64) {
        DWORD64 sp = whole->Rsp;

        memcpy(&whole->Rax, &part->Rax, offsetof(CONTEXT, Rip) - offsetof(CONTEXT, Rax));
        whole->Rsp = sp;
    }
    if (parts & CONTEXT_FLOATING_POINT & ~CONTEXT_AMD64) {
        whole->FltSave = part->FltSave;
        whole->MxCsr = part->MxCsr;
    }
}

void tsm_arch_adopt_float(const ucontext_t *from)
{
    const struct _libc_fpstate *unit = from->uc_mcontext.fpregs;

    if (unit) {
        uint32_t mxcsr = unit->mxcsr & ~MXCSR_STATUS;
        uint16_t control = unit->cwd;

        __asm__ volatile("fninit\n\tfldcw %0\n\tldmxcsr %1" : : "m"(control), "m"(mxcsr));
    }
}

void tsm_arch_drop_alignment_check(void)
{
    unsigned long long flags = __builtin_ia32_readeflags_u64();

    if (tsm_unlikely(flags & EFLAGS_ALIGNMENT))
        __builtin_ia32_writeeflags_u64(flags & ~(unsigned long long)EFLAGS_ALIGNMENT);
}

void tsm_arch_rewind_trap(ucontext_t *to, const EXCEPTION_RECORD *record)
{
    if (record->ExceptionCode == (DWORD)STATUS_BREAKPOINT)
        to->uc_mcontext.gregs[REG_RIP] = (greg_t)record->ExceptionAddress;
}

uintptr_t tsm_arch_stack_pointer(const ucontext_t *from)
{
    return (uintptr_t)from->uc_mcontext.gregs[REG_RSP];
}

uintptr_t tsm_arch_program_counter(const CONTEXT *context)
{
    return context->Rip;
}

uintptr_t tsm_arch_context_stack(const CONTEXT *context)
{
    return context->Rsp;
}

void tsm_arch_take_way(CONTEXT *context, const struct transom_seh_frame *frame, uintptr_t address,
                       uintptr_t value)
{
    context->Rbp = (DWORD64)frame->way[0];
    context->Rsp = (DWORD64)frame->way[2];
    context->Rbx = (DWORD64)frame->way[3];
    context->R12 = (DWORD64)frame->way[4];
    context->R13 = (DWORD64)frame->way[5];
    context->R14 = (DWORD64)frame->way[6];
    context->R15 = (DWORD64)frame->way[7];
    context->Rip = address;
    context->Rax = value;
}

/* The kernel lays the return address right below its context, and the handler the frame pointer. */
bool tsm_arch_is_called_by_kernel(const void *frame, const ucontext_t *from)
{
    return (const char *)frame + 16 == (const char *)from;
}
