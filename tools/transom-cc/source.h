/* SPDX-License-Identifier: MIT */
/* Things that only a look into a source tells. */
#pragma once

#include <stdbool.h>

/*
 * Whether a source defines a main or wmain that returns nothing. MSVC takes that; in C++ gcc and
 * clang refuse it, in C the exit code would be left to chance. The driver gives it another name.
 */
bool cc_source_has_void_main(const char *path);
