/* SPDX-License-Identifier: MIT */
/* The last error, one for each thread. */
#ifndef TRANSOM_ERRHANDLINGAPI_H
#define TRANSOM_ERRHANDLINGAPI_H

#include <minwindef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Why the last failed call of this thread failed. Most calls leave it alone when they succeed. SDK:
 * GetLastError.
 */
WINBASEAPI DWORD WINAPI GetLastError(void);

/* Sets the last error of this thread. SDK: SetLastError. */
WINBASEAPI VOID WINAPI SetLastError(DWORD dwErrCode);

#ifdef __cplusplus
}
#endif

#endif
