/* SPDX-License-Identifier: MIT */
#include "api/api.h"
#include "base/deadline.h"

/* Windows: ten million a second, since version 10. */
#define FREQUENCY 10000000

BOOL WINAPI QueryPerformanceCounter(LARGE_INTEGER *lpPerformanceCount)
{
    lpPerformanceCount->QuadPart = tsm_monotonic_ns() / (1000000000 / FREQUENCY);
    return TRUE;
}

BOOL WINAPI QueryPerformanceFrequency(LARGE_INTEGER *lpFrequency)
{
    lpFrequency->QuadPart = FREQUENCY;
    return TRUE;
}
