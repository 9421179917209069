/* SPDX-License-Identifier: MIT */
/* Offsets that context.S uses; ucontext.c checks them. */
#pragma once

#define FRAME_RESUME 32
#define FRAME_WAY    40

#define CONTEXT_SIZE   1232
#define CONTEXT_FLAGS  48
#define CONTEXT_MXCSR  52
#define CONTEXT_SEG_CS 56
#define CONTEXT_EFLAGS 68
#define CONTEXT_RAX    120
#define CONTEXT_RCX    128
#define CONTEXT_RDX    136
#define CONTEXT_RBX    144
#define CONTEXT_RSP    152
#define CONTEXT_RBP    160
#define CONTEXT_RSI    168
#define CONTEXT_RDI    176
#define CONTEXT_R8     184
#define CONTEXT_R9     192
#define CONTEXT_R10    200
#define CONTEXT_R11    208
#define CONTEXT_R12    216
#define CONTEXT_R13    224
#define CONTEXT_R14    232
#define CONTEXT_R15    240
#define CONTEXT_RIP    248
#define CONTEXT_FLT    256

#define FLAGS_INTEGER_AND_CONTROL 0x100003
#define FLAGS_FULL                0x10000f
#define FLAGS_FLOAT               0x8
