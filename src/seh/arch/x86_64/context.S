/* SPDX-License-Identifier: MIT */
/*
 * Registers of x86-64: capture, resume, and the calls into a frame
 *
 * System V ABI, AMD64 supplement, 3.2.1 (registers that a callee keeps: rbx, rbp, r12 to r15) and
 * 3.2.2 (the red zone: 128 bytes below the stack pointer belong to a leaf function).
 */
#include "seh/arch/x86_64/offsets.h"

    .text

#define FUNCTION(name)         \
    .globl name;               \
    .hidden name;              \
    .type name, @function;     \
    .balign 16;                \
    name:                      \
    .cfi_startproc

#define PUBLIC_FUNCTION(name)  \
    .globl name;               \
    .type name, @function;     \
    .balign 16;                \
    name:                      \
    .cfi_startproc

#define END(name)              \
    .cfi_endproc;              \
    .size name, . - name

/* Integer registers and flags into the CONTEXT at base, but for rsp and rip. */
    .macro STORE_INTEGERS base
    movq %rax, CONTEXT_RAX(\base)
    movq %rcx, CONTEXT_RCX(\base)
    movq %rdx, CONTEXT_RDX(\base)
    movq %rbx, CONTEXT_RBX(\base)
    movq %rbp, CONTEXT_RBP(\base)
    movq %rsi, CONTEXT_RSI(\base)
    movq %rdi, CONTEXT_RDI(\base)
    movq %r8, CONTEXT_R8(\base)
    movq %r9, CONTEXT_R9(\base)
    movq %r10, CONTEXT_R10(\base)
    movq %r11, CONTEXT_R11(\base)
    movq %r12, CONTEXT_R12(\base)
    movq %r13, CONTEXT_R13(\base)
    movq %r14, CONTEXT_R14(\base)
    movq %r15, CONTEXT_R15(\base)
    .endm

/* RtlCaptureContext() is this itself: another function's registers are not those of its caller. */
PUBLIC_FUNCTION(RtlCaptureContext)
    jmp tsm_context_capture
END(RtlCaptureContext)

FUNCTION(tsm_context_capture)
    STORE_INTEGERS %rdi
    leaq 8(%rsp), %rax
    movq %rax, CONTEXT_RSP(%rdi)
    movq (%rsp), %rax
    movq %rax, CONTEXT_RIP(%rdi)
    pushfq
    .cfi_adjust_cfa_offset 8
    popq %rax
    .cfi_adjust_cfa_offset -8
    movl %eax, CONTEXT_EFLAGS(%rdi)
    movw %cs, CONTEXT_SEG_CS(%rdi)
    movw %ds, CONTEXT_SEG_CS+2(%rdi)
    movw %es, CONTEXT_SEG_CS+4(%rdi)
    movw %fs, CONTEXT_SEG_CS+6(%rdi)
    movw %gs, CONTEXT_SEG_CS+8(%rdi)
    movw %ss, CONTEXT_SEG_CS+10(%rdi)
    fxsave CONTEXT_FLT(%rdi)
    stmxcsr CONTEXT_MXCSR(%rdi)
    movl $FLAGS_FULL, CONTEXT_FLAGS(%rdi)
    movq CONTEXT_RAX(%rdi), %rax
    ret
END(tsm_context_capture)

/*
 * Flags and address are laid below the target's red zone; `ret $128` takes the address and steps
 * over the red zone at once. They may overlap the end of the CONTEXT, where nothing is read.
 */
FUNCTION(tsm_context_resume)
    testl $FLAGS_FLOAT, CONTEXT_FLAGS(%rdi)
    jz 1f
    fxrstor CONTEXT_FLT(%rdi)
    ldmxcsr CONTEXT_MXCSR(%rdi)
1:
    movq CONTEXT_RSP(%rdi), %rsi
    movq CONTEXT_RIP(%rdi), %rax
    movl CONTEXT_EFLAGS(%rdi), %ecx
    movq %rax, -136(%rsi)
    movq %rcx, -144(%rsi)
    movq CONTEXT_RAX(%rdi), %rax
    movq CONTEXT_RCX(%rdi), %rcx
    movq CONTEXT_RDX(%rdi), %rdx
    movq CONTEXT_RBX(%rdi), %rbx
    movq CONTEXT_RBP(%rdi), %rbp
    movq CONTEXT_R8(%rdi), %r8
    movq CONTEXT_R9(%rdi), %r9
    movq CONTEXT_R10(%rdi), %r10
    movq CONTEXT_R11(%rdi), %r11
    movq CONTEXT_R12(%rdi), %r12
    movq CONTEXT_R13(%rdi), %r13
    movq CONTEXT_R14(%rdi), %r14
    movq CONTEXT_R15(%rdi), %r15
    leaq -144(%rsi), %rsp
    movq CONTEXT_RSI(%rdi), %rsi
    movq CONTEXT_RDI(%rdi), %rdi
    popfq
    ret $128
