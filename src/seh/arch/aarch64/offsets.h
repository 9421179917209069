/* SPDX-License-Identifier: MIT */
/* Offsets that context.S uses; ucontext.c checks them. */
#pragma once

#define FRAME_RESUME 32
#define FRAME_WAY    40

#define CONTEXT_SIZE 912
#define CONTEXT_CPSR 4
#define CONTEXT_X0   8
#define CONTEXT_FP   240
#define CONTEXT_SP   256
#define CONTEXT_PC   264
#define CONTEXT_V    272
#define CONTEXT_FPCR 784
#define CONTEXT_FPSR 788

#define FLAGS_INTEGER_AND_CONTROL 0x400003
#define FLAGS_FULL                0x400007
#define FLAG_FLOAT_BIT            2
