/* SPDX-License-Identifier: MIT */
/* Time and the machine. */
#ifndef TRANSOM_SYSINFOAPI_H
#define TRANSOM_SYSINFOAPI_H

#include <minwindef.h>
#include <minwinbase.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _SYSTEM_INFO {
    __extension__ union {
        DWORD dwOemId;
        __extension__ struct {
            WORD wProcessorArchitecture;
            WORD wReserved;
        };
    };
    DWORD dwPageSize;
    LPVOID lpMinimumApplicationAddress;
    LPVOID lpMaximumApplicationAddress;
    DWORD_PTR dwActiveProcessorMask;
    DWORD dwNumberOfProcessors;
    DWORD dwProcessorType;
    DWORD dwAllocationGranularity;
    WORD wProcessorLevel;
    WORD wProcessorRevision;
} SYSTEM_INFO, *LPSYSTEM_INFO;

/* Number and kind of processors, size of a page. SDK: GetSystemInfo. */
WINBASEAPI VOID WINAPI GetSystemInfo(LPSYSTEM_INFO lpSystemInfo);

/* Milliseconds since the machine started, modulo 2^32: 49.7 days. SDK: GetTickCount. */
WINBASEAPI DWORD WINAPI GetTickCount(void);

/* Milliseconds since the machine started. SDK: GetTickCount64. */
WINBASEAPI ULONGLONG WINAPI GetTickCount64(void);

/* Now, in units of 100 ns since 1601, UTC. SDK: GetSystemTimeAsFileTime. */
WINBASEAPI VOID WINAPI GetSystemTimeAsFileTime(LPFILETIME lpSystemTimeAsFileTime);

/* Now, UTC, as a calendar date. SDK: GetSystemTime. */
WINBASEAPI VOID WINAPI GetSystemTime(LPSYSTEMTIME lpSystemTime);

/* Now, local time, as a calendar date. SDK: GetLocalTime. */
WINBASEAPI VOID WINAPI GetLocalTime(LPSYSTEMTIME lpSystemTime);

#ifdef __cplusplus
}
#endif

#endif
