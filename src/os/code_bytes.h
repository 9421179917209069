/* SPDX-License-Identifier: MIT */
/* Code and operands that the processor has just used, and what may or may not lie behind them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Copies what can be read of it; returns how much. For signal handlers, too. */
size_t tsm_code_bytes(uintptr_t address, void *bytes, size_t size);
