/* SPDX-License-Identifier: MIT */
/* The same tests in C++, where the Interlocked functions are overloads. */
#include "test_types.c"
