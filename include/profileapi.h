/* SPDX-License-Identifier: MIT */
/* The fine clock. */
#ifndef TRANSOM_PROFILEAPI_H
#define TRANSOM_PROFILEAPI_H

#include <minwindef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A clock that never goes back, in units of 1 / frequency seconds. SDK: QueryPerformanceCounter. */
WINBASEAPI BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *lpPerformanceCount);

/* Units of QueryPerformanceCounter in a second. SDK: QueryPerformanceFrequency. */
WINBASEAPI BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *lpFrequency);

#ifdef __cplusplus
}
#endif

#endif
