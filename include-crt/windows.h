/* SPDX-License-Identifier: MIT */
/*
 * windows.h with what programs find in the C library's headers when they include nothing else:
 * the SDK's reads stdlib.h, unless WIN32_LEAN_AND_MEAN keeps most of it out.
 */
#include_next <windows.h>
#ifndef TRANSOM_CRT_WINDOWS_H
#define TRANSOM_CRT_WINDOWS_H

#include <string.h>

#ifndef WIN32_LEAN_AND_MEAN
#include <stdlib.h>
#endif

#endif
