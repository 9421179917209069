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
