/* SPDX-License-Identifier: MIT */
/* argv <-> command line, by the quoting rules of Microsoft's C runtime. */
#pragma once

#include <stddef.h>

/*
 * Splits a command line into a NULL-terminated argv; heap, one free() for all of it. The first word
 * is a program's name: quotes only, no backslash rules. NULL without memory.
 */
char **tsm_command_line_split(const char *line, int *argc);

/* Joins argv so that splitting gives it back; heap. NULL without memory. */
char *tsm_command_line_join(char *const *argv, int argc);
