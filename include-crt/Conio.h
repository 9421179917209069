/* SPDX-License-Identifier: MIT */
/* Another spelling. */
#include <conio.h>
