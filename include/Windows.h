/* SPDX-License-Identifier: MIT */
/* The spelling of windows.h that many programs use. */
#include <windows.h>
