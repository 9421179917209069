/* SPDX-License-Identifier: MIT */
/* Another spelling. */
#include <tchar.h>
