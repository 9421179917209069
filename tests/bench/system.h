/* SPDX-License-Identifier: MIT */
/*
 * What a side asks of its system, beside C and POSIX clocks: system_posix.c, and system_windows.c
 * for a side that is a Windows program.
 */
#pragma once

/* Once, first. */
void bench_system_begin(void);

/* Processor time of this process so far; NaN: not known. */
double bench_system_cpu_us(void);

/* From now on this process gives way to all others. */
void bench_system_give_way(void);
