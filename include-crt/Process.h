/* SPDX-License-Identifier: MIT */
/* Another spelling. */
#include <process.h>
