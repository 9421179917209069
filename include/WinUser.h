/* SPDX-License-Identifier: MIT */
/* WinUser.h, as sources for a file system without case spell it. */
#include <winuser.h>
