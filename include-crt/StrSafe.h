/* SPDX-License-Identifier: MIT */
/* Another spelling. */
#include <strsafe.h>