END(tsm_context_resume)

/*
 * The room below the stack pointer stays free: a function may have stores under way into an area
 * for arguments that it has laid out beforehand. The stack is aligned for the frame's function as
 * it was when the frame was made, to 64 bytes.
 */
FUNCTION(tsm_context_call_frame)
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbp, 0
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbx, 0
    pushq %r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r12, 0
    pushq %r13
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r13, 0
    pushq %r14
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r14, 0
    pushq %r15
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset r15, 0
    pushq FRAME_RESUME(%rdi)
    .cfi_adjust_cfa_offset 8
    movq %rsp, FRAME_RESUME(%rdi)
    movq FRAME_WAY+16(%rdi), %rax
    andl $63, %eax
    subq $1088, %rsp
    andq $-64, %rsp
    addq %rax, %rsp
.Ltake_way:
    movq FRAME_WAY(%rdi), %rbp
    movq FRAME_WAY+24(%rdi), %rbx
    movq FRAME_WAY+32(%rdi), %r12
    movq FRAME_WAY+40(%rdi), %r13
    movq FRAME_WAY+48(%rdi), %r14
    movq FRAME_WAY+56(%rdi), %r15
    movl $1, %eax
    jmp *FRAME_WAY+8(%rdi)
END(tsm_context_call_frame)

FUNCTION(tsm_context_land)
    movq FRAME_WAY+16(%rdi), %rsp
    jmp .Ltake_way
END(tsm_context_land)

/* The frame may still be needed by a filter that was interrupted by this one. */
PUBLIC_FUNCTION(transom_seh_answer)
    movl %esi, %eax
    movq FRAME_RESUME(%rdi), %rsp
    popq FRAME_RESUME(%rdi)
.Lreturn_to_caller:
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
END(transom_seh_answer)

/* Of a struct transom_seh_finally, whose first member is the stack pointer to go back to. The frame
 * is not touched: its place may belong to the block's own variables by now. */
PUBLIC_FUNCTION(transom_seh_finally_end)
    movq (%rdi), %rsp
    addq $8, %rsp
    jmp .Lreturn_to_caller
END(transom_seh_finally_end)

/* The caller goes on with the stack pointer that it had before the unwinding. */
PUBLIC_FUNCTION(transom_seh_finally_leave)
    cmpl $0, 20(%rdi)
    je 1f
    cmpq $0, (%rdi)
    je 1f
    pushq %rdi
    .cfi_adjust_cfa_offset 8
    call tsm_unwind_give_up
    popq %rdi
    .cfi_adjust_cfa_offset -8
    popq %rax
    .cfi_adjust_cfa_offset -8
    movq 8(%rdi), %rsp
    jmp *%rax
1:
    ret
END(transom_seh_finally_leave)

/* What clang's functions note; gcc's __builtin_setjmp fills the first three alike. */
PUBLIC_FUNCTION(transom_seh_enter)
    movq %rbp, (%rdi)
    movq (%rsp), %rax
    movq %rax, 8(%rdi)
    leaq 8(%rsp), %rax
    movq %rax, 16(%rdi)
    movq %rbx, 24(%rdi)
    movq %r12, 32(%rdi)
    movq %r13, 40(%rdi)
    movq %r14, 48(%rdi)
    movq %r15, 56(%rdi)
    xorl %eax, %eax
    ret
END(transom_seh_enter)

#define RAISE_ROOM (CONTEXT_SIZE + 168)

FUNCTION(tsm_raise)
    subq $RAISE_ROOM, %rsp
    .cfi_adjust_cfa_offset RAISE_ROOM
    STORE_INTEGERS %rsp
    leaq RAISE_ROOM+8(%rsp), %rax
    movq %rax, CONTEXT_RSP(%rsp)
    movq RAISE_ROOM(%rsp), %rax
    movq %rax, CONTEXT_RIP(%rsp)
    movl $0x202, CONTEXT_EFLAGS(%rsp)
    movl $FLAGS_INTEGER_AND_CONTROL, CONTEXT_FLAGS(%rsp)
    movq %rsp, %rsi
    call tsm_dispatch_raised
    addq $RAISE_ROOM, %rsp
    .cfi_adjust_cfa_offset -RAISE_ROOM
    ret
END(tsm_raise)

    .section .note.GNU-stack, "", @progbits
