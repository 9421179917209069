/* SPDX-License-Identifier: MIT */
/* Things that only a look into a source tells. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/*
 * Whether a text in C or C++ defines a main or wmain that returns nothing; comments and strings do
 * not count. MSVC takes that; in C++ gcc and clang refuse it, in C the exit code would be left to
 * chance. The driver gives it another name. Reads the text to its end and leaves it open.
 */
bool cc_source_has_void_main(FILE *text);

/* All of a file, ended by 0; the caller frees it. */
char *cc_source_read(FILE *file);

/* Puts blanks in the place of comments and of what is in strings; lines stay where they are. */
void cc_source_blank(char *text);
