/* SPDX-License-Identifier: MIT */
/*
 * Registers of aarch64: capture, resume, and the calls into a frame
 *
 * Procedure Call Standard for the Arm 64-bit Architecture, 6.1.1 (a callee keeps x19 to x29; x16 and
 * x17 belong to nobody between functions) and 6.1.2 (it keeps the low halves of v8 to v15). There
 * is no red zone.
 */
#include "seh/arch/aarch64/offsets.h"

    .text

#define FUNCTION(name)         \
    .globl name;               \
    .hidden name;              \
    .type name, %function;     \
    .balign 16;                \
    name:                      \
    .cfi_startproc

#define PUBLIC_FUNCTION(name)  \
    .globl name;               \
    .type name, %function;     \
    .balign 16;                \
    name:                      \
    .cfi_startproc

#define END(name)              \
    .cfi_endproc;              \
    .size name, . - name

/* RtlCaptureContext() is this itself: another function's registers are not those of its caller. */
PUBLIC_FUNCTION(RtlCaptureContext)
    b tsm_context_capture
END(RtlCaptureContext)

FUNCTION(tsm_context_capture)
    str x0, [x0, #CONTEXT_X0]
    stp x1, x2, [x0, #16]
    stp x3, x4, [x0, #32]
    stp x5, x6, [x0, #48]
    stp x7, x8, [x0, #64]
    stp x9, x10, [x0, #80]
    stp x11, x12, [x0, #96]
    stp x13, x14, [x0, #112]
    stp x15, x16, [x0, #128]
    stp x17, x18, [x0, #144]
    stp x19, x20, [x0, #160]
    stp x21, x22, [x0, #176]
    stp x23, x24, [x0, #192]
    stp x25, x26, [x0, #208]
    stp x27, x28, [x0, #224]
    stp x29, x30, [x0, #CONTEXT_FP]
    mov x1, sp
    stp x1, x30, [x0, #CONTEXT_SP]
    stp q0, q1, [x0, #272]
    stp q2, q3, [x0, #304]
    stp q4, q5, [x0, #336]
    stp q6, q7, [x0, #368]
    stp q8, q9, [x0, #400]
    stp q10, q11, [x0, #432]
    stp q12, q13, [x0, #464]
    stp q14, q15, [x0, #496]
    stp q16, q17, [x0, #528]
    stp q18, q19, [x0, #560]
    stp q20, q21, [x0, #592]
    stp q22, q23, [x0, #624]
    stp q24, q25, [x0, #656]
    stp q26, q27, [x0, #688]
    stp q28, q29, [x0, #720]
    stp q30, q31, [x0, #752]
    mrs x1, fpcr
    str w1, [x0, #CONTEXT_FPCR]
    mrs x1, fpsr
    str w1, [x0, #CONTEXT_FPSR]
    mrs x1, nzcv
    str w1, [x0, #CONTEXT_CPSR]
    mov w1, #(FLAGS_FULL & 0xffff)
    movk w1, #(FLAGS_FULL >> 16), lsl #16
    str w1, [x0]
    ldr x1, [x0, #CONTEXT_X0 + 8]
    ret
END(tsm_context_capture)

/* Without the kernel's help a jump costs registers: x16 and x17, which no caller counts on. */
FUNCTION(tsm_context_resume)
    mov x16, x0
    ldr w1, [x16]
    tbz w1, #FLAG_FLOAT_BIT, 1f
    ldp q0, q1, [x16, #272]
    ldp q2, q3, [x16, #304]
    ldp q4, q5, [x16, #336]
    ldp q6, q7, [x16, #368]
    ldp q8, q9, [x16, #400]
    ldp q10, q11, [x16, #432]
    ldp q12, q13, [x16, #464]
    ldp q14, q15, [x16, #496]
    ldp q16, q17, [x16, #528]
    ldp q18, q19, [x16, #560]
    ldp q20, q21, [x16, #592]
    ldp q22, q23, [x16, #624]
    ldp q24, q25, [x16, #656]
    ldp q26, q27, [x16, #688]
    ldp q28, q29, [x16, #720]
    ldp q30, q31, [x16, #752]
    ldr w1, [x16, #CONTEXT_FPCR]
    msr fpcr, x1
    ldr w1, [x16, #CONTEXT_FPSR]
    msr fpsr, x1
1:
    ldr w1, [x16, #CONTEXT_CPSR]
    and w1, w1, #0xf0000000
    msr nzcv, x1
    ldp x0, x1, [x16, #8]
    ldp x2, x3, [x16, #24]
    ldp x4, x5, [x16, #40]
    ldp x6, x7, [x16, #56]
    ldp x8, x9, [x16, #72]
    ldp x10, x11, [x16, #88]
    ldp x12, x13, [x16, #104]
    ldp x14, x15, [x16, #120]
    ldp x18, x19, [x16, #152]
    ldp x20, x21, [x16, #168]
    ldp x22, x23, [x16, #184]
    ldp x24, x25, [x16, #200]
    ldp x26, x27, [x16, #216]
    ldr x28, [x16, #232]
    ldp x29, x30, [x16, #CONTEXT_FP]
    ldr x17, [x16, #CONTEXT_PC]
    ldr x16, [x16, #CONTEXT_SP]
    mov sp, x16
    br x17
END(tsm_context_resume)

/*
 * The room below the stack pointer stays free: a function may have stores under way into an area
 * for arguments that it has laid out beforehand. The stack is aligned for the frame's function as
 * it was when the frame was made, to 64 bytes.
 */
FUNCTION(tsm_context_call_frame)
    stp x29, x30, [sp, #-176]!
    .cfi_adjust_cfa_offset 176
    .cfi_rel_offset x29, 0
    .cfi_rel_offset x30, 8
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    .cfi_rel_offset x19, 16
    .cfi_rel_offset x20, 24
    .cfi_rel_offset x21, 32
    .cfi_rel_offset x22, 40
    .cfi_rel_offset x23, 48
    .cfi_rel_offset x24, 56
    .cfi_rel_offset x25, 64
    .cfi_rel_offset x26, 72
    .cfi_rel_offset x27, 80
    .cfi_rel_offset x28, 88
    ldr x1, [x0, #FRAME_RESUME]
    str x1, [sp, #160]
    mov x1, sp
    str x1, [x0, #FRAME_RESUME]
    ldr x2, [x0, #FRAME_WAY + 16]
    and x2, x2, #63
    sub x1, x1, #1088
    and x1, x1, #-64
    add x1, x1, x2
    mov sp, x1
.Ltake_way:
    ldp x29, x16, [x0, #FRAME_WAY]
    ldp x19, x20, [x0, #64]
    ldp x21, x22, [x0, #80]
    ldp x23, x24, [x0, #96]
    ldp x25, x26, [x0, #112]
    ldp x27, x28, [x0, #128]
    ldp d8, d9, [x0, #144]
    ldp d10, d11, [x0, #160]
    ldp d12, d13, [x0, #176]
    ldp d14, d15, [x0, #192]
    mov w0, #1
    br x16
END(tsm_context_call_frame)

FUNCTION(tsm_context_land)
    ldr x1, [x0, #FRAME_WAY + 16]
    mov sp, x1
    b .Ltake_way
END(tsm_context_land)

/* The frame may still be needed by a filter that was interrupted by this one. */
PUBLIC_FUNCTION(transom_seh_answer)
    ldr x2, [x0, #FRAME_RESUME]
    mov sp, x2
    ldr x3, [sp, #160]
    str x3, [x0, #FRAME_RESUME]
    mov w0, w1
.Lreturn_to_caller:
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    ldp x29, x30, [sp], #176
    ret
END(transom_seh_answer)

/* Of a struct transom_seh_finally, whose first member is the stack pointer to go back to. The frame
 * is not touched: its place may belong to the block's own variables by now. */
PUBLIC_FUNCTION(transom_seh_finally_end)
    ldr x2, [x0]
    mov sp, x2
    b .Lreturn_to_caller
END(transom_seh_finally_end)

/* The caller goes on with the stack pointer that it had before the unwinding. */
PUBLIC_FUNCTION(transom_seh_finally_leave)
    ldr w1, [x0, #20]
    cbz w1, 1f
    ldr x1, [x0]
    cbz x1, 1f
    stp x0, x30, [sp, #-16]!
    .cfi_adjust_cfa_offset 16
    .cfi_rel_offset x30, 8
    bl tsm_unwind_give_up
    ldp x0, x30, [sp], #16
    .cfi_adjust_cfa_offset -16
    .cfi_restore x30
    ldr x1, [x0, #8]
    mov sp, x1
1:
    ret
END(transom_seh_finally_leave)

/* What clang's functions note; gcc's __builtin_setjmp fills the first three alike. */
PUBLIC_FUNCTION(transom_seh_enter)
    stp x29, x30, [x0]
    mov x1, sp
    str x1, [x0, #16]
    stp x19, x20, [x0, #24]
    stp x21, x22, [x0, #40]
    stp x23, x24, [x0, #56]
    stp x25, x26, [x0, #72]
    stp x27, x28, [x0, #88]
    stp d8, d9, [x0, #104]
    stp d10, d11, [x0, #120]
    stp d12, d13, [x0, #136]
    stp d14, d15, [x0, #152]
    mov w0, #0
    ret
END(transom_seh_enter)

#define RAISE_ROOM (CONTEXT_SIZE + 16)

/* The halves of vector registers that a callee keeps are stored as well: who completes the context
 * later does not have them any more. */
FUNCTION(tsm_raise)
    sub sp, sp, #RAISE_ROOM
    .cfi_adjust_cfa_offset RAISE_ROOM
    str x30, [sp, #CONTEXT_SIZE]
    .cfi_rel_offset x30, CONTEXT_SIZE
    stp x0, x1, [sp, #8]
    stp x2, x3, [sp, #24]
    stp x4, x5, [sp, #40]
    stp x6, x7, [sp, #56]
    stp x8, x9, [sp, #72]
    stp x10, x11, [sp, #88]
    stp x12, x13, [sp, #104]
    stp x14, x15, [sp, #120]
    stp x16, x17, [sp, #136]
    stp x18, x19, [sp, #152]
    stp x20, x21, [sp, #168]
    stp x22, x23, [sp, #184]
    stp x24, x25, [sp, #200]
    stp x26, x27, [sp, #216]
    str x28, [sp, #232]
    stp x29, x30, [sp, #CONTEXT_FP]
    add x1, sp, #RAISE_ROOM
    stp x1, x30, [sp, #CONTEXT_SP]
    stp q8, q9, [sp, #400]
    stp q10, q11, [sp, #432]
    stp q12, q13, [sp, #464]
    stp q14, q15, [sp, #496]
    mrs x1, nzcv
    str w1, [sp, #CONTEXT_CPSR]
    mov w1, #(FLAGS_INTEGER_AND_CONTROL & 0xffff)
    movk w1, #(FLAGS_INTEGER_AND_CONTROL >> 16), lsl #16
    str w1, [sp]
    mov x1, sp
    bl tsm_dispatch_raised
    ldr x30, [sp, #CONTEXT_SIZE]
    .cfi_restore x30
    add sp, sp, #RAISE_ROOM
    .cfi_adjust_cfa_offset -RAISE_ROOM
    ret
END(tsm_raise)

    .section .note.GNU-stack, "", %progbits
