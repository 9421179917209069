/* SPDX-License-Identifier: MIT */
/* Another spelling. */
#include <stdafx.h>
